"""Injects: what the controllers of an exercise let happen, when, and what staff should make of it.

An inject lies in a document that the mission reads, or is spoken to a player. Each is listed in the
truth with its time, sender and document; nothing in a document tells that it is one. None holds a
place from which anything was sent: a strike is told by the town where it arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from truceline.records.units import DAY_US, HOUR_US, MINUTE_US, day_of, iso
from truceline.simulate.claims import claim_fields
from truceline.simulate.documents import Document, Row
from truceline.simulate.families import Family
from truceline.simulate.happenings import KIND_NAMES, PARTIES, truce_window
from truceline.simulate.land import KM_PER_DEGREE, Generator, Integers
from truceline.simulate.news import TYPE_OF_KIND, viina_fields
from truceline.simulate.satellites import MODIS, NOAA20, NOAA21, SNPP, file_name
from truceline.simulate.world import World

NEWS, CLAIMS = "labels/viina", "claims/claims.csv"
RUMOUR_COPIES, RECYCLED_COPIES = 7, 2
FALSE_CLAIM = 9  # strikes on energy that a party counts in one evening
LATE_BY_US = 2 * DAY_US + 9 * HOUR_US
FILE_CAME_AFTER_US, NOTICED_AFTER_US = 3 * HOUR_US, 6 * HOUR_US
QUIET_KM = 10.0  # nothing happened within a day and this far of what never was
FULL_WEEK_DAYS = 5  # a shorter exercise keeps its few files whole and on time


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of inject.

    Attributes:
        to: Role that must act: "duty", "analyst" or "reviewer".
        look: The command that shows it, with {mission}, {day} and {id}; "" for what is only said.
    """

    to: str
    look: str


BY_DAY = " --mission {mission} --date {day}"
# The words of each kind stand in words/*.toml: inject.KIND.told, .notice and .act.
KINDS: Mapping[str, Kind] = {
    "withheld_file": Kind(to="analyst", look="truceline sources --mission {mission}"),
    "late_file": Kind(to="analyst", look="truceline show {id} --mission {mission}"),
    "malformed_file": Kind(to="reviewer", look="truceline sources --mission {mission}"),
    "party_claim": Kind(to="duty", look="truceline claims" + BY_DAY),
    "staged_claim": Kind(to="reviewer", look="truceline claims" + BY_DAY),
    "recycled_report": Kind(to="reviewer", look="truceline show {id} --mission {mission}"),
    "rumour": Kind(to="analyst", look="truceline show {id} --mission {mission}"),
    "hotline_call": Kind(to="duty", look="truceline incidents" + BY_DAY),
    "hotline_false": Kind(to="duty", look="truceline incidents" + BY_DAY),
    "jamming_notice": Kind(to="duty", look="truceline coverage" + BY_DAY),
    "clarification": Kind(to="duty", look="truceline coverage" + BY_DAY),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inject:
    """One inject.

    Attributes:
        id: "j01" for the first in time, and so on.
        kind: A key of `KINDS`.
        at_us: When it reaches the players.
        sender: A key of words: "provider", "press", "resident", "guarantor", "contributor"; or the
            code of a party.
        document: The document that carries it, or several with spaces between; "" where it is
            spoken.
        row: The row that it adds to that document; None where it touches the file as a whole.
        incidents: Ids of the true incidents that it is about.
        party: Code of the party that it speaks of; "" for none.
        town: Name of the town that it speaks of; "" for none.
        about_us: The moment that it speaks of.
        count: How many strikes, outlets or files it speaks of; 0 for none.
        is_true: Whether what it tells is true.
    """

    id: str = ""
    kind: str
    at_us: int
    sender: str
    document: str = ""
    row: Row | None = None
    incidents: tuple[str, ...] = ()
    party: str = ""
    town: str = ""
    about_us: int
    count: int = 0
    is_true: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Satellite files that do not come as they should, as (file, day counted from 0).

    Attributes:
        withheld: Not delivered.
        spoilt: Delivered as an error page.
        late: Delivered days late.
    """

    withheld: frozenset[tuple[str, int]]
    spoilt: frozenset[tuple[str, int]]
    late: frozenset[tuple[str, int]]


def faulty_files(days: int, family: Family) -> Files:
    """Tell which satellite files are withheld, spoilt and late; every world has the same."""
    order = [
        (file, day)
        for day in (days // 2, days // 2 + 1)
        for file in (NOAA21, NOAA20, SNPP, MODIS)
        if day < days
    ]
    whole = days >= FULL_WEEK_DAYS
    withheld = frozenset(order[: family.withheld_files] if days > 1 else ())
    return Files(
        withheld=withheld,
        spoilt=frozenset({(MODIS, days - 2)} - withheld if whole else ()),
        late=frozenset({(SNPP, 1)} if whole else ()),
    )


def plan_injects(
    rng: Generator, world: World, told: Iterable[int], files: Files, family: Family
) -> tuple[Inject, ...]:
    """Plan the injects of an exercise, in the order of their times.

    A kind whose world gives nothing to tell of (no staged incident, no truce day) is left out.

    Args:
        rng: A stream of their own.
        world: What is true.
        told: Indices of the incidents that the news tell of.
        files: Satellite files that do not come as they should.
        family: How many of some kinds.
    """
    known = np.array(sorted(told), dtype=np.int64)
    planned = [
        *_files(world, files),
        *_claims(rng, world, family),
        *_reports(rng, world, known, family),
        *_spoken(rng, world, known, family),
    ]
    end_us = world.start_us + world.days * DAY_US
    ordered = sorted(
        (one for one in planned if one.at_us < end_us), key=lambda one: (one.at_us, one.kind)
    )
    return tuple(_numbered(one, f"j{rank:02}") for rank, one in enumerate(ordered, start=1))


def _numbered(inject: Inject, name: str) -> Inject:
    row = None if inject.row is None else replace(inject.row, inject=name)
    return replace(inject, id=name, row=row)


def _files(world: World, files: Files) -> Iterator[Inject]:
    for kind, chosen, after_us in (
        ("withheld_file", files.withheld, NOTICED_AFTER_US),
        ("late_file", files.late, LATE_BY_US),
        ("malformed_file", files.spoilt, NOTICED_AFTER_US),
    ):
        for day in sorted({day for _, day in chosen}):
            day_us = world.start_us + day * DAY_US
            names = sorted(file_name(file, day_of(day_us)) for file, on in chosen if on == day)
            yield Inject(
                kind=kind,
                at_us=day_us + DAY_US + after_us,
                sender="provider",
                document=" ".join(names),
                about_us=day_us,
                count=len(names),
            )


def _claims(rng: Generator, world: World, family: Family) -> Iterator[Inject]:
    truce_us = truce_window(world.start_us, world.days)
    at_us = truce_us[0] + 13 * HOUR_US
    claimant = int(rng.integers(0, len(PARTIES)))
    window = at_us - 12 * HOUR_US, at_us
    incidents = world.incidents
    during = (incidents.began_us >= window[0]) & (incidents.began_us < window[1])
    real = during & (incidents.plant >= 0) & (incidents.party == 1 - claimant)
    if at_us < truce_us[1]:
        yield _claim(
            "party_claim",
            (claimant, window),
            ("strikes_on_energy", FALSE_CLAIM),
            f"{FALSE_CLAIM} strikes on power plants since the morning",
            incidents=tuple(incidents.id_of(index) for index in np.flatnonzero(real).tolist()),
        )
    staged = np.flatnonzero(incidents.staged & incidents.in_truce)
    few = min(family.staged_claims, len(staged))
    for index in sorted(rng.choice(staged, few, replace=False).tolist()) if few else ():
        party, began_us = int(incidents.party[index]), int(incidents.began_us[index])
        town = _town_of(world, index)
        yield _claim(
            "staged_claim",
            (party, (began_us - HOUR_US, began_us + 2 * HOUR_US)),
            ("strikes_on_settlement", 1),
            f"A strike on {town} from the other side",
            incidents=(incidents.id_of(index),),
            town=town,
        )


def _claim(
    kind: str,
    who_when: tuple[int, tuple[int, int]],
    said: tuple[str, int],
    note: str,
    *,
    incidents: tuple[str, ...],
    town: str = "",
) -> Inject:
    claimant, window = who_when
    code, other = PARTIES[claimant], PARTIES[1 - claimant]
    return Inject(
        kind=kind,
        at_us=window[1],
        sender=code,
        document=CLAIMS,
        row=Row(fields=claim_fields("exercise", code, other, window, said, note), cause="claim"),
        incidents=incidents,
        party=other,
        town=town,
        about_us=window[0],
        count=said[1],
    )


def _reports(rng: Generator, world: World, told: Integers, family: Family) -> Iterator[Inject]:
    """Plan reports of what never was, and of what was long ago."""
    truce_us = truce_window(world.start_us, world.days)
    words = sorted(set(TYPE_OF_KIND.values()))
    for number in range(family.rumours):
        at_us = truce_us[0] + (6 + 17 * number) * HOUR_US
        town = _quiet_town(rng, world, at_us)
        word = words[int(rng.integers(0, len(words)))]
        yield _report(world, "rumour", at_us, (town, word, RUMOUR_COPIES), at_us)
    began = world.incidents.began_us[told]
    old = told[(began < truce_us[0]) & (world.incidents.plant[told] < 0)]
    if len(old):
        index = int(rng.choice(old))
        town = _nearest_town(world, index)
        word = TYPE_OF_KIND[KIND_NAMES[world.incidents.kind[index]]]
        began_us = int(world.incidents.began_us[index])
        at_us = truce_us[0] + 30 * HOUR_US
        yield replace(
            _report(world, "recycled_report", at_us, (town, word, RECYCLED_COPIES), began_us),
            incidents=(world.incidents.id_of(index),),
        )


def _report(
    world: World, kind: str, at_us: int, what: tuple[int, tuple[str, str], int], published_us: int
) -> Inject:
    town, word, copies = what
    key = day_of(at_us).isoformat(), town, *word
    fields = viina_fields(world.towns, key, copies, day_of(published_us).isoformat())
    return Inject(
        kind=kind,
        at_us=at_us,
        sender="press",
        document=NEWS,
        row=Row(fields=fields, cause=kind),
        town=world.towns.names[town],
        about_us=published_us,
        count=copies,
    )


def _spoken(rng: Generator, world: World, told: Integers, family: Family) -> Iterator[Inject]:
    """Plan what is said to a player: calls, notices, questions."""
    began_us, ended_us = truce_window(world.start_us, world.days)
    incidents = world.incidents
    heard = told[incidents.in_truce[told]]
    if len(heard):
        index = int(rng.choice(heard))
        about_us = int(incidents.began_us[index])
        yield Inject(
            kind="hotline_call",
            at_us=about_us + int(rng.integers(20, 90)) * MINUTE_US,
            sender="resident",
            incidents=(incidents.id_of(index),),
            town=_town_of(world, index),
            about_us=about_us,
            is_true=True,
        )
    false_us = began_us + 22 * HOUR_US
    yield Inject(
        kind="hotline_false",
        at_us=false_us,
        sender="resident",
        town=world.towns.names[_quiet_town(rng, world, false_us)],
        about_us=false_us - HOUR_US,
    )
    # Who withholds the news jams too; in the other families, who jams tells nothing of the rest.
    jammer = world.side if family.blackout else int(rng.integers(0, len(PARTIES)))
    for number in range(family.jammings):
        at_us = began_us + (9 + 24 * number) * HOUR_US
        yield Inject(
            kind="jamming_notice",
            at_us=at_us,
            sender="contributor",
            party=PARTIES[jammer],
            about_us=at_us - 6 * HOUR_US,
            is_true=True,
        )
    asked_us = min(began_us + 28 * HOUR_US, ended_us)
    yield Inject(
        kind="clarification",
        at_us=asked_us,
        sender="guarantor",
        party=PARTIES[int(rng.integers(0, len(PARTIES)))],
        about_us=asked_us - DAY_US,
    )


def _nearest_town(world: World, index: int) -> int:
    place = world.incidents.longitude[[index]], world.incidents.latitude[[index]]
    return int(world.towns.nearest(*place, np.zeros(1, dtype=np.int64))[0])


def _quiet_town(rng: Generator, world: World, at_us: int) -> int:
    """Draw a town near the line where nothing happened on the day before or after."""
    incidents, towns = world.incidents, world.towns
    then = np.abs(incidents.began_us - at_us) < DAY_US
    shrink = np.cos(np.radians(incidents.latitude[then]))
    order = rng.permutation(len(towns.names) // 2).tolist()
    for town in order:
        east = (incidents.longitude[then] - towns.places[town, 0]) * shrink
        north = incidents.latitude[then] - towns.places[town, 1]
        if not len(east) or KM_PER_DEGREE * np.hypot(east, north).min() > QUIET_KM:
            return int(town)
    return int(order[0])


def _town_of(world: World, index: int) -> str:
    return world.towns.names[_nearest_town(world, index)]


def with_injects(
    documents: Iterable[Document], injects: Iterable[Inject], files: Files, start_us: int
) -> Iterator[Document]:
    """Give the documents with the rows of the injects, in their place, and the spoilt ones spoilt.

    The news are sorted by day and place, the claims by the time they were said.
    """
    added = [one for one in injects if one.row is not None]
    spoilt = {file_name(file, day_of(start_us + day * DAY_US)) for file, day in files.spoilt}
    order: Mapping[str, Callable[[Row], tuple[str, ...]]] = {
        NEWS: lambda row: row.fields,
        CLAIMS: lambda row: (row.fields[3],),
    }
    for document in documents:
        rows = [one.row for one in added if one.row and document.name.startswith(one.document)]
        if rows:
            key = next(order[one] for one in order if document.name.startswith(one))
            yield replace(document, rows=tuple(sorted((*document.rows, *rows), key=key)))
        else:
            yield replace(document, spoilt=document.name in spoilt)


def arrivals(files: Files, start_us: int, days: int) -> dict[str, int]:
    """Tell when each satellite file came that did, by name, in microseconds."""
    return {
        file_name(file, day_of(start_us + day * DAY_US)): start_us
        + (day + 1) * DAY_US
        + (LATE_BY_US if (file, day) in files.late else FILE_CAME_AFTER_US)
        for day in range(days)
        for file in (MODIS, NOAA20, NOAA21, SNPP)
        if (file, day) not in files.withheld
    }


INJECT_COLUMNS = (
    "id", "at", "kind", "sender", "to", "document", "line", "incidents", "party", "town", "about",
    "count", "true",
)  # fmt: skip


def inject_rows(
    injects: Iterable[Inject], causes: Iterable[tuple[str, ...]]
) -> Iterator[tuple[str, ...]]:
    """Give the rows of `truth/injects.csv`, with the document and line that carry each.

    Args:
        injects: In the order of time.
        causes: As `write_documents` gives them.
    """
    carried = {cause[-1]: (cause[0], cause[2]) for cause in causes if cause[-1]}
    for one in injects:
        document, line = carried.get(one.id, (one.document, ""))
        yield (
            one.id,
            iso(one.at_us),
            one.kind,
            one.sender,
            KINDS[one.kind].to,
            document,
            line,
            " ".join(one.incidents),
            one.party,
            one.town,
            iso(one.about_us),
            str(one.count) if one.count else "",
            str(int(one.is_true)),
        )
