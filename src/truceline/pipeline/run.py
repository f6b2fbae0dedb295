"""Run the main job: a folder of documents and some agreements become a mission that can be checked.

The mission is built beside its final place and moved there when it is whole, so that a mission that
exists is complete.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from truceline import __version__
from truceline.agreement.read import CheckReport, check_agreement, read_agreement
from truceline.evaluation import RULES
from truceline.evidence.folder import sync_directory
from truceline.evidence.keys import SigningKey, new_seed, write_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.tree import rows_root
from truceline.feeds import FEEDS
from truceline.feeds.collect import Manifest, collect, read_manifest
from truceline.feeds.gather import Original, feed_of
from truceline.pipeline.derive import Derived, Inputs, Progress, derive
from truceline.pipeline.mission import AGREEMENT_FEED, MissionView, open_mission
from truceline.records.agreement import Agreement
from truceline.records.canonical import record_bytes
from truceline.records.units import PPM, day_of
from truceline.simulate.debrief import score
from truceline.simulate.exercise import make_exercise

EXERCISE_AGREEMENTS = ("exercise.toml", "energy-moratorium-2025.toml")


class MissionError(Exception):
    """A mission cannot be made of what was given; the message names what and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """An agreement file: its name, its bytes, and what they say."""

    name: str
    content: bytes
    agreement: Agreement


def replay(
    folder: Path,
    agreements: Sequence[Path],
    mission: Path,
    *,
    since: date | None = None,
    until: date | None = None,
    threads: int = 1,
    title: str = "",
    progress: Progress,
) -> MissionView:
    """Run the whole job on a folder laid out like the shared data.

    Args:
        folder: Documents, at the paths that the feeds name; any of them may be missing.
        agreements: Agreement files, at least one.
        mission: Where the mission shall stand; it must not exist.
        since: First UTC day; without it, the first day that a satellite document speaks of, else
            the first day of the agreements.
        until: Last UTC day, likewise.
        threads: Threads that read documents; the result is the same.
        title: What the mission is called; without it, the titles of its agreements.
        progress: Told what is done.

    Raises:
        MissionError: The mission exists, the folder does not, or no window can be told.
        AgreementError: An agreement cannot be read.
        FeedError: The fetch manifest is broken.
    """
    if mission.exists():
        raise MissionError(f"{mission} exists; a mission is never overwritten")
    if not folder.is_dir():
        raise MissionError(f"{folder} is no folder")
    terms = [read_terms(path) for path in agreements]
    if not terms:
        raise MissionError("no agreement given; name one with --agreement FILE")
    originals = read_folder(folder)
    first, last = _window(originals, terms, since, until)
    inputs = Inputs(
        originals=originals,
        agreements=tuple(one.agreement for one in terms),
        since=first,
        until=last,
    )
    derived = derive(inputs, threads=threads, progress=progress)
    name = title or "; ".join(one.agreement.title for one in terms)
    _keep(mission, name, inputs, terms, derived, progress)
    return open_mission(mission)


def exercise(
    mission: Path,
    *,
    seed: int,
    days: int,
    start: date,
    threads: int = 1,
    progress: Progress,
) -> MissionView:
    """Make a simulated week whose truth is known, and run the whole job on it.

    The documents and the truth stay beside the mission, in `<mission>.exercise`.

    Raises:
        MissionError: The mission or its exercise folder exists.
    """
    folder = mission.with_name(mission.name + ".exercise")
    for path in (mission, folder):
        if path.exists():
            raise MissionError(f"{path} exists; a mission is never overwritten")
    oblasts = files("truceline").joinpath("basemap", "oblasts.geojson").read_bytes()
    make_exercise(seed, days, start, folder, oblasts, progress=progress)
    return replay(
        folder,
        [packaged_agreement(name) for name in EXERCISE_AGREEMENTS],
        mission,
        since=start,
        until=start + timedelta(days=days - 1),
        threads=threads,
        title=f"Exercise, seed {seed}, {days} simulated days",
        progress=progress,
    )


def fetch(
    since: date, until: date, out: Path, progress: Callable[[str, int, int], None]
) -> Manifest:
    """Bring what the public sources hold of these days, both inclusive, into a folder."""
    return collect(
        FEEDS, since, until, out, received_us=lambda: time.time_ns() // 1000, progress=progress
    )


def packaged_agreement(name: str) -> Path:
    """Give the path of an agreement that comes with the package."""
    return Path(str(files("truceline").joinpath("agreements", name)))


def named_agreement(path: Path) -> Path:
    """Find an agreement: a file, or by its bare name one that comes with the package."""
    packaged = packaged_agreement(f"{path.name.removesuffix('.toml')}.toml")
    return packaged if not path.exists() and path.parent == Path() and packaged.is_file() else path


def check_terms(path: Path) -> CheckReport:
    """Check an agreement file: everything that is wrong with it, and what it says.

    Raises:
        MissionError: The file cannot be opened.
    """
    found = named_agreement(path)
    return check_agreement(_content(found), found.name, frozenset(RULES))


def mission_files(mission: Path) -> tuple[Path, ...]:
    """Name all that a mission leaves: its folder, and what stands beside it."""
    beside = (".key", ".journal-a", ".journal-b", ".index.sqlite", ".exercise", ".part")
    return (mission, *(mission.with_name(mission.name + ending) for ending in beside))


def debrief(mission: Path, view: MissionView) -> tuple[str, ...]:
    """Compare what was found with what was true, after an exercise, in sentences."""
    truth = mission.with_name(mission.name + ".exercise") / "truth"
    told = score(truth, view.records("incident"))
    brier = told["brier_by_cause_ppm"]
    score_text = "not known" if brier is None else f"{brier / PPM:.3f}"
    found = f"{told['matched']} of {told['true']} true effects of munitions have an incident"
    given = f"{told['reported']} of {told['assessed']} incidents were given a half or more"
    return (
        f"{found} of a half or more within 5 km and 24 h",
        f"{given}; {told['reported_from_clutter']} of those came from nothing but clutter",
        f"Brier score of the probabilities: {score_text} (0 is perfect, 0.25 is a coin)",
    )


def read_terms(path: Path) -> Terms:
    """Read an agreement file.

    Raises:
        MissionError: The file cannot be opened.
        AgreementError: It is no agreement.
    """
    content = _content(path)
    return Terms(name=path.name, content=content, agreement=read_agreement(content, path.name))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MissionError(f"{path} cannot be read: {error.strerror}") from error


def read_folder(folder: Path) -> tuple[Original, ...]:
    """Read every document of a folder that a feed claims, sorted by name.

    Raises:
        FeedError: The fetch manifest is broken.
    """
    received = read_manifest(folder)
    names = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    return tuple(
        Original(name=name, content=(folder / name).read_bytes(), received_us=received.get(name))
        for name in names
        if feed_of(name, FEEDS)
    )


def _window(
    originals: Sequence[Original],
    terms: Sequence[Terms],
    since: date | None,
    until: date | None,
) -> tuple[date, date]:
    """Tell which days are meant: as asked, else what satellites looked at, else the terms."""
    spans = [
        (began_us, ended_us)
        for original in originals
        for feed in (feed_of(original.name, FEEDS),)
        if feed and feed.gives == "observations"
        for _, began_us, ended_us in feed.covers(original.name)
    ] or [
        (reading.start.not_before_us, reading.end.not_after_us)
        for one in terms
        for reading in one.agreement.readings
        if reading.end
    ]
    if not spans and (since is None or until is None):
        raise MissionError("nothing tells which days are meant; give --from and --to")
    first = since or day_of(min(began_us for began_us, _ in spans))
    last = until or day_of(max(ended_us for _, ended_us in spans) - 1)
    if last < first:
        raise MissionError(f"--to {last} is before --from {first}")
    return first, last


def _keep(
    mission: Path,
    title: str,
    inputs: Inputs,
    terms: Sequence[Terms],
    derived: Derived,
    progress: Progress,
) -> None:
    """Seal originals, what was read from them and what was derived, then move it into place."""
    part = mission.with_name(mission.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    mission.parent.mkdir(parents=True, exist_ok=True)
    seed = new_seed()
    key_file = mission.with_name(mission.name + ".key")
    if key_file.exists():
        raise MissionError(f"{key_file} exists; a key is never overwritten")
    origin = f"truceline.example/{mission.name}"
    with Ledger.create(part, seed, origin) as ledger:
        key = str(SigningKey(name=origin, seed=seed).verifier)
        ledger.store_mission_file(_mission_toml(title, key, inputs, terms))
        for one in terms:
            _seal_original(ledger, Original(name=one.name, content=one.content), AGREEMENT_FEED)
        by_name = {original.name: original for original in inputs.originals}
        for done, read in enumerate(derived.reads, start=1):
            _seal_original(ledger, by_name[read.document.name], read.document.feed)
            ledger.append(
                "parsed",
                {
                    "sha256": read.document.sha256,
                    "feed": read.document.feed,
                    "parser_version": read.parser_version,
                    "rows": read.document.rows,
                    "refused": len(read.document.refused),
                    "rows_root": rows_root(record_bytes(row) for row in read.rows),
                },
            )
            progress("sealing originals", done, len(derived.reads))
        for name, content in sorted(derived.files.items()):
            ledger.store_derived(name, content)
        ledger.commit(time.time_ns() // 1000)
    write_key(key_file, seed)
    part.rename(mission)
    sync_directory(mission.parent)


def _seal_original(ledger: Ledger, original: Original, feed: str) -> None:
    ledger.append(
        "original",
        {
            "sha256": ledger.store_original(original.content),
            "size": len(original.content),
            "name": original.name,
            "feed": feed,
            "received_us": original.received_us,
        },
    )


def _mission_toml(title: str, key: str, inputs: Inputs, terms: Sequence[Terms]) -> bytes:
    """Write the mission file: what it is about, and the key that signs it."""
    lines = [
        "format = 1",
        f"title = {json.dumps(title, ensure_ascii=False)}",
        f"verifier_key = {json.dumps(key)}",
        f'software = "truceline {__version__}"',
        f"since = {inputs.since.isoformat()}",
        f"until = {inputs.until.isoformat()}",
    ]
    for one in terms:
        digest = hashlib.sha256(one.content).hexdigest()
        lines += [
            "",
            "[[agreement]]",
            f"name = {json.dumps(one.name, ensure_ascii=False)}",
            f'sha256 = "{digest}"',
        ]
    return ("\n".join(lines) + "\n").encode()
