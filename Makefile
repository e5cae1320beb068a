# Two commands matter to a newcomer: `cargo run` and `make test`.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c

# A file in $(ready) says that one thing the tests need is there, and is older than nothing it was made from.
ready := .vestibule/test/ready
checks := .vestibule/test/checks/bin
clients := .vestibule/test/clients/bin

.PHONY: help run test check bench setup-tests debian-packages

help:
	@echo "make run          start Vestibule on http://localhost:8080 (the same as: cargo run)"
	@echo "make test         install what the tests need and run all of them"
	@echo "make check        formatting, lints, dependencies, template.yaml, scripts"
	@echo "make bench        measure the release build"
	@echo "make setup-tests  only install what the tests and checks need"

run:
	cargo run

test: setup-tests
	tests/run.sh

check: $(ready)/checks $(ready)/cargo-deny
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	tests/dependencies.sh
	tests/template.sh
	$(checks)/shellcheck --external-sources .ci/run $$(git ls-files --cached --others --exclude-standard '*.sh')
	$(checks)/ruff check --quiet --no-cache tests
	$(checks)/ruff format --check --quiet --no-cache tests

# BENCH names the parts, such as BENCH="saml start"; without it all of them run (docs/performance.md).
bench: $(ready)/clients
	cargo build --release --locked $(addprefix --package vestibule-,portal saml credentials admin provision bench)
	target/release/bench $(BENCH)

setup-tests: $(addprefix $(ready)/,clients checks aws-cli-oldest aws-cli-newest browser dynamodb-local cargo-deny)

# Asked every time, as packages can go away; it takes no time when they are there.
debian-packages:
	@tests/setup/debian.sh

$(ready):
	@mkdir -p $@

$(ready)/clients $(ready)/checks: $(ready)/%: tests/setup/%.txt tests/setup/python.sh | $(ready) debian-packages
	tests/setup/python.sh $*
	@touch $@

$(ready)/aws-cli-oldest: tests/setup/aws-cli.sh tests/setup/aws-cli-oldest.txt | $(ready) debian-packages
	tests/setup/aws-cli.sh oldest trixie 2.23.6-1
	@touch $@

$(ready)/aws-cli-newest: tests/setup/aws-cli.sh tests/setup/aws-cli-newest.txt | $(ready) debian-packages
	tests/setup/aws-cli.sh newest sid 2.38.1-1
	@touch $@

$(ready)/browser: tests/browser/package-lock.json $(ready)/clients | $(ready)
	tests/setup/browser.sh
	@touch $@

$(ready)/dynamodb-local: tests/setup/dynamodb-local.sh tests/setup/loopback.c $(ready)/clients | $(ready) debian-packages
	tests/setup/dynamodb-local.sh
	@touch $@

$(ready)/cargo-deny: tests/setup/cargo-deny.sh | $(ready)
	tests/setup/cargo-deny.sh
	@touch $@
