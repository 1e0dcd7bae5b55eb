# make run    a fresh clone becomes a running site on http://127.0.0.1:8000
# make test   the tests
# make help   everything else

PYTHON ?= python3
VENV ?= .venv
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 2
JOBS ?= 2
PYTEST_ARGS ?=

BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/messages.po))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run install test test-full bench lint messages lock clean

help: ## show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: install ## serve the databases; where there are none, create them with a demo district first
	@data="$${SANKU_DATA:-instance}"; \
	if [ -n "$${SANKU_DATABASE_URL:-}" ]; then $(BIN)/sanku init; \
	elif [ -z "$$(ls -A "$$data" 2>/dev/null)" ] || [ -e "$$data/demo-under-way" ]; then \
	    mkdir -p -m 700 "$$data" && touch "$$data/demo-under-way" && \
	    $(BIN)/sanku init && $(BIN)/sanku demo && rm "$$data/demo-under-way"; \
	else $(BIN)/sanku init; fi
	$(BIN)/sanku serve --host $(HOST) --port $(PORT) --workers $(WORKERS)

install: $(STAMP) $(CATALOGUES) ## make the virtual environment, from the lock file

$(STAMP): requirements.lock setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Sanku needs Python 3.11 or later; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	    { echo "python3-venv is missing; install it and try again: sudo apt install python3-venv" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

%.mo: %.po $(STAMP)
	$(BIN)/pybabel --quiet compile -i $< -o $@

test: install ## run the tests that take seconds
	$(BIN)/pytest -n $(JOBS) -m "not full" $(PYTEST_ARGS)

test-full: install ## run all tests, also those that take minutes
	$(BIN)/pytest -n $(JOBS) $(PYTEST_ARGS)

bench: install ## measure speed, memory and search quality, and write docs/performance.md
	$(BIN)/python -m tests.bench

lint: install ## check style and types
	$(BIN)/ruff check .
	$(BIN)/mypy registries search

messages: install ## collect the texts into translations/ for translating
	$(BIN)/pybabel --quiet extract -F translations/babel.cfg -k N_ -k lazy_gettext --no-location --sort-output \
	    --project sanku --version 0.1.0 --copyright-holder "The Sanku authors" -o translations/messages.pot .
	$(BIN)/pybabel --quiet update -i translations/messages.pot -d translations -l zh --no-fuzzy-matching --ignore-pot-creation-date \
	    --ignore-obsolete

lock: ## choose the newest versions that setup.cfg allows and pin them with their hashes
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet uv
	$(VENV)-lock/bin/uv pip compile --quiet --universal --upgrade --generate-hashes --no-annotate --no-emit-index-url \
	    --all-extras --python-version 3.11 --custom-compile-command "make lock" -o requirements.lock setup.cfg
	rm -rf $(VENV)-lock

clean: ## remove what was made, but never the data
	rm -rf $(VENV) $(VENV)-lock build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
