# `make` alone lists the targets. Everything runs in .venv, made on first use from requirements.lock.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/
# Python keeps what it compiled, wherever it may be told not to: tests and the site begin many processes. It
# compiles what is imported, when it is: to compile all that is installed takes as long as to install it.
export PYTHONDONTWRITEBYTECODE :=
PIP := $(RUN)python -m pip install --quiet --disable-pip-version-check --no-compile
READY := $(VENV)/.ready
READY_SPARK := $(VENV)/.ready-spark
READY_PEERS := $(VENV)/.ready-peers

.DEFAULT_GOAL := help
.PHONY: help setup setup-spark setup-peers demo demo-england test check fix docs messages screenshots bench bench-families bench-forecast bench-value-added bench-crossed bench-coverage bench-partnerships bench-impact bench-impact-placebo bench-challenge bench-site bench-demo clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-18s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: install it, or say PYTHON=/path/to/python3."; exit 1; }
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

setup: $(READY) ## make the environment

$(READY_SPARK): $(READY) requirements-spark.lock
	$(PIP) -r requirements-spark.lock
	@touch $@

setup-spark: $(READY_SPARK) ## make the environment with Spark too (450 MB; needs Java 17 or later)

$(READY_PEERS): $(READY) requirements-peers.lock
	$(PIP) --no-deps -r requirements-peers.lock
	@touch $@

setup-peers: $(READY_PEERS) ## make the environment with the peers of impact too (230 MB)

demo: $(READY) ## Greater Manchester, from the bundled data to a report and the running site
	$(RUN)commonroom demo

demo-england: $(READY) ## all England, both phases
	COMMONROOM_WORK=work-england $(RUN)commonroom demo --system england --evidence evidence-england --out report-england.html

test: $(READY) ## all tests, with coverage
	$(RUN)coverage erase
	$(RUN)python tests/legs.py --measure
	$(RUN)coverage combine -q
	$(RUN)coverage report $$($(RUN)python tests/absent.py)

check: $(READY) ## style, types, layers
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	COMMONROOM_SECRET=unused $(RUN)mypy
	$(RUN)lint-imports

fix: $(READY) ## mend style where a tool can
	$(RUN)ruff check --fix .
	$(RUN)ruff format .

docs: $(READY) ## write the generated pages of docs/reference
	$(RUN)python scripts/reference.py
	$(RUN)python scripts/methods.py

messages: $(READY) ## bring the site's Welsh up to date (needs GNU gettext)
	$(RUN)python scripts/messages.py

screenshots: $(READY) ## take the pictures of the site's main pages (needs chromium)
	$(RUN)python scripts/screenshots.py

bench: bench-families bench-forecast bench-value-added bench-crossed bench-coverage bench-partnerships bench-impact bench-impact-placebo bench-challenge bench-site bench-demo ## all measurements (long)

bench-families: $(READY) ## neighbours against scikit-learn; presets judged on real data
	$(RUN)python bench/families_speed.py --write
	$(RUN)python bench/families_judge.py --write

bench-forecast: $(READY) ## the left-out-year test against its peers
	$(RUN)python bench/forecast.py --write

bench-value-added: $(READY) ## ten and a hundred million pupils beside lme4 and a bare scan
	$(RUN)python bench/value_added.py --write

bench-crossed: $(READY) ## schools crossed with neighbourhoods, beside lme4 and for a nation
	$(RUN)python bench/crossed.py --write

bench-coverage: $(READY) ## how often intervals of value added from pupils hold the truth
	$(RUN)python bench/coverage.py --write

bench-partnerships: $(READY) ## a plan for all England beside its peers, and what it costs as systems grow
	$(RUN)python bench/partnerships.py --write

bench-impact: $(READY_PEERS) ## effects of staggered starts beside csdid and diff-diff; permutations
	$(RUN)python bench/impact.py --write

bench-impact-placebo: $(READY) ## placebo programmes on real schools: how often intervals miss zero
	$(RUN)python bench/impact_placebo.py --write

bench-challenge: $(READY) ## the Greater Manchester Challenge on the inspection record
	$(RUN)python bench/challenge.py --write

bench-site: $(READY) ## the site with all England: server times, a steady pace, first paint (needs wrk, chromium)
	$(RUN)python bench/site.py --write

bench-demo: $(READY) ## time and memory of the demo, Greater Manchester and England
	$(RUN)python bench/demo.py --write

clean: ## remove the environment and what was built
	rm -rf $(VENV) evidence report evidence-england report-england.html work-example work-england .coverage*
