"""The guarantors' board: their acts, folded over what was imported from missions.

Determinations, remedies and decisions of bodies come from the logs that were imported, folded by
the same commission as in the mission. The register comes from the board's own files. Nothing here
starts or activates anything: the board shows what signed entries add up to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
from truceline.pipeline.imports import read_imports
from truceline.pipeline.taken import Taken, what_missions_brought
from truceline.records.act import RefusedAct
from truceline.records.board import Board
from truceline.records.canonical import Json
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
        self._imported: tuple[int, Taken] | None = None

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
        size = self.log.size
        if self._imported is None or self._imported[0] != size:
            taken = what_missions_brought(
                self.folder, read_imports(self.folder), now_us, self.mandate.agreement
            )
            self._imported = size, taken
        return self._imported[1]

    def board(self, now_us: int) -> Board:
        """Give the board at an instant."""
        return self._fold(now_us).board(now_us)

    def _fold(self, now_us: int) -> BoardFold:
        self.log.refresh()
        taken = self.taken(now_us)
        state = self.register_state(now_us) if self._registers else None
        built = BoardFold(
            self.mandate,
            taken.determinations,
            taken.remedies,
            taken.findings,
            terms=self._terms,
            carried=taken.carried,
            commitments=map(ref_of, state.register.commitments) if state else (),
            procedures=state.register.procedures if state else (),
            falls=taken.falls,
        )
        # What the register refuses has taken no state further on its way.
        refused = {one.act for one in state.refused} if state else set()
        for act in self.log.acts:
            if act.id not in refused:
                built.take(act)
        return built

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
        built = self._fold(now_us)
        built.take(act)
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
