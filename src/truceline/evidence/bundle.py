"""One file that proves one finding to somebody who has nothing of ours.

It holds the signed head, what mirrors put under it and by which policy, every entry of the log that
is cited, with its inclusion proof and the whole file that it states, and the lines in these files
that matter. The format, and what it proves, stand in docs/reference/bundle.md; `verifiers/` holds
programs that check it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from truceline.evidence import folder as place
from truceline.evidence.cosignature import TIME_SIZE, CosignerKey, cosignatures
from truceline.evidence.keys import VerifierKey
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.evidence.note import SIGNATURES_LIMIT, open_checkpoint, read_note
from truceline.evidence.policy import read_policy
from truceline.evidence.statement import Statement
from truceline.evidence.strict import FormatError, encode_base64
from truceline.records.canonical import Json, canonical

FORMAT = 2
BUNDLE_LIMIT = 256 * 1024 * 1024
AGREEMENT_FEED = "agreement"
# A time beyond is no claim that anybody can weigh: the year 6325.
TIME_LIMIT_S = 2**37


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One line of a derived file.

    Attributes:
        path: Path below derived/.
        line: Counted from 1.
    """

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """An observation that is cited, and where its original has it.

    Attributes:
        observation: Its id.
        document: SHA-256 of the original, in hex.
        document_line: Line in the original, from 1, after gunzip.
        row: Where the observation's record stands.
    """

    observation: str
    document: str
    document_line: int
    row: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a bundle shall prove.

    Attributes:
        about: Id of the incident, or of one of its findings.
        records: Where the incident and all findings on it stand.
        citations: The observations that the incident names, in its order.
        agreements: SHA-256 of the agreements that the findings are under.
    """

    about: str
    records: Sequence[Place]
    citations: Sequence[Citation]
    agreements: frozenset[str]

    @property
    def derived(self) -> frozenset[str]:
        """Paths of the derived files that are cited."""
        return frozenset(one.path for one in (*self.records, *(at.row for at in self.citations)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """What the mirrors of a policy answered.

    Attributes:
        policy: Text of the policy file.
        notes: The cosigned checkpoint that each mirror serves, by its name as `Policy` has it.
    """

    policy: str
    notes: Mapping[str, str]


def cosignature_lines(
    text: str, key: VerifierKey, backing: Backing
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Pick the lines that mirrors put under exactly this head.

    Args:
        text: Text of the head, three lines.
        key: Key of the log.
        backing: The policy, and the answers of its mirrors.

    Returns:
        One line for each mirror that cosigned this head, in the order of the policy; and why the
        others are left out, by their names.

    Raises:
        FormatError: The policy is none.
    """
    lines: list[str] = []
    left_out: dict[str, str] = {}
    for name, mirror in read_policy(backing.policy.encode()).mirrors.items():
        try:
            line = _line_under(backing.notes[name].encode(), text, key, mirror)
        except KeyError:
            left_out[name] = "has given no cosigned head"
        except FormatError as error:
            left_out[name] = str(error)
        else:
            if len(lines) < SIGNATURES_LIMIT - 1:
                lines.append(line)
            else:
                left_out[name] = f"a head has at most {SIGNATURES_LIMIT} signatures"
    return tuple(lines), left_out


def _line_under(note: bytes, text: str, key: VerifierKey, mirror: CosignerKey) -> str:
    """Give the latest line of a mirror under a head, which has to be this one."""
    head = open_checkpoint(note, key)
    if head.text != text:
        raise FormatError(f"stands behind another head, of {head.size} entries")
    time_s = cosignatures(note, [mirror]).get(mirror)
    if time_s is None:
        raise FormatError("has not put its signature under the head that it serves")
    if not 0 < time_s < TIME_LIMIT_S:
        raise FormatError(f"says that it signed at {time_s} s, which is no time")
    line = next(
        one.signature
        for one in read_note(note).signatures
        if mirror.owns(one) and int.from_bytes(one.signature[:TIME_SIZE], "big") == time_s
    )
    return f"— {mirror.name} {encode_base64(mirror.key_id + line)}\n"


def make_bundle(
    ledger: Ledger,
    contents: Contents,
    derived: frozenset[str],
    backing: Backing | None = None,
) -> bytes:
    """Put into one file what proves `contents` to a third party.

    Args:
        ledger: The mission, open for reading.
        contents: What is to be proved.
        derived: Paths of the derived files that every bundle holds, cited or not.
        backing: What mirrors answered; None for a head that the log alone vouches for.

    Raises:
        LedgerError: The log does not state what is cited, or a file is not the stated one.
        FormatError: It would be larger than a bundle may be, or the policy is none.
    """
    indexes = _indexes(ledger, contents, derived | contents.derived)
    entries = [_entry(ledger, index) for index in indexes]
    files = {path: _lines(ledger, path) for path in contents.derived}
    checkpoint = signed_once(_proof(ledger, indexes[0])[1], ledger.key)
    if backing is not None:
        text = read_note(checkpoint.encode()).text
        checkpoint += "".join(cosignature_lines(text, ledger.key, backing)[0])
    bundle = canonical(
        {
            "about": contents.about,
            "checkpoint": checkpoint,
            "citations": [
                {
                    "document": one.document,
                    "document_line": one.document_line,
                    "line": one.row.line,
                    "observation": one.observation,
                    "text": files[one.row.path][one.row.line - 1],
                }
                for one in contents.citations
            ],
            "entries": list(entries),
            "format": FORMAT,
            "key": str(ledger.key),
            "policy": None if backing is None else backing.policy,
            "records": [
                {"line": one.line, "path": one.path, "text": files[one.path][one.line - 1]}
                for one in contents.records
            ],
        }
    )
    if len(bundle) > BUNDLE_LIMIT:
        raise FormatError(f"the bundle would have {len(bundle)} bytes, above {BUNDLE_LIMIT}")
    return bundle


def _indexes(ledger: Ledger, contents: Contents, derived: frozenset[str]) -> list[int]:
    """Find the entries that state what is cited: the latest of a derived file, else the first."""
    originals = {one.document for one in contents.citations} | contents.agreements
    found: dict[str, int] = {}
    others: dict[str, str] = {}
    for index, statement in enumerate(ledger.statements()):
        body = statement.body
        if statement.kind == "mission":
            found[place.MISSION] = index
        elif statement.kind == "derived" and body["path"] in derived:
            found[_name(statement)] = index
        elif statement.kind == "original" and body["sha256"] in originals:
            # A verifier of a bundle knows one key: what others have stated it cannot check yet.
            if statement.actor != ledger.key.name:
                others[_name(statement)] = statement.actor
                continue
            is_agreement = body["sha256"] in contents.agreements
            if not is_agreement or body["feed"] == AGREEMENT_FEED:
                found.setdefault(_name(statement), index)
    cited = [*map(place.original_name, originals), *(f"{place.DERIVED}{path}" for path in derived)]
    for name in sorted(cited):
        if name in others and name not in found:
            raise LedgerError(
                f"{name} was stated by {others[name]}; a bundle proves only what the log's own key "
                "has stated: send the mission folder, or a proof of the entry"
            )
        if name not in found:
            raise LedgerError(f"{name} is cited, but the log does not state it")
    return sorted(found.values())


def _name(statement: Statement) -> str:
    """Path, in the mission folder, of the file that a statement is about."""
    if statement.kind == "mission":
        return place.MISSION
    if statement.kind == "derived":
        return f"{place.DERIVED}{statement.body['path']}"
    return place.original_name(str(statement.body["sha256"]))


def _entry(ledger: Ledger, index: int) -> Json:
    statement = ledger.read(index)
    name = _name(statement)
    return {
        "content": encode_base64(_file(ledger, name, str(statement.body["sha256"]))),
        "entry": encode_base64(ledger.entry(index)),
        "index": index,
        "path": list(_proof(ledger, index)[0]),
    }


def _file(ledger: Ledger, name: str, stated: str) -> bytes:
    try:
        content = place.read_file(ledger.folder, name, BUNDLE_LIMIT)
    except (OSError, FormatError) as error:
        raise LedgerError(f"{name} cannot be bundled: {error}") from error
    if sha256(content).hexdigest() != stated:
        raise LedgerError(f"{name} is not the file that the log states; verify the mission")
    return content


def _lines(ledger: Ledger, path: str) -> list[str]:
    content = place.read_file(ledger.folder, f"{place.DERIVED}{path}", BUNDLE_LIMIT)
    return content.decode("utf-8").split("\n")


def _proof(ledger: Ledger, index: int) -> tuple[list[str], bytes]:
    """Part a C2SP tlog-proof into the hashes of its path and the checkpoint."""
    head, _, checkpoint = ledger.prove(index).partition(b"\n\n")
    _magic, _index, *path = head.decode("ascii").split("\n")
    return path, checkpoint


def signed_once(checkpoint: bytes, key: VerifierKey) -> str:
    """Give the head with the log's own signature alone."""
    note = read_note(checkpoint)
    (ours,) = (one for one in note.signatures if (one.name, one.key_id) == (key.name, key.key_id))
    return f"{note.text}\n— {key.name} {encode_base64(ours.key_id + ours.signature)}\n"
