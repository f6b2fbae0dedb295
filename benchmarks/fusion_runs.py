"""Runs of the fusion benchmark: each measured once, kept under its key, and not measured again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fusion_columns import load, save, world, world_print
from fusion_ours import lags_told
from fusion_peers import OURS, TOOLS
from fusion_score import gospa_km, parting, score
from fusion_stress import AS_IT_IS, WRONGS
from fusion_yardstick import nearest_true
from table import RESULTS

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "src" / "truceline"
BUILD = HERE.parent / "build" / "bench-fusion"
TUNED = HERE / "fusion_peers.toml"
KEPT = RESULTS / "fusion-runs.json"
WARM_SEED = 100
# Starting, compiling and warming up come on top of the limit of a call.
START_S = 400
LIMIT_S = 120
MOST_SCORED = 1_000_000
NEAREST = "nearest true incident"

Result = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run.

    Attributes:
        tool: Name in `TOOLS`.
        regime: Of the world.
        rows: Asked for.
        seed: Of the world.
        tuned: What its settings were chosen for, "pair_f1" or "gospa_km"; with " of norm" behind
            it, in that regime and not in its own.
        wrong: What is told wrongly, a name of `WRONGS`.
    """

    tool: str
    regime: str
    rows: int
    seed: int
    tuned: str = "pair_f1"
    wrong: str = AS_IT_IS

    @property
    def settings(self) -> dict[str, Any]:
        """What the tool is told, from the file of tuned settings."""
        if self.tool == OURS:
            return {**tuned_settings().get(OURS, {}), **WRONGS[self.wrong].told}
        measure, _, regime = self.tuned.partition(" of ")
        found = tuned_settings().get(self.tool, {}).get(regime or self.regime, {})
        return {**found.get(measure, {})}

    @property
    def key(self) -> str:
        """Name all that the result depends on: another key, another result."""
        depends = {"settings": self.settings, "world": world_print(self.regime)}
        if self.tool == OURS:
            depends["fusion"] = print_of(*sorted((SOURCE / "fusion").glob("*.*")))
        shown = hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()[:8]
        words = (self.tool, self.regime, self.rows, f"seed {self.seed}", self.tuned, self.wrong)
        return " | ".join(str(word) for word in (*words, shown))


def print_of(*paths: Path) -> str:
    """Give a hash of files."""
    digest = hashlib.sha256()
    for path in paths:
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def tuned_settings() -> Mapping[str, Any]:
    """Read the settings that `--tune` chose: by tool, regime and what they were chosen for."""
    if not TUNED.exists():
        return {}
    return tomllib.loads(TUNED.read_text(encoding="utf-8")).get("tuned", {})


@dataclass(slots=True)
class Runs:
    """Results by key, kept in a file after each run.

    Attributes:
        path: The file; None keeps nothing.
        again: Measure even what is kept.
        limit_s: Longest time of a call.
        known: Results so far.
    """

    path: Path | None = KEPT
    again: bool = False
    limit_s: int = LIMIT_S
    known: dict[str, Result] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.path is not None and self.path.exists():
            self.known = json.loads(self.path.read_text(encoding="utf-8"))

    def of(self, job: Job) -> Result:
        """Give the result of a job, measured now unless it is kept."""
        key = job.key
        if key in self.known and (not self.again or key in self._done):
            return self.known[key]
        result = measure(job, self.limit_s)
        print(f"  {key:<86} {told(result)}", flush=True)
        self.put(key, {"job": asdict(job), **result})
        return self.known[key]

    def put(self, key: str, result: Result) -> None:
        """Keep a result, and no older one of the same job."""
        if "job" in result:
            stale = [old for old, kept in self.known.items() if kept.get("job") == result["job"]]
            for old in stale:
                del self.known[old]
        self.known[key] = result
        self._done.add(key)
        if self.path is not None:
            text = json.dumps(self.known, indent=1, sort_keys=True) + "\n"
            half = self.path.with_suffix(".half")
            half.write_text(text, encoding="utf-8")
            half.replace(self.path)


def told(result: Result) -> str:
    """Say a result in a line."""
    if "failed" in result:
        return str(result["failed"])
    figures = ""
    if "wall_s" in result:
        figures = f"{result['wall_s']:8.3f} s {result['added_mb']:7.0f} MB"
    if "pair_f1" in result:
        figures += f"  F1 {result['pair_f1']:.3f}  GOSPA {result['gospa_km']:.2f}"
    return figures


def measure(job: Job, limit_s: int) -> Result:
    """Run a job in a process of its own and score what it answered."""
    wrong = WRONGS[job.wrong]
    if not job.settings and job.tool != NEAREST:
        return {"failed": "no setting of its grid came back in time to be chosen"}
    path = world(BUILD, job.regime, job.rows, job.seed)
    if wrong.change is not None:
        path = _changed(path, job)
    if job.tool == NEAREST:
        detections, truth = load(path)
        return score(detections, truth, nearest_true(detections, truth.incidents), lonely="named")
    folder = BUILD / "job"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = job.settings
    answer = call(
        folder,
        {
            "tool": job.tool,
            "regime": job.regime,
            "world": str(path),
            "warm": str(world(BUILD, job.regime, TOOLS[job.tool].warm_rows, WARM_SEED)),
            "listed": str(folder / "listed.npy"),
            "labels": str(folder / "labels.npy"),
            "settings": settings,
            "limit_s": limit_s,
        },
        limit_s + START_S,
    )
    if "failed" not in answer and job.rows <= MOST_SCORED:
        answer |= _scored(path, folder, job)
    return answer


def _scored(path: Path, folder: Path, job: Job) -> Result:
    """Score labels, and origins: a peer's by the one estimator, ours as it lists them itself."""
    detections, truth = load(path)
    labels = np.load(folder / "labels.npy")
    if job.tool == OURS:
        listed = np.load(folder / "listed.npy")
        sure = listed[:, 3] >= job.settings["listed_from"]
        return parting(truth, labels) | gospa_km(truth.incidents, listed[sure, :3])
    lonely, lags = job.settings["lonely"], lags_told(WRONGS[job.wrong].told)
    return score(detections, truth, labels, lags, lonely=lonely)


def _changed(path: Path, job: Job) -> Path:
    """Write the world with what is told wrongly."""
    change = WRONGS[job.wrong].change
    changed = path.with_name("changed.npz")
    if change is not None:
        save(changed, *change(*load(path), np.random.Generator(np.random.PCG64(job.seed))))
    return changed


def call(folder: Path, job: Mapping[str, Any], limit_s: float) -> Result:
    """Start a worker, wait for it, end all it has started, and read its answer."""
    path = folder / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", str(HERE / "fusion_worker.py"), str(path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as worker:
        try:
            code = worker.wait(limit_s)
        except subprocess.TimeoutExpired:
            code = -signal.SIGALRM
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
    answer = folder / "job.answer.json"
    if answer.exists():
        return dict(json.loads(answer.read_text(encoding="utf-8")))
    if code == -signal.SIGALRM:
        return {"failed": f"over {job.get('limit_s', limit_s):.0f} s"}
    return {"failed": f"ended by signal {-code}" if code < 0 else f"ended with {code}"}


def names(chosen: str | None) -> list[str]:
    """Give the tools asked for, all if none is named.

    Raises:
        ValueError: A name is no tool.
    """
    asked = list(TOOLS) if chosen is None else [name.strip() for name in chosen.split(",")]
    for name in asked:
        if name not in TOOLS:
            raise ValueError(f"no tool {name!r}; there are {', '.join(TOOLS)}")
    return asked
