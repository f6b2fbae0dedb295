# Truceline: the commands of the README.
#
#   make demo             environment, install, and the main job; serves the console at the end
#   make demo SERVE=0     the same, and stops after the summary
#   make test             the whole suite
#   make check            lint, format, types, generated pages
#   make bench            speed and quality; make soak: the campaigns that take hours
#   make bench-fusion     association beside every peer: hours the first time
#
# Variables: PYTHON (a Python 3.11 or newer), NPM, SERVE, WORKERS (processes of `make test`),
# TESTS (what `make test` runs, for example TESTS=tests/test_rooms.py).

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# Errors only: what pip has to remark on this machine's settings is no matter of ours.
QUIET := --disable-pip-version-check --no-input -qq
PIP := $(BIN)/python -m pip $(QUIET)
PEERS := .venv-peers
NPM ?= npm
SERVE ?= 1
WORKERS ?= 2
TESTS ?=

INSTALLED := $(VENV)/.installed
WARMED := $(VENV)/.warmed
VENDORED := node_modules/.vendored

# The first Python on the path that is new enough, unless the caller names one.
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo "$$name"; break; }; done)
endif

.PHONY: help demo test check fmt bench bench-arrivals bench-fusion soak environment vendor clean

help:
	@sed -n '3,11p' Makefile | cut -c3-

# ------------------------------------------------------------------------- the two commands
demo: environment vendor
	@$(BIN)/truceline demo $(if $(filter 0,$(SERVE)),--no-serve)

# One file stays in one process: the examples of a document build on one another.
test: environment vendor
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(TESTS)

# -------------------------------------------------------------------------- for developers
check: environment
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy conftest.py
	@$(BIN)/python scripts/reference.py --check
	@$(BIN)/python scripts/board_reference.py --check
	@$(BIN)/python scripts/figures.py --check
	@$(BIN)/python scripts/access_page.py --check

fmt: environment
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/python scripts/reference.py
	@$(BIN)/python scripts/board_reference.py
	@$(BIN)/python scripts/figures.py
	@$(BIN)/python scripts/access_page.py

# Speed and quality; what takes long stands in benchmarks/soak.txt.
bench: environment
	@$(BIN)/python benchmarks/soak.py --bench

# One of them: association of raw arrivals, beside PyOcto, which gets an environment of its own.
bench-arrivals: environment
	@$(BIN)/python benchmarks/bench_arrivals.py

# Association by ours and by every peer, in an environment of the peers' own. A peer that cannot be
# installed is named, and its runs say so. Variables: FUSION, the benchmark's options.
bench-fusion: $(PEERS)/.installed
	@$(PEERS)/bin/python benchmarks/bench_fusion.py $(FUSION)

$(PEERS)/.installed: requirements.lock benchmarks/requirements-peers.txt pyproject.toml
	@"$(PYTHON)" -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip $(QUIET) install --no-deps --requirement requirements.lock
	@sed -e '/^#/d' -e '/^$$/d' benchmarks/requirements-peers.txt | while read -r package; do \
		$(PEERS)/bin/python -m pip $(QUIET) install --no-deps "$$package" \
		|| echo "not installed: $$package" >&2; done
	@$(PEERS)/bin/python -m pip $(QUIET) install --no-build-isolation --no-deps --editable .
	@touch $@

# Power cuts, faults, kills, damage, fuzzing, namespaces, mutants: hours. Stops at no failure, and
# ends with one if there was any.
soak: environment
	@$(BIN)/python benchmarks/soak.py

# ----------------------------------------------------------------------------- environment
environment: $(INSTALLED) $(WARMED)
vendor: $(VENDORED)

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "Truceline needs Python 3.11 or newer; \
	none is on the path. Install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "Truceline needs Python 3.11 or newer; $(PYTHON) is older or cannot be run." >&2; exit 1; }
	@echo "Making the environment $(VENV) with $$("$(PYTHON)" --version)"
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
	echo "$(PYTHON) cannot make an environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

# The lock file is whole, so nothing is resolved. Compiling on every core at once is faster than pip,
# and a file in a package that does not compile (a template) is no fault.
$(INSTALLED): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked packages into $(VENV) (a minute or two the first time)"
	@$(PIP) install --no-compile --no-deps --requirement requirements.lock
	@$(BIN)/python -m compileall -q -j 0 -x '[/\\]tests?[/\\]' $(VENV)/lib || true
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

# The compiled kernels, so that nobody's first fusion waits for the compiler.
$(WARMED): $(INSTALLED) $(wildcard src/truceline/fusion/*.py)
	@$(BIN)/python -m truceline.fusion.warm
	@touch $@

# The console's map library, from npm with a lock file, copied beside the console's own pages.
$(VENDORED): package.json package-lock.json scripts/vendor.mjs
	@command -v $(NPM) >/dev/null 2>&1 && command -v node >/dev/null 2>&1 || { echo "Truceline needs node and npm \
	for the console's map; install Node.js 18 or newer (on Debian and Ubuntu: apt-get install npm)" >&2; exit 1; }
	@echo "Bringing the console's map library from npm"
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@node scripts/vendor.mjs
	@touch $@

clean:
	@rm -rf $(VENV) $(PEERS) node_modules src/truceline/web/static/vendor build dist \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find src tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
