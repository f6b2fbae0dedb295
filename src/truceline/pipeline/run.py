"""Run the main job: a folder of documents and some agreements become a mission."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from truceline.agreement.read import CheckReport, check_agreement, read_agreement
from truceline.evaluation import RULES
from truceline.feeds import FEEDS
from truceline.feeds.collect import Manifest, collect, read_manifest
from truceline.feeds.gather import Original, feed_of
from truceline.pipeline.derive import Inputs, Progress, derive
from truceline.pipeline.mandates import warn_of_standstills
from truceline.pipeline.mission import MissionView, open_mission
from truceline.pipeline.seal import MissionError, Terms, insist_on_place, seal_mission
from truceline.records.units import day_of, iso, moment_of
from truceline.simulate.exercise import Exercise, make_exercise
from truceline.simulate.families import DEFAULT, FAMILIES
from truceline.simulate.narrative import write_papers

DEFAULT_FAMILY, FAMILY_NAMES = DEFAULT, tuple(FAMILIES)
EXERCISE_AGREEMENT, MORATORIUM = "exercise.toml", "energy-moratorium-2025.toml"


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
    insist_on_place(mission, title)
    if not folder.is_dir():
        raise MissionError(f"{folder} is no folder")
    terms = [read_terms(path) for path in agreements]
    if not terms:
        raise MissionError("no agreement given; name one with --agreement FILE")
    twice = Counter(one.agreement.sha256 for one in terms).most_common(1)[0]
    if twice[1] > 1:
        names = [one.name for one in terms if one.agreement.sha256 == twice[0]]
        raise MissionError(f"{' and '.join(names)} are the same agreement; give it once")
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
    seal_mission(mission, name, inputs, terms, derived, progress)
    return open_mission(mission)


def exercise(
    mission: Path,
    *,
    seed: int,
    days: int,
    start: date,
    family: str = DEFAULT_FAMILY,
    threads: int = 1,
    progress: Progress,
) -> MissionView:
    """Make a simulated week whose truth is known, and run the whole job on it.

    The documents and the truth stay beside the mission, in `<mission>.exercise`, with the agreement
    of the exercise moved to the days that are played.

    Raises:
        ExerciseError: The seed, days, start or family are out of range.
        MissionError: The mission or its exercise folder exists.
    """
    folder = exercise_folder(mission)
    insist_on_place(mission, "")
    if folder.exists():
        raise MissionError(f"{folder} exists; a mission is never overwritten")
    oblasts = files("truceline").joinpath("basemap", "oblasts.geojson").read_bytes()
    made = make_exercise(seed, days, start, folder, oblasts, progress=progress, family=family)
    agreements = [write_agreement(made), packaged_agreement(MORATORIUM)]
    terms = [read_terms(path).agreement for path in agreements]
    write_papers(folder, str(mission), terms)
    return replay(
        folder,
        agreements,
        mission,
        since=start,
        until=start + timedelta(days=days - 1),
        threads=threads,
        title=f"Exercise, seed {seed}, {days} simulated days",
        progress=progress,
    )


def exercise_folder(mission: Path) -> Path:
    """Give the folder of an exercise's documents and truth, beside its mission."""
    return mission.with_name(mission.name + ".exercise")


def write_agreement(made: Exercise) -> Path:
    """Write the agreement of the exercise with the instants of this exercise's truce.

    In a week that begins on 20 March 2025 it is the packaged file, byte by byte.
    """
    began, ended = (moment_of(us) for us in (made.truce_from_us, made.truce_until_us))
    demolition = began + timedelta(days=1)
    words = {
        "2025-03-22T06:00:00Z": iso(made.truce_from_us),
        "2025-03-25T18:00:00Z": iso(made.truce_until_us),
        "22-march": f"{began.day}-{began:%B}".lower(),
        "25-march": f"{ended.day}-{ended:%B}".lower(),
        "23 March 2025": f"{demolition.day} {demolition:%B %Y}",
        "2025-03-23T": f"{demolition:%Y-%m-%d}T",
    }
    text = _content(packaged_agreement(EXERCISE_AGREEMENT)).decode()
    path = made.folder / EXERCISE_AGREEMENT
    moved = re.sub("|".join(words), lambda found: words[found[0]], text)
    path.write_text(moved, encoding="utf-8")
    return path


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
    report = check_agreement(_content(found), found.name, frozenset(RULES))
    return warn_of_standstills(report, found.name)


def mission_files(mission: Path) -> tuple[Path, ...]:
    """Name all that a mission leaves: its folder, and what stands beside it."""
    beside = (
        ".key",
        ".journal-a",
        ".journal-b",
        ".journals",
        ".cosigned",
        ".state",
        ".ahead",
        ".index.sqlite",
        ".acts",
        ".exercise",
    )
    return (mission, *(mission.with_name(mission.name + ending) for ending in beside))


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


def unclaimed(folder: Path) -> tuple[str, ...]:
    """Name the files of a folder that no feed reads, sorted."""
    return tuple(name for name in _names(folder) if feed_of(name, FEEDS) is None)


def _names(folder: Path) -> list[str]:
    names = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    for name in names:
        if not name.isprintable():
            raise MissionError(f"{folder} holds a file whose name is not text: {name!r}")
        if not (folder / name).resolve().is_relative_to(folder.resolve()):
            raise MissionError(f"{folder / name} is a link that leads out of the folder")
    return names


def read_folder(folder: Path) -> tuple[Original, ...]:
    """Read every document of a folder that a feed claims, sorted by name.

    Raises:
        FeedError: The fetch manifest is broken.
        MissionError: A file's name is not text.
    """
    received = read_manifest(folder)
    return tuple(
        Original(name=name, content=(folder / name).read_bytes(), received_us=received.get(name))
        for name in _names(folder)
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
