"""Tell others' servers what is due soon and what is late: each thing once, in somebody's eyes.

A hook is told what the page of deadlines shows to the actor whom its file names, and nothing else.
It tells; it does nothing: no act follows from a message, and none from its being lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from truceline.pipeline.acting import open_room
from truceline.pipeline.board import GuarantorsBoard
from truceline.pipeline.board_view import OpenBoard
from truceline.pipeline.cell import due_of
from truceline.pipeline.clock import clock_us
from truceline.pipeline.commission_view import OpenCommission
from truceline.pipeline.hooks_file import (
    DUE,
    KINDS_OF_BOARD,
    KINDS_OF_MISSION,
    LATE,
    Hook,
    HookError,
    HooksFile,
    hooks_path,
    read_hooks,
)
from truceline.pipeline.hooks_journal import (
    ACCEPTED,
    GONE,
    Attempt,
    Journal,
    open_journal,
    read_journal,
)
from truceline.pipeline.hooks_post import BODY_LIMIT, NoAnswerError, post, signed_headers
from truceline.pipeline.key import keys_of
from truceline.records.asker import Asker, NotAllowedError
from truceline.records.canonical import Json, canonical
from truceline.records.due import Due
from truceline.records.ids import short_id
from truceline.records.mandate import Role
from truceline.records.units import SECOND_US, iso

Pages = OpenBoard | OpenCommission

# So many messages a receiver and a run; the others wait for the next run.
PER_RUN = 100
# These say that the receiver is busy: the others wait, too.
BUSY = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
REDIRECTS = range(300, 400)
ID_DIGITS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing that one receiver has to be told.

    Attributes:
        id: The same however often it is tried: a receiver that knows it has been told.
        type: "deadline.due" or "deadline.late".
        due: What is awaited.
        body: What is posted, byte for byte.
    """

    id: str
    type: str
    due: Due
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a run did for one message, or why it did nothing for a hook.

    Attributes:
        outcome: "sent", "failed", "would_send", "waits" (for the next run), "off" (the receiver is
            gone), "not_told" (its eyes see no deadlines).
        hook: Name of the hook.
        host: Where it is told.
        type: Type of the message; "" where there is none.
        due: What is awaited; None where there is no message.
        why: What the receiver answered, or the reason; "" where there is none.
    """

    outcome: str
    hook: str
    host: str
    type: str = ""
    due: Due | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A mission or a board, as its receivers are told of it.

    Attributes:
        name: Name of its log.
        pages: What is asked for each receiver, in the eyes of its actor.
        file: Its hooks.
    """

    name: str
    pages: Pages
    file: HooksFile


def open_deployment(folder: Path, clock: Callable[[], int] = clock_us) -> Deployment:
    """Open a mission or a board and its file of hooks.

    Raises:
        HookError: The file of hooks is not there, has a problem, or names who has no part here.
        As `acting.open_room` and `key.keys_of`.
    """
    keys = keys_of(folder)
    known = [keys.log, *(keys.root.keys if keys.root else ()), *(one.key for one in keys.grants)]
    room = open_room(folder)
    pages: Pages
    kinds: tuple[str, ...]
    if isinstance(room, GuarantorsBoard):
        pages, kinds = OpenBoard(room, clock), KINDS_OF_BOARD
    else:
        pages, kinds = OpenCommission(room, clock=clock), KINDS_OF_MISSION
    file = read_hooks(folder, known, kinds)
    found = Deployment(name=keys.log.name, pages=pages, file=file)
    for hook in file.hooks:
        if hook.actor and pages.who(Asker(actor=hook.actor))["roles"] == [Role.PUBLIC.value]:
            raise HookError(
                f"{file.path}: [[hook]] ({hook.name}): as: {hook.actor!r} has no role and no seat "
                f"in {found.name}"
            )
    return found


def journal_path(folder: Path) -> Path:
    """Give the place of the journal: beside the file of hooks."""
    return hooks_path(folder).with_suffix(".journal")


def send(folder: Path, clock: Callable[[], int] = clock_us) -> Iterator[Line]:
    """Tell every hook what it was not told yet, and say of each message what came of it.

    Raises:
        As `open_deployment`, and HookError: another process is sending.
    """
    deployment = open_deployment(folder, clock)
    with open_journal(journal_path(folder)) as journal:
        yield from tell(deployment, journal, clock)


def would_send(folder: Path, clock: Callable[[], int] = clock_us) -> Iterator[Line]:
    """Say what `send` would tell now; nothing is sent, and nothing is written.

    Raises:
        As `open_deployment`.
    """
    deployment = open_deployment(folder, clock)
    journal = read_journal(journal_path(folder))
    for hook in deployment.file.hooks:
        for one in _outstanding(deployment, hook, journal, clock()):
            yield _line(hook, "would_send", one) if isinstance(one, Message) else one


def tell(deployment: Deployment, journal: Journal, clock: Callable[[], int]) -> Iterator[Line]:
    """Tell every hook of a deployment what its journal does not have."""
    for hook in deployment.file.hooks:
        busy = ""
        for number, one in enumerate(_outstanding(deployment, hook, journal, clock())):
            if not isinstance(one, Message):
                yield one
            elif busy or number >= PER_RUN:
                yield _line(hook, "waits", one, busy or f"{PER_RUN} messages a run")
            else:
                line, busy = _attempt(deployment.file, hook, one, journal, clock())
                yield line


def _attempt(
    file: HooksFile, hook: Hook, message: Message, journal: Journal, now_us: int
) -> tuple[Line, str]:
    """Try once; gives what came of it, and why the others have to wait, or ""."""
    if len(message.body) > BODY_LIMIT:
        why = f"its {len(message.body)} bytes are more than {BODY_LIMIT}"
        return _line(hook, "failed", message, why), ""
    headers = signed_headers(hook.key, message.id, now_us // SECOND_US, message.body)
    try:
        status, why = post(hook.url, headers, message.body), ""
    except NoAnswerError as error:
        status, why = 0, str(error)
    journal.add(
        Attempt(
            id=message.id,
            hook=hook.name,
            at_us=now_us,
            attempt=journal.tried(message.id) + 1,
            status=status,
            file=file.sha256,
        )
    )
    if status in ACCEPTED:
        return _line(hook, "sent", message, f"answered {status}"), ""
    why = why or f"answered {status}"
    if status in REDIRECTS:
        why += ", and no redirect is followed"
    if status == GONE:
        why += f": it is told nothing more until {file.path.name} changes"
    return _line(hook, "failed", message, why), why if status in {0, GONE, *BUSY} else ""


# --------------------------------------------------------------------------- what is to be told
def _outstanding(
    deployment: Deployment, hook: Hook, journal: Journal, now_us: int
) -> Iterator[Message | Line]:
    """Give what a hook was not told yet, or a line that says why it is told nothing."""
    gone_us = journal.gone_us(hook.name, deployment.file.sha256)
    if gone_us is not None:
        why = f"answered {GONE} at {iso(gone_us)}; off until {deployment.file.path.name} changes"
        yield _line(hook, "off", why=why)
        return
    try:
        found = messages(deployment, hook, now_us)
    except NotAllowedError as error:
        yield _line(hook, "not_told", why=str(error))
        return
    yield from (one for one in found if not journal.is_told(one.id))


def messages(deployment: Deployment, hook: Hook, now_us: int) -> tuple[Message, ...]:
    """Give everything that a hook may be told at an instant, told before or not.

    Raises:
        NotAllowedError: In its eyes there are no deadlines, and a rule says so.
    """
    found = []
    for due in _dues(deployment.pages, Asker(actor=hook.actor)):
        state = LATE if due.due_us <= now_us else DUE
        is_soon = due.due_us <= now_us + hook.ahead_s * SECOND_US
        if is_soon and state in hook.what and due.what in (hook.kinds or {due.what}):
            found.append(_message(deployment, hook, due, state))
    return tuple(found)


def _dues(pages: Pages, asker: Asker) -> tuple[Due, ...]:
    """Give what is awaited as the page of deadlines shows it to somebody."""
    if isinstance(pages, OpenBoard):
        return pages.dues(asker)
    return tuple(due for one in pages.notices(asker) if (due := due_of(one)) is not None)


def _message(deployment: Deployment, hook: Hook, due: Due, state: str) -> Message:
    # A deadline that moves is told anew: its receiver would wait for the wrong instant.
    named: Json = [deployment.name, hook.name, due.id, due.due_us, state]
    since_us = due.due_us - (hook.ahead_s * SECOND_US if state == DUE else 0)
    said: Json = {
        "type": f"deadline.{state}",
        "timestamp": iso(since_us),
        "data": {
            "deployment": deployment.name,
            "id": due.id,
            "about": due.about,
            "what": due.what,
            "name": due.name,
            "of": list(due.of),
            "due_us": due.due_us,
            "article": due.article,
            "page": _page(deployment, due),
        },
    }
    return Message(
        id=f"msg_{sha256(canonical(named)).hexdigest()[:ID_DIGITS]}",
        type=f"deadline.{state}",
        due=due,
        body=canonical(said),
    )


def _page(deployment: Deployment, due: Due) -> str:
    """Give the address of the page that shows it; "" where the file of hooks gives none."""
    base, pages = deployment.file.pages, deployment.pages
    if not base or isinstance(pages, OpenBoard):
        return base and f"{base}/"
    case = due.id.split(":")[1]
    return f"{base}/case?id={short_id(case)}" if case else f"{base}/hotline"


def _line(hook: Hook, outcome: str, message: Message | None = None, why: str = "") -> Line:
    return Line(
        outcome=outcome,
        hook=hook.name,
        host=hook.host,
        type=message.type if message else "",
        due=message.due if message else None,
        why=why,
    )
