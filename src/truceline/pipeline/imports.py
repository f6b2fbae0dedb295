"""What a board takes from missions: signed, with its proofs, one way.

From a mission come all entries of its log with the head that signs them, the agreements, and the
findings with their incidents, superseded ones among them. Nothing is believed: the tree over the
entries has to have the signed root and to continue what was imported before, each entry has to be
signed by whom it must be, and each file has to be the one that the log states. A bundle comes
whole and proves itself; the findings in it count like those of its mission.

What came in stands in the board's own log, as originals of the feed "import": a manifest, and the
files that it names. The mission is only read; nothing of the board is written near it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from truceline.evidence.actors import Actors
from truceline.evidence.bundle import AGREEMENT_FEED, BUNDLE_LIMIT
from truceline.evidence.edge import Edge
from truceline.evidence.folder import DERIVED, original_name
from truceline.evidence.keys import VerifierKey, read_key
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.note import open_checkpoint
from truceline.evidence.statement import Statement
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import decode_bundle, encode_bundle
from truceline.evidence.tree import EMPTY_ROOT, leaf_hash
from truceline.evidence.verifiers import verify_bundle
from truceline.pipeline.acts import ActReader
from truceline.pipeline.board_folder import insist_on_board, read_stored, store_file
from truceline.pipeline.facts import FILES
from truceline.records.act import Act
from truceline.records.canonical import Json, canonical

FORMAT = 1
FEED = "import"
MANIFEST = ".manifest"


@dataclass(slots=True, kw_only=True)
class Import:
    """One mission's log as far as it was imported.

    Attributes:
        key: Key of the log, as it was given.
        reader: Who may speak in it, and its acts.
        edge: Right edge of its tree: its size and its root.
        agreements: SHA-256 of its agreements, in hex, with their names.
        derived: SHA-256 of its derived files, in hex, by their paths.
        rewritten: How often an act that was imported before became disputed.
    """

    key: VerifierKey
    reader: ActReader
    edge: Edge = field(default_factory=Edge)
    agreements: dict[str, str] = field(default_factory=dict)
    derived: dict[str, str] = field(default_factory=dict)
    rewritten: int = 0

    @property
    def acts(self) -> list[Act]:
        """The acts in its log, in order."""
        return self.reader.acts

    def take(self, entries: list[bytes], note: bytes) -> None:
        """Take the next entries, up to a signed head.

        Raises:
            LedgerError: The head does not sign exactly what was imported before and these entries,
                or an entry is not signed by whom it must be.
        """
        try:
            head = open_checkpoint(note, self.key)
        except FormatError as error:
            raise LedgerError(f"the head of {self.key.name}: {error}") from error
        edge = self.edge.copy()
        edge.extend(map(leaf_hash, entries))
        if (edge.size, edge.root) != (head.size, head.root):
            raise LedgerError(
                f"{self.key.name} signs a head of size {head.size} that does not continue the "
                f"{self.edge.size} entries imported before: keep both and ask a mirror"
            )
        known = len(self.acts)
        self.rewritten += self.reader.take(entries, self._hear) < known
        self.edge = edge

    def _hear(self, statement: Statement) -> None:
        body = statement.body
        if statement.kind == "derived":
            self.derived[str(body["path"])] = str(body["sha256"])
        is_own = statement.actor == self.key.name
        if statement.kind == "original" and body["feed"] == AGREEMENT_FEED and is_own:
            self.agreements.setdefault(str(body["sha256"]), str(body["name"]))

    @property
    def files(self) -> dict[str, str]:
        """The files that go along: SHA-256 by the path in the mission's folder."""
        named = {original_name(digest): digest for digest in self.agreements}
        found = {f"{DERIVED}{path}": self.derived[path] for path in FILES if path in self.derived}
        return named | found


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """Everything that a board has imported.

    Attributes:
        logs: By the name of the log.
        bundles: SHA-256 of the bundles, in hex, in the order in which they came.
        keys: The key of each bundle's signer.
    """

    logs: Mapping[str, Import]
    bundles: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What one import brought.

    Attributes:
        origin: Name of the mission's log.
        size: Entries of it that the board has now.
        entries: Entries that are new.
        acts: Acts among all of them.
        files: Files that are new.
    """

    origin: str
    size: int
    entries: int
    acts: int
    files: int


def import_evidence(board: Path, source: Path, key: str) -> Imported:
    """Import a mission folder or a bundle into a board.

    Args:
        board: The board's folder; its key stands beside it.
        source: A mission folder, or the file of a bundle.
        key: Verifier key of the mission's log, had from elsewhere.

    Raises:
        FormatError: The board is none, or the key is none.
        LedgerError: The source is signed by another key, damaged, or does not continue what was
            imported before; nothing was written.
        OSError: A file cannot be read.
    """
    insist_on_board(board)
    VerifierKey.read(key)
    if source.is_dir():
        return _import_mission(board, source, key)
    return _import_bundle(board, source, key)


def read_imports(board: Path) -> Imports:
    """Read what a board has imported, and check all of it again.

    Raises:
        LedgerError: It is not what was signed; or the board is damaged.
    """
    return ImportLog(board).refresh()


class ImportLog:
    """What a board has imported, read once; each later look reads what is new."""

    def __init__(self, board: Path) -> None:
        """Begin with nothing read."""
        self._board = board
        self._known: _Known | None = None

    def refresh(self) -> Imports:
        """Read and check what was imported since the last look; all of it on another log.

        Raises:
            LedgerError: It is not what was signed; or the board is damaged.
        """
        with Ledger.open(self._board) as ledger:
            known, self._known = self._known, None
            if known is None or not known.is_past_of(ledger):
                known = _Known(ledger.key)
            known.read(ledger)
        # Of what could not be read, nothing is known: the next look begins anew.
        self._known = known
        return known.imports


class _Known:
    """What the entries of a board's log brought, as far as they were read."""

    def __init__(self, key: VerifierKey) -> None:
        self._actors = Actors(key)
        self._root = EMPTY_ROOT
        self._logs: dict[str, Import] = {}
        self._bundles: list[str] = []
        self._keys: list[str] = []

    @property
    def imports(self) -> Imports:
        return Imports(logs=self._logs, bundles=tuple(self._bundles), keys=tuple(self._keys))

    def is_past_of(self, ledger: Ledger) -> bool:
        size = self._actors.registry.size
        return size <= ledger.size and ledger.root_at(size) == self._root

    def read(self, ledger: Ledger) -> None:
        begin = self._actors.registry.size
        for index, entry in enumerate(ledger.entries(begin), begin):
            manifest = _manifest(ledger, self._actors.follow(index, entry))
            if manifest is not None:
                self._take(ledger.folder, manifest)
        self._root = ledger.root_at(ledger.size)

    def _take(self, folder: Path, manifest: Mapping[str, Json]) -> None:
        key = VerifierKey.read(str(manifest["key"]))
        if manifest["kind"] == "bundle":
            self._bundles.append(str(manifest["bundle"]))
            self._keys.append(str(key))
            return
        log = self._logs.setdefault(key.name, Import(key=key, reader=ActReader(key)))
        if log.key != key:
            raise LedgerError(f"{key.name} was imported with two keys")
        count = int(str(manifest["size"])) - log.edge.size
        content = read_stored(folder, str(manifest["entries"]))
        log.take(decode_bundle(content, count), str(manifest["checkpoint"]).encode())


def _read(ledger: Ledger) -> Imports:
    known = _Known(ledger.key)
    known.read(ledger)
    return known.imports


def _manifest(ledger: Ledger, statement: Statement) -> dict[str, Json] | None:
    """Give the manifest that a statement of the board is about; None for any other statement."""
    if statement.kind != "original" or statement.actor != ledger.key.name:
        return None
    name, feed = str(statement.body["name"]), statement.body["feed"]
    if feed != FEED or not name.endswith(MANIFEST):
        return None
    manifest: dict[str, Json] = json.loads(
        read_stored(ledger.folder, str(statement.body["sha256"]))
    )
    if manifest.get("format") != FORMAT:
        raise LedgerError(f"{name} is not of format {FORMAT}")
    return manifest


def _import_mission(board: Path, mission: Path, key: str) -> Imported:
    with Ledger.open(mission) as source, Ledger.open(board, _seed(board)) as ledger:
        if str(source.key) != key:
            raise LedgerError(f"{mission} is signed by {source.key}, not by {key}")
        verifier = source.key
        log = _read(ledger).logs.get(verifier.name)
        log = log or Import(key=verifier, reader=ActReader(verifier))
        before, had = log.edge.size, set(log.files.values())
        if source.size < before:
            raise LedgerError(
                f"{mission} has {source.size} entries, {before} were imported before: it is an "
                "older copy, or its history was rewritten"
            )
        entries = list(source.entries(before))
        log.take(entries, source.note)
        new = {name: digest for name, digest in log.files.items() if digest not in had}
        contents = {name: _stated(mission, name, digest) for name, digest in new.items()}
        if entries:
            _store(ledger, key, source.note, entries, log, contents)
    return Imported(
        origin=verifier.name,
        size=log.edge.size,
        entries=len(entries),
        acts=len(log.acts),
        files=len(contents),
    )


def _store(
    ledger: Ledger,
    key: str,
    note: bytes,
    entries: list[bytes],
    log: Import,
    contents: Mapping[str, bytes],
) -> None:
    """Put everything into the board's log: the files first, the manifest that names them last."""
    begin, size = log.edge.size - len(entries), log.edge.size
    path = f"imports/{log.key.name}"
    bundled = b"".join(encode_bundle([entry]) for entry in entries)
    manifest: dict[str, Json] = {
        "format": FORMAT,
        "kind": "log",
        "key": key,
        "begin": begin,
        "size": size,
        "checkpoint": note.decode(),
        "entries": store_file(ledger, FEED, f"{path}/{begin}-{size}.entries", bundled),
        "files": [
            {"name": name, "sha256": store_file(ledger, FEED, f"{path}/{size}/{name}", content)}
            for name, content in sorted(contents.items())
        ],
    }
    store_file(ledger, FEED, f"{path}/{size}{MANIFEST}", canonical(manifest))
    ledger.commit(time.time_ns() // 1000)


def _stated(mission: Path, name: str, digest: str) -> bytes:
    content = (mission / name).read_bytes()
    if sha256(content).hexdigest() != digest:
        raise LedgerError(f"{mission}: {name} is not the file that its log states")
    return content


def _import_bundle(board: Path, source: Path, key: str) -> Imported:
    with source.open("rb") as file:
        content = file.read(BUNDLE_LIMIT + 1)
    try:
        checked = verify_bundle.verify(content, key)
    except verify_bundle.Wrong as wrong:
        raise LedgerError(f"{source} is no bundle that verifies: {wrong}") from wrong
    digest = sha256(content).hexdigest()
    with Ledger.open(board, _seed(board)) as ledger:
        is_new = digest not in _read(ledger).bundles
        if is_new:
            path = f"imports/bundles/{digest}"
            store_file(ledger, FEED, path, content)
            manifest: dict[str, Json] = {
                "format": FORMAT,
                "kind": "bundle",
                "key": key,
                "bundle": digest,
            }
            store_file(ledger, FEED, f"{path}{MANIFEST}", canonical(manifest))
            ledger.commit(time.time_ns() // 1000)
    return Imported(
        origin=VerifierKey.read(key).name,
        size=checked.head.size if checked.head else 0,
        entries=len(checked.entries) if is_new else 0,
        acts=0,
        files=int(is_new),
    )


def _seed(board: Path) -> bytes:
    return read_key(board.with_name(f"{board.name}.key"))
