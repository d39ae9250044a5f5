# Two commands do all the set-up:  make run  (the site)   and   make test  (all tests; ARGS="tests/web -k map" chooses).
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(or $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$name && break; done),python3)
BIN := .venv/bin
COMPILE = UV_CUSTOM_COMPILE_COMMAND='make requirements' $(BIN)/uv --no-config pip compile --quiet --universal \
	--python-version 3.11 --fork-strategy fewest --no-build --generate-hashes $(ARGS)

.PHONY: run test quick lint style requirements bench hostile soak fuzz pages attacks planted check clean

run:
	@$(PYTHON) dev/prepare.py run
	@PORT=$(PORT) HOST=$(HOST) exec $(BIN)/python app.py

test:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/python $(if $(ARGS),-m pytest $(ARGS),dev/run_tests.py)

quick:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/python -m pytest -n 2 -m "not browser and not programs and not timed $(OR)" $(ARGS)

lint:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(PYTHON) dev/prepare.py npm lint

style:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	@$(PYTHON) dev/prepare.py npm style

requirements:
	@$(PYTHON) dev/prepare.py test
	@$(COMPILE) requirements.in -o requirements.txt
	@$(COMPILE) requirements.in requirements-dev.in -c requirements.txt -o requirements-dev.txt
	@$(COMPILE) frontend/requirements.in -o frontend/requirements.txt

bench:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/python -m bench

hostile:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/python -m bench.hostile $(ARGS)

soak:
	@$(PYTHON) dev/prepare.py test
	@SOAK=20 $(BIN)/python -m pytest tests/lessons $(ARGS)

fuzz:
	@$(PYTHON) dev/prepare.py test
	@FUZZ=1 $(BIN)/python -m pytest -m "hypothesis or fuzz" --timeout 3600 $(ARGS)

pages:
	@$(PYTHON) dev/prepare.py test
	@THOROUGH=1 $(BIN)/python -m pytest tests/browser/test_every_page.py tests/browser/test_accessibility.py \
		tests/browser/test_exhibits.py $(ARGS)

attacks:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/python -m tests.sandbox.attacks

planted:
	@$(PYTHON) dev/prepare.py test
	@$(BIN)/python -m dev.planted_faults $(ARGS)

check:
	@$(PYTHON) dev/prepare.py run
	@bin/course check

clean:
	rm -rf .venv .node static/dist frontend/node_modules
