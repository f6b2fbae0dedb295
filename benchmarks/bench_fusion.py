"""Association by us and by every peer that installs, in one run, on worlds of known truth.

    make bench-fusion                             the whole campaign: hours the first time
    python benchmarks/bench_fusion.py --quick     small, two peers, under a minute, nothing kept
    python benchmarks/bench_fusion.py --tune      choose the peers' settings again, by grid
    python benchmarks/bench_fusion.py --only accuracy,speed,wrong,gospa,frozen --tools "splink"
    python benchmarks/bench_fusion.py --large     ours with 10^7 rows, and with 10^8 out of core

What was measured once, with the same settings, world and estimator, is read from
benchmarks/results/fusion-runs.json and not measured again, unless with --again.
Docs: docs/reference/fusion-benchmark.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

CANNOT = 3
PEERS = Path(__file__).resolve().parents[1] / ".venv-peers" / "bin" / "python"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--only", default="accuracy,speed,wrong,gospa,frozen")
    parser.add_argument("--tools")
    parser.add_argument("--limit", type=int, default=120, help="seconds a call may last")
    return parser.parse_args()


def main() -> int:
    """Run what was asked for; 1 if a goal is not met."""
    given = arguments()
    if not given.quick and find_spec("sedonadb") is None:
        if not PEERS.exists() or Path(sys.executable) == PEERS:
            print("the peers are not installed here: make bench-fusion does it", file=sys.stderr)
            return CANNOT
        os.execv(PEERS, [str(PEERS), *sys.argv])  # noqa: S606 - the same file, another Python
    # Only now: these import what the environment of the peers has.
    from fusion_campaign import SECTIONS, large, quick  # noqa: PLC0415
    from fusion_runs import BUILD, Runs, names  # noqa: PLC0415
    from fusion_tuning import tune_all  # noqa: PLC0415

    if given.quick:
        return quick()
    chosen = names(given.tools)
    if given.tune or not given.large:
        tune_all(chosen, again=given.tune)
    runs = Runs(again=given.again, limit_s=given.limit)
    held = True
    for section in filter(None, given.only.split(",")):
        held &= SECTIONS[section.strip()](runs, chosen)
    if given.large:
        held &= large(runs)
    shutil.rmtree(BUILD / "job", ignore_errors=True)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
