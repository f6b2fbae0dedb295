"""Ten thousand tampered bundles against all three verifiers: one Python file, a page, a Go program.

Each bundle differs from a sound one by one byte: of the file itself, or of what stands decoded in
it (entry, proof, file, text, number), written again in the right form. The same bundles, seeded, go
to each verifier. Half of them carry a policy and the cosignatures of mirrors. Sound bundles,
bundles that break one rule and bundles under unsafe keys and signatures go along, so that a
verifier that refuses everything does not pass. Nobody signed the text of the policy in a bundle; so
its bytes are changed apart, and each verifier has to refuse them, or to say by the reader's own
policy what it said before.

    python benchmarks/bench_bundle_elsewhere.py [--count 10000] [--seed 20260106]
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from operator import eq
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "evidence"))

from bundle_quorums import (
    FOUR,
    Quorum,
    policy,
    sound_quorums,
    spoiled_quorums,
    told_by_library,
    under,
)
from bundle_writers import (
    World,
    canonical,
    mutations,
    policy_mutations,
    signed_by_nobody_sound,
    sound_signer,
    spoiled_bundles,
    valid_bundles,
)

from truceline.evidence.verifiers import verify_bundle

VERIFIERS = Path(verify_bundle.__file__).parent
RESULT = HERE / "results" / "evidence-bundle-elsewhere.json"
CHROMIUM = "/usr/bin/chromium"
GO = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode"}
AT_ONCE = 100
POLICY_MUTANTS = 1_000
VERIFY = """async ([bundles, given]) => {
    const said = [];
    const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const policy = given === null ? null : await truceline.readPolicy(bytesOf(given));
    for (const bundle of bundles) {
        const { ok, seen } = await truceline.verify(bytesOf(bundle), "", policy);
        said.push(ok ? truceline.standingLine(seen.standing) : "");
    }
    return said;
}"""
# Bundles and the reader's policy in; what is said of the mirrors out, "" for refused.
Check = Callable[[list[bytes], bytes | None], list[str]]


def tampered(count: int, seed: int) -> Iterator[bytes]:
    """Give `count` changed bundles, in turn from worlds of different size, key and content."""
    other = sound_signer(b"s" * 32)
    three = under((0, 5), (1, 9), (3, 7))
    worlds = (
        World(),
        World(size=8, policy=policy(4, FOUR), cosigned=three),
        World(size=2**33 + 700, policy=policy(4, FOUR), cosigned=three),
        World(signer=other, readings=("declared",)),
    )
    sound = [canonical(world.bundle()) for world in worlds]
    streams = [mutations(one, count, seed + at) for at, one in enumerate(sound)]
    for turn in range(count):
        # Two turns a stream: one byte of the file, one inside.
        _, changed = next(streams[turn // 2 % len(streams)])
        if changed in sound:
            raise AssertionError("a changed bundle is a sound one")
        yield changed


def check_with_python(bundles: list[bytes], given: bytes | None = None) -> list[str]:
    """Ask the one-file verifier."""
    said = []
    for bundle in bundles:
        try:
            said.append(str(verify_bundle.verify(bundle, None, given).standing))
        except verify_bundle.Wrong:
            said.append("")
    return said


def check_with_go(program: Path) -> Check:
    """Ask one process of the Go program about all files at once."""

    def check(bundles: list[bytes], given: bytes | None = None) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder, str(at)) for at in range(len(bundles))]
            for path, bundle in zip(paths, bundles, strict=True):
                path.write_bytes(bundle)
            Path(folder, "policy").write_bytes(given or b"")
            options = [] if given is None else ["--policy", str(Path(folder, "policy"))]
            answers = subprocess.run(
                [program, *options, "--batch"],
                input="\n".join(map(str, paths)),
                capture_output=True,
                text=True,
                check=False,
                encoding="utf-8",
            ).stdout.splitlines()
        told = [answer.split("\t") for answer in answers]
        codes = {code for code, _, _ in told}
        if len(told) != len(bundles) or codes - {"0", "1"}:
            raise RuntimeError(f"{len(told)} answers with codes {sorted(codes)}")
        return [said if code == "0" else "" for code, _, said in told]

    return check


def check_with_browser(page: Any) -> Check:  # noqa: ANN401 - a Playwright page
    """Ask the page, opened from disk, many bundles at once."""

    def check(bundles: list[bytes], given: bytes | None = None) -> list[str]:
        said: list[str] = []
        policy_ = None if given is None else base64.b64encode(given).decode()
        for first in range(0, len(bundles), AT_ONCE):
            chosen = [base64.b64encode(one).decode() for one in bundles[first : first + AT_ONCE]]
            said += page.evaluate(VERIFY, [chosen, policy_])
        return said

    return check


def check_each(check: Check, quorums: Iterable[Quorum]) -> list[str]:
    """Ask about bundles of which each may have a policy of its reader's."""
    return [check([one.bundle], one.given)[0] for one in quorums]


def campaign(who: str, check: Check, count: int, seed: int) -> list[dict[str, Any]]:
    """Put everything through one verifier and give its rows of the table."""
    unsafe = [bundle for _, bundle in signed_by_nobody_sound().values()]
    spoiled, sound = list(spoiled_bundles().values()), list(valid_bundles().values())
    false, true = spoiled_quorums(), sound_quorums()
    judged = true["given, stricter"]
    expected = told_by_library(judged)
    changed = policy_mutations(judged.bundle, POLICY_MUTANTS, seed)
    began = time.perf_counter()
    rejected, bundles = 0, tampered(count, seed)
    while chunk := list(islice(bundles, 1000)):
        rejected += check(chunk, None).count("")
        print(f"  {who}: {rejected} tampered bundles rejected", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - began
    counted = [
        ("tampered bundles rejected", rejected, count),
        ("bundles that break one rule rejected", check(spoiled, None).count(""), len(spoiled)),
        ("unsafe keys and signatures rejected", check(unsafe, None).count(""), len(unsafe)),
        ("sound bundles accepted", len(sound) - check(sound, None).count(""), len(sound)),
        (
            "false cosignatures and policies rejected",
            check_each(check, false.values()).count(""),
            len(false),
        ),
        (
            "sound cosignatures and policies: the library's words",
            sum(map(eq, check_each(check, true.values()), map(told_by_library, true.values()))),
            len(true),
        ),
        (
            "bundle's own policy changed: rejected, or the same by the reader's policy",
            sum(said in {"", expected} for said in check(list(changed), judged.given)),
            POLICY_MUTANTS,
        ),
    ]
    rows: list[dict[str, Any]] = [
        {
            "what": what,
            "who": who,
            "value": value,
            "unit": "bundles",
            "goal": f">= {goal}",
            "met": value >= goal,
        }
        for what, value, goal in counted
    ]
    return [
        *rows,
        {
            "what": "time for one tampered bundle, making it included",
            "who": who,
            "value": round(1000 * seconds / count, 2),
            "unit": "ms",
            "goal": None,
            "met": None,
        },
    ]


def in_go(count: int, seed: int) -> list[dict[str, Any]]:
    """Build the Go program and run its campaign."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "verify_bundle")
        subprocess.run(
            ["go", "build", "-o", program, "."],
            cwd=VERIFIERS / "go",
            env={**os.environ, **GO},
            check=True,
        )
        return campaign("verify_bundle, Go", check_with_go(program), count, seed)


def in_browser(count: int, seed: int) -> list[dict[str, Any]]:
    """Open the page from disk and run its campaign."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(0)
        page.goto((VERIFIERS / "verify_bundle.html").as_uri())
        return campaign("verify_bundle.html, Chromium", check_with_browser(page), count, seed)


def in_python(count: int, seed: int) -> list[dict[str, Any]]:
    """Run the campaign of the one-file verifier."""
    return campaign("verify_bundle.py", check_with_python, count, seed)


def main() -> int:
    """Run all three, print the table, write the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20_260_106)
    given = parser.parse_args()
    with ProcessPoolExecutor(max_workers=2) as pool:
        runs = [pool.submit(run, given.count, given.seed) for run in (in_python, in_browser, in_go)]
        rows = [row for run in runs for row in run.result()]
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False
    ).stdout.strip()
    figures = {
        "machine": f"{os.cpu_count()} CPUs, {platform.machine()}, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}; verifiers run side by side",
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "command": f"python benchmarks/{Path(__file__).name} --count {given.count} "
        f"--seed {given.seed}",
        "rows": rows,
    }
    for row in rows:
        bound = "" if row["goal"] is None else f"   goal {row['goal']}"
        print(f"{row['what']:50} {row['who']:30} {row['value']:>10} {row['unit']}{bound}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0 if all(row["met"] is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
