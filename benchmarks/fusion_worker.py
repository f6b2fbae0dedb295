"""One tool on one world in a process of its own: the clock, the processor and the memory it took.

    python benchmarks/fusion_worker.py JOB.json

The job names the tool, its settings and the file of columns; the answer goes beside it: labels as
.npy, and what they cost as .json. A call that lasts longer than its limit is ended by a signal.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from fusion_columns import load, rows_of
from fusion_ours import listed
from fusion_peers import OURS, TOOLS, Tool
from fusion_score import LONELY, gospa_km, origins, parting

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
KIB, MB = 1024, 1e6
# Beyond it a call ends with an error of memory, and not with the machine.
MEMORY = 20 * 2**30
FINALISTS = 15


def others() -> list[int]:
    """Name the other living processes of this session: what a tool started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
            if session == os.getsid(0) and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


def processor_s() -> float:
    """Give the processor time of this process, its dead children and its living ones."""
    used = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        used += usage.ru_utime + usage.ru_stime
    for pid in others():
        with contextlib.suppress(OSError):
            parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += sum(int(part) for part in parts[11:15]) * TICK_S
    return used


def memory(name: str) -> float:
    """Give a size from /proc in MB, such as VmHWM, summed over this process and what it started."""
    total = 0.0
    for pid in (os.getpid(), *others()):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith(name + ":"):
                    total += int(line.split()[1]) * KIB / MB
    return total


def run(tool: Tool, job: dict[str, Any]) -> dict[str, Any]:
    """Warm up on the small world, then measure one call on the large one."""
    small = rows_of(load(Path(job["warm"]))[0], job["regime"])
    tool.run(small, job["settings"])
    rows = rows_of(load(Path(job["world"]))[0], job["regime"])
    before_mb = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew from here
    signal.alarm(job["limit_s"])
    busy, begin = processor_s(), time.perf_counter()
    labels = tool.run(rows, job["settings"])
    wall_s, cpu_s = time.perf_counter() - begin, processor_s() - busy
    signal.alarm(0)
    peak_mb = memory("VmHWM")
    np.save(job["labels"], labels)
    if job["tool"] == OURS:
        np.save(job["listed"], listed())
    return {
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "added_mb": peak_mb - before_mb,
        "rows": len(rows),
        "versions": versions(tool),
    }


def versions(tool: Tool) -> dict[str, str]:
    """Give the version of each package of a tool."""
    found = {}
    for package in tool.packages:
        with contextlib.suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def settings_of(tool: Tool) -> Iterator[dict[str, Any]]:
    """Give every combination of a tool's grid."""
    for values in product(*tool.grid.values()):
        yield dict(zip(tool.grid, values, strict=True))


def tune(tool: Tool, job: dict[str, Any]) -> dict[str, Any]:
    """Try the whole grid, and what did best once more on a longer world of the same seed.

    A short world has little past and future: in it spans of time are chosen too long.
    """
    tried = trials(tool, job, job["world"], settings_of(tool))
    if job["longer"] == job["world"]:
        return {"versions": versions(tool)}
    best = {json.dumps(one["settings"]): one["settings"]
            for measure, sign in (("pair_f1", -1), *((way, 1) for way in LONELY))
            for one in sorted(tried, key=lambda one: sign * one[measure])[:FINALISTS]}  # fmt: skip
    trials(tool, job, job["longer"], iter(best.values()))
    return {"versions": versions(tool)}


def trials(
    tool: Tool, job: dict[str, Any], path: str, grid: Iterator[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Try settings on one world; each try is written down as soon as it is known."""
    detections, truth = load(Path(path))
    rows = rows_of(detections, job["regime"])
    tried = []
    with Path(job["tries"]).open("a", encoding="utf-8") as tries:
        for settings in grid:
            labels = tool.run(rows, {**job["settings"], **settings})
            one = {
                "settings": settings,
                "rows": len(rows),
                "pair_f1": parting(truth, labels)["pair_f1"],
            }
            for lonely in LONELY:
                found = origins(detections, labels, lonely=lonely)
                one[lonely] = gospa_km(truth.incidents, found)["gospa_km"]
            print(json.dumps(one), file=tries, flush=True)
            tried.append(one)
    return tried


def main() -> int:
    """Do the job; what a tool raises is the answer, not a failure of the benchmark."""
    path = Path(sys.argv[1])
    job = json.loads(path.read_text(encoding="utf-8"))
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        answer = (tune if "tries" in job else run)(TOOLS[job["tool"]], job)
    except ImportError as error:
        answer = {"failed": f"not installed: {error}"}
    except MemoryError:
        answer = {"failed": "out of memory"}
    except Exception as error:  # noqa: BLE001 - whatever a peer raises
        answer = {"failed": f"{type(error).__name__}: {error}"[:200]}
    path.with_suffix(".answer.json").write_text(json.dumps(answer), encoding="utf-8")
    return 0


if __name__ == "__main__":
    # joblib's workers outlive their work; they are ended with this process's session.
    sys.exit(main())
