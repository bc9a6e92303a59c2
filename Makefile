PYTHON := .venv/bin/python

.PHONY: check-compose demo demo-once test check bench quality format lock clean help

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## Install what is missing, fill a demonstration instance and serve it
	@tools/set-up runtime
	@$(PYTHON) -m api.demo

demo-once: ## The same without serving; fails unless every page is accounted for
	@tools/set-up runtime
	@$(PYTHON) -m api.demo --once

test: ## Run the tests
	@tools/set-up dev
	@$(PYTHON) -m pytest

check: ## Format, lint, types and the laws of the architecture
	@tools/set-up dev
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@$(PYTHON) -m pytest tests/architecture

bench: ## Speed and memory, as ratios within one run
	@tools/set-up dev
	@$(PYTHON) -m tests.bench

quality: ## Accuracy: make quality [SETS=directory SCORERS=directory]
	@tools/set-up dev
	@$(PYTHON) -m tests.quality --post $(if $(SCORERS),--scorers "$(SCORERS)") $(if $(SETS),"$(SETS)")

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
