# Everything here needs only Python 3.11 and make. `make help` lists the targets.
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SCAN := $(VENV)/scan
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
	@$(PIP) install -c constraints.txt -e './gluelocal[test,ion]' -e '.[local,dev,docs]'
	@rm -rf $(AWS_GLUE)
	@$(PIP) install -c constraints.txt --no-deps --target $(AWS_GLUE) AWSGlueDataplanePython
	@touch $@

# In an environment of its own: checkov pins older versions of what constraints.txt has.
$(VENV)/.scan: constraints-scan.txt | $(VENV)/.dev
	@echo "Installing cfn-lint and checkov into $(SCAN) (once, about 400 MB) ..."
	@test -x $(SCAN)/bin/python || $(PYTHON) -m venv $(SCAN)
	@$(SCAN)/bin/python -m pip --quiet --disable-pip-version-check install -c constraints-scan.txt cfn-lint checkov
	@touch $@

install: $(VENV)/.run ## make .venv from constraints.txt

run-local: $(VENV)/.run ## the whole pipeline on this machine (KEEP=1 leaves the account running)
	@$(BIN)/python -m imdb_etl.ops.run_local

lint: $(VENV)/.dev $(VENV)/.scan ## formatting, lint, types, layering, workflows, the template's schema and security
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(SCAN)/bin/cfn-lint infra/template.yaml
	@$(SCAN)/bin/checkov --framework cloudformation --file infra/template.yaml --compact --quiet --skip-download
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))

format: $(VENV)/.dev ## format and mend what ruff can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

test: $(VENV)/.dev ## all tests, the real pipeline among them
	@$(BIN)/pytest --numprocesses 2 --dist loadgroup

docs: pictures ## build the pages of docs/ into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs --quiet build --strict
	@echo "Open site/index.html"

pictures: $(VENV)/.dev ## draw docs/pictures
	@for theme in light dark; do $(BIN)/d2 docs/pictures/architecture-$$theme.d2 docs/pictures/architecture-$$theme.svg; done

dist: $(VENV)/.dev ## both distributions, as wheels and sources, in dist/
	@rm -rf dist
	@$(BIN)/hatchling build -d "$(CURDIR)/dist"
	@cd gluelocal && "$(CURDIR)/$(BIN)/hatchling" build -d "$(CURDIR)/dist"

test-wheel: dist ## the wheels in an empty environment, from another folder (PYTHON names which)
	@.ci/test-wheels $(PYTHON)

bench: $(VENV)/.dev ## benchmarks, with a report
	@$(BIN)/python -m bench

clean: ## remove .venv, the account's state and caches
	@$(BIN)/gluelocal down --purge 2>/dev/null || true
	@rm -rf $(VENV) .gluelocal .mypy_cache .ruff_cache .pytest_cache build dist site

.PHONY: help install run-local lint format test docs pictures dist test-wheel bench clean
