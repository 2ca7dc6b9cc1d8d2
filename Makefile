# Bare `make` lists the targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: help install demo test check bench serve campaign spark mutate lock clean
help:            ## list the targets
	@grep -hE '^[a-z]+: .*##|^[a-z]+:  *##' $(MAKEFILE_LIST) | sed -E 's/: .*## /:/; s/:  *## /:/' | awk -F: '{printf "  make %-9s %s\n", $$1, $$2}'

install: $(STAMP) ## make .venv with the pinned packages and the ipledger command

$(STAMP): requirements/dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "make install needs Python 3.11 or newer; set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make install needs Python 3.11 or newer, found $$($(PYTHON) -V); set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "make install needs Python's venv module (Debian: apt-get install python3-venv)"; exit 1; }
	@command -v git >/dev/null || { echo "make install needs git"; exit 1; }
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install    ## the whole story on real register records, in a fresh ledger
	@$(BIN)/python -m scripts.demo

test: check      ## every check and every test
	$(BIN)/python -m pytest -n auto --dist loadfile

check: install   ## format, lint, types, import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install   ## benchmarks side by side; writes docs/performance.md
	$(BIN)/python -m scripts.bench

campaign: install ## the longer seeded campaigns (kills, random histories)
	$(BIN)/python -m pytest -m campaign -o addopts="-q --import-mode=importlib"

# Names of mutants, with wildcards: 'ledger.rules.papers.*' is a file, 'ledger.*__mutmut_7' a sample of one a function.
spark: install   ## install Apache Spark too (needs Java 17 or newer) and run its tests
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/spark.txt
	$(BIN)/python -m pytest -m spark -o addopts="-q --import-mode=importlib"

MUTANTS ?= ledger.rules.* ledger.statement.*
FOR     ?= 0
mutate: install  ## mutation tests of the rules; FOR=600 seconds at most, MUTANTS=names
	@timeout --signal=INT $(FOR) $(BIN)/mutmut run --max-children $$(nproc) $(foreach names,$(MUTANTS),'$(names)') || test $$? -eq 124
	@$(BIN)/mutmut export-cicd-stats && cat mutants/mutmut-cicd-stats.json

serve: install   ## the HTTP interface, on port 8080 of this machine
	$(BIN)/ipledger serve

lock:            ## pin the requirements anew (needs uv)
	uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 --no-annotate --no-header -q -o requirements/runtime.txt
	uv pip compile pyproject.toml --group dev --generate-hashes --universal --python-version 3.11 --no-annotate --no-header -q -o requirements/dev.txt
	uv pip compile pyproject.toml --extra spark -c requirements/dev.txt --generate-hashes --universal --python-version 3.11 --no-annotate --no-header -q -o requirements/spark.txt

clean:           ## remove the environment and the caches
	rm -rf $(VENV) mutants .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
