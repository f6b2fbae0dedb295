"""Every function of the evidence room that reads bytes from outside, with examples it must take.

One table for the tests here and for `benchmarks/fuzz.py`: how a parser is called, which errors are
its answer to nonsense, and valid inputs to begin from. What is signed is also tried with a right
signature over arbitrary bytes: whoever holds a key may send anything under it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bundle_worlds import bundle_of
from local_authority import MADE, Authority, response
from mission_worlds import KEY, MISSION, ORIGIN, SEED, mission

from truceline.agreement.read import AgreementError, read_agreement
from truceline.evidence import row_proof
from truceline.evidence.approval import approvals_body, approve, read_approvals
from truceline.evidence.cosignature import CosignerKey, cosign, cosignatures, cosigner_key
from truceline.evidence.errors import HaltError
from truceline.evidence.folder import mission_key
from truceline.evidence.fraud import check, prove_heads
from truceline.evidence.journal import (
    BEGIN,
    ENTRIES,
    HEAD,
    NOTHING_BEFORE,
    make_frame,
    merge,
    read_journals,
)
from truceline.evidence.key_change import add_key, read_change
from truceline.evidence.keys import SigningKey, VerifierKey
from truceline.evidence.label import read_label
from truceline.evidence.ledger import Ledger
from truceline.evidence.mirror import Mirror, folder_source, origin_hash, read_promise
from truceline.evidence.mirror_http import answer_get, answer_post
from truceline.evidence.note import (
    Checkpoint,
    open_checkpoint,
    read_checkpoint,
    read_note,
    sign_note,
)
from truceline.evidence.policy import read_policy
from truceline.evidence.proof import check_proof, with_entry
from truceline.evidence.receipt import read_receipt, sign_receipt
from truceline.evidence.root import Root, read_root
from truceline.evidence.sealed import (
    GroupSecret,
    Kept,
    Opening,
    check_disclosure,
    commit,
    commitment_of,
    read_openings,
    seal_blob,
    write_disclosure,
    write_openings,
)
from truceline.evidence.statement import (
    PAYLOAD_TYPE,
    claimed,
    pre_authentication_encoding,
    read_entry,
)
from truceline.evidence.strict import FormatError, encode_base64
from truceline.evidence.tiles import decode_bundle, decode_hashes, encode_bundle, tile_at
from truceline.evidence.timestamp import stamped_hash, token_of
from truceline.evidence.tree import leaf_hash, root
from truceline.evidence.verifiers import verify_bundle
from truceline.records.canonical import Json, canonical

SIGNER = SigningKey(name=ORIGIN, seed=SEED)
MIRROR = SigningKey(name="mirror.example/1", seed=bytes(range(50, 82)))
COSIGNER = cosigner_key(MIRROR)
NOW_S = 1_780_000_000
SPLIT = 4  # bytes that say where the first journal ends
LINE_WIDTH = 200


@dataclass(frozen=True, kw_only=True)
class Parser:
    """One parser.

    Attributes:
        name: What it reads.
        read: Takes the bytes; returns, or raises one of `errors`.
        examples: Bytes that it takes.
        errors: Its answer to everything else.
    """

    name: str
    read: Callable[[bytes], object]
    examples: tuple[bytes, ...]
    errors: tuple[type[Exception], ...] = (FormatError,)

    def refuses(self, content: bytes) -> bool:
        """Tell whether it refuses these bytes; any error but its own comes through."""
        try:
            self.read(content)
        except self.errors:
            return True
        return False


def text_of(content: bytes) -> str:
    """Give bytes as text the way a path or an argument reaches a program: any bytes at all."""
    return content.decode("utf-8", "surrogateescape")


def signed_statement(payload: bytes) -> bytes:
    """Put any bytes into an envelope that is rightly signed."""
    signature = SIGNER.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
    return (
        f'{{"payload":"{encode_base64(payload)}","payloadType":"{PAYLOAD_TYPE}","signatures":'
        f'[{{"keyid":"{KEY.key_id.hex()}","sig":"{encode_base64(signature)}"}}]}}'
    ).encode()


def signed_note(text: bytes) -> bytes:
    """Put a right signature under any bytes, whether a note may hold them or not."""
    signature = encode_base64(KEY.key_id + SIGNER.sign(text))
    return text + f"\n— {ORIGIN} {signature}\n".encode()


def framed(content: bytes) -> bytes:
    """Make a chain of whole frames with any bodies: each is the next length byte's many bytes."""
    before, number, at, chain = NOTHING_BEFORE, 0, 0, b""
    while at < len(content) and number < 50:
        body = content[at + 1 : at + 1 + content[at] * 4]
        frame = make_frame(number, before, body)
        before, number, at = frame.digest, number + 1, at + 1 + content[at] * 4
        chain += frame.content
    return chain


def unframed(bodies: list[bytes]) -> bytes:
    """Write bodies as `framed` reads them; each is padded to a multiple of four."""
    return b"".join(
        bytes([-(-len(body) // 4)]) + body.ljust(-(-len(body) // 4) * 4) for body in bodies
    )


class _World:
    """One log, its mirror and its journals, in a folder that lasts as long as the process."""

    def __init__(self) -> None:
        self.keep = tempfile.TemporaryDirectory(prefix="parsers")
        home = Path(self.keep.name)
        self.folder = mission(home / "log")
        with Ledger.open(self.folder) as reader:
            count = reader.checkpoint.size if reader.checkpoint else 0
            self.entries = [reader.entry(index) for index in range(count)]
            self.proof = reader.prove(2)
        self.note = (self.folder / "log" / "checkpoint").read_bytes()
        self.head = open_checkpoint(self.note, KEY)
        self.mirror = Mirror.create(home / "store", MIRROR.seed, MIRROR.name, KEY)
        self.mirror.pull(folder_source(self.folder), NOW_S)
        self.cosigned = (home / "store" / origin_hash(ORIGIN) / "checkpoint").read_bytes()
        self.promise = home / "p.promise"
        self.store = home / "p"
        self.promise_text = (home / "store.promise").read_bytes()
        self.journals = (home / "a", home / "b")
        first = BEGIN + f"{KEY}\n".encode() + self.note
        more = ENTRIES + (2).to_bytes(2, "big") + encode_bundle([b"one", b"two"])
        leaves = [*map(leaf_hash, [*self.entries, b"one", b"two"])]
        later = sign_note(
            Checkpoint(origin=ORIGIN, size=len(leaves), root=root(leaves)).text, SIGNER
        )
        self.bodies = [first, more, HEAD + later]
        frames, before = [], NOTHING_BEFORE
        for number, body in enumerate(self.bodies):
            frames.append(make_frame(number, before, body))
            before = frames[-1].digest
        self.journal = b"".join(frame.content for frame in frames)
        other = [leaf_hash(b"x"), *leaves[1:]]
        forked = sign_note(
            Checkpoint(origin=ORIGIN, size=len(other), root=root(other)).text, SIGNER
        )
        self.fraud = prove_heads(self.note, forked, KEY, other)

        sealed = mission(home / "sealed")
        with Ledger.open(sealed, SEED) as ledger:
            index = ledger.append(
                "sealed", {"title": "sites", "blobs": []}, commits=(commit(OPENING),)
            )
            ledger.commit(9)
            self.disclosure = write_disclosure(
                ledger.entry(index), ledger.prove(index), OPENING, KEY
            )

    def read_promise(self, content: bytes) -> object:
        self.promise.write_bytes(content)
        return read_promise(self.store)

    def read_journals(self, content: bytes) -> object:
        for path in self.journals:
            path.write_bytes(content)
        return read_journals(self.journals, KEY)

    def ask(self, content: bytes) -> object:
        """Ask the mirror: the first byte says what, the rest is the path or the body."""
        kind, rest = content[:1], content[1:]
        if kind == b"G":
            return answer_get(self.mirror, rest.decode("latin-1"))
        return answer_post(self.mirror, "/compare" if kind == b"C" else "/add-checkpoint", rest)


def _merged(content: bytes) -> object:
    cut = int.from_bytes(content[:SPLIT], "big")
    both = content[SPLIT:]
    return merge(("a", "b"), (both[:cut], both[cut:]))


def _label(content: bytes) -> object:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError("the harness gives objects only") from error
    if not isinstance(body, dict):
        raise FormatError("the harness gives objects only")
    return read_label(body)


def _json(content: bytes) -> Json:
    try:
        read: Json = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError("the harness gives JSON only") from error
    return read


def _verified(content: bytes) -> object:
    return verify_bundle.tell(verify_bundle.verify(content, str(KEY)))


def _policy() -> bytes:
    mirrors = [SigningKey(name=f"m.example/{at}", seed=bytes([at]) * 32) for at in range(1, 5)]
    lines = [f"log {KEY} https://log.example"]
    lines += [f"witness m{at} {cosigner_key(one)} http://m{at}" for at, one in enumerate(mirrors)]
    return ("\n".join([*lines, "group g 3 m0 m1 m2 m3", "# all", "quorum g"]) + "\n").encode()


AGREEMENT = b"""format = 1
id = "small"
title = "A small truce"
status = "signed"
sources = ["invented for this test"]

[[party]]
code = "A"
name = "One side"

[[party]]
code = "B"
name = "The other side"

[[start]]
id = "signed"
not_before = 2026-02-01T06:00:00Z
not_after = 2026-02-01T06:00:00Z
said_by = "both"
source = "article 9"

[[zone]]
id = "valley"
name = "The valley"
ring = [[37.0, 48.0], [37.2, 48.0], [37.2, 48.1], [37.0, 48.1], [37.0, 48.0]]

[[clause]]
id = "no-fire"
kind = "prohibit_fire"
article = "II.3"
words = "No weapon shall be fired within the valley."
zone = "valley"
"""
LABEL = (
    b'{"caveats":["a"],"classification":"c","expires_us":1,"policy":"p","releasable_to":["a","b"]}'
)

ROOT = Root(log=ORIGIN, version=1, threshold=1, keys=(MIRROR.verifier,))
ADD = add_key(log=ORIGIN, root=1, kinds=["original"], signer=MIRROR)
OPENING = Opening(salt=bytes(16), name="site", value={"id": "a", "latitude_e7": 1})
OPENED = (ORIGIN, "sites", [Kept(opening=OPENING, blob="ab" * 32)])
GROUP = GroupSecret(name="group", secret=bytes(range(32)))
BLOB = seal_blob(OPENING, bytes(range(1, 33)), [GROUP.key], ORIGIN, "sites")
AUTHORITY = Authority("time.example")
TOKEN = AUTHORITY.token(bytes(32), MADE)
ANSWER = response(TOKEN)


@cache
def parsers() -> tuple[Parser, ...]:
    """Give the table; the world behind it is made once."""
    world = _World()
    with tempfile.TemporaryDirectory() as home:
        bundle = bundle_of(Path(home) / "m")
    receipt = sign_receipt(2, "ab" * 32, "cd" * 32, SIGNER).note
    checkpoint = world.head.text.encode()
    payloads = tuple(claimed(entry).payload for entry in world.entries)
    half = len(world.journal).to_bytes(SPLIT, "big") + world.journal * 2
    torn = len(world.journal[:-9]).to_bytes(SPLIT, "big") + world.journal[:-9] + world.journal
    line = cosign(world.head.text, MIRROR, NOW_S).encode()
    halting = (FormatError, HaltError)
    return (
        Parser(name="note", read=read_note, examples=(world.note, world.cosigned)),
        Parser(
            name="checkpoint text",
            read=lambda content: read_checkpoint(text_of(content)),
            examples=(checkpoint,),
        ),
        Parser(
            name="checkpoint, signed by the log",
            read=lambda content: open_checkpoint(signed_note(content), KEY),
            examples=(checkpoint,),
        ),
        Parser(
            name="cosignatures",
            read=lambda content: cosignatures(content, [COSIGNER]),
            examples=(world.cosigned, world.note + line),
        ),
        Parser(name="policy", read=read_policy, examples=(_policy(),)),
        Parser(
            name="policy, level of a head",
            read=read_policy(_policy()).level_of,
            examples=(world.note, world.cosigned),
        ),
        Parser(
            name="tlog-proof",
            read=lambda content: check_proof(content, world.entries[2], KEY),
            examples=(world.proof,),
        ),
        Parser(
            name="path of a tile",
            read=lambda content: tile_at(text_of(content)),
            examples=(b"tile/entries/x001/x234/067", b"tile/0/000.p/8", b"tile/63/001"),
        ),
        Parser(
            name="bundle of entries",
            read=lambda content: decode_bundle(content[1:], content[0] if content else 0),
            examples=(b"\x02" + encode_bundle([b"one", b"two"]), b"\x01\x00\x00"),
        ),
        Parser(
            name="tile of hashes",
            read=lambda content: decode_hashes(content[1:], content[0] if content else 0),
            examples=(b"\x02" + bytes(64),),
        ),
        Parser(name="journals, merged", read=_merged, examples=(half, torn), errors=(HaltError,)),
        Parser(
            name="journals, whole frames with any bodies",
            read=lambda content: world.read_journals(framed(content)),
            examples=(),
            errors=halting,
        ),
        Parser(
            name="journals, both files the same",
            read=world.read_journals,
            examples=(world.journal,),
            errors=halting,
        ),
        Parser(
            name="receipt", read=lambda content: read_receipt(content, KEY), examples=(receipt,)
        ),
        Parser(
            name="receipt, signed by the log",
            read=lambda content: read_receipt(signed_note(content), KEY),
            examples=(receipt.rpartition(b"\n\n")[0] + b"\n",),
        ),
        Parser(
            name="envelope of a statement",
            read=lambda content: read_entry(content, KEY),
            examples=tuple(world.entries[:4]),
        ),
        Parser(
            name="statement, rightly signed",
            read=lambda content: read_entry(signed_statement(content), KEY),
            examples=payloads[:4],
        ),
        Parser(name="label", read=_label, examples=(LABEL,)),
        Parser(
            name="verifier key",
            read=lambda content: VerifierKey.read(text_of(content)),
            examples=(str(KEY).encode(),),
        ),
        Parser(
            name="cosigner key",
            read=lambda content: CosignerKey.read(text_of(content)),
            examples=(str(COSIGNER).encode(),),
        ),
        Parser(
            name="fraud proof", read=lambda content: check(content, [KEY]), examples=(world.fraud,)
        ),
        Parser(name="mission.toml", read=mission_key, examples=(MISSION,)),
        Parser(
            name="bundle, by verify_bundle.py",
            read=_verified,
            examples=(bundle,),
            errors=(verify_bundle.Wrong,),
        ),
        Parser(
            name="questions to a mirror",
            read=world.ask,
            examples=(
                f"G/{origin_hash(ORIGIN)}/checkpoint".encode(),
                f"G/{origin_hash(ORIGIN)}/tile/0/000.p/7".encode(),
                b"C" + world.note,
                f"Aold {world.head.size}\n\n".encode() + world.note,
            ),
        ),
        Parser(
            name="root of the keys",
            read=lambda content: read_root(content.decode("latin-1")),
            examples=(ROOT.text.encode(),),
        ),
        Parser(
            name="change of a key",
            read=lambda content: read_change(content.decode("latin-1")),
            examples=(ADD.text.encode(),),
        ),
        Parser(
            name="approvals",
            read=lambda content: read_approvals(_json(content)),
            examples=(canonical(approvals_body([approve("t", "x", MIRROR)])),),
        ),
        Parser(
            name="proof in a file of its own",
            read=lambda content: row_proof.check(content, KEY),
            examples=(with_entry(world.proof, world.entries[2]),),
        ),
        Parser(
            name="openings of sealed fields",
            read=read_openings,
            examples=(write_openings(*OPENED),),
        ),
        Parser(name="blob of a sealed field", read=commitment_of, examples=(BLOB,)),
        Parser(
            name="disclosure of a sealed field",
            read=lambda content: check_disclosure(content, KEY),
            examples=(world.disclosure,),
        ),
        Parser(name="answer of a time-stamp authority", read=token_of, examples=(ANSWER,)),
        Parser(name="time-stamp token", read=stamped_hash, examples=(TOKEN,)),
        Parser(name="promise of a mirror", read=world.read_promise, examples=(world.promise_text,)),
        Parser(
            name="agreement",
            read=lambda content: read_agreement(content, "a.toml"),
            examples=(AGREEMENT,),
            errors=(AgreementError,),
        ),
    )
