PYTHON := .venv/bin/python

.PHONY: demo demo-once test test-engines check check-compose bench bench-engines quality format lock clean help

# EDRMS_PROFILE=service: on PostgreSQL, S3 and OpenSearch, those named in the environment or else started here.
ON_PROFILE = $(if $(filter service,$(EDRMS_PROFILE)),$(PYTHON) -m tests.engines.profile)
KIND = $(if $(filter service,$(EDRMS_PROFILE)),dev,runtime)

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## Install what is missing, fill a demonstration instance and serve it
	@tools/set-up $(KIND)
	@$(ON_PROFILE) $(PYTHON) -m api.demo

demo-once: ## The same without serving; fails unless every page is accounted for
	@tools/set-up $(KIND)
	@$(ON_PROFILE) $(PYTHON) -m api.demo --once

test: ## Run the tests
	@tools/set-up dev
	@$(PYTHON) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-engines: ## The same promises on PostgreSQL, two S3 servers, OpenSearch, ClamAV; veraPDF (installed if missing)
	@tools/set-up dev
	@EDRMS_TEST_CARELESS=1 $(PYTHON) -m tests.engines tools/test-engines

check: ## Format, lint, types and the laws of the architecture
	@tools/set-up dev
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@$(PYTHON) -m pytest tests/architecture

bench: ## Speed and memory, as ratios within one run
	@tools/set-up dev
	@$(PYTHON) -m tests.bench

bench-engines: ## The same for the engines behind the ports, against each engine bare
	@tools/set-up dev
	@$(PYTHON) -m tests.engines $(PYTHON) -m tests.bench.engines

quality: ## Accuracy: make quality [SETS=directory SCORERS=directory]
	@tools/set-up dev
	@$(PYTHON) -m tests.quality --post --matching --misfiles $(if $(SCORERS),--scorers "$(SCORERS)") $(if $(SETS),"$(SETS)")

check-compose: ## Start what docker-compose.yml starts, without Docker, against real servers
	@tools/set-up dev
	@$(PYTHON) -m tests.engines.compose

format: ## Format the code
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lock: ## Pin the newest versions of the libraries
	@cd requirements && for kind in runtime dev; do \
	  ../.venv/bin/pip-compile -q --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --allow-unsafe \
	    --strip-extras -o $$kind.lock $$kind.in; done

clean: ## Remove the demonstration instance
	@rm -rf var/demo
