"""Seal a register of sites, open one site, redact one: what the log says, and the files beside it.

    <mission>.sealed/ab/<64 hex>   blobs for groups; optional, no proof needs them
    <mission>.<index>.openings     the owner's salts and sites; whoever has it can open everything

Both stand beside the mission, never in it: they travel to other people, or to nobody, and can be
deleted without a trace in any proof. They are written before what speaks of them is signed.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from truceline.evidence import folder as place
from truceline.evidence.keys import OTHERS, VerifierKey, new_seed, read_key
from truceline.evidence.label import Label, label_of_tlp, may_read, tlp_of
from truceline.evidence.ledger import Ledger
from truceline.evidence.sealed import (
    BLOB_LIMIT,
    DISCLOSURE_LIMIT,
    OPENINGS_LIMIT,
    SALT_SIZE,
    Disclosed,
    GroupKey,
    GroupSecret,
    Kept,
    Opening,
    Register,
    Void,
    check_disclosure,
    commit,
    open_blob,
    opens,
    read_openings,
    registers,
    seal_blob,
    write_disclosure,
    write_openings,
)
from truceline.evidence.statement import COMMITS_LIMIT, Statement
from truceline.evidence.strict import FormatError
from truceline.feeds.interface import FeedError, Parsed
from truceline.feeds.table import degrees_e7, parse_table, whole
from truceline.pipeline.seal import MissionError
from truceline.records.canonical import Json, canonical
from truceline.records.source import Refused
from truceline.records.units import iso

COLUMNS = ("id", "name", "latitude", "longitude", "radius_m", "kind")
RADIUS_LIMIT_M = 100_000
FIELD = "site"
TITLE_LIMIT = 200
REASON_LIMIT = 1_000
# Commitments and blobs of one redaction have to fit into one body of 24 KiB.
REDACT_LIMIT = 128
SITES_LIMIT_BYTES = 16_000_000

Site = dict[str, Json]
# A freshly drawn secret of 32 bytes.
Draw = Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One statement that was made about a register.

    Attributes:
        index: Where it stands in the log.
        title: Its title.
        sites: How many sites it commits to.
        blob_bytes: Bytes of the blobs, all together.
        openings: The owner's file.
    """

    index: int
    title: str
    sites: int
    blob_bytes: int
    openings: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """What a redaction did.

    Attributes:
        indexes: Statements that were made; none if everything had been redacted before.
        sites: Sites that are redacted now, by these or earlier statements.
        blobs: Blobs that were deleted here.
        openings: Openings that were deleted here.
    """

    indexes: tuple[int, ...]
    sites: int
    blobs: int
    openings: int


def make_group(path: Path, name: str) -> str:
    """Draw the key of a group into a new file, and give its public half as text.

    Raises:
        FormatError: The name cannot be used.
        MissionError: The file exists.
    """
    group = GroupSecret(name=name, secret=new_seed())
    if path.exists():
        raise MissionError(f"{path} exists; a group's key is never overwritten")
    _write_private(path, group.content)
    return str(group.key)


# ---------------------------------------------------------------------------------- a register
def read_sites(path: Path) -> tuple[Site, ...]:
    """Read a register of sites: a CSV, or a JSON list of objects, with the columns of `COLUMNS`.

    Raises:
        MissionError: Something is wrong with it; names file, line (in JSON: entry) and value. A
            register is taken whole or not at all.
    """
    content = path.read_bytes()
    if len(content) > SITES_LIMIT_BYTES:
        raise MissionError(f"{path} has {len(content)} bytes, above {SITES_LIMIT_BYTES}")
    is_json = path.suffix == ".json"
    where = "entry" if is_json else "line"
    try:
        read = _json_sites(content) if is_json else parse_table("sites", content, COLUMNS, _site)
    except (FeedError, ValueError, RecursionError) as error:
        raise MissionError(f"{path}: {error}") from error
    if read.refused:
        first = read.refused[0]
        more = f"; {len(read.refused) - 1} more are wrong" if len(read.refused) > 1 else ""
        raise MissionError(f"{path}: {where} {first.line}: {first.reason}{more}")
    if not read.rows:
        raise MissionError(f"{path}: has no site")
    seen: dict[Json, int] = {}
    for site, line in read.rows:
        if seen.setdefault(site["id"], line) != line:
            first_line = seen[site["id"]]
            raise MissionError(
                f"{path}: {where} {line}: id {site['id']!r} stands in {where} {first_line} too"
            )
    return tuple(site for site, _ in read.rows)


def _site(row: dict[str, str], line: int, _sha256: str) -> tuple[Site, int]:
    words = {name: row[name].strip() for name in ("id", "name", "kind")}
    for name, word in words.items():
        if not word or not word.isprintable() or len(word) > TITLE_LIMIT:
            raise ValueError(
                f"{name} {word[:80]!r} must be 1 to {TITLE_LIMIT} printable characters"
            )
    site: Site = {
        **words,
        "latitude_e7": degrees_e7(row, "latitude", 90),
        "longitude_e7": degrees_e7(row, "longitude", 180),
        "radius_m": whole(row, "radius_m", 1, RADIUS_LIMIT_M),
    }
    return site, line


def _json_sites(content: bytes) -> Parsed[tuple[Site, int]]:
    """Read the JSON form; numbers stay the text that was written until they are rounded once."""
    held = json.loads(content.decode("utf-8"), parse_float=str, parse_int=str)
    if not isinstance(held, list):
        raise ValueError("is not a list of sites")  # noqa: TRY004 - what came in is wrong
    rows: list[tuple[Site, int]] = []
    refused: list[Refused] = []
    for number, one in enumerate(held, start=1):
        try:
            rows.append(_site(_text_row(one), number, ""))
        except ValueError as error:
            refused.append(Refused(line=number, reason=str(error)))
    return Parsed(tuple(rows), tuple(refused))


def _text_row(one: object) -> dict[str, str]:
    if not isinstance(one, dict) or set(one) != {*COLUMNS}:
        raise ValueError(f"a site has {', '.join(COLUMNS)}")
    row = {name: value for name, value in one.items() if isinstance(value, str)}
    for name in COLUMNS:
        if name not in row:
            raise ValueError(f"{name} cannot be {one[name]!r:.80}")
    return row


def seal_register(
    mission: Path,
    sites_file: Path,
    title: str,
    to: Sequence[str],
    tlp: str,
    expires_us: int | None = None,
) -> tuple[Sealed, ...]:
    """Commit to every site of a register, one statement for each 256, and write what opens them.

    Args:
        mission: The mission folder; its key lies beside it.
        sites_file: As `read_sites` reads it.
        title: What the register is; everybody can read it, and how many sites it has.
        to: Public keys of the groups that may read.
        tlp: Word of TLP 2.0 for the label; the groups are its ReleasableTo.
        expires_us: From when the label holds no more.

    Raises:
        MissionError: The sites, the title or the label's end are wrong, or a file of openings is
            in the way.
        FormatError: A key or the label is wrong.
        LedgerError: The mission cannot be written.
    """
    _insist_on_words("title", title, TITLE_LIMIT)
    groups = [GroupKey.read(text) for text in to]
    label = label_of_tlp(tlp, tuple(one.name for one in groups), expires_us)
    if expires_us is not None and expires_us <= _now_us():
        raise MissionError(f"a label cannot expire at {iso(expires_us)}: that is past")
    sites = read_sites(sites_file)
    parts = [sites[at : at + COMMITS_LIMIT] for at in range(0, len(sites), COMMITS_LIMIT)]
    made: list[Sealed] = []
    with Ledger.open(mission, read_key(_beside(mission, "key"))) as ledger:
        for number, part in enumerate(parts, start=1):
            named = title if len(parts) == 1 else f"{title} (part {number} of {len(parts)})"
            blobs, kept = _sealed_sites(part, groups, ledger.key.name, named)
            # Sorted hashes of salted texts stand in no order that says anything about the sites.
            commits = tuple(sorted(commit(one.opening) for one in kept))
            body: dict[str, Json] = {"title": named, "blobs": [*sorted(blobs)]}
            index = ledger.append("sealed", body, label, commits)
            openings = _beside(mission, f"{index}.openings")
            if openings.exists():
                raise MissionError(f"{openings} exists; move it away, its register was not stated")
            _write_private(openings, write_openings(ledger.key.name, named, kept))
            for digest, content in sorted(blobs.items()):
                place.write_file(_beside(mission, "sealed"), f"{digest[:2]}/{digest}", content)
            size = sum(map(len, blobs.values()))
            made.append(
                Sealed(
                    index=index, title=named, sites=len(part), blob_bytes=size, openings=openings
                )
            )
        ledger.commit(_now_us())
    return tuple(made)


def _sealed_sites(
    sites: Sequence[Site], groups: Sequence[GroupKey], log: str, title: str, draw: Draw = new_seed
) -> tuple[dict[str, bytes], list[Kept]]:
    blobs: dict[str, bytes] = {}
    kept: list[Kept] = []
    for site in sites:
        opening = Opening(salt=draw()[:SALT_SIZE], name=FIELD, value=site)
        content = seal_blob(opening, draw(), groups, log, title)
        digest = sha256(content).hexdigest()
        blobs[digest] = content
        kept.append(Kept(opening=opening, blob=digest))
    return blobs, kept


# ----------------------------------------------------------------------------------- reading it
def list_sealed(mission: Path) -> tuple[tuple[tuple[Register, int], ...], tuple[Void, ...]]:
    """Give every register of a mission with the number of its blobs that are here, and void words.

    Raises:
        LedgerError: The folder is no mission, or damaged.
    """
    with Ledger.open(mission) as ledger:
        found, void = registers(ledger.statements())
    blobs = _beside(mission, "sealed")
    return (
        tuple(
            (one, sum(_blob_path(blobs, name).is_file() for name in _blobs(one))) for one in found
        ),
        void,
    )


def open_sites(
    mission: Path, index: int, *, group: Path | None = None, openings: Path | None = None
) -> Iterator[Opening]:
    """Open every site that a group's key or the owner's file opens, redacted ones left out.

    Args:
        mission: The mission folder.
        index: Index of the `sealed` statement.
        group: File of a group's secret; then the blobs beside the mission are read.
        openings: The owner's file; one of the two.

    Raises:
        LookupError: There is no such statement.
        FormatError: A blob or an opening is not what was signed, or the label keeps the group out.
    """
    with Ledger.open(mission) as ledger:
        log = ledger.key.name
        register = _register(ledger, index)
    if group is not None:
        yield from _opened_by_group(mission, log, register, group)
    elif openings is not None:
        for one in _kept(openings, register):
            if commit(one.opening) not in register.redacted:
                yield one.opening
    else:
        raise MissionError("who opens needs a group's key, or the owner's openings")


def _opened_by_group(mission: Path, log: str, register: Register, path: Path) -> Iterator[Opening]:
    content = _read_private(path)
    try:
        secret = GroupSecret.read(content)
    except FormatError as error:
        raise FormatError(f"{path} {error}") from error
    label = register.statement.label
    if not may_read(label, secret.name, _now_us()):
        raise FormatError(f"the label of entry {register.index} keeps out group {secret.name} now")
    blobs = _beside(mission, "sealed")
    for digest in _blobs(register):
        if digest not in register.gone and _blob_path(blobs, digest).is_file():
            opening = _opened_blob(_blob_path(blobs, digest), secret, register.statement, log)
            if commit(opening) not in register.redacted:
                yield opening


def _opened_blob(path: Path, secret: GroupSecret, statement: Statement, log: str) -> Opening:
    try:
        return open_blob(_read(path, BLOB_LIMIT), secret, statement, log)
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from error


def disclose(mission: Path, index: int, opening: Opening, out: Path) -> int:
    """Write one opened site, with what proves that it was committed to, to a new file.

    Returns:
        Its size in bytes.

    Raises:
        MissionError: The file exists.
        FormatError: The site is none of that statement.
    """
    if out.exists():
        raise MissionError(f"{out} exists; a disclosure is never overwritten")
    with Ledger.open(mission) as ledger:
        content = write_disclosure(ledger.entry(index), ledger.prove(index), opening, ledger.key)
    part = out.with_name(f"{out.name}.part")
    part.write_bytes(content)
    part.rename(out)
    return len(content)


def check_file(path: Path, key: str) -> Disclosed | str:
    """Check a disclosure from the file alone; what is wrong with it comes back as words.

    Raises:
        FormatError: The key is no verifier key.
    """
    verifier = VerifierKey.read(key)
    try:
        return check_disclosure(_read(path, DISCLOSURE_LIMIT), verifier)
    except FormatError as error:
        return f"{path}: {error}"


def site_of(found: Iterator[Opening], site: str) -> Opening:
    """Find a site by its id among the opened ones.

    Raises:
        LookupError: It is not there.
    """
    for one in found:
        if isinstance(one.value, dict) and one.value.get("id") == site:
            return one
    raise LookupError(f"no site {site!r} can be opened: another id, redacted, or no blob here")


# ----------------------------------------------------------------------------------- redaction
def redact(mission: Path, index: int, reason: str, sites: Sequence[str]) -> Redacted:
    """State that sites are redacted, and then delete here what opens them.

    Doing it again finishes what was cut off, and states nothing twice.

    Args:
        mission: The mission folder; its key lies beside it.
        index: Index of the `sealed` statement.
        reason: Why; everybody can read it.
        sites: Ids of the sites, found in the owner's openings; none for all of the statement.

    Raises:
        LookupError: There is no such statement, or no such site in the openings.
        FormatError: The openings are not of this statement.
        LedgerError: The mission cannot be written.
    """
    _insist_on_words("reason", reason, REASON_LIMIT)
    openings = _beside(mission, f"{index}.openings")
    with Ledger.open(mission, read_key(_beside(mission, "key"))) as ledger:
        register = _register(ledger, index)
        kept = _kept(openings, register) if openings.exists() or sites else ()
        wanted = (
            _named(kept, sites, openings)
            if sites
            else (register.statement.commits, _blobs(register))
        )
        commits = [one for one in wanted[0] if one not in register.redacted]
        blobs = [one for one in wanted[1] if one not in register.gone]
        indexes = tuple(
            ledger.append(
                "redact",
                {
                    "statement": register.statement.sha256,
                    "commits": [*commits[at : at + REDACT_LIMIT]],
                    "blobs": [*blobs[at : at + REDACT_LIMIT]],
                    "reason": reason,
                },
            )
            for at in range(0, max(len(commits), len(blobs)), REDACT_LIMIT)
        )
        if indexes:
            ledger.commit(_now_us())
        register = _register(ledger, index)
    return _delete(mission, register, kept, openings, indexes)


def _named(
    kept: Sequence[Kept], sites: Sequence[str], openings: Path
) -> tuple[Sequence[str], Sequence[str]]:
    """Give commitments and blobs of the sites that are named by their ids."""
    by_id = {one.opening.value["id"]: one for one in kept if isinstance(one.opening.value, dict)}
    if missing := [site for site in sites if site not in by_id]:
        raise LookupError(f"{openings} has no site {', '.join(map(repr, missing))}")
    named = [by_id[site] for site in dict.fromkeys(sites)]
    return [commit(one.opening) for one in named], [one.blob for one in named]


def _delete(
    mission: Path,
    register: Register,
    kept: Sequence[Kept],
    openings: Path,
    indexes: tuple[int, ...],
) -> Redacted:
    blobs = _beside(mission, "sealed")
    deleted = 0
    for digest in sorted(register.gone):
        path = _blob_path(blobs, digest)
        if path.is_file():
            path.unlink()
            place.sync_directory(path.parent)
            deleted += 1
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
    left = [one for one in kept if commit(one.opening) not in register.redacted]
    if len(left) < len(kept):
        log, title, _ = read_openings(_read_private(openings))
        _write_private(openings, write_openings(log, title, left))
    return Redacted(
        indexes=indexes,
        sites=len(register.redacted),
        blobs=deleted,
        openings=len(kept) - len(left),
    )


# ------------------------------------------------------------------------------------ the files
def _register(ledger: Ledger, index: int) -> Register:
    found, _ = registers(ledger.statements())
    for one in found:
        if one.index == index:
            return one
    known = ", ".join(str(one.index) for one in found) or "none"
    raise LookupError(f"entry {index} seals nothing; entries that do: {known}")


def _kept(openings: Path, register: Register) -> tuple[Kept, ...]:
    content = _read_private(openings)
    try:
        _, _, kept = read_openings(content)
    except FormatError as error:
        raise FormatError(f"{openings}: {error}") from error
    for one in kept:
        if not opens(one.opening, register.statement.commits):
            raise FormatError(f"{openings}: holds what opens nothing of entry {register.index}")
    return kept


def _blobs(register: Register) -> list[str]:
    blobs = register.statement.body["blobs"]
    return [str(one) for one in blobs] if isinstance(blobs, list) else []


def _blob_path(blobs: Path, digest: str) -> Path:
    return blobs / digest[:2] / digest


def _beside(mission: Path, ending: str) -> Path:
    return mission.with_name(f"{mission.name}.{ending}")


def _read(path: Path, limit: int) -> bytes:
    return place.read_file(path.parent, path.name, limit)


def _read_private(path: Path) -> bytes:
    """Read a file that only its owner may read.

    Raises:
        FormatError: Others may read it.
    """
    if path.stat().st_mode & OTHERS:
        raise FormatError(f"{path} may be read by others than its owner: chmod 600 {path}")
    return _read(path, OPENINGS_LIMIT)


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    mode = stat.S_IRUSR | stat.S_IWUSR
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    place.sync_directory(path.parent)


def _insist_on_words(what: str, words: str, limit: int) -> None:
    if not words.strip() or not words.isprintable() or len(words) > limit:
        raise MissionError(f"{what} {words[:80]!r} must be 1 to {limit} printable characters")


def _now_us() -> int:
    return time.time_ns() // 1000


def shown_label(label: Label | None) -> str:
    """Write a label for people: the TLP word, or policy and classification, and the groups."""
    if label is None:
        return "no label"
    tlp = tlp_of(label)
    words = f"TLP:{tlp}" if tlp else f"{label.policy} {label.classification}"
    groups = f" to {', '.join(label.releasable_to)}" if label.releasable_to else ""
    until = f" until {iso(label.expires_us)}" if label.expires_us is not None else ""
    return f"{words}{groups}{until}"


def shown_value(opening: Opening) -> str:
    """Write an opened field as one line of JSON."""
    return canonical(opening.value).decode()
