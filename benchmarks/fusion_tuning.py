"""Choose each peer's settings by grid on a world whose seed no figure is reported on."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fusion_columns import load, world, world_print
from fusion_ours import associated, listed
from fusion_peers import OURS, TOOLS
from fusion_runs import BUILD, TUNED, call, tuned_settings
from fusion_score import LONELY, gospa_km
from truceline.simulate.regime import REGIMES, Truth

SEED = 101
LIMIT_S = 1200
HEAD = """\
# Settings of the peers: `bench_fusion.py --tune` chose them by grid on seed {seed}, once for
# pairwise F1 and once for GOSPA, the best of a first round once more on ten times as many rows.
# `lonely` says which clusters of one row are listed, `world` which generator it was, `seen` what
# was seen there. Ours has the packaged parameters in every regime; here only stands from which
# probability on its incidents are listed.
"""


def pairs_per_row(truth: Truth) -> float:
    """Give the true number of pairs over the number of rows: what splink is given beforehand."""
    sizes = np.bincount(truth.incident[truth.incident >= 0])
    return float((sizes * (sizes - 1) // 2).sum() / len(truth.incident))


def tune(name: str, regime: str) -> dict[str, Any]:
    """Give the best settings of a tool in a regime, for both measures, and how they were found."""
    tool = TOOLS[name]
    path = world(BUILD, regime, tool.tuning_rows, SEED)
    given = {"pairs_per_row": round(pairs_per_row(load(path)[1]), 4)} if name == "splink" else {}
    folder = BUILD / "tuning"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tries = folder / "tries.jsonl"
    job = {
        "tool": name,
        "regime": regime,
        "world": str(path),
        "settings": given,
        "longer": str(world(BUILD, regime, min(10 * tool.tuning_rows, tool.most_rows), SEED)),
        "tries": str(tries),
    }
    answer = call(folder, job, LIMIT_S)
    lines = tries.read_text(encoding="utf-8").splitlines() if tries.exists() else []
    tried = [json.loads(line) for line in lines]
    size = _size(name)
    print(
        f"  {name:<24}{regime:<7}{len(tried)} tries, grid of {size} {answer.get('failed', '')}",
        flush=True,
    )
    most = max((one["rows"] for one in tried), default=0)
    last = [one for one in tried if one["rows"] == most]
    if not last:
        return {}
    found = {"tried": len(tried) - len(last) or len(last), "of": size}
    return found | {"world": world_print(regime)} | best(last, given)


def best(tried: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    """Choose among tries by F1 and by GOSPA; which lonely rows to list, always by GOSPA.

    >>> one = {"settings": {"km": 1}, "pair_f1": 0.5, "none": 4.0, "prompt": 3.0, "all": 5.0}
    >>> two = {"settings": {"km": 2}, "pair_f1": 0.6, "none": 4.5, "prompt": 4.6, "all": 5.0}
    >>> chosen = best([one, two], {})
    >>> chosen["pair_f1"]["km"], chosen["pair_f1"]["lonely"], chosen["gospa_km"]["km"]
    (2, 'none', 1)
    """
    chosen = {}
    for measure in ("pair_f1", "gospa_km"):
        sign = -1 if measure == "pair_f1" else 1
        one = min(
            tried,
            key=lambda a: sign * (a["pair_f1"] if measure == "pair_f1" else _least(a)),
        )
        chosen[measure] = {
            **one["settings"],
            **given,
            "lonely": min(LONELY, key=lambda way: float(one[way])),
            "seen_f1": round(one["pair_f1"], 4),
            "seen_gospa_km": round(_least(one), 4),
        }
    return chosen


def _least(one: Mapping[str, Any]) -> float:
    return min(float(one[way]) for way in LONELY)


def listed_from() -> float:
    """Give the probability from which on ours lists an incident: one for all regimes, by GOSPA."""
    limits = [round(0.2 + 0.05 * step, 2) for step in range(14)]
    total = dict.fromkeys(limits, 0.0)
    for regime in REGIMES:
        detections, truth = load(world(BUILD, regime, 100_000, SEED))
        associated(detections, {})
        told = listed()
        for limit in limits:
            found = gospa_km(truth.incidents, told[told[:, 3] >= limit, :3])
            total[limit] += found["gospa_km"]
    return min(total, key=lambda limit: total[limit])


def _size(name: str) -> int:
    return math.prod(len(values) for values in TOOLS[name].grid.values())


def _stale(known: Mapping[str, Any], name: str, regime: str) -> bool:
    found = known.get(name, {}).get(regime, {})
    return (found.get("world"), found.get("of")) != (world_print(regime), _size(name))


def tune_all(names: Sequence[str], *, again: bool) -> None:
    """Tune the tools named in every regime, and ours; the file is written after each."""
    known = {name: dict(regimes) for name, regimes in tuned_settings().items()}
    if OURS not in known or (again and OURS in names):
        known[OURS] = {"listed_from": listed_from()}
        write(known)
    for name in names:
        for regime in REGIMES:
            if name != OURS and (again or _stale(known, name, regime)):
                known.setdefault(name, {})[regime] = tune(name, regime)
                write(known)


def write(known: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the settings as TOML."""
    lines = [HEAD.format(seed=SEED)]
    grids = {name: tool.grid for name, tool in TOOLS.items() if tool.grid}
    for name, grid in grids.items():
        lines.append(f'[grid."{name}"]')
        lines += [f"{key} = {json.dumps(list(values))}" for key, values in grid.items()]
        lines.append(f"rows = {TOOLS[name].tuning_rows}\n")
    if OURS in known:
        lines.append(f"[tuned.{OURS}]\nlisted_from = {known[OURS]['listed_from']}\n")
    for name in grids:
        for regime, found in known.get(name, {}).items():
            if not found:
                continue
            lines.append(f'[tuned."{name}".{regime}]')
            lines.append(f"tried = {found['tried']}\nof = {found['of']}")
            lines.append(f'world = "{found["world"]}"')
            for measure in ("pair_f1", "gospa_km"):
                told = ", ".join(f"{k} = {json.dumps(v)}" for k, v in found[measure].items())
                lines.append(f"{measure} = {{ {told} }}")
            lines.append("")
    TUNED.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
