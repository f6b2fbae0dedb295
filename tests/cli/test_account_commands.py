"""`truceline account`: who may log in to the pages of a mission, and who may no longer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from truceline.cli.main import app
from truceline.evidence.strict import FormatError
from truceline.pipeline.board_folder import MandateError
from truceline.pipeline.console import accounts_of
from truceline.web.ceremonies import LoginRefusedError
from truceline.web.login import clock_us

sys.path += [str(Path(__file__).parents[1] / room) for room in ("pipeline", "web")]
from acts_world import make_log, make_mission
from soft_passkey import SoftPasskey

ORIGIN = "http://localhost:8470"


def account(mission: Path, *words: str) -> str:
    result = CliRunner().invoke(app, ["account", *words, "--mission", str(mission)])
    if result.exception is not None:
        raise result.exception
    return result.output


def test_who_was_invited_comes_in_and_who_was_dismissed_does_not(tmp_path: Path) -> None:
    mission = make_mission(tmp_path)
    assert account(mission, "list") == "nobody has an account\n"
    code = account(mission, "invite", "key/chair").strip()
    assert account(mission, "list") == "key/chair\t0 passkeys\t1 invitations\n"

    house, passkey = accounts_of(mission, ORIGIN), SoftPasskey()
    house.end_registration(passkey.create(house.begin_registration(code, clock_us())), clock_us())
    assert house.end_login(passkey.get(house.begin_login(clock_us())), clock_us()) == "key/chair"
    assert account(mission, "list") == "key/chair\t1 passkeys\t0 invitations\n"

    assert "1 passkeys\t0 invitations\ttaken away" in account(mission, "dismiss", "key/chair")
    with pytest.raises(LoginRefusedError):
        house.end_login(passkey.get(house.begin_login(clock_us())), clock_us())
    assert account(mission, "list") == "nobody has an account\n"


def test_nobody_is_dismissed_who_was_never_let_in(tmp_path: Path) -> None:
    mission = make_mission(tmp_path)
    account(mission, "invite", "key/chair")
    with pytest.raises(FormatError, match="'key/chiar' has neither a passkey nor an invitation"):
        account(mission, "dismiss", "key/chiar")


def test_a_mission_that_nobody_decides_in_has_no_accounts(tmp_path: Path) -> None:
    mission = make_log(tmp_path, ())
    with pytest.raises(MandateError):
        account(mission, "invite", "key/chair")
    assert not (tmp_path / "m.accounts.json").exists()
