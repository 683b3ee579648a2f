# Needs Python 3.11-3.14 and make; everything else is installed into .venv from PyPI.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOWEST := $(VENV)/lowest
PROJECT := pyproject.toml hatch_build.py
LOCK := .ci/lock.txt

.DEFAULT_GOAL := help
.PHONY: help demo test quick coverage check lowest bench mutation fuzz fidelity retakes change verdicts clips skin docs lock release clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/demo.stamp ## make a dated series with a known truth, score it and write its report into demo/
	$(BIN)/asymmetry demo -o demo/

# Compiled modules are kept, or each of the hundred processes that tests start compiles them anew.
unexport PYTHONDONTWRITEBYTECODE

# A module's tests stay together, for they share fixtures; the longest modules are the first, see tests/conftest.py.
TOGETHER := --numprocesses auto --dist loadscope --no-loadscope-reorder

test: $(VENV)/dev.stamp ## run the tests
	$(BIN)/python -m pytest $(TOGETHER)

quick: $(VENV)/dev.stamp ## run the quick tests: those without real photos and processes, with fewer examples of each law
	$(BIN)/python -m pytest $(TOGETHER) -m 'not slow' --hypothesis-profile quick

# Takes twice as long as the tests alone.
coverage: $(VENV)/dev.stamp ## run the tests and list the lines that none of them runs
	$(BIN)/python -m pytest $(TOGETHER) --cov

check: $(VENV)/dev.stamp ## lint, formatting, types, import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Needs no model and no OpenCV, so it is cheap: what reads tables and measures points, on the oldest packages that
# pyproject.toml declares.
lowest: $(VENV)/lowest.stamp ## run the core's tests on the oldest versions of what it needs
	PYTHONPATH=. $(LOWEST)/bin/python -m pytest --quiet --noconftest -p no:cacheprovider asymmetry/core asymmetry/metrics \
		$(addprefix tests/test_,$(addsuffix .py,landmarks gate table frame measure metrics))

bench: $(VENV)/dev.stamp ## measure what a photo costs, and the core, series, reports and threads
	$(BIN)/python -m benchmarks.core
	$(BIN)/python -m benchmarks.series
	$(BIN)/python -m benchmarks.report
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.starts
	$(BIN)/python -m benchmarks.plan
	$(BIN)/python -m benchmarks.threads

mutation: $(VENV)/dev.stamp ## change each number that decides readings and say which changes no test notices
	$(BIN)/python -m benchmarks.mutation

fuzz: $(VENV)/dev.stamp ## read 20,000 mutated files of every kind, and say which of them crash, hang or fill the memory
	$(BIN)/python -W ignore -m benchmarks.fuzz

fidelity: $(VENV)/dev.stamp ## measure how much of a known asymmetry is read, into docs/tables and docs/accuracy.md
	$(BIN)/python -m benchmarks.fidelity

retakes: $(VENV)/dev.stamp ## photograph faces again and measure how far days scatter, into series/day_to_day.toml and docs/tables
	$(BIN)/python -m benchmarks.retakes

change: $(VENV)/dev.stamp ## simulate how often changes are called, into docs/change.md
	$(BIN)/python -m benchmarks.change
	$(BIN)/python -m benchmarks.quiet

verdicts: $(VENV)/dev.stamp ## try what is said of made series against the truth, into docs/tables and docs/accuracy.md
	$(BIN)/python -m benchmarks.verdicts
	$(BIN)/python -m benchmarks.verdicts.guesses

clips: $(VENV)/dev.stamp ## film faces with a known loss and lag and read them back, into docs/tables and docs/clips.md
	$(BIN)/python -m benchmarks.clips

skin: $(VENV)/dev.stamp ## measure how true bruises and swellings are read, into docs/tables, docs/skin.md and swelling.md
	$(BIN)/python -m benchmarks.skin
	$(BIN)/python -m benchmarks.skin.swelling
	$(BIN)/python -m benchmarks.skin.outlines

docs: $(VENV)/dev.stamp ## make the readme's picture from the demo's report, draw ARCHITECTURE.md, draw the metrics, run the examples, put docs/tables into their pages, build the site, check its links, run its examples
	$(BIN)/python docs/layout.py
	$(BIN)/python docs/picture.py docs/report.png
	$(BIN)/python -m docs.drawings
	$(BIN)/python docs/gallery.py
	$(BIN)/python -m asymmetry.metrics > docs/metrics.md
	$(BIN)/python -m benchmarks.fidelity.tables
	$(BIN)/python -m docs.site build/site
	$(BIN)/python -m pytest --quiet asymmetry tests/test_docs.py tests/test_examples.py

# uv has a place of its own; what is pinned already stays, unless FRESH=--upgrade.
lock: | $(BIN)/python ## pin what development and CI install, with hashes, in .ci/lock.txt; FRESH=--upgrade takes the newest
	$(BIN)/python -m venv $(VENV)/uv && $(VENV)/uv/bin/python -m pip install --quiet uv
	$(VENV)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev $(FRESH) \
		--no-annotate --no-emit-index-url --custom-compile-command 'make lock' pyproject.toml --output-file $(LOCK)

# The tools have a place of their own: they need a hundred packages that have no business beside photos.
SHIP := $(VENV)/ship
release: $(VENV)/dev.stamp ## build the wheel and the source distribution into dist/, check them, and list what they install
	@grep -q '^address = "https://' pyproject.toml || \
		{ echo "a release needs the project's public address: write it into pyproject.toml, address = \"https://...\"" >&2; exit 1; }
	rm -rf dist $(SHIP) && $(BIN)/python -m build --no-isolation
	$(BIN)/python -m venv $(SHIP)/tools && $(SHIP)/tools/bin/python -m pip install --quiet twine check-wheel-contents cyclonedx-bom pip-audit
	$(SHIP)/tools/bin/twine check --strict dist/*
	$(SHIP)/tools/bin/check-wheel-contents dist/*.whl
	$(BIN)/python -m venv $(SHIP)/installed && $(SHIP)/installed/bin/python -m pip install --quiet dist/*.whl
	$(SHIP)/tools/bin/cyclonedx-py environment --output-reproducible --output-file dist/sbom.cdx.json $(SHIP)/installed/bin/python
	$(SHIP)/tools/bin/pip-audit --strict --path $(SHIP)/installed/lib/python*/site-packages || echo "pip-audit found something, or could not ask: see above" >&2

clean: ## remove .venv and everything made here
	rm -rf $(VENV) demo dist build htmlcov .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/demo.stamp: $(PROJECT) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[demo]'
	@touch $@

# The very files that the lock names by their hashes, and nothing else.
$(VENV)/dev.stamp: $(PROJECT) $(LOCK) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement $(LOCK)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/lowest.stamp: $(PROJECT) | $(BIN)/python
	$(BIN)/python -m venv $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet lazy_loader==0.4 numpy==2.0.0 pandas==2.2.2 pyarrow==20.0.0 pytest==8.3.1 hypothesis==6.100.0
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || \
		{ echo "asymmetry needs Python 3.11 to 3.14; $(PYTHON) is not one. Name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
