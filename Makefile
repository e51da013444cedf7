# What can be done here: `make` alone lists it.
PYTHON = .venv/bin/python
PORT ?= 8000
LOCK = --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url --no-header

help:                       ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: .venv/ready            ## the whole system on this machine, in a browser
	@$(PYTHON) -m infra.local --port $(PORT)

demo: .venv/ready           ## the life of an event for 200 invented people, with a report in build/demo
	@$(PYTHON) -m infra.local.demo

test: .venv/ready           ## the tests that need nothing but Python, and the browser's where there is one
	$(PYTHON) -m pytest -n auto -m "not slow" -r s tests/unit tests/integration tests/system tests/browser

slow: .venv/ready           ## those that play many lives, or a year
	$(PYTHON) -m pytest -n auto -m slow tests/integration tests/system

browser: .venv/ready        ## the pages in a real browser, which has to be there: Debian's package is called chromium
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r tests/browser/requirements.txt
	BROWSER_REQUIRED=yes $(PYTHON) -m pytest -n auto tests/browser

coverage: .venv/ready       ## the same tests, slower, and what none of them runs
	$(PYTHON) -m pytest -n auto tests/unit tests/integration tests/system --cov --cov-report=term:skip-covered

check: .venv/ready          ## format, lint, types, layers, template
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	AWS_DEFAULT_REGION=eu-central-1 .venv/bin/cfn-lint -t template.yaml -a cfn_lint_serverless.rules

trial: .venv/ready          ## the matching on a list of your own: CSV=people.csv (MATCHES=3 SEED=1 FILL=yes)
	@$(PYTHON) -m infra.local.trial "$(CSV)" --matches $(or $(MATCHES),3) --seed $(or $(SEED),1) $(if $(filter yes,$(FILL)),--fill)

benchmark: .venv/ready      ## the matching against its goals, with solvers as yardsticks
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r tests/benchmarks/requirements.txt
	@$(PYTHON) -m tests.benchmarks

event: .venv/ready          ## create or change an event: FILE=event.toml (ENDPOINT=http://127.0.0.1:8000 for `make run`)
	@$(ENDPOINT_LAMBDA) $(PYTHON) -m functions.organiser event "$(FILE)"

publish: .venv/ready        ## publish a round's draft: EVENT=id
	@$(ENDPOINT_LAMBDA) $(PYTHON) -m functions.organiser publish "$(EVENT)"

status: .venv/ready         ## how an event stands: EVENT=id
	@$(ENDPOINT_LAMBDA) $(PYTHON) -m functions.organiser status "$(EVENT)"

ENDPOINT_LAMBDA = $(if $(ENDPOINT),AWS_ENDPOINT_URL_LAMBDA=$(ENDPOINT))

build: .venv/ready          ## the Lambda packages, for deploying
	PLATFORM=$(PLATFORM) SAM_CLI_TELEMETRY=0 $(SAM) build

PLATFORM ?= aarch64-manylinux_2_28
SAM ?= sam

deploy: build               ## into your AWS account; asks before it changes anything
	SAM_CLI_TELEMETRY=0 $(SAM) deploy --guided

letters: .venv/ready        ## the letters' HTML, from infra/letters/letter.mjml
	@$(PYTHON) -m infra.letters

previews: .venv/ready       ## every letter in every voice, as it leaves: build/previews/index.html
	@$(PYTHON) -m infra.letters
	@$(PYTHON) -m infra.letters.previews

pause: .venv/ready          ## let mail wait: all of it, or EVENT=id, or KIND=proposal
	@$(ENDPOINT_LAMBDA) $(PYTHON) -m functions.organiser pause "$(EVENT)" $(if $(KIND),--kind $(KIND))

resume: .venv/ready         ## let it leave again: the same words as for pause
	@$(ENDPOINT_LAMBDA) $(PYTHON) -m functions.organiser resume "$(EVENT)" $(if $(KIND),--kind $(KIND))

lock: .venv/ready           ## one version of each package for Python 3.11 to 3.13, then a subset per Lambda package
	.venv/bin/uv pip compile $(LOCK) pyproject.toml --group dev -o requirements.txt
	for group in core web mail matching; do \
	    .venv/bin/uv pip compile $(LOCK) pyproject.toml --group $$group -c requirements.txt -o infra/packaging/$$group.txt; done
	.venv/bin/uv pip compile $(LOCK) pyproject.toml --group benchmark -c requirements.txt -o tests/benchmarks/requirements.txt
	.venv/bin/uv pip compile $(LOCK) pyproject.toml --group browser -c requirements.txt -o tests/browser/requirements.txt

.venv/ready: requirements.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@echo "Setting up .venv, a minute at first ..."
	@python3 -m venv .venv || { echo "Python's venv module is missing: on Debian and Ubuntu, apt install python3-venv."; exit 1; }
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r requirements.txt
	@touch $@

.PHONY: help run demo test slow browser coverage check trial benchmark event publish status pause resume letters previews build deploy lock
