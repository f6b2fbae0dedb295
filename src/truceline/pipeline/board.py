"""The guarantors' board: their acts, folded over what was imported from missions.

Determinations, remedies and decisions of bodies come from the logs that were imported, folded by
the same commission as in the mission. The register comes from the board's own files. Nothing here
starts or activates anything: the board shows what signed entries add up to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from truceline.evidence.strict import FormatError
from truceline.guarantees.board import BoardFold
from truceline.guarantees.board_defaults import DEFAULTS
from truceline.guarantees.commitments import ref_of
from truceline.guarantees.gap import WhatIf, gap
from truceline.guarantees.procedures import earliest_lawful_date
from truceline.guarantees.register import read_register
from truceline.guarantees.register_fold import fold_register, with_signers
from truceline.pipeline.acts import ActLog
from truceline.pipeline.board_folder import (
    REGISTER_FEED,
    TERMS_FEED,
    agreements_of,
    files_of,
    insist_on_board,
    mandate_of,
    read_terms,
)
from truceline.pipeline.chamber import next_act
from truceline.pipeline.chambers import Chambers
from truceline.pipeline.imports import ImportLog
from truceline.pipeline.taken import Taken, what_missions_brought
from truceline.records.act import RefusedAct
from truceline.records.board import Board, CommitmentRef
from truceline.records.canonical import Json
from truceline.records.commitment import Procedure
from truceline.records.gap import GapBoard
from truceline.records.mandate import Role
from truceline.records.register import LawfulDate, Register, RegisterState, Scenario


class GuarantorsBoard:
    """One board, opened for reading.

    Attributes:
        folder: Its folder.
        mandate: Who acts for whom on it, from its own agreement.
        log: The acts of the guarantors.
    """

    def __init__(self, folder: Path) -> None:
        """Open a board.

        Raises:
            FormatError: The folder is none of a board.
            MandateError: Its agreements have no bodies.
            RegisterError: Its register cannot be read.
            TermsError: Its terms cannot be read.
            LedgerError: It is damaged, or what was imported is not what was signed.
        """
        insist_on_board(folder)
        self.folder = folder
        self.agreements = agreements_of(folder)
        self.mandate = mandate_of(folder, self.agreements)
        self.log = ActLog(folder)
        self._registers = tuple(
            read_register(content, name) for name, content in files_of(folder, REGISTER_FEED)
        )
        self._terms = DEFAULTS
        for name, content in files_of(folder, TERMS_FEED):
            self._terms = read_terms(name, content, self.mandate)
        self._imports = ImportLog(folder)
        self._chambers = Chambers()
        self._taken: tuple[bytes, object, Taken] = (b"", None, Taken())
        self._folded: _Folded | None = None

    @property
    def register(self) -> Register:
        """The register of commitments, with the keys that the agreement names.

        Raises:
            LookupError: The board has none.
        """
        if not self._registers:
            raise LookupError(f"{self.folder} has no register: give it one with --register FILE")
        signers = {
            one.actor: one.state
            for one in self.mandate.roles
            if one.state and one.role in {Role.GUARANTOR, Role.PARTY}
        }
        return with_signers(self._registers[0], signers)

    def taken(self, now_us: int) -> Taken:
        """Give what missions brought, as it stands at an instant."""
        head, sizes, taken = self._taken
        if head != self.log.head:
            imports = self._imports.refresh()
            logs = imports.logs.values()
            grown = imports.bundles, *((log.key, log.edge.size, log.edge.root) for log in logs)
            if grown != sizes:
                taken = what_missions_brought(
                    self.folder, imports, now_us, self.mandate.agreement, self._chambers
                )
            self._taken = self.log.head, grown, taken
        return taken

    def board(self, now_us: int) -> Board:
        """Give the board at an instant."""
        return self._fold(now_us).board(now_us)

    def _fold(self, now_us: int) -> BoardFold:
        """Give the fold of all acts; only those that are new are taken where nothing else is."""
        self.log.refresh()
        taken, (begun, refused) = self.taken(now_us), self._beginning(now_us)
        acts, folded = self.log.acts, self._folded
        if (
            folded is None
            or folded.taken is not taken
            or folded.begun != begun
            or folded.rewritten != self.log.rewritten
            or folded.passed != refused & {one.id for one in acts[: folded.acts]}
        ):
            fold = self._new_fold(taken, begun)
            folded = self._folded = _Folded(fold, taken, begun, self.log.rewritten)
        for act in acts[folded.acts :]:
            if act.id in refused:
                folded.passed.add(act.id)
            else:
                folded.fold.take(act)
        folded.acts = len(acts)
        return folded.fold

    def _beginning(self, now_us: int) -> tuple[_Begun, set[str]]:
        """Give what a fold begins with, and the acts that it has to pass by.

        What the register refuses has taken no state further on its way.
        """
        if not self._registers:
            return _Begun(), set()
        state = self.register_state(now_us)
        commitments = tuple(map(ref_of, state.register.commitments))
        return _Begun(commitments, state.register.procedures), {one.act for one in state.refused}

    def _new_fold(self, taken: Taken, begun: _Begun) -> BoardFold:
        return BoardFold(
            self.mandate,
            taken.determinations,
            taken.remedies,
            taken.findings,
            terms=self._terms,
            carried=taken.carried,
            commitments=begun.commitments,
            procedures=begun.procedures,
            falls=taken.falls,
        )

    def register_state(self, now_us: int) -> RegisterState:
        """Give the register after the acts, at an instant.

        Raises:
            LookupError: The board has no register.
        """
        self.log.refresh()
        return fold_register(self.register, self.log.acts, now_us)

    def gap(
        self, scenario: str, declared_us: int | None, now_us: int, what_if: Iterable[str] = ()
    ) -> GapBoard:
        """Say what would be there, and why not more.

        Args:
            scenario: Id of a scenario of the register; "" where it has one only.
            declared_us: The instant that the horizons are counted from; None for that of the last
                declaration that stands.
            now_us: Now.
            what_if: Steps to be taken as done, as "procedure/step".

        Raises:
            LookupError: There is no such scenario, procedure or step; or nothing was declared.
        """
        state, board = self.register_state(now_us), self.board(now_us)
        if declared_us is None:
            standing = [one for one in board.declarations if one.unwound_by is None]
            if not standing:
                raise LookupError("no declaration stands: give the instant with --from")
            declared_us = standing[-1].instant_us
        return gap(
            state,
            _scenario(state.register, scenario),
            declared_us,
            board.decisions,
            [_what_if(one, now_us) for one in what_if],
        )

    def earliest(
        self, state: str, asked_us: int, now_us: int, *, emergency: bool = False
    ) -> tuple[LawfulDate, ...]:
        """Give the earliest lawful date of each procedure of a state.

        Raises:
            LookupError: The register has no procedure of it.
        """
        register = self.register_state(now_us)
        calendars = {one.id: one for one in register.register.calendars}
        found = tuple(
            earliest_lawful_date(
                one, asked_us, register.steps, calendars[one.calendar], emergency=emergency
            )
            for one in register.register.procedures
            if one.state == state
        )
        if not found:
            raise LookupError(f"{state}: the register has no procedure of it: not known")
        return found

    def refused(self, now_us: int) -> tuple[RefusedAct, ...]:
        """Give every act without effect, in the log's order."""
        found = list(self.board(now_us).refused)
        if self._registers:
            found += self.register_state(now_us).refused
        return tuple(sorted(found, key=lambda one: one.index))

    def refusal_of(
        self, name: str, about: str, detail: Mapping[str, Json], *, actor: str, now_us: int
    ) -> RefusedAct | None:
        """Say which rule would refuse an act if it were the log's next; None if none would."""
        self.log.refresh()
        act = next_act(self.log.acts, name, about, detail, actor, now_us)
        # One of its own: what is only tried must not stay.
        begun, passed = self._beginning(now_us)
        built = self._new_fold(self.taken(now_us), begun)
        for one in (*self.log.acts, act):
            if one.id not in passed:
                built.take(one)
        refused = list(built.board(act.at_us).refused)
        if self._registers:
            refused += fold_register(self.register, [*self.log.acts, act], act.at_us).refused
        return next((one for one in refused if one.act == act.id), None)

    def names(self, now_us: int) -> Iterator[str]:
        """Give every id that an act may be about."""
        for act in self.log.acts:
            yield act.id
        yield from (one.id for one in self.board(now_us).clocks)
        if self._registers:
            register = self.register
            for table in (register.commitments, register.procedures, register.pledges):
                yield from (one.id for one in table)
            yield from (one.code for one in register.participants)


@dataclass(frozen=True, slots=True)
class _Begun:
    """What a fold of the board is begun with, of its register."""

    commitments: tuple[CommitmentRef, ...] = ()
    procedures: tuple[Procedure, ...] = ()


@dataclass(slots=True)
class _Folded:
    """A fold of the board that goes on: what it was begun with, and what it took or passed by."""

    fold: BoardFold
    taken: Taken
    begun: _Begun
    rewritten: int
    acts: int = 0
    passed: set[str] = field(default_factory=set)


def _scenario(register: Register, wanted: str) -> Scenario:
    known = [one.id for one in register.scenarios]
    for one in register.scenarios:
        if one.id == wanted or (not wanted and len(known) == 1):
            return one
    raise LookupError(f"no scenario {wanted!r}: {', '.join(known) or 'the register has none'}")


def _what_if(text: str, now_us: int) -> WhatIf:
    procedure, _, step = text.partition("/")
    if not step:
        raise FormatError(f"{text!r} is no step: write PROCEDURE/STEP")
    return WhatIf(procedure=procedure, step=step, at_us=now_us)
