"""Everything that the doors show as one clear line: what came in was wrong, or is not there."""

from __future__ import annotations

from truceline.agreement.read import AgreementError
from truceline.evidence.ledger import LedgerError
from truceline.evidence.mirror import MirrorError, SourceError
from truceline.evidence.strict import FormatError
from truceline.feeds.interface import FeedError
from truceline.fusion.table import TableError
from truceline.guarantees.board_terms import TermsError
from truceline.guarantees.register import RegisterError
from truceline.pipeline.board_folder import MandateError
from truceline.pipeline.hooks_file import HookError
from truceline.pipeline.rows import RerunError
from truceline.pipeline.saying import ContributeError
from truceline.pipeline.seal import MissionError
from truceline.reports.case_record import NotForThisReaderError
from truceline.sensors.background import BackgroundError
from truceline.simulate.debrief import TruthError
from truceline.simulate.exercise import ExerciseError
from truceline.store.index import StoreError
from truceline.web.account_book import AccountFileError
from truceline.web.serve import ServeError

ERRORS: tuple[type[Exception], ...] = (
    MissionError,
    MandateError,
    RegisterError,
    TermsError,
    ContributeError,
    HookError,
    RerunError,
    AgreementError,
    FeedError,
    LedgerError,
    MirrorError,
    SourceError,
    FormatError,
    AccountFileError,
    StoreError,
    ServeError,
    ExerciseError,
    TruthError,
    BackgroundError,
    TableError,
    NotForThisReaderError,
    LookupError,
    OSError,
)
