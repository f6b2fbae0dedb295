"""What holds for every test: no network but loopback, no help from this machine's clock or shell.

Python blocks of the documents and examples in docstrings are collected here too, so that what a
reader is told to type is what was run. The two house documents (docs/DESIGN.md, docs/STYLE.md) are
not: the code in STYLE.md is invented.
"""

from __future__ import annotations

import ipaddress
import os
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser

ROOT = Path(__file__).parent

# Far from UTC, and not by whole hours: code that reads the wall clock of the place shows at once.
os.environ["TZ"] = "Pacific/Chatham"
time.tzset()

# What the shell of a developer may hold must not steer a test, nor lead loopback through a proxy.
for variable in sorted(os.environ):
    if variable.startswith("TRUCELINE_") or variable.lower() in {
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "firms_map_key",
    }:
        del os.environ[variable]


# A busy machine is no fault of the code: no test is timed (docs/DESIGN.md, "Figures").
settings.register_profile("truceline", deadline=None)
settings.load_profile("truceline")


# ------------------------------------------------------------------------------- no network
def is_loopback(host: object) -> bool:
    """Tell whether a host named in a socket call is this machine itself."""
    if host is None or host in {"", b"", "localhost", b"localhost"}:
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def refuse_the_network(event: str, arguments: tuple[object, ...]) -> None:
    """Stop a test that reaches for another machine; a subprocess is not seen from here.

    An audit hook, not a patched class: it sees every way Python has to a socket, in every thread.
    It ends the test by `pytest.fail`, which no `except Exception` of the code under test can hide.

    Source: the table of audit events in the Python library reference.
    """
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        if not isinstance(address, tuple):  # AF_UNIX has a path, a connected socket has None
            return
        host = address[0]
    else:
        return
    if not is_loopback(host):
        pytest.fail(f"a test reached for the network: {event} to {host!r}; serve it on loopback")


sys.addaudithook(refuse_the_network)

# ----------------------------------------------------------- documents and docstrings as tests
_documents = Sybil(
    name="document",
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=[
        "README.md",
        "docs/how-to/*.md",
        "docs/tutorials/*.md",
        "docs/explanation/*.md",
        "docs/reference/*.md",
    ],
)
# One pattern a depth: before Python 3.13 `**` is one folder here.
_docstrings = Sybil(
    name="docstring",
    parsers=[DocTestParser()],
    patterns=["src/truceline/*.py", "src/truceline/*/*.py", "src/truceline/*/*/*.py"],
)
pytest_collect_file = (_documents + _docstrings).pytest()


# ------------------------------------------------------------------------------- real data
@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real data beside the checkout, or skip and say how to have it run."""
    folder = ROOT.parent / "shared" / "data"
    if not (folder / "firms").is_dir():
        pytest.skip(
            "no real data: put the archive (firms/, control_lines/, labels/, ...) beside the "
            "checkout, at ../shared/data; docs/reference/feeds.md says what belongs there"
        )
    return folder


# ------------------------------------------------------------------------- skips, said aloud
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests did not run, and what to do to have them run."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.getreports("skipped"):
        where = report.longrepr
        reasons[str(where[2] if isinstance(where, tuple) else where)] += 1
    if not reasons:
        return
    terminalreporter.section("not run, and how to have it run", yellow=True)
    for reason, count in sorted(reasons.items()):
        terminalreporter.line(f"{count:4d} x {reason.removeprefix('Skipped: ')}")
