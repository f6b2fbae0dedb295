"""Bundles that carry mirrors' cosignatures, and policies, sound and spoiled, for every verifier.

Written from the page alone, like `bundle_writers`. What each is worth, the library says:
`told_by_library`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256

from bundle_writers import (
    NAME,
    Signer,
    World,
    canonical,
    encode,
    mixed_order_signer,
    neutral_commitment_signer,
    shifted_commitment_signer,
    small_order_signer,
    sound_signer,
    unreduced_signer,
)
from hypothesis import strategies as st

from truceline.evidence.cosignature import cosignatures
from truceline.evidence.keys import VerifierKey
from truceline.evidence.note import open_checkpoint
from truceline.evidence.policy import copies_needed, determination_needed, read_policy
from truceline.evidence.timestamp import median_time

T = 1_775_912_400
LOG, COSIGNER = b"\x01", b"\x04"


CYRILLIC = "\u0434\u0437\u0435\u0440\u043a\u0430\u043b\u043e"


@dataclass(frozen=True)
class Mirror:
    """A mirror's key: its name, and how it signs."""

    name: str
    signer: Signer

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n\x04" + self.signer.public).digest()[:4]

    @property
    def key(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode(COSIGNER + self.signer.public)}"

    def line(self, text: str, time_s: int = T) -> str:
        signature = self.signer.sign(f"cosignature/v1\ntime {time_s}\n{text}".encode())
        stamp = encode(self.key_id + time_s.to_bytes(8, "big") + signature)
        return f"— {self.name} {stamp}\n"


@cache
def mirror(number: int) -> Mirror:
    return Mirror(f"mirror.example/m{number}", sound_signer(bytes([number + 1]) * 32))


def policy(count: int, groups: str, *, log: str | None = None) -> str:
    """Write a policy of so many mirrors, M0 to M<count - 1>, and these groups."""
    lines = [f"log {sound_signer().text if log is None else log}"]
    lines += [f"witness M{at} {mirror(at).key}" for at in range(count)]
    return "\n".join([*lines, groups, ""])


FOUR = "group det 3 M0 M1 M2 M3\nquorum det"
SEVEN = (
    "group core 2 M0 M1 M2\ngroup left 1 M3 M4\ngroup right all M5 M6\n"
    "group coalition any left right\ngroup det all core coalition\nquorum det"
)
WATCHERS = (
    "group parties any M0 M1\ngroup neutral all M2\ngroup rest 5 M3 M4 M5 M6 M7 M8 M9\n"
    "group all-of-them 1 parties neutral rest\nquorum all-of-them"
)


@dataclass(frozen=True)
class Quorum:
    """A bundle, the policy that its reader has, and the level that it reaches."""

    bundle: bytes
    level: str
    given: bytes | None = None


def under(*signed: tuple[int, int]) -> Callable[[str], str]:
    """Let these mirrors cosign, each at its time after T."""
    return lambda text: "".join(mirror(at).line(text, T + late) for at, late in signed)


def made(text: str | None, *signed: tuple[int, int], size: int = 8) -> bytes:
    return canonical(World(size=size, policy=text, cosigned=under(*signed)).bundle())


@cache
def sound_quorums() -> dict[str, Quorum]:
    """Name bundles with policies that every verifier must accept, and say the level of."""
    four, seven, watched = policy(4, FOUR), policy(7, SEVEN), policy(10, WATCHERS)
    three = ((0, 5), (1, 9), (3, 7))
    odd = (
        "# a comment\n\n\t# another\n"
        + policy(4, "group\tdet  3 M0\tM1 M2 M3 \n  quorum det")
        .replace("witness M2", "witness \u0406\u0440\u0438\u043d\u0430")
        .replace("M2 M3", "\u0406\u0440\u0438\u043d\u0430 M3")
        + f"log other.example+{_id('other.example', 9)}+{_key(9)} https://x.example\n"
    )
    ours = policy(4, "group det all M0 M1 M2 M3\nquorum det").encode()
    return {
        "no policy": Quorum(made(None), "R"),
        "level D": Quorum(made(four, *three), "D"),
        "all of them": Quorum(made(four, *((at, at) for at in range(4))), "D"),
        "level C": Quorum(made(four, (1, 5), (2, 1)), "C"),
        "below quorum": Quorum(made(four, (2, 5)), "R"),
        "nobody cosigned": Quorum(made(four), "R"),
        "times that do not grow": Quorum(made(four, (0, 9), (1, 1), (2, 5), (3, 7)), "D"),
        "the first second": Quorum(made(four, (0, 1 - T), (1, 2**37 - 1 - T), (2, 0)), "D"),
        "nested groups": Quorum(made(seven, (0, 1), (1, 2), (3, 3), (4, 4), (5, 5)), "D"),
        "nested, the quorum not met": Quorum(made(seven, *((at, 0) for at in range(2, 7))), "C"),
        "disputed by none": Quorum(made(watched, *((at, at) for at in range(10))), "D"),
        "a party withholds": Quorum(made(watched, *((at, at) for at in range(1, 10))), "D"),
        "three withhold": Quorum(made(watched, *((at, at) for at in range(3, 10))), "D"),
        "watchers below D": Quorum(made(watched, (0, 1), (1, 2), (2, 3), (3, 4)), "C"),
        "no quorum": Quorum(made(policy(2, "quorum none"), (0, 1), (1, 2)), "R"),
        "quorum of one mirror": Quorum(made(policy(2, "quorum M1"), (0, 9), (1, 2)), "D"),
        "one mirror that does not count": Quorum(made(policy(5, FOUR), *three, (4, 1)), "D"),
        "comments, tabs and another log": Quorum(
            made(odd, (0, 5), (1, 9), (3, 7)), "D"
        ),
        "given, the same": Quorum(made(four, *three), "D", four.encode()),
        "given, stricter": Quorum(made(f"# as agreed\n{four}", *three), "C", ours),
        "given, of other mirrors": Quorum(
            made(policy(2, "quorum M1"), (0, 1), (1, 2)), "R", policy(1, "quorum none").encode()
        ),
        "names of 9,900 letters": Quorum(
            canonical(
                World(size=8, policy=_long(9_900), cosigned=_long_lines(9_900)).bundle()
            ),
            "D",
        ),
        "given, nobody cosigned": Quorum(made(None), "R", four.encode()),
        "given, its names not UTF-8": Quorum(
            made(watched, *((at, at) for at in range(1, 10))),
            "D",
            watched.encode().replace(b" M0", b" \xff\xc0M"),
        ),
    }  # fmt: skip


def _long(letters: int) -> str:
    """Write a policy of 99 mirrors with long names of keys, of nearly a million bytes."""
    rows = [f"witness M{at} {_long_named(at, letters).key}" for at in range(99)]
    members = " ".join(f"M{at}" for at in range(99))
    return "\n".join([policy(0, ""), *rows, f"group g 80 {members}", "quorum g", ""])


def _long_named(number: int, letters: int) -> Mirror:
    return Mirror("m" * letters + str(number), mirror(number).signer)


def _long_lines(letters: int) -> Callable[[str], str]:
    return lambda text: "".join(_long_named(at, letters).line(text) for at in range(99))


def _key(number: int, kind: bytes = b"\x01") -> str:
    return encode(kind + mirror(number).signer.public)


def _id(name: str, number: int, kind: bytes = b"\x01") -> str:
    return sha256(name.encode() + b"\n" + kind + mirror(number).signer.public).digest()[:4].hex()


def named_key(name: str, number: int, kind: bytes = b"\x04") -> str:
    """Write the key of a mirror under any name, or as one of another kind."""
    return f"{name}+{_id(name, number, kind)}+{_key(number, kind)}"


@cache
def spoiled_quorums() -> dict[str, Quorum]:
    """Name bundles with policies that every verifier must refuse; `level` is the rule."""
    four = policy(4, FOUR)

    def world(text: str | None, cosigned: Callable[[str], str]) -> bytes:
        return canonical(World(size=8, policy=text, cosigned=cosigned).bundle())

    def line(change: Callable[[bytes], bytes], who: int = 0) -> bytes:
        """Change what stands in the one line of a bundle."""

        def changed(text: str) -> str:
            before, name, stamp = mirror(who).line(text).split(" ")
            return f"{before} {name} {encode(change(base64.b64decode(stamp)))}\n"

        return world(four, changed)

    unsound = {
        "S + L": unreduced_signer(),
        "R neutral": neutral_commitment_signer(),
        "R of mixed order": shifted_commitment_signer(),
    }
    bundles = {
        "a line without a policy": made(None, (0, 1)),
        "a mirror the policy does not name": made(four, (4, 1)),
        "a known mirror and one unknown": made(four, (0, 1), (4, 1)),
        "a line twice": made(four, (0, 1), (0, 1)),
        "a mirror twice": made(four, (0, 1), (0, 2)),
        "lines in another order": made(four, (1, 1), (0, 1)),
        "another head": world(four, lambda text: mirror(0).line(text.replace("\n8\n", "\n7\n"))),
        "another log's head": world(four, lambda text: mirror(0).line(f"x{text}")),
        "signed by another mirror": world(
            four,
            lambda text: Mirror(mirror(0).name, mirror(1).signer).line(text),
        ),
        "false signature": line(lambda data: data[:-1] + bytes([data[-1] ^ 1])),
        "false time": line(lambda data: data[:11] + bytes([data[11] ^ 1]) + data[12:]),
        "false key id": line(lambda data: bytes([data[0] ^ 1]) + data[1:]),
        "time 0": world(four, lambda text: mirror(0).line(text, 0)),
        "time 2^37": world(four, lambda text: mirror(0).line(text, 2**37)),
        "time 2^63": world(four, lambda text: mirror(0).line(text, 2**63)),
        "line of 68 bytes": line(lambda data: data[:4] + data[12:]),
        "line with a byte more": line(lambda data: data + b"x"),
        "empty line under it": world(four, lambda text: mirror(0).line(text) + "\n"),
        "no dash": world(four, lambda text: mirror(0).line(text).replace("—", "-")),
        "two spaces": world(four, lambda text: mirror(0).line(text).replace(" ", "  ")),
        "a return": world(four, lambda text: mirror(0).line(text).replace("\n", "\r\n")),
        "the log's own line again": world(four, lambda text: World().note(text).split("\n\n")[1]),
        "a million bytes": world(_long(9_990), _long_lines(9_990)),
        "101 lines": world(four, lambda text: "".join(mirror(at).line(text) for at in range(101))),
        "policy of another log": made(policy(4, FOUR, log=named_key(NAME, 9, b"\x01")), (0, 1)),
        "policy without the log": made(four.split("\n", 1)[1], (0, 1)),
        "policy of the log under another name": made(
            policy(
                4, FOUR, log=f"other.example+{_other_id()}+{sound_signer().text.split('+', 2)[2]}"
            ),
            (0, 1),
        ),
        **{
            f"cosigned with {name}": world(
                policy(1, "quorum M0").replace(mirror(0).key, Mirror("m", who).key),
                Mirror("m", who).line,
            )
            for name, who in unsound.items()
        },
        **{f"policy: {name}": made(text) for name, text in spoiled_policies().items()},
    }
    forms: dict[str, object] = {"a number": 1, "a list": [], "an object": {}, "false": False}
    found = {name: Quorum(bundle, "3") for name, bundle in bundles.items()}
    for name, value in forms.items():
        found[f"policy that is {name}"] = Quorum(_with_policy(value), "1")
    without = json.loads(made(None))
    del without["policy"]
    found["no field for a policy"] = Quorum(canonical(without), "1")
    found["given, of another log"] = Quorum(
        made(four, (0, 1)), "3", policy(4, FOUR, log=named_key("x", 9, b"\x01")).encode()
    )
    return found


def _other_id() -> str:
    return sha256(b"other.example\n\x01" + sound_signer().public).digest()[:4].hex()


def _with_policy(value: object) -> bytes:
    return canonical({**json.loads(made(None)), "policy": value})


def _keyed(key: str) -> str:
    return policy(0, f"witness A {key}\nquorum A")


def spoiled_policies() -> dict[str, str]:
    """Name policies that are none, each for one reason; all of them are UTF-8."""
    first, second = mirror(0).key, mirror(1).key
    four = policy(4, FOUR)
    return {
        "empty": "",
        "no quorum": policy(4, "group det 3 M0 M1 M2 M3"),
        "two quorums": policy(1, "quorum M0\nquorum M0"),
        "quorum of nobody known": policy(1, "quorum M1"),
        "quorum before its group": policy(4, "quorum det\ngroup det 3 M0 M1 M2 M3"),
        "quorum of two words": policy(2, "quorum M0 M1"),
        "quorum of no word": policy(1, "quorum"),
        "unknown keyword": policy(1, "mirror M0\nquorum M0"),
        "keyword in capitals": policy(1, "Quorum M0"),
        "a return": four.replace("\n", "\r\n"),
        "a null": four + "\0",
        "a DEL": four + "#\x7f",
        "byte order mark": "\ufeff" + four,
        "one key under two names": policy(1, f"witness B {first}\nquorum M0"),
        "one key under two names of keys": policy(
            1, f"witness B {named_key('other', 0)}\nquorum M0"
        ),
        "a name twice": policy(1, f"witness M0 {second}\nquorum M0"),
        "mirror called none": policy(0, f"witness none {first}\nquorum none"),
        "group called none": policy(1, "group none any M0\nquorum none"),
        "group called as a mirror": policy(2, "group M0 any M1\nquorum M0"),
        "group twice": policy(2, "group g any M0\ngroup g any M1\nquorum g"),
        "group of itself": policy(1, "group g any g\nquorum g"),
        "group of nobody": policy(1, "group g any\nquorum M0"),
        "group of nobody known": policy(1, "group g any M1\nquorum g"),
        "group of none": policy(1, "group g any none\nquorum g"),
        "a member twice": policy(1, "group g any M0 M0\nquorum g"),
        "a member of two groups": policy(2, "group g any M0\ngroup h any M0 M1\nquorum h"),
        "threshold 0": policy(1, "group g 0 M0\nquorum g"),
        "threshold 01": policy(1, "group g 01 M0\nquorum g"),
        "threshold +1": policy(1, "group g +1 M0\nquorum g"),
        "threshold in other digits": policy(1, "group g \u0661 M0\nquorum g"),
        "threshold above": policy(2, "group g 3 M0 M1\nquorum g"),
        "threshold of 7 digits": policy(1, "group g 1000000 M0\nquorum g"),
        "threshold half": policy(2, "group g 1.5 M0 M1\nquorum g"),
        "threshold ALL": policy(2, "group g ALL M0 M1\nquorum g"),
        "log twice": f"log {sound_signer().text}\n{four}",
        "two keys of one log": four + f"log {named_key(NAME, 9, LOG)}\n",
        "one key of two logs": four
        + f"log other.example+{_other_id()}+{sound_signer().text.split('+', 2)[2]}\n",
        "log of three words": four.replace(NAME, f"{NAME} {NAME} {NAME}", 1),
        "log without a key": policy(1, "log\nquorum M0"),
        "witness without a key": policy(1, "witness B\nquorum M0"),
        "witness of four words": policy(0, f"witness A {first} u v\nquorum A"),
        "a log's key as a witness": _keyed(named_key("a", 0, b"\x01")),
        "a witness's key as a log": policy(1, f"log {first}\nquorum M0"),
        "a key of type 6": _keyed(named_key("a", 0, b"\x06")),
        "another id": _keyed(first.replace(mirror(0).key_id.hex(), "00000000")),
        "id in capitals": _keyed(
            named_key("a", 0).replace(_id("a", 0, b"\x04"), _id("a", 0, b"\x04").upper())
        ),
        "key without id": _keyed("a+AQ=="),
        "key of no name": _keyed(named_key("", 0)),
        "key of 31 bytes": _keyed(f"a+00000000+{encode(bytes([4]) + bytes(31))}"),
        "key not padded": _keyed(first.rstrip("=") if first.endswith("=") else f"{first}="),
        "key of small order": _keyed(Mirror("a", small_order_signer(bytes(32))).key),
        "key of mixed order": _keyed(Mirror("a", mixed_order_signer()).key),
        "name with a no-break space": _keyed(named_key("a\u00a0b", 0)),
        "watchers could block": policy(
            4, "group parties all M0 M1\ngroup det 2 parties M2 M3\nquorum det"
        ),
        "watchers could keep the count": policy(
            3, "group neutral any M0 M1\ngroup g any neutral M2\nquorum g"
        ),
        "above a million bytes": four + "#" * 1_000_000,
    }  # fmt: skip


def sound_policies() -> dict[str, str]:
    """Name policies that are some, at the edges of what is allowed."""
    return {
        "quorum none, nobody named": policy(0, "quorum none"),
        "no newline at the end": policy(1, "quorum M0").rstrip("\n"),
        "quorum before further mirrors": policy(1, f"quorum M0\nwitness B {mirror(1).key}"),
        "a comment of anything": policy(1, "#\u2028 \x80 \u202e # quorum M0\nquorum M0"),
        "mirror called any": policy(
            0, f"witness any {mirror(0).key}\ngroup all any any\nquorum all"
        ),
        "mirror called constructor": policy(
            0, f"witness constructor {mirror(0).key}\nwitness __proto__ {mirror(1).key}\n"
            "group toString all constructor __proto__\nquorum toString"
        ),
        "mirror called with a plus": policy(0, f"witness a+b {mirror(0).key}\nquorum a+b"),
        "mirror called with U+0085": policy(
            0, f"witness a\u0085b {mirror(0).key}\nquorum a\u0085b"
        ),
        "mirror called with U+00A0": policy(0, f"witness \u00a0 {mirror(0).key}\nquorum \u00a0"),
        "parties that is a mirror": policy(0, f"witness parties {mirror(0).key}\nquorum parties"),
        "watchers that do not count": policy(2, "group parties all M0\nquorum M1"),
        "watchers, and no quorum": policy(1, "group parties all M0\nquorum none"),
        "threshold all of one": policy(1, "group g all M0\nquorum g"),
        "key named in Cyrillic": policy(0, f"witness A {named_key(CYRILLIC, 0)}\nquorum A"),
        "exactly a million bytes": _filled(policy(1, "quorum M0")),
        "groups 300 deep": policy(1, _deep(300)),
    }  # fmt: skip


def _filled(text: str) -> str:
    return text + "#" * (1_000_000 - len(text))


def _deep(levels: int) -> str:
    lines = [f"group g{at} any {f'g{at - 1}' if at else 'M0'}" for at in range(levels)]
    return "\n".join([*lines, f"quorum g{levels - 1}"])


@st.composite
def policies(draw: st.DrawFn) -> tuple[str, list[int]]:
    """Write a policy, mostly sound, and say which of its mirrors cosign."""
    count = draw(st.integers(0, 7))
    free = [f"M{at}" for at in range(count)]
    lines = []
    for name in draw(
        st.lists(st.sampled_from(["parties", "neutral", "a", "b", "det", "M1"]), max_size=4)
    ):
        size = draw(st.integers(0, min(len(free), 5)))
        members, free = free[:size], free[size:]
        threshold = draw(st.sampled_from(["all", "any", "1", "2", "3", "4", "0", "x"]))
        lines.append(" ".join(["group", name, threshold, *members]))
        free.append(name)
    quorum = draw(st.sampled_from([*free[-2:], *free, "none", "det"]))
    lines.append(f"quorum {quorum}")
    if draw(st.integers(0, 9)) == 0:
        lines.append(draw(st.sampled_from(lines)))
    signed = draw(st.lists(st.integers(0, max(count - 1, 0)), unique=True, max_size=count))
    return policy(count, "\n".join(lines)), sorted(signed)


def bundle_of_policy(text: str, signed: Sequence[int]) -> bytes:
    return made(text, *((at, 60 * at % 7) for at in signed))


def told_by_library(one: Quorum) -> str:
    """Say in the verifiers' words what the library makes of a bundle; "refused" if it refuses."""
    raw = json.loads(one.bundle)
    note, content = raw["checkpoint"].encode(), one.given
    if content is None:
        if raw["policy"] is None:
            return "level R, no policy: nothing is known beyond the log's own signature"
        content = raw["policy"].encode()
    try:
        read = read_policy(content)
        head_level = read.level_of(note)[1]
        open_checkpoint(note, VerifierKey.read(raw["key"]))
    except ValueError:
        return "refused"
    found = cosignatures(note, read.mirrors.values())
    counted = read.counted()
    times = [found[key] for key in counted if key in found]
    median = median_time(times, len(counted))
    takes = 2 * (copies_needed(len(counted)) - 1) + 1
    when = (
        f"no time, the median takes {takes} mirrors"
        if median is None
        else f"not after {datetime.fromtimestamp(median + 1, UTC):%Y-%m-%dT%H:%M:%SZ}, their median"
    )
    silent = [_shown(name) for name in read.withheld_by(found)]
    if not read.watchers():
        disputed = "the policy names nobody who could dispute it"
    elif silent:
        disputed = f'"disputed by none" is withheld by {", ".join(silent)}'
    elif read.undisputed(found):
        disputed = "disputed by none"
    else:
        disputed = '"disputed by none" takes level D'
    names = {name for name, key in read.mirrors.items() if key in found}
    met = read._agrees(read.quorum, names)  # noqa: SLF001 - the library has no other name for it
    by = "not pinned" if one.given is None else "given"
    return (
        f"level {head_level.name}, policy {by}: {len(times)} of {len(counted)} counted mirrors "
        f"cosigned; C takes {copies_needed(len(counted))}; D takes "
        f"{determination_needed(len(counted))} and the policy's quorum, which is "
        f"{'met' if met else 'not met'}; {when}; {disputed}"
    )


def _shown(name: str) -> str:
    octets = name.encode("latin-1")
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return "".join(chr(one) if one < 128 else f"\\x{one:02x}" for one in octets)
