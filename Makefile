# `make help` says what there is. Everything a target installs goes to .venv/, everything it makes to var/.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run venv test bench lint format check messages lock clean

PY := .venv/bin/python
APPS := portal accounts partners programs mentoring
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1 \t\2/' | expand -t 16

run: .venv/runtime ## the portal with demonstration data on http://localhost:8000 (PORT=… for another)
	@before=$$(export -p); if [ -f .env ]; then set -a; . ./.env; set +a; eval "$$before"; fi; \
	exec $(PY) manage.py serve

venv: .venv/development ## .venv/ with everything for development

test: .venv/development ## the whole suite: on PostgreSQL what needs it, the rest on SQLite
	$(PY) -m tests.run

bench: .venv/development ## the measurements of bench/README.md in small (SIZE=full for all of them)
	$(PY) -m bench.first_come $(if $(filter full,$(SIZE)),,--people 100 --seats 15 --seconds 20)
	$(PY) -m bench.first_come --sqlite $(if $(filter full,$(SIZE)),,--people 60 --seats 10 --seconds 10)
	$(PY) -m bench.survive $(if $(filter full,$(SIZE)),,--people 40 --seconds 10)
	$(PY) -m bench.check_in $(if $(filter full,$(SIZE)),,--phones 60 --seconds 15)
	$(PY) -m bench.release $(if $(filter full,$(SIZE)),,--decisions 200 --calm 5)
	$(PY) -m bench.certificates $(if $(filter full,$(SIZE)),,--certificates 200)
	$(PY) -m bench.pairing $(if $(filter full,$(SIZE)),,--runs 3)

lint: .venv/development ## style, types, migrations, translations, deployment check
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	find templates portal/templates -name '*.html' -print0 | xargs -0 .venv/bin/djade --check --target-version 5.2
	SECRET_KEY=unused $(PY) -m mypy
	SECRET_KEY=unused DATABASE_URL=sqlite://:memory: $(PY) manage.py makemigrations --check --dry-run
	$(PY) tools/messages.py --check
	SITE_URL=https://portal.example.com ALLOWED_HOSTS=portal.example.com EMAIL_URL=smtp+tls://mail.example.com:587 \
	DATABASE_URL=postgres://portal@db.example.com/portal SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') \
	$(PY) manage.py check --deploy --fail-level WARNING

format: .venv/development ## rewrite code and templates in the style that lint asks for
	$(PY) -m ruff check --fix-only --quiet .
	$(PY) -m ruff format .
	find templates portal/templates -name '*.html' -print0 | xargs -0 .venv/bin/djade --target-version 5.2 || true

check: lint ## lint, then the suite with coverage and its gate
	$(PY) -m coverage erase
	$(PY) -m tests.run --coverage
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report
	$(PY) -m coverage report --include='*/operations.py,*/operations/*,*/permissions.py,*/emails.py' --fail-under=100

messages: .venv/development ## collect the texts to translate and compile the translations
	$(PY) tools/messages.py

lock: .venv/development ## new hashed locks from the .in files (needs uv on PATH)
	for set in requirements requirements-dev; do \
	  uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-config \
	    --quiet --upgrade "$$set.in" --output-file "var/$$set.lock"; \
	  { echo "# Made by \`make lock\` from the .in file of the same name; do not edit."; cat "var/$$set.lock"; } > "$$set.txt"; \
	done

clean: ## remove what the tools made; var/ stays
	rm -rf .venv .coverage .coverage.* .ruff_cache .mypy_cache .pytest_cache .hypothesis htmlcov

# One environment for both sets. A stamp is newer than the lock it was made from, so that an unchanged lock
# costs nothing; a lock directory lets two makes in one checkout wait for each other.
INSTALL = tools/install.sh

.venv/runtime: requirements.txt tools/install.sh
	@$(INSTALL) requirements.txt $@

.venv/development: requirements-dev.txt tools/install.sh
	@$(INSTALL) requirements-dev.txt $@
	@touch .venv/runtime
