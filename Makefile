PORT ?= 8000
DATA ?= .data
BIN := .venv/bin
UV := .cache/uv/bin/uv

# With make killed, what it runs ends too.
LIFELINE := $(if $(shell command -v setpriv),setpriv --pdeathsig TERM)

# Compiled once, not by each of the many processes, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: up test check check-types check-rest reset lock install

up: export PORT := $(PORT)
up: export DATA := $(DATA)
up: install
	@exec $(LIFELINE) $(BIN)/ctorendang up

test: install
	@tools/install-chromium
	@tools/install-xmlsec1
	$(BIN)/pytest -n logical

# Types take as long as all the rest, beside which they are checked.
check: install
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-types check-rest

check-types:
	$(BIN)/mypy

check-rest:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/djlint themes src/ctorendang --lint --quiet
	$(BIN)/ctorendang themes check
	$(BIN)/ctorendang db check
	$(BIN)/ctorendang schema | diff -u schema.graphql -

# Forgets data, ports and passwords of this machine's stack; the next `make up` starts afresh.
reset:
	@test ! -e "$(DATA)/lock" || flock --nonblock "$(DATA)/lock" \
		sh -c 'cd "$$0" && rm -rf files idp lock logs mail postgres postgres.new run typesense valkey' "$(DATA)" \
		|| { echo "A stack runs on $(DATA): stop it first." >&2; exit 1; }

# Writes down every package with its hashes, for the platforms that the wheels exist for.
lock: $(UV)
	$(UV) pip compile $(LOCK_OPTIONS) --all-extras pyproject.toml --output-file .cache/requirements.project
	$(UV) pip compile $(LOCK_OPTIONS) --no-deps requirements.assets.in --output-file .cache/requirements.assets
	cat .cache/requirements.project .cache/requirements.assets > requirements.lock

LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	--no-header --no-annotate

$(UV):
	python3 -m venv .cache/uv
	.cache/uv/bin/pip install --quiet uv

install:
	@tools/install
