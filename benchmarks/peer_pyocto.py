"""PyOcto on a file of worlds, in the environment of its own that bench_arrivals.py makes.

    .venv-pyocto/bin/python benchmarks/peer_pyocto.py WORLDS.json ANSWERS.json

It is told the kind of each wave (it cannot do without), the speed of both, where the stations are
and where events may be. One thread, so that processor time can be compared.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyocto

GROUND_KM_S, AIR_KM_S, SIDE_KM, CUTOFF_KM = 5.0, 0.34, 60.0, 30.0


def associate(world: np.lib.npyio.NpzFile, setting: dict[str, float]) -> dict[str, Any]:
    """Run one world with one setting."""
    where = world["stations_m"] / 1000.0
    stations = pd.DataFrame({"x": where[:, 0], "y": where[:, 1], "z": 0.0})
    stations["id"] = [str(number) for number in range(len(where))]
    picks = pd.DataFrame(
        {
            "station": world["station"].astype(str),
            "time": (world["at_us"] - world["at_us"][0]) / 1e6,
            "phase": np.where(world["wave"] == 0, "P", "S"),
        }
    )
    model = pyocto.VelocityModel0D(
        GROUND_KM_S, AIR_KM_S, setting["tolerance"], association_cutoff_distance=CUTOFF_KM
    )
    associator = pyocto.OctoAssociator(
        (0.0, SIDE_KM), (0.0, SIDE_KM), (0.0, 1.0), model,
        time_before=100.0, min_interevent_time=1.0, min_node_size_location=0.1,
        min_node_size=setting["node"], pick_match_tolerance=setting["match"],
        n_picks=int(setting["picks"]), n_p_picks=2, n_s_picks=2, n_p_and_s_picks=0, n_threads=1,
    )  # fmt: skip
    wall, cpu = time.perf_counter(), time.process_time()
    events, assigned = associator.associate(picks, stations)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    found = np.full(len(picks), -1)
    found[assigned["pick_idx"].to_numpy(np.int64)] = assigned["event_idx"].to_numpy(np.int64)
    place = np.full((int(found.max(initial=-1)) + 1, 2), np.nan)
    if len(events):
        place[events["idx"].to_numpy(np.int64)] = events[["x", "y"]].to_numpy() * 1000.0
    return {"found": found.tolist(), "place": place.tolist(), "wall_s": wall, "cpu_s": cpu}


def main() -> None:
    """Answer every run that the file asks for."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answers = [associate(np.load(run["world"]), run["setting"]) for run in asked]
    Path(sys.argv[2]).write_text(json.dumps(answers), encoding="utf-8")


if __name__ == "__main__":
    main()
