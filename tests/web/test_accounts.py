"""Real ceremonies with a passkey in software, and every way in which one is refused."""

from __future__ import annotations

import copy
import stat
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from soft_passkey import PRESENT, SoftPasskey
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from truceline.reports.words import load_words
from truceline.web.account_book import EMPTY, AccountBook, AccountFile, AccountFileError, Edit
from truceline.web.accounts import INVITATION_US, Accounts, Site
from truceline.web.ceremonies import CHALLENGE_US, OPEN_CEREMONIES, Ceremonies, LoginRefusedError
from truceline.web.sessions import SESSION_US, Sessions

NOON = 1_775_908_800_000_000
SITE = Site(rp_id="localhost", origin="http://localhost:8470")


class Memory:
    """A store that keeps the book in memory."""

    def __init__(self) -> None:
        self.book = EMPTY

    def read(self) -> AccountBook:
        return self.book

    def change(self, edit: Edit) -> AccountBook:
        self.book = edit(self.book)
        return self.book


def dice() -> Callable[[int], bytes]:
    """Draw bytes that never repeat, the same in each run."""
    numbers = count()
    return lambda size: sha256(f"dice {next(numbers)}".encode()).digest()[:size]


def accounts() -> Accounts:
    return Accounts(Memory(), SITE, dice())


def registered(house: Accounts, passkey: SoftPasskey, actor: str = "reviewer-1") -> None:
    code = house.invite(actor, NOON)
    assert house.end_registration(passkey.create(house.begin_registration(code, NOON)), NOON)


def refused(do: Callable[[], object]) -> str:
    """Do what is to be refused; give the rule, which must have words."""
    with pytest.raises(LoginRefusedError) as caught:
        do()
    assert f"login.{caught.value.rule}" in load_words("en")
    assert caught.value.why
    return caught.value.rule


# ------------------------------------------------------------------------------ as it should be
def test_who_was_invited_registers_a_passkey_and_logs_in_with_it() -> None:
    house, passkey = accounts(), SoftPasskey()
    options = house.begin_registration(house.invite("reviewer-1", NOON), NOON)
    assert options["rp"] == {"id": "localhost", "name": "Truceline"}
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert house.end_registration(passkey.create(options), NOON) == "reviewer-1"
    asked = house.begin_login(NOON + 5)
    assert asked["userVerification"] == "required"
    assert "reviewer-1" not in str(asked)
    assert house.end_login(passkey.get(asked), NOON + 6) == "reviewer-1"
    (kept,) = house.store.read().passkeys.values()
    assert (kept.sign_count, kept.registered_us, kept.locked) == (1, NOON, False)


def test_a_passkey_that_does_not_count_logs_in_again_and_again() -> None:
    house, passkey = accounts(), SoftPasskey(counts=False)
    registered(house, passkey)
    for _ in range(3):
        assert house.end_login(passkey.get(house.begin_login(NOON)), NOON) == "reviewer-1"


def test_an_actor_may_have_two_passkeys_and_two_actors_one_each() -> None:
    house, first, second = accounts(), SoftPasskey(), SoftPasskey(id=b"the-other-passkey")
    registered(house, first)
    options = house.begin_registration(house.invite("reviewer-1", NOON), NOON)
    assert [one["id"] for one in options["excludeCredentials"]] == [bytes_to_base64url(first.id)]
    house.end_registration(second.create(options), NOON)
    registered(house, SoftPasskey(id=b"of-somebody-else"), "chair-1")
    assert house.end_login(second.get(house.begin_login(NOON)), NOON) == "reviewer-1"
    assert len(house.store.read().passkeys) == 3


# ----------------------------------------------------------------------------- what is refused
def test_a_challenge_is_good_once() -> None:
    house, passkey = accounts(), SoftPasskey()
    registered(house, passkey)
    answer = passkey.get(house.begin_login(NOON))
    assert house.end_login(answer, NOON) == "reviewer-1"
    assert refused(lambda: house.end_login(answer, NOON)) == "unknown_challenge"


def test_a_challenge_is_used_up_by_an_answer_that_does_not_hold() -> None:
    house, passkey = accounts(), SoftPasskey()
    registered(house, passkey)
    options = house.begin_login(NOON)
    forged = replace(passkey, key=ec.derive_private_key(7, ec.SECP256R1()))
    assert refused(lambda: house.end_login(forged.get(options), NOON)) == "not_verified"
    assert refused(lambda: house.end_login(passkey.get(options), NOON)) == "unknown_challenge"


def test_a_challenge_is_good_for_what_it_was_asked_for() -> None:
    house, passkey = accounts(), SoftPasskey()
    registered(house, passkey)
    for_registration = house.begin_registration(house.invite("reviewer-1", NOON), NOON)
    assert refused(lambda: house.end_login(passkey.get(for_registration), NOON)) == "other_ceremony"


@pytest.mark.parametrize(
    ("late_us", "rule"),
    [
        pytest.param(CHALLENGE_US - 1, "", id="the last microsecond is in time"),
        pytest.param(CHALLENGE_US, "expired_challenge", id="the end is late"),
    ],
)
def test_a_challenge_runs_out(late_us: int, rule: str) -> None:
    house, passkey = accounts(), SoftPasskey()
    registered(house, passkey)
    answer = passkey.get(house.begin_login(NOON))
    if rule:
        assert refused(lambda: house.end_login(answer, NOON + late_us)) == rule
    else:
        assert house.end_login(answer, NOON + late_us) == "reviewer-1"


@pytest.mark.parametrize(
    ("changes", "client", "rule"),
    [
        pytest.param({"origin": "http://evil.example"}, {}, "foreign_origin", id="another page"),
        pytest.param({"origin": "http://localhost:80"}, {}, "foreign_origin", id="another port"),
        pytest.param({}, {"crossOrigin": True}, "foreign_origin", id="inside another page"),
        pytest.param({"rp_id": "evil.example"}, {}, "not_verified", id="another site"),
        pytest.param({"flags": PRESENT}, {}, "not_verified", id="without asking its owner"),
        pytest.param({"flags": 0}, {}, "not_verified", id="without anybody present"),
        pytest.param({}, {"type": "webauthn.create"}, "not_verified", id="another type"),
        pytest.param({"id": b"never-registered"}, {}, "unknown_passkey", id="another passkey"),
        pytest.param(
            {"key": ec.derive_private_key(8, ec.SECP256R1())}, {}, "not_verified", id="another key"
        ),
    ],
)
def test_an_answer_from_elsewhere_is_refused(
    changes: dict[str, Any], client: dict[str, Any], rule: str
) -> None:
    house, passkey = accounts(), SoftPasskey()
    registered(house, passkey)
    other = replace(passkey, **changes)
    options = house.begin_login(NOON)
    assert refused(lambda: house.end_login(other.get(options, **client), NOON)) == rule
    assert house.end_login(passkey.get(house.begin_login(NOON)), NOON) == "reviewer-1"


def test_a_passkey_that_counts_backwards_is_locked_and_stays_so() -> None:
    house, passkey = accounts(), SoftPasskey()
    registered(house, passkey)
    copied = copy.copy(passkey)
    for _ in range(2):
        house.end_login(passkey.get(house.begin_login(NOON)), NOON)
    answer = copied.get(house.begin_login(NOON))
    assert refused(lambda: house.end_login(answer, NOON)) == "cloned_passkey"
    assert house.store.read().passkeys[bytes_to_base64url(passkey.id)].locked
    right = passkey.get(house.begin_login(NOON))
    assert refused(lambda: house.end_login(right, NOON)) == "locked_passkey"
    options = house.begin_registration(house.invite("reviewer-1", NOON), NOON)
    assert options["excludeCredentials"] == []
    renewed = SoftPasskey(id=b"made-anew-on-the-same-device")
    house.end_registration(renewed.create(options), NOON)
    assert house.end_login(renewed.get(house.begin_login(NOON)), NOON) == "reviewer-1"


def test_a_passkey_that_tells_the_same_count_twice_is_locked() -> None:
    house, passkey = accounts(), SoftPasskey()
    registered(house, passkey)
    house.end_login(passkey.get(house.begin_login(NOON)), NOON)
    same = replace(passkey, counts=False)
    answer = same.get(house.begin_login(NOON))
    assert refused(lambda: house.end_login(answer, NOON)) == "cloned_passkey"


def test_a_passkey_that_stops_counting_is_locked() -> None:
    house, passkey = accounts(), SoftPasskey()
    registered(house, passkey)
    house.end_login(passkey.get(house.begin_login(NOON)), NOON)
    silent = replace(passkey, count=0, counts=False)
    answer = silent.get(house.begin_login(NOON))
    assert refused(lambda: house.end_login(answer, NOON)) == "cloned_passkey"


def test_nobody_locks_another_s_passkey_with_a_count_he_made_up() -> None:
    house, passkey = accounts(), SoftPasskey(count=7)
    registered(house, passkey)
    forged = replace(passkey, count=0, key=ec.derive_private_key(9, ec.SECP256R1()))
    answer = forged.get(house.begin_login(NOON))
    assert refused(lambda: house.end_login(answer, NOON)) == "not_verified"
    assert house.end_login(passkey.get(house.begin_login(NOON)), NOON) == "reviewer-1"


# --------------------------------------------------------------------------------- invitations
def test_nobody_registers_without_an_invitation() -> None:
    house = accounts()
    assert refused(lambda: house.begin_registration("", NOON)) == "unknown_invitation"
    house.invite("reviewer-1", NOON)
    assert refused(lambda: house.begin_registration("guess", NOON)) == "unknown_invitation"
    with pytest.raises(ValueError, match="the actor has no name"):
        house.invite("", NOON)


def test_an_invitation_is_good_once_and_not_for_ever() -> None:
    house, passkey = accounts(), SoftPasskey()
    code = house.invite("reviewer-1", NOON)
    first, second = (house.begin_registration(code, NOON) for _ in range(2))
    house.end_registration(passkey.create(first), NOON)
    other = SoftPasskey(id=b"too-late-by-a-moment")
    again = other.create(second)
    assert refused(lambda: house.end_registration(again, NOON)) == "unknown_invitation"
    late = house.invite("chair-1", NOON)
    assert house.begin_registration(late, NOON + INVITATION_US - 1)
    end = NOON + INVITATION_US
    assert refused(lambda: house.begin_registration(late, end)) == "unknown_invitation"


def test_a_passkey_is_registered_for_one_actor_only() -> None:
    house, passkey = accounts(), SoftPasskey()
    registered(house, passkey)
    answer = passkey.create(house.begin_registration(house.invite("chair-1", NOON), NOON))
    assert refused(lambda: house.end_registration(answer, NOON)) == "passkey_taken"
    assert house.end_login(passkey.get(house.begin_login(NOON)), NOON) == "reviewer-1"


def test_the_code_of_an_invitation_is_kept_nowhere() -> None:
    house = accounts()
    code = house.invite("reviewer-1", NOON)
    assert code not in repr(house.store.read())


def test_who_is_dismissed_is_out_and_stays_out() -> None:
    house, passkey = accounts(), SoftPasskey()
    registered(house, passkey)
    other = SoftPasskey(id=b"of-somebody-else")
    registered(house, other, "chair-1")
    code = house.invite("reviewer-1", NOON)
    sessions = Sessions(house.store, house.dice)
    cookie = sessions.begin("reviewer-1", NOON)
    house.dismiss("reviewer-1", NOON)
    answer = passkey.get(house.begin_login(NOON))
    assert refused(lambda: house.end_login(answer, NOON)) == "unknown_passkey"
    assert refused(lambda: house.begin_registration(code, NOON)) == "unknown_invitation"
    assert refused(lambda: sessions.read(cookie, NOON)) == "ended_session"
    assert house.end_login(other.get(house.begin_login(NOON)), NOON) == "chair-1"


# ---------------------------------------------------------------- what is no answer at all
@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.none() | st.integers()),
    st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "signature", ""]),
)
def test_what_is_no_answer_is_refused_and_breaks_nothing(junk: dict[str, Any], broken: str) -> None:
    house, passkey = accounts(), SoftPasskey()
    registered(house, passkey)
    answer = passkey.get(house.begin_login(NOON))
    part = answer["response"] if broken in answer["response"] else answer
    part[broken] = junk
    if broken:
        assert refused(lambda: house.end_login(answer, NOON)) in {"not_verified", "unknown_passkey"}
    assert refused(lambda: house.end_login(junk, NOON)) == "not_verified"
    assert refused(lambda: house.end_registration(junk, NOON)) == "not_verified"


def test_bytes_of_an_answer_that_were_changed_are_refused() -> None:
    house, passkey = accounts(), SoftPasskey()
    registered(house, passkey)
    for name in ("authenticatorData", "signature"):
        answer = passkey.get(house.begin_login(NOON))
        content = bytearray(base64url_to_bytes(answer["response"][name]))
        content[-1] ^= 1
        answer["response"][name] = bytes_to_base64url(bytes(content))
        assert refused(partial(house.end_login, answer, NOON)) == "not_verified"


def test_open_ceremonies_do_not_fill_the_memory() -> None:
    ceremonies = Ceremonies(dice())
    first, second, *_ = [ceremonies.begin("login", "", NOON) for _ in range(OPEN_CEREMONIES + 1)]
    passkey = SoftPasskey()

    def ended(challenge: bytes) -> bytes:
        answer = passkey.get({"challenge": bytes_to_base64url(challenge)})
        return ceremonies.end("login", answer, SITE.origin, NOON)[0]

    assert refused(partial(ended, first)) == "unknown_challenge"
    assert ended(second) == second


# ------------------------------------------------------------------------------------ sessions
def test_a_session_lasts_a_shift() -> None:
    sessions = Sessions(Memory(), dice())
    cookie = sessions.begin("reviewer-1", NOON)
    assert sessions.read(cookie, NOON + SESSION_US - 1).actor == "reviewer-1"
    assert refused(lambda: sessions.read(cookie, NOON + SESSION_US)) == "expired_session"
    assert refused(lambda: sessions.read(cookie, NOON - 1)) == "expired_session"


def test_a_session_that_was_not_given_out_here_is_refused() -> None:
    sessions, other = Sessions(Memory(), dice()), Sessions(Memory(), bytes)
    cookie = other.begin("chair-1", NOON)
    assert refused(lambda: sessions.read(cookie, NOON)) == "bad_session"
    mine = sessions.begin("reviewer-1", NOON)
    assert refused(lambda: sessions.read(cookie, NOON)) == "bad_session"
    said, _, signature = mine.partition(".")
    for forged in (
        "",
        ".",
        said,
        f"{said}.",
        f"{cookie.split('.')[0]}.{signature}",
        "é.é",
        "a.b.c",
    ):
        assert refused(partial(sessions.read, forged, NOON)) == "bad_session"


def test_an_empty_key_signs_nothing() -> None:
    sessions = Sessions(Memory(), lambda _: b"")
    cookie = sessions.begin("chair-1", NOON)
    assert refused(lambda: sessions.read(cookie, NOON)) == "bad_session"


def test_ending_an_actor_s_sessions_ends_all_of_his_and_none_of_others() -> None:
    sessions = Sessions(Memory(), dice())
    first, second = (sessions.begin("reviewer-1", NOON + at) for at in (0, 5))
    other = sessions.begin("chair-1", NOON)
    sessions.end("reviewer-1", NOON + 5)
    for cookie in (first, second):
        assert refused(partial(sessions.read, cookie, NOON + 6)) == "ended_session"
    assert sessions.read(other, NOON + 6).actor == "chair-1"
    assert sessions.read(sessions.begin("reviewer-1", NOON + 6), NOON + 6).actor == "reviewer-1"


# ---------------------------------------------------------------------------------- the file
def test_the_file_keeps_the_book_for_its_owner_only(tmp_path: Path) -> None:
    store = AccountFile(tmp_path / "accounts.json")
    assert store.read() == EMPTY
    house, passkey = Accounts(store, SITE, dice()), SoftPasskey()
    registered(house, passkey)
    house.invite("chair-1", NOON)
    cookie = Sessions(store, dice()).begin("reviewer-1", NOON)
    Sessions(store, dice()).end("chair-1", NOON)
    again = AccountFile(store.path)
    assert again.read() == store.read()
    assert (len(again.read().passkeys), len(again.read().invitations)) == (1, 1)
    assert Accounts(again, SITE, dice()).store.read().ended_us == {"chair-1": NOON}
    assert Sessions(again, dice()).read(cookie, NOON).actor == "reviewer-1"
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "passkeys": []}'])
def test_a_file_that_is_no_book_is_named_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    store = AccountFile(tmp_path / "accounts.json")
    store.path.write_text(text, encoding="utf-8")
    with pytest.raises(AccountFileError, match=r"accounts\.json: "):
        Accounts(store, SITE, dice()).invite("chair-1", NOON)
    assert store.path.read_text(encoding="utf-8") == text
