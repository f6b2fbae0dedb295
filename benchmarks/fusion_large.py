"""A hundred million detections through `Associator.add`, in pieces, none of them kept.

    python benchmarks/fusion_large.py REGIME ROWS ANSWER.json

Stretches of a million rows with seeds of their own follow one another in time. What is drawn is
thrown away after it was fed; the memory of the process is read after every piece.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

from fusion_worker import memory
from truceline.fusion.associate import Associator
from truceline.fusion.model import packaged_model
from truceline.simulate.regime import REGIMES, draw_regime

PIECE = 1_000_000
FIRST_SEED = 1000


def main() -> None:
    """Feed the pieces and write what they cost."""
    regime, rows, answer = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    associator = Associator(packaged_model())
    associator.add(draw_regime(REGIMES[regime], 100_000, 1)[0])
    associator = Associator(packaged_model(), keep=False)
    begins_us = wall_s = cpu_s = fed = 0
    resident_mb = []
    for piece in range(rows // PIECE):
        seen, _ = draw_regime(REGIMES[regime], PIECE, FIRST_SEED + piece)
        seen = replace(seen, at_us=seen.at_us - seen.at_us[0] + begins_us)
        begins_us = int(seen.at_us[-1]) + 1
        wall, cpu = time.perf_counter(), time.process_time()
        associator.add(seen)
        wall_s += time.perf_counter() - wall
        cpu_s += time.process_time() - cpu
        fed += len(seen)
        del seen
        resident_mb.append(memory("VmRSS"))
    result = {
        "rows": fed,
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "resident_mb": resident_mb,
    }
    answer.write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
