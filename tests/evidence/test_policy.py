"""C2SP tlog-policy files, and the numbers behind the levels R, C and D."""

from __future__ import annotations

import itertools
import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror_world import fewest_shared, strongest_attack
from test_cosignature import LOG, NOTE, TEXT, TIME_S, mirror

from truceline.evidence.cosignature import add_signatures, cosign, cosigner_key
from truceline.evidence.policy import (
    Group,
    Level,
    Policy,
    copies_needed,
    determination_needed,
    read_policy,
    size_undisputed,
    sizes_reached,
    tolerated,
)
from truceline.evidence.strict import FormatError

KEYS = [cosigner_key(mirror(number)) for number in range(40)]
LINES = "".join(f"witness w{at} {key}\n" for at, key in enumerate(KEYS))


def policy(rest: str) -> Policy:
    return read_policy((f"log {LOG.verifier} https://log.example/\n" + LINES + rest).encode())


def flat(mirrors: int, needed: int) -> Policy:
    names = " ".join(f"w{at}" for at in range(mirrors))
    return policy(f"group all-of-them {needed} {names}\nquorum all-of-them\n")


# The example of the specification, with keys.
EXAMPLE = """\
group X-witnesses 2 w0 w1 w2
group Y-witnesses any w3 w4 w5

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_example_of_the_specification() -> None:
    read = policy(EXAMPLE)
    assert read.groups["X-witnesses"] == Group(needed=2, members=("w0", "w1", "w2"))
    assert read.groups["Y-witnesses"].needed == 1
    assert read.groups["X-and-Y"].needed == 2
    assert read.counted() == tuple(KEYS[:6])
    for chosen in itertools.product([False, True], repeat=6):
        asked = sum(chosen[:3]) >= 2 and sum(chosen[3:]) >= 1
        cosigners = [key for key, yes in zip(KEYS, chosen, strict=False) if yes]
        # n = 6, f = 1: the number alone asks for 4, the groups for more than the number.
        expected = (
            Level.R if sum(chosen) < 2 else Level.D if asked and sum(chosen) >= 4 else Level.C
        )
        assert read.satisfied_by(cosigners) is expected


def test_blanks_tabs_comments_and_a_missing_last_newline_are_read() -> None:
    text = f"\t log\t{LOG.verifier}  \n\n  # none  \nwitness  é\t{KEYS[0]} https://x\n quorum é"
    read = read_policy(text.encode())
    assert list(read.urls.values()) == ["https://x"]
    assert read.satisfied_by([KEYS[0]]) is Level.D


def test_a_policy_without_cosignatures_leaves_everything_at_r() -> None:
    read = policy("quorum none\n")
    assert read.counted() == ()
    assert (read.overlap(), read.blocking()) == (0, 0)
    assert read.satisfied_by(KEYS) is Level.R


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("", "exactly one quorum line, this one has none"),
        ("quorum none\nquorum none\n", "line 43: .* a second"),
        ("quorum w99\n", "'w99' is not defined"),
        ("group g 1 w0 g\nquorum g\n", "'g' is not defined"),
        ("group g 1 none\nquorum g\n", "'none' is not defined"),
        ("group none 1 w0\nquorum w0\n", "predefined"),
        ("group w0 1 w1\nquorum w0\n", "'w0' is defined already"),
        ("group g 0 w0\nquorum g\n", "'0' is no threshold"),
        ("group g 01 w0\nquorum g\n", "'01' is no threshold"),
        ("group g most w0\nquorum g\n", "'most' is no threshold"),
        ("group g 3 w0 w1\nquorum g\n", "needs 3 of 2 members"),
        ("group g 1\nquorum g\n", "'group' cannot have 2 words"),
        ("group g 1 w0 w0\nquorum g\n", "'w0' is a member of a group already"),
        ("group g 1 w0\ngroup h 1 w0\nquorum g\n", "line 43: 'w0' is a member"),
        (f"witness again {KEYS[0]}\nquorum none\n", "'again' stands in the file already"),
        (f"witness w0 {KEYS[0]}\nquorum none\n", "'w0' is defined already"),
        (f"log {LOG.verifier}\nquorum none\n", "key of log .* stands in the file already"),
        (f"log {KEYS[0]}\nquorum none\n", "not of type Ed25519"),
        (f"witness l {LOG.verifier}\nquorum none\n", "type 0x01"),
        ("witness w\nquorum none\n", "'witness' cannot have 1 words"),
        ("mirror m x\nquorum none\n", "'mirror' is none of log, witness, group, quorum"),
        ("quorum none\r\n", "no control characters"),
        ("quorum none\x00\n", "no control characters"),
    ],
)
def test_a_wrong_policy_is_refused_with_its_line(rest: str, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        policy(rest)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="log witnesgrupqm0123 \t\n#+", max_size=200))
def test_whatever_bytes_come_they_are_read_or_refused(content: bytes | str) -> None:
    with suppress(FormatError):
        read_policy(content if isinstance(content, bytes) else content.encode())


# -------------------------------------------------------------------------- the numbers
def test_the_numbers_of_thirty_two_mirrors() -> None:
    assert (tolerated(32), copies_needed(32), determination_needed(32)) == (10, 11, 22)


@pytest.mark.parametrize("mirrors", range(1, 11))
def test_the_smallest_safe_quorum_found_by_trying_all_pairs_is_the_formula(mirrors: int) -> None:
    liars = tolerated(mirrors)
    safe = [k for k in range(1, mirrors + 1) if fewest_shared(mirrors, k) > liars]
    assert min(safe) == determination_needed(mirrors)
    assert safe == list(range(min(safe), mirrors + 1))
    assert mirrors - liars >= min(safe), "alive with f silent"
    for needed in range(1, mirrors + 1):
        read = flat(mirrors, needed)
        assert read.overlap() == max(2 * needed - mirrors, 0)
        assert (read.overlap() > liars) == (needed in safe)
        assert read.blocking() == mirrors - needed + 1


@pytest.mark.parametrize("mirrors", range(1, 11))
def test_the_strongest_attack_stops_one_short_of_the_safe_number(mirrors: int) -> None:
    assert strongest_attack(mirrors) < determination_needed(mirrors)
    # The number before is unsafe, and the attack that shows it is found.
    assert strongest_attack(mirrors) == determination_needed(mirrors) - 1


def test_a_directed_adversary_at_thirty_two_beats_twenty_one_and_not_twenty_two() -> None:
    assert strongest_attack(32) == 21
    assert flat(32, 21).overlap() == 10
    assert flat(32, 22).overlap() == 12
    assert flat(32, 22).blocking() == 11


def test_a_file_that_asks_for_too_little_does_not_lower_the_number() -> None:
    read = flat(32, 1)
    assert read.satisfied_by(KEYS[:10]) is Level.R
    assert read.satisfied_by(KEYS[:11]) is Level.C
    assert read.satisfied_by(KEYS[:21]) is Level.C
    assert read.satisfied_by(KEYS[:22]) is Level.D
    # Mirrors outside the quorum do not count.
    assert read.satisfied_by(KEYS[32:]) is Level.R


def test_a_core_group_can_only_ask_for_more() -> None:
    coalition = " ".join(f"w{at}" for at in range(3, 32))
    read = policy(
        f"group core 2 w0 w1 w2\ngroup coalition 20 {coalition}\n"
        "group det all core coalition\nquorum det\n"
    )
    assert read.satisfied_by(KEYS[1:32]) is Level.D
    assert read.satisfied_by(KEYS[2:32]) is Level.C
    assert read.overlap() == 1 + 11
    assert read.blocking() == 2


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_overlap_and_blocking_of_any_tree_are_those_of_trying_all_subsets(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a tree that can be made again
    count = rng.randint(1, 7)
    names = [f"w{at}" for at in range(count)]
    lines = ""
    for number in itertools.count():
        if len(names) == 1:
            break
        rng.shuffle(names)
        members, names = names[: (size := rng.randint(2, len(names)))], names[size:]
        lines += f"group g{number} {rng.randint(1, len(members))} {' '.join(members)}\n"
        names.append(f"g{number}")
    read = policy(f"{lines}quorum {names[0]}\n")

    def agrees(name: str, chosen: int) -> bool:
        if name.startswith("w"):
            return bool(chosen >> int(name[1:]) & 1)
        group = read.groups[name]
        return sum(agrees(member, chosen) for member in group.members) >= group.needed

    quorums = [chosen for chosen in range(1 << count) if agrees(read.quorum, chosen)]
    assert read.overlap() == min((a & b).bit_count() for a in quorums for b in quorums)
    everybody = (1 << count) - 1
    silent = [gone for gone in range(1 << count) if not agrees(read.quorum, everybody & ~gone)]
    assert read.blocking() == min(gone.bit_count() for gone in silent)


def test_the_level_of_a_signed_head() -> None:
    read = flat(4, 3)
    for count, level in [(0, Level.R), (1, Level.R), (2, Level.C), (3, Level.D), (4, Level.D)]:
        note = add_signatures(NOTE, [cosign(TEXT, mirror(at), TIME_S) for at in range(count)])
        head, reached = read.level_of(note)
        assert (head.size, reached) == (7, level)
    with pytest.raises(FormatError, match="is not in the policy"):
        read_policy(b"quorum none\n").level_of(NOTE)


# ---------------------------------------------------------------------- disputed by none
SIDES = (
    "group parties 1 w0 w1\ngroup neutral all w2\n"
    "group coalition 5 w3 w4 w5 w6 w7 w8 w9\n"
    "group all-of-them 1 coalition parties neutral\nquorum coalition\n"
)


def test_disputed_by_none_takes_every_party_and_every_neutral_mirror() -> None:
    read = policy(SIDES)
    assert read.watchers() == ("w0", "w1", "w2")
    coalition = KEYS[3:10]
    assert read.satisfied_by(coalition) is Level.D
    assert read.undisputed([*KEYS[:3], *coalition])
    for silent in range(3):
        others = [key for at, key in enumerate(KEYS[:3]) if at != silent]
        assert read.satisfied_by([*others, *coalition]) is Level.D
        assert read.withheld_by([*others, *coalition]) == (f"w{silent}",)
        assert not read.undisputed([*others, *coalition])
    # Without level D nobody has agreed to anything that could be disputed.
    assert not read.undisputed(KEYS[:7])


def test_where_nobody_was_asked_nothing_is_undisputed() -> None:
    read = flat(7, 5)
    assert (read.watchers(), read.withheld_by([])) == ((), ())
    assert read.satisfied_by(KEYS[:7]) is Level.D
    assert not read.undisputed(KEYS[:7])


@pytest.mark.parametrize(
    "rest",
    [
        # The file's own rule needs a party.
        "group parties any w0 w1\ngroup c 2 w2 w3 w4\ngroup d all parties c\nquorum d\n",
        # The number needs them: seven mirrors, five for D, three of them the parties'.
        "group parties any w0 w1 w2\ngroup d 1 parties w3 w4 w5 w6\nquorum d\n",
        "group neutral any w0 w1 w2\ngroup d 1 neutral w3 w4 w5 w6\nquorum d\n",
    ],
)
def test_a_policy_in_which_a_party_could_block_is_refused(rest: str) -> None:
    with pytest.raises(FormatError, match="could keep level D from being reached: with"):
        policy(rest)


def test_the_status_is_told_by_size_of_the_log() -> None:
    read = policy(SIDES)
    sizes = dict(zip(KEYS[:10], [9, 4, 8, 9, 9, 9, 9, 9, 9, 9], strict=True))
    assert sizes_reached(read, sizes)[Level.D] == 9
    assert size_undisputed(read, sizes) == 4
    del sizes[KEYS[2]]
    assert size_undisputed(read, sizes) == 0


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_no_set_of_parties_and_neutrals_lowers_the_level_and_any_one_withholds_the_status(
    seed: int,
) -> None:
    """Any tree of groups that is read at all; any of them silent, everybody else heard."""
    rng = random.Random(seed)  # noqa: S311 - a tree that can be made again
    count = rng.randint(6, 16)
    names = [f"w{at}" for at in range(count)]
    rng.shuffle(names)
    parties, neutrals = rng.randint(0, 3), rng.randint(0, 2)
    sides = {"parties": names[:parties], "neutral": names[parties : parties + neutrals]}
    lines, left = "", names[parties + neutrals :]
    for side, members in sides.items():
        if members:
            lines += f"group {side} {rng.randint(1, len(members))} {' '.join(members)}\n"
            if rng.random() < 0.7:
                left.append(side)
    for number in itertools.count():
        if len(left) == 1:
            break
        rng.shuffle(left)
        members, left = left[: (size := rng.randint(2, len(left)))], left[size:]
        lines += f"group g{number} {rng.randint(1, len(members))} {' '.join(members)}\n"
        left.append(f"g{number}")
    try:
        read = policy(f"{lines}quorum {left[0]}\n")
    except FormatError as error:
        assert "could keep level D" in str(error)  # noqa: PT017 - both ends are right
        return
    watching = read.watchers()
    assert set(watching) == {*sides["parties"], *sides["neutral"]}
    everybody = set(read.mirrors.values())
    best = read.satisfied_by(everybody)
    for mask in range(1, 1 << len(watching)):
        silent = {read.mirrors[name] for at, name in enumerate(watching) if mask >> at & 1}
        assert read.satisfied_by(everybody - silent) is best
        assert not read.undisputed(everybody - silent)
    if watching:
        assert best is Level.D
        assert read.undisputed(everybody)


def test_a_policy_that_is_too_long_or_names_a_key_in_other_bytes_is_refused() -> None:
    with pytest.raises(FormatError, match="is above 1000000"):
        read_policy(b"#" * 1_000_001)
    with pytest.raises(FormatError, match="line 1: a key's name must be UTF-8"):
        read_policy(b"log \xff+00000000+AQ==\n")
