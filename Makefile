# Each target does its own set-up; `make up` and `make test` are all that a newcomer needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: setup up web web-dev test test-extras test-stack check bench soak notebooks lock clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.12 ..." >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (once; two or three minutes) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[all]'
	@touch $@

up: setup
	@$(BIN)/python -m tracker.web.build --quiet
	@$(BIN)/tracker up $(ARGS)

# The page, where it is older than its sources, and its sizes; FLIGHT_TRACKER_NO_WEB=1 leaves it out everywhere.
web: setup
	@$(BIN)/python -m tracker.web.build

# The page while it is worked on: at WEB_HOST, WEB_PORT, in front of the server at BACKEND_URL.
web-dev: setup
	@$(BIN)/python -m tracker.web.dev

test: setup
	@$(BIN)/python -m tracker.web.build --quiet
	@$(BIN)/python -m pytest --nbval $(ARGS)

# Installs the wheel with each extra into an environment of its own; needs a package index, and says so where there is none.
test-extras: setup
	@$(BIN)/python -m tracker.web.build --quiet
	@$(BIN)/python -m pytest -m extras -rs tests/test_extras.py $(ARGS)

# Builds the images and starts the containers; needs a Docker engine with Compose.
test-stack: setup
	@$(BIN)/python -m pytest -m stack tests/stack $(ARGS)

check: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tracker.web.npm run --silent check
	@$(BIN)/python -m tracker.web.build

bench: setup
	@$(BIN)/python -m benchmarks $(ARGS)

# Everything at once for MINUTES, with attackers and restarts of the broker; ends with status 1 if something is wrong.
MINUTES ?= 60
soak: setup
	@$(BIN)/python -m benchmarks.soak $(MINUTES)

# After a change of a notebook or of what it shows: executes all of them anew, as they are committed. Without the times
# at which cells ran, a cell whose output stays the same does not change.
notebooks: setup
	@$(BIN)/jupyter nbconvert --log-level WARN --to notebook --execute --inplace \
	  --ExecutePreprocessor.store_widget_state=False --ExecutePreprocessor.record_timing=False notebooks/*.ipynb

# After a change of dependencies: pins the whole tree for every platform (needs uv).
lock:
	uv pip compile --universal --python-version 3.11 --all-extras --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --output-file constraints.txt pyproject.toml
	uv pip compile --universal --python-version 3.11 --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --output-file tests/constraints-traffic.txt tests/requirements-traffic.in

clean:
	rm -rf $(VENV) .venv-traffic .kafka dist build tracker/page tracker/web/node_modules
