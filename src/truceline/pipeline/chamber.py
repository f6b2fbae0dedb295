"""The commission of a mission: its mandate, its findings and its acts, folded to one instant.

Opened once, it reads from then on only what is new in the log. The folder is only read here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from hashlib import sha256
from pathlib import Path

from truceline.commission.chamber import Chamber
from truceline.commission.explore import explore
from truceline.evidence.strict import FormatError
from truceline.pipeline.acts import ActLog, act_body
from truceline.pipeline.board_folder import agreements_of, mandate_of
from truceline.pipeline.cosigned import cosigned_file
from truceline.pipeline.facts import FILES, commission_facts, judged_of
from truceline.pipeline.holders import mirror_holders, owners_of_documents
from truceline.records.act import Act, RefusedAct
from truceline.records.canonical import Json, canonical
from truceline.records.chamber import FindingFacts, Holders
from truceline.records.ids import short_id
from truceline.records.mandate import Mandate


class Commission:
    """The commission of one mission.

    Attributes:
        folder: The mission folder.
        mandate: Who decides, and how.
        log: The acts.
        delay_us: How long ago what it shows was.
    """

    delay_us = 0

    def __init__(self, folder: Path) -> None:
        """Open a mission for reading.

        Raises:
            MandateError: None of its agreements has bodies.
            LedgerError: It is no mission, or a damaged one.
        """
        self.folder = folder
        self.mandate = mandate_of(folder, agreements_of(folder))
        self.log = ActLog(folder)
        self._warnings: dict[str, tuple[str, ...]] | None = None
        self._chamber: Chamber | None = None
        self._taken, self._rewritten = 0, 0
        self._stamp: tuple[int, ...] = ()
        self._findings: dict[str, FindingFacts] = {}
        self._mirrors = Holders()

    @property
    def findings(self) -> Mapping[str, FindingFacts]:
        """What is known of the findings, by their ids."""
        self._read_beside()
        return self._findings

    @property
    def mirrors(self) -> Holders:
        """Which states hold a mirror of the log."""
        self._read_beside()
        return self._mirrors

    def _read_beside(self) -> None:
        """Read anew what is known beside the acts, where a file of it is another now."""
        stamp = _stamp(self.folder)
        if stamp != self._stamp:
            found = judged_of(self.folder)
            owners = owners_of_documents(self.log.documents, self.log.name, self.mandate)
            self._findings = commission_facts(found, owners)
            self._mirrors = mirror_holders(self.folder, self.mandate)
            self._stamp, self._chamber = stamp, None

    def chamber(self, now_us: int) -> Chamber:
        """Give the chamber at an instant, with all that the log has by now, less the delay."""
        self.log.refresh()
        findings, at_us = self.findings, now_us - self.delay_us
        until = len(self.log.acts)
        if self.delay_us:
            until = bisect_right(self.log.acts, at_us, key=lambda one: one.at_us)
        is_rewritten = self._rewritten != self.log.rewritten
        if self._chamber is None or is_rewritten or until < self._taken:
            self._warnings = self._warnings or warnings_of(self.mandate)
            self._chamber = Chamber(
                self.mandate,
                findings,
                now_us=at_us,
                mirrors=self.mirrors,
                warnings=self._warnings,
            )
            self._taken, self._rewritten = 0, self.log.rewritten
        for act in self.log.acts[self._taken : until]:
            # Acts of the guarantors have their own fold.
            self._chamber.take(act)
        self._taken = until
        self._chamber.now_us = at_us
        return self._chamber

    @property
    def taken(self) -> list[Act]:
        """The acts that the chamber has taken."""
        acts = self.log.acts
        return acts if self._taken == len(acts) else acts[: self._taken]

    def late(self, delay_us: int) -> Commission:
        """Give the commission as it was so long ago: a fold of its own over the same log."""
        late = copy(self)
        late.delay_us = delay_us
        late._chamber = None  # noqa: SLF001 - one of our own
        return late

    def refusal_of(
        self, name: str, about: str, detail: Mapping[str, Json], *, actor: str, now_us: int
    ) -> RefusedAct | None:
        """Say which rule would refuse an act if it were the log's next; None if none would.

        Nothing is signed, and nothing is kept.
        """
        chamber = self.chamber(now_us)
        return chamber.refusal_of(next_act(self.log.acts, name, about, detail, actor, now_us))

    def refused(self, now_us: int) -> tuple[RefusedAct, ...]:
        """Give every act without effect, in the log's order."""
        return tuple(self.chamber(now_us).refused)

    def names(self, now_us: int) -> Iterator[str]:
        """Give every id that an act may be about, or may cite."""
        del now_us
        self.log.refresh()
        yield from (act.id for act in self.log.acts)
        yield from self.findings


def next_act(
    acts: list[Act], name: str, about: str, detail: Mapping[str, Json], actor: str, now_us: int
) -> Act:
    """Give an act as it would stand next in a log; its id is only a stand-in."""
    body: Json = [actor, now_us, len(acts), act_body(name, about, detail)]
    last = acts[-1] if acts else None
    return Act(
        id=sha256(canonical(body)).hexdigest(),
        index=last.index + 1 if last else 0,
        actor=actor,
        name=name,
        about=about,
        signed_us=now_us,
        at_us=max(now_us, last.at_us) if last else now_us,
        detail=dict(detail),
    )


def warnings_of(mandate: Mandate) -> dict[str, tuple[str, ...]]:
    """Give, by body, what it is by which it can stand still for ever: rules and time limits."""
    found: dict[str, set[str]] = {}
    for path in explore(mandate).paths:
        named = {step.rule for step in path.steps if step.rule}
        found.setdefault(path.body, set()).update(named or {path.kind.value})
    return {body: tuple(sorted(named)) for body, named in found.items()}


def full_id(short: str, known: Iterable[str], what: str) -> str:
    """Give the id that is shown or begins like a short one; a whole one, or none at all, stays.

    Raises:
        FormatError: None begins so, or several do; names them.
    """
    candidates = list(known)
    if not short or short in candidates:
        return short
    found = sorted(
        {one for one in candidates if one.startswith(short) or short_id(one).startswith(short)}
    )
    if len(found) > 1:
        raise FormatError(f"{what} {short} is several: {', '.join(found)}")
    if not found:
        raise FormatError(f"{what} {short}: there is none in this log")
    return found[0]


def _stamp(folder: Path) -> tuple[int, ...]:
    paths = [*(folder / "derived" / name for name in FILES), cosigned_file(folder)]
    return tuple(path.stat().st_mtime_ns if path.is_file() else -1 for path in paths)
