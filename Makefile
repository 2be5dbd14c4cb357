# `make demo` and `make test` set everything up themselves; they need Python 3.11 or newer and nothing else.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo label-studio test check lint types format clean bench pins

demo: .venv/run  ## extract from the seed articles with the rules baseline, score, write the report
	@mkdir -p build/demo && rm -f build/demo/predictions.jsonl
	$(BIN)/goldspan run rules --out build/demo/predictions.jsonl
	$(BIN)/goldspan score build/demo/predictions.jsonl --html build/demo/report.html
	@echo "The report: build/demo/report.html"

test: .venv/dev .venv/label-studio  ## all tests
	$(BIN)/python -m pytest -n auto --dist loadgroup

check: lint types test  ## what CI runs

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/dev
	$(BIN)/basedpyright

format: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev  ## speed, as ratios within one run
	$(BIN)/python benchmarks/start_up.py
	$(BIN)/python benchmarks/scoring.py
	$(BIN)/python benchmarks/resampling.py

clean:
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

pins: .venv/dev  ## compile requirements/*.txt anew
	$(BIN)/uv pip compile --quiet --universal --no-header --no-emit-index-url --no-annotate --python-version 3.11 pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --no-header --no-emit-index-url --no-annotate --python-version 3.11 pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --no-header --no-emit-index-url --no-annotate --python-version 3.11 requirements/label-studio.in -o requirements/label-studio.txt

label-studio: .venv/label-studio  ## the server that tests use, in an environment of its own (1 GB)

.venv/label-studio: .venv/dev requirements/label-studio.txt
	@$(BIN)/goldspan annotate up --prepare --home build/annotate --port 18765
	@touch $@

.venv/python:
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/run: .venv/python requirements/run.txt pyproject.toml
	@$(INSTALL) -r requirements/run.txt
	@$(INSTALL) --no-deps --editable .
	@touch $@

.venv/dev: .venv/run requirements/dev.txt
	@$(INSTALL) -r requirements/dev.txt
	@touch $@
