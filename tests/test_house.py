"""The house is in order: licence, version, lock file, words, sizes, no reach to other places."""

from __future__ import annotations

import ast
import json
import re
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import truceline

ROOT = Path(__file__).parents[1]
HOUSE = Path(truceline.__file__).parent
LARGEST_FILE = 1_000_000
LATER = ("TODO", "FIXME", "XXX")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def kept_files() -> list[Path]:
    """List what git keeps or would keep: tracked files, and new ones that it does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("no git checkout: run this in a clone, where git can list the files")
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return sorted({path for path in paths if path.is_file()})


def texts() -> dict[str, str]:
    """Give the text of every kept file that is text, by its name in the project."""
    found = {}
    for path in kept_files():
        content = path.read_bytes()
        if b"\0" not in content:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8")
    return found


# ------------------------------------------------------------------- licence, version, lock
def test_the_licence_is_there_in_full() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert project()["project"]["license"] == "Apache-2.0"


def test_the_data_are_credited() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for origin in (
        "FIRMS",
        "DeepStateMap",
        "UCDP",
        "VIINA",
        "Vadimkin",
        "World Resources Institute",
        "ENTSO-E",
        "The Economist",
        "GeoNames",
        "Natural Earth",
        "MapLibre",
    ):
        assert origin in notice, origin


def test_one_version_everywhere() -> None:
    assert project()["project"]["version"] == truceline.__version__
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {truceline.__version__}" in changes


def pinned(lock: str) -> dict[str, set[str]]:
    """Give the versions that a lock file names for each package."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.+!-]+)", lock, flags=re.MULTILINE):
        versions.setdefault(canonicalize_name(name), set()).add(version)
    return versions


def not_locked(requirements: list[str], lock: str) -> list[str]:
    """Give the requirements that no pinned version satisfies."""
    versions = pinned(lock)
    return [
        text
        for text in requirements
        for wanted in [Requirement(text)]
        if not any(
            wanted.specifier.contains(version)
            for version in versions.get(canonicalize_name(wanted.name), set())
        )
    ]


def test_sees_what_a_lock_file_lacks() -> None:
    lock = "Jinja2==3.1.6\n    # via x\nnumpy==2.4.6 ; python_full_version < '3.12'\n"
    wanted = ["jinja2>=3", "numpy>=2.5", "scipy"]
    assert not_locked(wanted, lock) == ["numpy>=2.5", "scipy"]


def test_the_lock_file_satisfies_every_requirement() -> None:
    named = project()
    groups = [
        named["project"]["dependencies"],
        *named["project"]["optional-dependencies"].values(),
        *named["dependency-groups"].values(),
        named["build-system"]["requires"],
    ]
    wanted = [text for group in groups for text in group if not text.startswith("truceline")]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert wanted
    assert not_locked(wanted, lock) == []


def test_the_installed_packages_fit_together() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_every_npm_package_is_pinned_by_its_hash() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert "node_modules/maplibre-gl" in packages
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []


# ------------------------------------------------------------------------- words and sizes
def test_nothing_in_the_source_is_left_for_later() -> None:
    later = re.compile(rf"\b({'|'.join(LATER)})\b")
    assert later.search(f"x = 1  # {LATER[0]}: the rest")
    found = [
        name for name, text in texts().items() if name.startswith("src/") and later.search(text)
    ]
    assert found == []


def test_every_module_says_what_it_is() -> None:
    modules = [path for path in kept_files() if path.suffix == ".py"]
    assert len(modules) > 10
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in modules
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_file_is_too_large_for_a_repository() -> None:
    large = {path.name: path.stat().st_size for path in kept_files()}
    assert {name: size for name, size in large.items() if size > LARGEST_FILE} == {}


# --------------------------------------------------------------------- no other places
MACHINES = re.compile(r"(?<![\w.:/{}$-])/(?:work|root|Users)/\w")


def places_outside(name: str, text: str) -> list[str]:
    """Give the places outside the project that a text names; the real data beside it are known."""
    found = [text[match.start() : match.end() + 20] for match in MACHINES.finditer(text)]
    for match in re.finditer(r"(?<![\w.])(?:\.\./)+[\w.-]+(?:/[\w.-]+)*", text):
        place = match[0]
        if place.startswith("../shared/"):
            if not re.match(r"\.\./shared/data\b", place):
                found.append(place)
            continue
        inside = (ROOT / name).parent.joinpath(place).resolve()
        if not inside.is_relative_to(ROOT.resolve()):
            found.append(place)
    return found


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("read ../shared/data/firms", 0, id="the real data"),
        pytest.param("[a](../reference/x.md)", 0, id="a page of the project"),
        pytest.param("see ../shared/other", 1, id="another folder beside it"),
        pytest.param("open ../../../x.csv", 1, id="a path out of the project"),
        pytest.param("cd /root/project", 1, id="a folder of one machine"),
        pytest.param("https://x.org/root/page", 0, id="an address"),
    ],
)
def test_sees_a_place_outside_the_project(text: str, count: int) -> None:
    assert len(places_outside("docs/how-to/page.md", text)) == count


def test_no_file_names_a_place_outside_the_project() -> None:
    this_file = Path(__file__).relative_to(ROOT).as_posix()  # its made-up breaches stand above
    found = {
        name: places_outside(name, text) for name, text in texts().items() if name != this_file
    }
    assert {name: places for name, places in found.items() if places} == {}


# ------------------------------------------------------- what conftest.py promises the tests
def test_a_test_cannot_reach_the_network() -> None:
    with pytest.raises(pytest.fail.Exception, match="reached for the network"):
        socket.getaddrinfo("example.org", 443)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
        pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"),
    ):
        stream.connect(("192.0.2.1", 443))
    with (
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as datagrams,
        pytest.raises(pytest.fail.Exception, match="2001:db8::1"),
    ):
        datagrams.sendto(b"x", ("2001:db8::1", 53))


def test_loopback_is_open_to_tests() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("localhost", port), timeout=5) as client:
            accepted, _ = server.accept()
            with accepted:
                client.sendall(b"here")
                assert accepted.recv(4) == b"here"


def test_the_suite_runs_far_from_utc() -> None:
    assert time.localtime(0).tm_gmtoff % 3600 == 45 * 60


def test_examples_of_documents_and_docstrings_are_collected() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "README.md", "docs", "src"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "README.md::sybil:document" in listed.stdout, listed.stdout
    assert "what-thermal-satellites-can-settle.md::sybil:document" in listed.stdout
    assert "units.py::sybil:docstring" in listed.stdout
    assert "STYLE.md" not in listed.stdout
