# Two commands are enough: `make run` to try Trente, `make test` to check it.
PYTHON  ?= python3
RECORDS ?= 10000
VENV    := .venv
BIN     := $(VENV)/bin
CATALOGUES := $(wildcard compliance/translations/*/LC_MESSAGES/messages.po)
COMPILED   := $(CATALOGUES:.po=.mo)
SOURCES    := $(shell find compliance forms -name '*.py')

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run setup setup-dev test lint bench demo lock messages assets clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup $(VENV)/.bytecode ## install if needed, migrate, start everything and print the address (PORT=8000)
	@SAMPLE_ENTRANCE=$${SAMPLE_ENTRANCE-1} $(BIN)/flask serve

setup: $(VENV)/.runtime $(COMPILED) ## install what Trente needs into .venv, pinned and checked by hash

setup-dev: $(VENV)/.dev $(COMPILED) ## the same, with what tests and lint need

test: setup-dev ## run every test; what could not run is said at the end (ARGS="-k name")
	@$(BIN)/python -m pytest --numprocesses 2 --quiet $(ARGS)

lint: setup-dev ## style, types, storeys and rooms, templates, translations; then the trend figures
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/python -m tests.house.translations check
	@$(BIN)/python -m tests.house.trend

bench: setup-dev ## measure; prints ratios, asserts nothing
	@$(BIN)/python -m bench

demo: setup ## fill a demonstration organisation (RECORDS=10000)
	@$(BIN)/flask db upgrade
	@$(BIN)/flask sample load --records $(RECORDS)

lock: setup-dev ## compile requirements*.txt again from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --generate-hashes --python-version 3.11 --quiet -o requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --python-version 3.11 --quiet -c requirements.txt \
		-o requirements-dev.txt

messages: setup-dev ## collect the words of the interface into the translations, and compile them
	@$(BIN)/python -m tests.house.translations update
	@$(MAKE) --no-print-directory setup

assets: setup-dev ## build fonts, icons, styles and vendored scripts again
	@$(BIN)/uv run --quiet --no-project --python $(BIN)/python --with 'fonttools[woff]' deploy/assets/build.py

clean: ## remove what can be made again, never data (var/)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis $(COMPILED)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Trente needs Python 3.11 or newer; choose one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }

# One stamp per list: the second time there is nothing to do. Compiled once, so that every start is quick, even where
# the environment keeps Python from writing bytecode.
$(VENV)/.runtime: requirements.txt | $(BIN)/python
	@echo "Installing into $(VENV) (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt | $(BIN)/python
	@echo "Installing into $(VENV), with the development tools (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib
	@touch $(VENV)/.runtime $@

$(VENV)/.bytecode: $(SOURCES) | $(BIN)/python
	@$(BIN)/python -m compileall -q compliance forms
	@touch $@

%.mo: %.po | $(BIN)/python
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale $(notdir $(patsubst %/LC_MESSAGES/,%,$(dir $<)))
