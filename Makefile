# Everything here needs only Python 3.11 and make. `make help` lists the targets.
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# AWS's own awsglue, for the test that compares signatures with it (Amazon Software License: used,
# never copied). On no path: it has the name of ours.
AWS_GLUE := $(VENV)/aws-glue

.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The stamp files make installation one step that is skipped while nothing changed.
$(VENV)/.run: constraints.txt pyproject.toml gluelocal/pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "imdb-etl needs Python 3.11, and '$(PYTHON)' is not on the PATH. Install it, or name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "imdb-etl needs Python 3.11, and '$(PYTHON)' is $$($(PYTHON) --version). Name another: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing into $(VENV) (once; PySpark alone is about 300 MB) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install -c constraints.txt -e './gluelocal[account]' -e '.[local]'
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(PIP) install -c constraints.txt -e './gluelocal[test,ion]' -e '.[local,dev]'
	@rm -rf $(AWS_GLUE)
	@$(PIP) install -c constraints.txt --no-deps --target $(AWS_GLUE) AWSGlueDataplanePython
	@touch $@

install: $(VENV)/.run ## make .venv from constraints.txt

run-local: $(VENV)/.run ## the whole pipeline on this machine (KEEP=1 leaves the account running)
	@$(BIN)/python -m imdb_etl.ops.run_local

lint: $(VENV)/.dev ## formatting, lint, types, layering
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## format and mend what ruff can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

test: $(VENV)/.dev ## all tests, the real pipeline among them
	@$(BIN)/pytest

bench: $(VENV)/.dev ## benchmarks, with a report
	@$(BIN)/python -m bench

clean: ## remove .venv, the account's state and caches
	@$(BIN)/gluelocal down --purge 2>/dev/null || true
	@rm -rf $(VENV) .gluelocal .mypy_cache .ruff_cache .pytest_cache build dist

.PHONY: help install run-local lint format test bench clean
