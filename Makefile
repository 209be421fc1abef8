# make demo and make test are all a newcomer needs; each does its own set-up.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
SHELL := /bin/sh

.PHONY: demo serve test check prove accuracy bench axe pages golden lint types tag sizes cost platforms oracles filters clean browser help

help:
	@echo "make demo    a shop to click through, people who already did, a console that counted them"
	@echo "make test    every test, with all of its own set-up"
	@echo "make check   format, lint, types, import rules and the fast tests"
	@echo "make prove   the long proofs: large simulations, many seeds, many kills"
	@echo "make accuracy  machines told from people, over corpora that packages ship"
	@echo "make bench   the table of speeds, with nginx beside it if it is installed"
	@echo "make serve   the platform for your own sites, in onebyone-data/"
	@echo "make golden  rewrite the golden cases; review the diff like code"
	@echo "make oracles   what we send, judged by what Meta, Google and Pinterest published; credits by others' models"
	@echo "make filters   a blocker's engine and its lists, for one test of the script's addresses"
	@echo "make platforms   consent platforms and a router from npm, for tests of the script"
	@echo "make sizes   how large the script is, beside well-known ones (asks npm for them)"
	@echo "make cost    what the script costs a page, in Chromium on a slow CPU (minutes, on a quiet machine)"
	@echo "make pages   first paint of every page of the console, in Chromium"
	@echo "make axe     every page looked at by axe-core (asks npm for it)"
	@echo "make tag     rebuild the browser script (needs Node)"

demo: $(VENV)/runtime
	$(RUN)/onebyone demo --data demo-data $(DEMO)

serve: $(VENV)/runtime
	$(RUN)/onebyone serve $(SERVE)

test: $(VENV)/dev browser filters platforms_once lint types
	$(RUN)/pytest -q -n 2 --dist worksteal $(TEST)

check: $(VENV)/dev lint types
	$(RUN)/pytest -q -n 2 -m "not slow and not browser" -x tests

lint:
	$(RUN)/ruff format --check src tests scripts
	$(RUN)/ruff check src tests scripts
	$(RUN)/lint-imports

types:
	$(RUN)/mypy

prove: $(VENV)/dev browser
	PROVE=1 $(RUN)/pytest -q -m "slow" --timeout=3600 tests

accuracy: $(VENV)/dev
	$(RUN)/python scripts/accuracy.py

bench: $(VENV)/dev
	$(RUN)/python scripts/bench.py

axe: $(VENV)/dev browser
	npm ci --ignore-scripts
	PROVE=1 $(RUN)/pytest -q tests/web/test_every_page.py

pages: $(VENV)/dev browser
	$(RUN)/python scripts/bench_pages.py

golden: $(VENV)/dev
	GOLDEN=write $(RUN)/pytest -q tests -k golden

tag:
	npm ci --ignore-scripts
	npm run build

platforms:
	npm ci --ignore-scripts --prefix tests/browser/platforms

.PHONY: platforms_once
platforms_once:
	@[ -d tests/browser/platforms/node_modules ] || npm ci --silent --ignore-scripts --prefix tests/browser/platforms \
	  2>/dev/null || echo "No npm, or no network: tests with consent platforms and a router will be skipped." >&2

oracles: $(VENV)/oracles $(VENV)-models/installed
	$(RUN)/pytest -q tests/oracles

sizes: $(VENV)/dev
	$(RUN)/python scripts/tag_sizes.py --others

cost: $(VENV)/dev browser
	cd tests && ../$(RUN)/python -m browser.page_cost

browser:
	@sh scripts/find_chromium.sh

filters: $(VENV)/dev
	@sh scripts/get_filters.sh $(VENV)

$(VENV)/runtime: requirements/runtime.lock pyproject.toml
	@sh scripts/setup.sh $(PYTHON) $(VENV) runtime

$(VENV)/dev: requirements/dev.lock pyproject.toml
	@sh scripts/setup.sh $(PYTHON) $(VENV) dev

$(VENV)/oracles: $(VENV)/dev requirements/oracles.lock
	$(RUN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/oracles.lock
	touch $@

$(VENV)-models/installed: requirements/models.lock requirements/models-built.lock
	@sh scripts/setup_models.sh $(PYTHON) $(VENV)-models

clean:
	rm -rf $(VENV) $(VENV)-models demo-data .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: docs
docs: $(VENV)/dev
	$(RUN)/python scripts/reference.py
