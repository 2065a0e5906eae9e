# Two commands: `make run` starts Plait, `make test` proves it. Both set up what they need.

PYTHON ?= python3
PORT ?= 9991
DATA ?= var
BIN := .venv/bin
# How many test processes; the machine's cores serve PostgreSQL and browsers as well.
WORKERS ?= 2

.PHONY: run static test lint types floors unit bench setup messages lock clean
.DEFAULT_GOAL := run

run:
	@$(PYTHON) scripts/set_up.py run
	@exec $(BIN)/twistd -n --pidfile= chat --demo --listen tcp:$(PORT):interface=127.0.0.1 --data "$(DATA)"

# Everything that tests and tools need, and nothing run.
setup:
	@$(PYTHON) scripts/set_up.py test

test: setup
	@$(MAKE) --no-print-directory lint types floors
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

lint:
	$(BIN)/ruff check .

types:
	$(BIN)/mypy

floors:
	$(BIN)/lint-imports

bench:
	@$(PYTHON) scripts/set_up.py test
	@$(BIN)/python -m bench

# The browser's files for production: bundled, minified, hashed, compressed, in prod-static/.
static:
	@$(PYTHON) scripts/set_up.py static

# Find what people read, in code, templates and the client, and bring the catalogues in chat/locale up to date.
messages:
	@$(BIN)/python scripts/messages.py

# Take the newest versions of everything and write down which they are.
lock:
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install -q --upgrade pip setuptools
	.venv-lock/bin/pip install -q $$($(PYTHON) scripts/requirements.py)
	(echo "# The versions that were tested together; made by 'make lock'."; .venv-lock/bin/pip freeze --all --exclude pip) > constraints.new
	mv constraints.new constraints.txt && rm -rf .venv-lock

clean:
	rm -rf .venv .venv-lock node_modules static/vendor prod-static build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache \
	  .hypothesis .import_linter_cache
