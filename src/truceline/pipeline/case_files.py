"""A case of a mission as one file: the view that a reader may see, and where its parts stand.

The public tier is late by a day: what a commission did since then is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from truceline.commission.chamber import fold
from truceline.evidence.ledger import Ledger, LedgerError
from truceline.pipeline.asking import PUBLIC_DELAY_US, Reach
from truceline.pipeline.case_index import CaseIndex
from truceline.pipeline.chamber import Commission, full_id, warnings_of
from truceline.pipeline.facts import FINDINGS
from truceline.pipeline.superseded import FILE as SUPERSEDED
from truceline.reports.case_file import case_file, case_file_json
from truceline.reports.case_pdf import case_file_pdf
from truceline.reports.case_record import CaseRecord, CitedEntry, Reader, tier_rank
from truceline.reports.day import Checkpoint

PUBLIC, STATES = "public", "states"

Writer = Callable[[CaseRecord, Reader, str], bytes]
# By the end of the file's name.
FORMATS: Mapping[str, Writer] = {
    ".html": lambda record, reader, language: case_file(record, reader, language).encode(),
    ".json": lambda record, reader, _: case_file_json(record, reader),
    ".pdf": case_file_pdf,
}


def write_case_file(
    mission: Path, case: str, out: Path, reader: Reader, language: str, now_us: int
) -> None:
    """Write a case for a reader, in the format that the file's name ends with.

    Args:
        mission: The mission folder.
        case: Id of the case, short or whole.
        out: File to write; must not exist.
        reader: For whom.
        language: Code of the words; JSON has none.
        now_us: Now; the public tier shows what was a day before.

    Raises:
        LookupError: No format is named so.
        NotForThisReaderError: The reader may see nothing of the case; names the rule.
        FormatError: There is no such case, or several begin so.
        FileExistsError: The file is there.
        WordsError: There are no words of that language.
    """
    write = FORMATS.get(out.suffix)
    if write is None:
        raise LookupError(f"{out}: no case file ends so; name it {', '.join(FORMATS)}")
    at_us = now_us - PUBLIC_DELAY_US if reader.tier == PUBLIC else now_us
    record = case_record(Commission(mission), case, at_us, reader)
    content = write(record, reader, language)
    with out.open("xb") as file:
        file.write(content)


def case_record(commission: Commission, case: str, at_us: int, reader: Reader) -> CaseRecord:
    """Give a case as it was at an instant, with what it cites and where that stands in the log.

    Of other cases it leads to those alone of which the reader may know.
    """
    acts = [act for act in commission.log.acts if act.at_us <= at_us]
    findings = commission.findings
    warnings = warnings_of(commission.mandate)
    chamber = fold(
        commission.mandate,
        acts,
        findings,
        at_us,
        mirrors=commission.mirrors,
        warnings=warnings,
    )
    cases = CaseIndex(chamber, commission.mandate)
    cases.follow(acts)

    def sees(other: str) -> bool:
        return may_know(cases.reach[other], reader)

    view = chamber.view(full_id(case, chamber.cases, "case"))
    view = replace(
        view,
        links=tuple(one for one in view.links if sees(one.other)),
        patterns=chamber.patterns(view.line.id, sees),
    )
    with Ledger.open(commission.folder) as ledger:
        head = ledger.checkpoint
        if head is None:
            raise LedgerError(f"{commission.folder} has no head: nothing of it can be cited")
        # The last statement about a file is the one that counts.
        stated = {
            statement.body["path"]: (index, statement.sha256)
            for index, statement in enumerate(ledger.statements())
            if statement.kind == "derived"
        }
    entries = {
        act.id: CitedEntry(id=act.id, index=act.index, statement_sha256=act.id) for act in acts
    }
    for name, facts in findings.items():
        place = stated.get(FINDINGS if facts.superseded_by is None else SUPERSEDED)
        if place is not None:
            entries[name] = CitedEntry(id=name, index=place[0], statement_sha256=place[1])
    return CaseRecord(
        view=view,
        findings=findings,
        mandate=commission.mandate,
        entries=entries,
        checkpoint=Checkpoint(origin=head.origin, size=head.size, root=head.root.hex()),
        at_us=at_us,
    )


def may_know(reach: Reach, reader: Reader) -> bool:
    """Tell whether a reader may know that there is a case.

    A state learns of it by a notice or when it is published; a file for no state in particular is
    read by all that the case concerns.
    """
    if tier_rank(reader.tier) < tier_rank(reach.tier):
        return False
    is_told = reach.notified >= ({reader.party} if reader.party else reach.concerns)
    return reader.tier != STATES or reach.tier in reach.published or is_told
