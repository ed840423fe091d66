# make run | test | lint | bench      PORT=8001 make run
PYTHON ?= python3
PORT ?= 8000
BIN = .venv/bin

.PHONY: run test lint bench

export LOCAL = on

run: .venv/local
	@$(BIN)/python manage.py demo
	@PORT=$(PORT) $(BIN)/gunicorn --config config/serving.py config.wsgi

test: .venv/dev
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

lint: .venv/dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy .

bench: .venv/dev
	$(BIN)/python manage.py bench

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Musaala needs Python 3.11 or newer: PYTHON=python3.11 make ...")'
	@echo "Making the virtual environment ..."
	@$(PYTHON) -m venv .venv

.venv/local: .venv/bin/python requirements.txt requirements-local.txt
	@echo "Installing what Musaala needs (half a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-local.txt
	@touch $@

.venv/dev: .venv/local requirements-dev.txt
	@echo "Installing the test tools (half a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
