# One runner. `make` alone prints the targets; each makes .venv first where it needs it.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help venv demo up down test unit conformance functional long accept ci lint type docs \
	policies bench

BIN := .venv/bin
INSTALLED := .venv/installed
DEMO_HOME := .pulp
PYTEST := $(BIN)/python -m pytest
# So many tests at once, each with a Pulp of its own where they need one: most of them wait.
JOBS := 2
ARGS :=
# What tests draw by chance, they draw alike in all processes; their names say which one it was.
ifndef PULP_GO_SEED
export PULP_GO_SEED := $(shell od -An -N2 -tu2 /dev/urandom | tr -d ' ')
endif
export PATH := $(CURDIR)/$(BIN):$(PATH)

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | \
	  while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

venv: $(INSTALLED) ## make .venv with everything in it
	@:

$(INSTALLED): setup.py requirements.txt scripts/venv
	@scripts/venv

demo: $(INSTALLED) ## start a Pulp, mirror a real program's modules, build it through Pulp [UPSTREAM=URL]
	@$(BIN)/python demo/demo.py --home $(DEMO_HOME) $(if $(UPSTREAM),--upstream '$(UPSTREAM)')

up: $(INSTALLED) ## start the demo's Pulp
	@$(BIN)/pulp-go up --home $(DEMO_HOME) --detach

down: ## end the demo's Pulp
	@if [ -x $(BIN)/pulp-go ] && [ -d $(DEMO_HOME) ]; \
	then $(BIN)/pulp-go down --home $(DEMO_HOME); else echo "No demo was started here."; fi

test: $(INSTALLED) ## run every test, on Pulps of its own that it starts and ends
	@$(PYTEST) pulp_go/tests/conformance $(ARGS)
	@$(PYTEST) -n $(JOBS) --dist loadfile pulp_go/tests/unit functional_tests $(ARGS)

unit: $(INSTALLED) ## run the unit tests
	@$(PYTEST) pulp_go/tests/unit $(ARGS)

conformance: $(INSTALLED) ## run the vectors
	@$(PYTEST) pulp_go/tests/conformance $(ARGS)

functional: $(INSTALLED) ## run the tests that see a live Pulp from outside
	@$(PYTEST) functional_tests $(ARGS)

long: $(INSTALLED) ## run the tests that take minutes
	@$(PYTEST) -m long $(ARGS)

accept: $(INSTALLED) ## run the whole way of a user, from a clean clone
	@$(PYTEST) -m accept $(ARGS)

ci: lint type docs test ## what has to pass: lint, types, docs and every test

lint: $(INSTALLED) ## ruff, and the fragments of the change log
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/towncrier build --draft --version next >/dev/null

type: $(INSTALLED) ## mypy --strict where the design says
	@$(BIN)/mypy

docs: $(INSTALLED) ## build the documentation into site/; a dead link fails
	@$(BIN)/mkdocs build --strict

policies: $(INSTALLED) ## write docs/dev/reference/policies.json anew
	@$(BIN)/python -m scripts.policies

bench: $(INSTALLED) ## run the benchmarks, which print ratios
	@for benchmark in benchmarks/[a-z]*.py; do $(BIN)/python -m "benchmarks.$$(basename "$$benchmark" .py)" || exit 1; done
