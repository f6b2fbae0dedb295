"""`truceline agreement check|explore` on mandates: warnings with their paths, words, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from truceline.cli.agreement import agreement_commands
from truceline.pipeline.run import packaged_agreement

RUN = CliRunner()
VETO = "Veto: party UA can stop it alone, and the text says nothing of what follows."


def test_the_check_warns_of_each_way_to_stand_still_with_its_path() -> None:
    done = RUN.invoke(agreement_commands, ["check", "minsk-jccc"])
    assert done.exit_code == 0
    warnings = [line for line in done.stderr.splitlines() if "jccc: every question" in line]
    assert len(warnings) == 4
    (veto,) = (line for line in warnings if VETO in line)
    assert veto.startswith("warning: minsk-jccc.toml: ")
    assert veto.endswith("jccc: nothing follows. (rule both-sides, article not known)")


def test_the_check_does_not_warn_of_an_agreement_without_a_mandate() -> None:
    done = RUN.invoke(agreement_commands, ["check", "easter-2026"])
    assert (done.exit_code, done.stderr) == (0, "")


def test_explore_numbers_the_paths_and_gives_one_line_a_step() -> None:
    done = RUN.invoke(agreement_commands, ["explore", "minsk-jccc"])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-5:] == [
        "4. jccc: every question.",
        "   Veto: party RU can stop it alone, and the text says nothing of what follows.",
        "   jccc: russian-side: no. (rule both-sides, article not known)",
        "   jccc: no consensus. (rule both-sides, article not known)",
        "   jccc: nothing follows. (rule both-sides, article not known)",
    ]


def test_explore_says_when_nothing_was_found_and_on_whom_it_relied() -> None:
    done = RUN.invoke(agreement_commands, ["explore", "special-commission"])
    assert done.stdout.splitlines() == [
        "No way to stand still for ever was found.",
        "Relied on, because an alternate may act: special-commission/chair.",
    ]


def test_explore_speaks_the_other_side_s_language() -> None:
    done = RUN.invoke(agreement_commands, ["explore", "minsk-jccc", "--language", "ru"])
    assert "Вето: сторона UA может остановить это в одиночку" in done.stdout


def test_explore_as_json_holds_every_path_and_every_way_to_count() -> None:
    done = RUN.invoke(agreement_commands, ["explore", "minsk-jccc", "--json"])
    found = json.loads(done.stdout)
    assert [(path["kind"], path["party"]) for path in found["paths"]] == [
        ("silent_stall", "UA"),
        ("silent_stall", "RU"),
        ("veto", "UA"),
        ("veto", "RU"),
    ]
    assert {one["outcome"]: one["fewest"] for one in found["reaches"]} == {
        "carried": 0,
        "no_consensus": 1,
        "not_quorate": 1,
        "rejected": 2,
    }


@pytest.mark.parametrize("option", [[], ["--json"]], ids=["in words", "as JSON"])
def test_explore_of_an_agreement_without_a_mandate_is_an_error(option: list[str]) -> None:
    done = RUN.invoke(agreement_commands, ["explore", "easter-2026", *option])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "names no body and no rule" in done.stderr


def test_explore_of_a_broken_mandate_tells_its_problems(tmp_path: Path) -> None:
    text = packaged_agreement("minsk-jccc.toml").read_text(encoding="utf-8")
    file = tmp_path / "broken.toml"
    file.write_text(text.replace("quorum = 2", "quorum = 3"), encoding="utf-8")
    done = RUN.invoke(agreement_commands, ["explore", str(file)])
    assert done.exit_code == 2
    assert "quorum: 3 is above the 2 seats that vote by it" in done.stderr
