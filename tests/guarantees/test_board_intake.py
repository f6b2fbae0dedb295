"""Two deployments: signed entries come in from the monitor, and nothing goes back."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable
from dataclasses import replace

import pytest
from board_worlds import determination, facts

import truceline.guarantees
from truceline.guarantees.intake import Intake, take_in
from truceline.records.act import Act
from truceline.records.board_import import Imported
from truceline.records.canonical import canonical, plain
from truceline.records.claim import Claim
from truceline.records.finding import Finding
from truceline.records.incident import Incident
from truceline.records.observation import Observation

ORIGIN, BUNDLE = "monitor.example/log", "bb" * 32


def entry(record: object, kind: str, name: str, index: int = 0) -> Imported:
    data = plain(record)
    return Imported(
        kind=kind,
        id=name,
        record=data,
        record_sha256=hashlib.sha256(canonical(data)).hexdigest(),
        origin=ORIGIN,
        index=index,
        bundle_sha256=BUNDLE,
        checkpoint_sha256="cc" * 32,
        proof=(name,),
    )


FINDING = entry(facts("one"), "finding", "f:one", 1)
DECIDED = entry(determination("d1"), "determination", "d1", 2)


def taken(*imports: Imported) -> Intake:
    return take_in(imports, origin=ORIGIN, verified_bundles={BUNDLE})


def test_what_the_monitor_signed_is_what_the_board_folds() -> None:
    intake = taken(DECIDED, FINDING)
    assert intake.findings == (facts("one"),)
    assert intake.determinations == (determination("d1"),)
    assert intake.refused == ()


def test_the_latest_entry_of_one_id_holds_whatever_the_order() -> None:
    old = determination("d1", standing="corrected", replaced_by="d2")
    later = entry(old, "determination", "d1", 9)
    assert taken(later, DECIDED).determinations == (old,)
    assert taken(DECIDED, later) == taken(later, DECIDED)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"origin": "elsewhere"}, "import_origin"),
        ({"bundle_sha256": "dd" * 32}, "import_not_verified"),
        ({"record_sha256": "dd" * 32}, "import_hash"),
        ({"kind": "remedy"}, "import_unreadable"),
        ({"id": "d2"}, "import_unreadable"),
    ],
)
def test_what_is_not_proven_stays_outside(change: dict[str, str], rule: str) -> None:
    intake = taken(FINDING, replace(DECIDED, **change))  # type: ignore[arg-type]
    assert [one.rule for one in intake.refused] == [rule]
    assert intake.determinations == ()
    assert len(intake.findings) == 1


def test_two_entries_at_one_place_of_the_log_are_named_as_fraud() -> None:
    other = entry(determination("d1", party="UA"), "determination", "d1", 2)
    intake = taken(DECIDED, other)
    assert [one.rule for one in intake.refused] == ["two_histories"]
    assert len(intake.determinations) == 1


def test_an_import_without_a_proof_is_none() -> None:
    with pytest.raises(ValueError, match="without a proof"):
        replace(FINDING, proof=())


# ------------------------------------------------------------------------------ one way only
# What a monitor takes: statements, observations, claims, incidents, findings, raw bytes.
FOR_A_MONITOR = {Act, Imported, Observation, Claim, Incident, Finding, bytes, bytearray}


def functions() -> list[Callable[..., object]]:
    found: list[Callable[..., object]] = []
    for module in pkgutil.iter_modules(truceline.guarantees.__path__, "truceline.guarantees."):
        loaded = importlib.import_module(module.name)
        for _, one in inspect.getmembers(loaded):
            if getattr(one, "__module__", "") != module.name:
                continue
            if inspect.isfunction(one):
                found.append(one)
            elif inspect.isclass(one):
                found += [two for _, two in inspect.getmembers(one, inspect.isfunction)
                          if two.__module__ == module.name]  # fmt: skip
    return found


def parts(hint: object) -> set[object]:
    inner = typing.get_args(hint)
    return {hint} | {part for one in inner for part in parts(one)}


def test_no_function_of_the_board_returns_anything_that_a_monitor_takes() -> None:
    checked = 0
    for one in functions():
        given = typing.get_type_hints(one).get("return")
        if one.__module__.rpartition(".")[2] == "candidates":
            continue  # it lists what the monitor itself has found
        checked += 1
        assert not parts(given) & FOR_A_MONITOR, one
    assert checked > 60


def test_the_rule_sees_what_it_forbids() -> None:
    assert parts(tuple[Act, ...]) & FOR_A_MONITOR
    assert parts(dict[str, list[Finding]]) & FOR_A_MONITOR
