# Everything that a developer or CI runs. `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
WORKERS ?= 3
BIN := .venv/bin
DEMO ?= ladebog-demo
DAYS ?= 200
SEED ?=
WORDS ?=
BUNDLE ?= reports/page/bundle

# Otherwise every test process would compile the tests and the project again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-15s %s\n", $$1, $$2}'

.PHONY: setup
setup: .venv/installed  ## Create .venv with the locked libraries and Ladebog itself (the other targets do it when needed)

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ladebog needs Python 3.11 or newer: choose one with make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

.PHONY: demo
demo: setup  ## Run everything on the demo operator: a logbook with its months and reports in ./ladebog-demo
	$(BIN)/ladebog demo $(DEMO)

.PHONY: test
test: setup  ## Run the tests that need only Python
	$(BIN)/pytest -m "not system and not documents and not schedule and not faults and not page" --numprocesses $(WORKERS) --dist worksteal

.PHONY: test-system
test-system: setup  ## Run the slow tests: whole archives, killed processes, long searches, the wheel; they need only Python too
	$(BIN)/pytest -m "system and not documents" --numprocesses $(WORKERS) --dist loadscope

.PHONY: test-documents
test-documents: setup .venv-notebook/installed  ## Open claims and the notebook with other programs (Debian: libreoffice-calc poppler-utils fonts-liberation)
	NOTEBOOK_PYTHON=$(CURDIR)/.venv-notebook/bin/python $(BIN)/pytest -m documents --numprocesses $(WORKERS) --dist worksteal

.venv-notebook/installed: docs/notebooks/requirements.lock
	$(PYTHON) -m venv .venv-notebook
	.venv-notebook/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.PHONY: test-page
test-page: setup build/npm/installed  ## Test the page in Chromium (Debian: chromium nodejs npm)
	$(BIN)/pytest -m page

build/npm/installed: reports/page/script/package.json reports/page/script/package-lock.json
	mkdir -p build/npm
	cp $^ build/npm
	npm ci --prefix build/npm --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: bundle
bundle: build/npm/installed  ## Bundle the page's script and its library again (needs npm)
	NODE_PATH=build/npm/node_modules build/npm/node_modules/.bin/esbuild reports/page/script/main.js --bundle --minify \
		--target=es2022 --charset=utf8 --legal-comments=none --log-level=warning --outfile=$(BUNDLE)/page.js
	cp build/npm/node_modules/uplot/LICENSE $(BUNDLE)/uPlot-LICENSE.txt

.PHONY: golden
golden: setup  ## Write the golden files of claims again; read the difference before you commit it
	LADEBOG_WRITE_GOLDEN=1 $(BIN)/pytest tests/reports/claims

.PHONY: test-schedule
test-schedule: setup  ## Run the tests with a real systemd and cron daemon (root; Debian: systemd cron)
	$(BIN)/pytest -m schedule

.PHONY: test-faults
test-faults: setup  ## Test every fault that the archive must survive, and print a table of them (root, for a small disk)
	$(BIN)/pytest tests/faults -m faults --numprocesses $(WORKERS) --dist worksteal

.PHONY: soak
soak: setup  ## Simulate DAYS=200 of runs, faults, corrections and kills; SEED=... repeats the same days
	$(BIN)/python -m tests.soak --days $(DAYS) $(if $(SEED),--seed $(SEED))

.PHONY: mutants
mutants: setup  ## Make small wrong changes in copies of the project, and check that tests fail; WORDS=... chooses some
	$(BIN)/python -m tests.mutants $(WORDS)

.PHONY: check
check: setup  ## Check lint, format, types, SQL style and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar sql/facts sql/seeds sql/staging sql/intermediate sql/marts sql/checks sql/queries
	$(BIN)/lint-imports

.PHONY: reference
reference: setup  ## Write the pages in docs/reference/ that follow from the code
	$(BIN)/python -m docs.write_reference

.PHONY: docs
docs: setup  ## Make the documentation in docs/_build/html; a warning is an error
	$(BIN)/python -m sphinx -q -W --keep-going docs docs/_build/html

.PHONY: pictures
pictures: setup  ## Make the pictures in docs/images from a new demo (Debian: libreoffice-calc poppler-utils fonts-liberation chromium)
	$(BIN)/python -m docs.make_pictures

.PHONY: bench
bench: setup  ## Print the speeds in docs/reference/logbook-folder.md
	$(BIN)/python -m tests.bench

.PHONY: lock
lock: setup  ## Resolve the libraries again into requirements.lock (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --python-version 3.11 --no-header --quiet --output-file requirements.lock
	uv pip compile docs/notebooks/requirements.in --universal --generate-hashes --python-version 3.11 --no-header --quiet --output-file docs/notebooks/requirements.lock

.PHONY: clean
clean:  ## Remove what the other targets created
	rm -rf .venv .venv-notebook build dist $(DEMO) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
