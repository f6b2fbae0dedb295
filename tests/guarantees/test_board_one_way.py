"""Two deployments: signed entries come in from the monitor, and nothing goes back."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable

import truceline.guarantees
from truceline.records.act import Act
from truceline.records.claim import Claim
from truceline.records.finding import Finding
from truceline.records.incident import Incident
from truceline.records.observation import Observation

# What a monitor takes: statements, observations, claims, incidents, findings, raw bytes.
FOR_A_MONITOR = {Act, Observation, Claim, Incident, Finding, bytes, bytearray}


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
