"""Keep another state's copy of a log: pull once, tell where it stands, or serve it and go on."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from truceline.evidence.cosignature import CosignerKey, cosigner_key
from truceline.evidence.fraud import PROOF_LIMIT, Signer, Verdict, check, prove_heads
from truceline.evidence.keys import VerifierKey, new_seed
from truceline.evidence.mirror import (
    CHECKPOINT,
    Fetch,
    Mirror,
    MirrorError,
    Outcome,
    Pulled,
    SourceError,
    agreeing,
    folder_source,
    frauds,
    origin_hash,
    read_promise,
    weigh,
)
from truceline.evidence.mirror_http import BODY_LIMIT, Answer, answer_get, answer_post
from truceline.evidence.note import NOTE_LIMIT, open_checkpoint
from truceline.evidence.policy import (
    POLICY_LIMIT,
    Level,
    Policy,
    read_policy,
    size_undisputed,
    sizes_reached,
)
from truceline.evidence.strict import FormatError
from truceline.evidence.tiles import TILE_WIDTH, Tile, decode_hashes
from truceline.evidence.tree import HASH_SIZE

TIMEOUT_S = 20.0
DEFAULT_HOST = "127.0.0.1"
READ_TIMEOUT_S = 30
SOUND = frozenset({Outcome.ADVANCED, Outcome.UNCHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a mirror stands.

    Attributes:
        name: Name of its key.
        log: Key of the log.
        size: Entries that it has promised and cosigned.
        root: Their root, in hex.
        cosigned_s: When it last cosigned, seconds since 1970 UTC; 0 for never.
        frauds: Proofs against the log that lie in its store.
    """

    name: str
    log: str
    size: int
    root: str
    cosigned_s: int
    frauds: tuple[str, ...]


def pull_once(store: Path, source: str, *, name: str = "", log_key: str = "") -> tuple[str, bool]:
    """Bring a mirror up to its source; the first time, set it up.

    Args:
        store: Folder of the mirror.
        source: Folder of the log, or the URL below which it is served.
        name: Name of the mirror's key; needed the first time.
        log_key: Key of the log, had from elsewhere; needed the first time.

    Returns:
        What the look brought, in one line, and whether the mirror cosigned what it saw.
    """
    with open_mirror(store, name=name, log_key=log_key) as mirror:
        pulled = mirror.pull(source_of(source), int(time.time()))
    return line_of(pulled), pulled.outcome in SOUND


def line_of(pulled: Pulled) -> str:
    """Tell in one line what a look at the source brought."""
    proof = f"; proof: {pulled.fraud}" if pulled.fraud else ""
    return f"{pulled.outcome.value}: {pulled.why}; held {pulled.size}, root {pulled.root}{proof}"


def open_mirror(store: Path, *, name: str = "", log_key: str = "") -> Mirror:
    """Open a mirror; the first time, set it up with a new key.

    Raises:
        MirrorError: It is another log's or has another name, or name and key of the log are
            missing the first time.
    """
    try:
        promise = read_promise(store)
    except MirrorError:
        if not name or not log_key:
            raise MirrorError(
                f"{store} is no mirror yet: the first time, give --name and --log-key"
            ) from None
        return Mirror.create(store, new_seed(), name, VerifierKey.read(log_key))
    if name and name != promise.name:
        raise MirrorError(f"{store} is the mirror {promise.name!r}, not {name!r}")
    if log_key and log_key != str(promise.log):
        raise MirrorError(f"{store} mirrors the log {promise.log}, not {log_key}")
    return Mirror.open(store)


def mirror_key(mirror: Mirror) -> CosignerKey:
    """Give the key that others put into their policy file."""
    return cosigner_key(mirror.signer)


def standing(store: Path) -> Standing:
    """Tell where a mirror stands; another process may have it open."""
    promise = read_promise(store)
    return Standing(
        name=promise.name,
        log=str(promise.log),
        size=promise.head.size,
        root=promise.head.root.hex(),
        cosigned_s=promise.time_s,
        frauds=tuple(frauds(store)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """How far the mirrors of a policy agree with one's own copy of a log.

    Attributes:
        reached: Up to which size each of the levels C and D is reached.
        mirrors: By each mirror's name in the policy, the size of its cosigned head; None if it does
            not answer, or not with a head of this history that this store holds already.
        undisputed: Up to which size no party's and no neutral mirror withholds its cosignature;
            None if the policy names no such mirror.
        withheld_by: Parties' and neutral mirrors that have not cosigned the last head at level D.
    """

    reached: dict[str, int]
    mirrors: dict[str, int | None]
    undisputed: int | None
    withheld_by: tuple[str, ...]


def read_policy_file(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        FormatError: It is none; the message names the line.
    """
    if path.stat().st_size > POLICY_LIMIT:
        raise FormatError(f"{path} is larger than {POLICY_LIMIT} bytes")
    return read_policy(path.read_bytes())


def cosigned_heads(origin: str, mirrors: Sequence[str]) -> list[bytes]:
    """Fetch the head that each mirror serves; one that does not answer is left out.

    Args:
        origin: The log's name.
        mirrors: Folders or URLs of their stores.
    """
    notes = []
    for source in dict.fromkeys(mirrors):
        with suppress(SourceError):
            notes.append(source_of(source)(f"{origin_hash(origin)}/{CHECKPOINT}", NOTE_LIMIT))
    return notes


def levels(store: Path, policy: Path) -> Levels:
    """Ask the mirrors of a policy for their heads, and hold them against one's own copy."""
    read = read_policy_file(policy)
    notes = cosigned_heads(read_promise(store).log.name, [str(store), *read.urls.values()])
    sizes = agreeing(store, notes, read.mirrors.values())
    reached = {level.name: size for level, size in sizes_reached(read, sizes).items()}
    agreed = [key for key, size in sizes.items() if size >= reached[Level.D.name]]
    return Levels(
        reached=reached,
        mirrors={name: sizes.get(key) for name, key in read.mirrors.items()},
        undisputed=size_undisputed(read, sizes) if read.watchers() else None,
        withheld_by=read.withheld_by(agreed),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What holding an old checkpoint against a log showed.

    Attributes:
        consistent: True if the log continues the checkpoint, False if a fork is proven, None if it
            cannot be told.
        why: In words.
        proof: The proof of fraud; empty if there is none.
    """

    consistent: bool | None
    why: str
    proof: bytes


def compare_checkpoint(checkpoint: Path, source: str, log_key: str) -> Compared:
    """Hold one kept checkpoint against the log as it is served now.

    Args:
        checkpoint: File with a head that the log signed, whoever else did.
        source: Folder of the log, or the URL below which it is served.
        log_key: Key of the log, had from elsewhere.

    Raises:
        FormatError: Key or checkpoint is none of this log.
        SourceError: The source gives no head that the log has signed.
    """
    key = VerifierKey.read(log_key)
    kept = _read_limited(checkpoint, NOTE_LIMIT)
    try:
        held = open_checkpoint(kept, key)
    except FormatError as error:
        raise FormatError(f"{checkpoint} {error}") from error
    fetch = source_of(source)
    note = fetch(CHECKPOINT, NOTE_LIMIT)
    try:
        shown = open_checkpoint(note, key)
    except FormatError as error:
        raise SourceError(f"{source}: {CHECKPOINT} {error}") from error
    leaves = leaf_hashes(fetch, shown.size) if shown.size > held.size else None
    outcome, why = weigh(held, shown, leaves)
    if outcome is Outcome.FORK:
        return Compared(consistent=False, why=why, proof=prove_heads(kept, note, key, leaves or []))
    return Compared(consistent=True if outcome in SOUND else None, why=why, proof=b"")


def check_accusation(path: Path, keys: Sequence[str]) -> Verdict:
    """Check a proof of fraud with the keys that one knows.

    Raises:
        FormatError: One of the keys is none.
    """
    known: list[Signer] = []
    for text in keys:
        try:
            known.append(VerifierKey.read(text))
        except FormatError:
            known.append(CosignerKey.read(text))
    return check(_read_limited(path, PROOF_LIMIT), known)


def _read_limited(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit + 1)


def leaf_hashes(fetch: Fetch, size: int) -> list[bytes]:
    """Fetch the leaf hashes of a log, until a tile is missing: who shows less proves nothing."""
    leaves: list[bytes] = []
    for index in range(-(-size // TILE_WIDTH)):
        width = min(TILE_WIDTH, size - len(leaves))
        # Where a partial tile is gone, the full one begins with the same hashes.
        for found in dict.fromkeys((width, TILE_WIDTH)):
            tile = Tile(level=0, index=index, width=found)
            with suppress(SourceError, FormatError):
                content = fetch(tile.path, TILE_WIDTH * HASH_SIZE)
                leaves += decode_hashes(content, found)[:width]
                break
        else:
            break
    return leaves


def source_of(source: str) -> Fetch:
    """Read a log from a folder, or from below a URL."""
    if not source.startswith(("http://", "https://")):
        return folder_source(Path(source))
    base = source.rstrip("/")

    def fetch(path: str, limit: int) -> bytes:
        url = f"{base}/{path}"
        content = bytearray()
        try:
            with httpx.stream(
                "GET", url, timeout=TIMEOUT_S, follow_redirects=False, verify=_authorities()
            ) as answer:
                answer.raise_for_status()
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > limit:
                        raise SourceError(f"{url} has more than {limit} bytes")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceError(f"{url}: {error}") from error
        return bytes(content)

    return fetch


@cache
def _authorities() -> ssl.SSLContext:
    """Read the certificates of this machine once: doing it a fetch costs ten times the fetch."""
    return httpx.create_ssl_context()


class _Server(ThreadingHTTPServer):
    """Answers for one mirror; questions are answered one after the other."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], mirror: Mirror) -> None:
        super().__init__(address, _Handler)
        self.mirror = mirror
        self.turn = threading.Lock()
        self.look = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "truceline-mirror"
    sys_version = ""
    timeout = READ_TIMEOUT_S

    def do_GET(self) -> None:
        self._send(answer_get(self.server.mirror, self.path))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > BODY_LIMIT:
            self.close_connection = True
            self._send(Answer(status=413, body=b"say how long it is, and not too long\n"))
            return
        body = self.rfile.read(int(length))
        with self.server.turn:
            answer = answer_post(self.server.mirror, self.path, body)
        if answer.look:
            self.server.look.set()
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: what was asked is nobody's business."""


def serve_mirror(
    mirror: Mirror,
    source: str,
    *,
    host: str,
    port: int,
    every_s: float,
    started: Callable[[str], None],
    told: Callable[[str, bool], None],
    stop: threading.Event | None = None,
) -> None:
    """Serve a mirror and look at its source again and again, until it is interrupted.

    Args:
        mirror: The mirror, open.
        source: Folder of the log, or the URL below which it is served.
        host: Address to listen on.
        port: Port; 0 takes a free one.
        every_s: Seconds between two looks; a head that is handed in makes it look at once.
        started: Told the address once it listens.
        told: Told what each look brought, and whether the mirror stands behind what it saw.
        stop: Ends it.

    Raises:
        OSError: The port cannot be had, or something could not be made durable: the process then
            ends, and starts again from its promise.
    """
    stop = stop or threading.Event()
    fetch = source_of(source)
    with _Server((host, port), mirror) as server:
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        name, taken = server.server_address[:2]
        started(f"http://{name!s}:{taken}/{origin_hash(mirror.promise.log.name)}/{CHECKPOINT}")
        try:
            with suppress(KeyboardInterrupt):
                while not stop.is_set():
                    server.look.clear()
                    try:
                        with server.turn:
                            pulled = mirror.pull(fetch, int(time.time()))
                        told(line_of(pulled), pulled.outcome in SOUND)
                    except SourceError as error:
                        told(f"source: {error}", False)
                    server.look.wait(every_s)
        finally:
            server.shutdown()
            serving.join()
            mirror.close()
