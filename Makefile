# Two commands do all the set-up:  make run  (the site)   and   make test  (all tests).
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(or $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$name && break; done),python3)
BIN := .venv/bin

.PHONY: run test lint style bench soak pages attacks check clean

run:
	@$(PYTHON) dev/prepare.py run
	@PORT=$(PORT) HOST=$(HOST) exec $(BIN)/python app.py

test:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/python -m pytest $(ARGS)

lint:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(PYTHON) dev/prepare.py npm lint

style:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	@$(PYTHON) dev/prepare.py npm style

bench:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/python -m bench

soak:
	@$(PYTHON) dev/prepare.py test
	@SOAK=20 $(BIN)/python -m pytest tests/lessons $(ARGS)

pages:
	@$(PYTHON) dev/prepare.py test
	@THOROUGH=1 $(BIN)/python -m pytest tests/browser/test_every_page.py $(ARGS)

attacks:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/python -m tests.sandbox.attacks

check:
	@$(PYTHON) dev/prepare.py run
	@$(BIN)/flask --app app course check

clean:
	rm -rf .venv .node static/dist frontend/node_modules
