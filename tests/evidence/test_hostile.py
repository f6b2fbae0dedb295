"""Contributors of whom 30 % cheat: the campaign, shortened, and what it is worth.

The whole run is `python benchmarks/bench_hostile.py`.
"""

from __future__ import annotations

import inspect
import json
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hostile_world import CHANGE_ATTACKS, STATEMENT_ATTACKS, World

from truceline.evidence import approval, key_change, root
from truceline.evidence.registry import Registry

SHORT = 3000
LONGEST = 30_000
ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "benchmarks/results/evidence-hostile.json"
PAGE = ROOT / "docs/reference/keys.md"

# Owner of a rule, its name, and the words of it that are changed.
MUTANTS: dict[str, tuple[type | ModuleType, str, str, str]] = {
    "anybody may say anything": (Registry, "_insist_on_right", "not in kinds", "is None"),
    "no order of statements": (Registry, "_insist_on_order", "!= seq", "< 0"),
    "no statement before": (Registry, "_insist_on_order", "!= prev", "is False"),
    "changes from other logs": (Registry, "_insist_on_log", "!= self.log.name", "is None"),
    "approvals of older roots": (Registry, "_root_for", "!= self.root.version", "< 0"),
    "used keys again": (Registry, "_insist_on_new", "is not None", "== 0"),
    "keys of the root for actors": (Registry, "_owner_of", "in self._root_keys", "is None"),
    "actors' keys in the root": (Registry, "_take_root", "not in {None,", "in {0,"),
    "no possession": (Registry, "_take_change", "insist_on_possession(change)", "pass"),
    "names that are taken": (Registry, "_add", "actor in self._current", "actor is None"),
    "the log's own name": (Registry, "_add", "actor == self.log.name", "actor is None"),
    "rotation by the root": (Registry, "_rotate", 'by != "self"', "by is None"),
    "rotation from an old key": (Registry, "_rotate", "not self._is_current", "None is"),
    "a revoked key goes on": (Registry, "_revoke", "del self._current", "self._current"),
    "a stretch made shorter": (Registry, "_revoke", "since >= before", "since < 0"),
    "a stretch taken back": (Registry, "_revoke", "since is None or (", "since and ("),
    "a stretch beyond the key": (Registry, "_revoke", "not grant.admitted_at < since", "since < 0"),
    "a stretch of the future": (Registry, "_revoke", "since <= ended", "since"),
    "a gone key disowns more": (
        Registry,
        "_take_change",
        "if self._is_current(change.key) else None",
        "",
    ),
    "too few approvals": (approval, "insist_on_threshold", "count < threshold", "count < 1"),
    "one key counted twice": (
        approval,
        "insist_on_threshold",
        "len({one.key for one in approvals} & keys)",
        "len([one for one in approvals if one.key in keys])",
    ),
    "strangers counted": (
        approval,
        "insist_on_threshold",
        "len({one.key for one in approvals} & keys)",
        "len(approvals)",
    ),
    "approvals unchecked": (approval, "insist_on_signatures", "if not", "if None is"),
    "the new root alone": (root, "insist_on_root", "if before:", "if None:"),
    "the old root alone": (root, "insist_on_root", "root.threshold", "0"),
    "any version of the root": (root, "insist_on_root", "root.version != wanted", "None"),
    "kinds of the log's own": (key_change.Add, "__post_init__", "& set(GRANTABLE)", ""),
}
# What has to give way besides, since two rules stand one behind the other.
TOGETHER: dict[str, tuple[tuple[type | ModuleType, str, str, str], ...]] = {
    "one key counted twice": ((approval, "read_approvals", "texts != sorted(set(texts))", "None"),),
    "strangers counted": ((key_change, "insist_on_approval", "one.key not in keys", "None"),),
    "the new root alone": (),
}


def mutated(owner: type | ModuleType, name: str, old: str, new: str) -> Callable[..., Any]:
    """Give a rule with some of its words changed."""
    rule = inspect.unwrap(getattr(owner, name))
    source = textwrap.dedent(inspect.getsource(rule))
    assert old in source, f"{name} does not say {old!r} any more"
    module = sys.modules[rule.__module__]
    made: dict[str, Any] = {}
    code = compile("from __future__ import annotations\n" + source.replace(old, new), name, "exec")
    exec(code, module.__dict__, made)  # noqa: S102 - the rule itself, with a word changed
    return made[name]  # type: ignore[no-any-return]


def seed_mutant(
    patch: pytest.MonkeyPatch, owner: type | ModuleType, name: str, old: str, new: str
) -> None:
    """Put a mutated rule wherever the rule is used."""
    rule = mutated(owner, name, old, new)
    patch.setattr(owner, name, rule)
    if isinstance(owner, ModuleType):
        for module in list(sys.modules.values()):
            if module.__name__.startswith("truceline.evidence.") and hasattr(module, name):
                patch.setattr(module, name, rule)


@pytest.mark.parametrize("seed", range(3))
def test_nobody_gets_in_nobody_is_wronged_and_every_equivocation_is_proven(seed: int) -> None:
    world = World(seed).run(SHORT)
    assert world.violations == []
    assert world.counts["handed in"] >= SHORT
    assert world.counts["proven"] == world.counts["equivocations"] > 50
    assert world.counts["disputed stretches"] > 0
    assert len(world.desk.accepted) == world.counts["rightful"] + 1


@pytest.mark.parametrize("name", MUTANTS)
def test_the_campaign_catches_every_mutant_of_the_rules(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for mutant in (MUTANTS[name], *TOGETHER.get(name, ())):
        seed_mutant(monkeypatch, *mutant)
    try:
        world = World(7).run(LONGEST)
    except Exception as error:  # noqa: BLE001 - a mutant may break anything
        pytest.fail(f"the campaign broke instead of telling: {error!r}")
    assert world.violations


def test_every_attack_is_made() -> None:
    attacks = [attack.__name__ for attack in (*STATEMENT_ATTACKS, *CHANGE_ATTACKS)]
    assert len(set(attacks)) == len(attacks) > 30


# ------------------------------------------------------------------------- the whole run's figures
def rows() -> list[dict[str, Any]]:
    return list(json.loads(FIGURES.read_text(encoding="utf-8"))["rows"])


def test_table_is_the_one_that_was_measured() -> None:
    lines = ["| what | value | goal |", "|---|---:|---|"]
    lines += [f"| {row['what']} | {row['value']:,} | {row['goal'] or ''} |" for row in rows()]
    text = "\n".join(lines)
    assert text in PAGE.read_text(encoding="utf-8"), f"write into {PAGE}:\n{text}"


def test_the_whole_run_met_its_goals() -> None:
    found = {row["what"]: row for row in rows()}
    assert found["entries handed in"]["value"] >= 100_000
    assert found["hostile among them"]["value"] * 10 >= found["contributors"]["value"] * 3
    goals = [row["met"] for row in found.values() if row["goal"] is not None]
    assert len(goals) == 7
    assert all(goals)
