# Everything a developer or CI runs. `make help` explains it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
WORKERS ?= 3
BIN := .venv/bin
DEMO ?= ladebog-demo
DAYS ?= 200
SEED ?=

.PHONY: help
help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-15s %s\n", $$1, $$2}'

.PHONY: setup
setup: .venv/installed  ## Make .venv with the locked libraries and Ladebog itself (the other targets do it as needed)

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ladebog needs Python 3.11 or newer: name one with make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

.PHONY: demo
demo: setup  ## Run the main job on the demo tenant: a logbook, its months and reports in ./ladebog-demo
	$(BIN)/ladebog demo $(DEMO)

.PHONY: test
test: setup  ## Run the tests of the parts; they need nothing but Python
	$(BIN)/pytest -m "not system and not documents and not schedule and not faults" --numprocesses $(WORKERS) --dist worksteal

.PHONY: test-system
test-system: setup  ## Run the tests of the whole: the way, kills, long searches, the wheel; nothing but Python either
	$(BIN)/pytest -m "system and not documents" --numprocesses $(WORKERS) --dist worksteal

.PHONY: test-documents
test-documents: setup  ## Read the files that are handed in with other programs (Debian: libreoffice-calc poppler-utils fonts-liberation)
	$(BIN)/pytest -m documents --numprocesses $(WORKERS) --dist worksteal

.PHONY: golden
golden: setup  ## Write the golden files of claims anew; look at the difference before you keep it
	LADEBOG_WRITE_GOLDEN=1 $(BIN)/pytest -m "not system" tests/claims

.PHONY: test-schedule
test-schedule: setup  ## Run the tests with a real systemd and cron daemon (root; the Debian packages systemd and cron)
	$(BIN)/pytest -m schedule

.PHONY: test-faults
test-faults: setup  ## Try every fault that the archive must survive, and print them as a table; needs root for a small disk
	$(BIN)/pytest tests/faults -m faults --numprocesses $(WORKERS) --dist worksteal

.PHONY: soak
soak: setup  ## Live through DAYS=200 of runs, faults, corrections and kills; SEED=... repeats them
	$(BIN)/python -m tests.soak --days $(DAYS) $(if $(SEED),--seed $(SEED))

.PHONY: check
check: setup  ## Lint, format, types, SQL style and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar sql/facts sql/staging sql/intermediate sql/marts sql/checks
	$(BIN)/lint-imports

.PHONY: bench
bench: setup  ## Print the speeds that the README quotes
	$(BIN)/python -m tests.bench

.PHONY: lock
lock: setup  ## Resolve the libraries anew into requirements.lock (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --python-version 3.11 --no-header --quiet --output-file requirements.lock

.PHONY: clean
clean:  ## Remove what the other targets made
	rm -rf .venv build dist $(DEMO) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
