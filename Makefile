.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

$(VENV)/.browser: requirements/browser.txt $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/browser.txt
	touch $@

install: $(VENV)/.runtime ## Set up .venv with the program: .venv/bin/taphuan

demo: install ## Open the demo in a browser: a tổ trưởng's chat, four supervisors, a clock to push
	$(BIN)/taphuan demo

test: $(VENV)/.dev ## Run the tests on SQLite and on a PostgreSQL that they start themselves
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not browser"

test-browser: $(VENV)/.browser ## Run the browser tests (needs Debian's chromium)
	$(BIN)/python -m pytest -m browser --allow-hosts=127.0.0.1,::1,localhost

soak: $(VENV)/.dev ## Kill the program, its database and its platform under load, hundreds of times (half an hour)
	TAPHUAN_SOAK=1 $(BIN)/python -m pytest -m soak

lint: $(VENV)/.dev ## Types, style, layers, content, container and YAML files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/taphuan content check
	$(BIN)/hadolint Dockerfile
	$(BIN)/yamllint --strict compose.yaml compose.roles.yaml

lock: ## Write the lock files anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements/runtime.txt pyproject.toml
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --group dev -c requirements/runtime.txt -o requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --group browser -c requirements/dev.txt -o requirements/browser.txt
	echo 'setuptools>=80' | uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -c requirements/dev.txt -o requirements/build.txt -

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove what was built
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache

.PHONY: help install demo test test-browser soak lint lock format clean
