# Tasks. Each is one line of what it does: `make help`.
WEEK := examples/complete-journey
BENCH ?= all
SOAK_SECONDS ?= 120
export ORDERLY_TOOLS ?= $(CURDIR)/target/tools/bin

.PHONY: help run test lint bench crash soak guards-selftest

help: ## list the tasks
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-17s %s\n", $$1, $$2}'

run: ## build, start everything on a Postgres of its own, send a week of real orders, stay up until Ctrl-C
	cargo build --package orderly --package replay-tool --bins
	@PATH="$(CURDIR)/target/debug:$$PATH" exec target/debug/orderly dev --load $(WEEK)/order-lines-first-week.csv.gz \
	  --products $(WEEK)/products.csv.gz --customers $(WEEK)/customers.csv.gz

test: ## everything that is tested, on a throw-away Postgres
	cargo build --workspace --all-targets
	tests/with-postgres cargo test --workspace --no-fail-fast

lint: ## format, clippy, rustdoc and the other guards
	.ci/prepare
	.ci/guards/format
	.ci/guards/tree
	.ci/guards/house
	.ci/guards/golden-events
	.ci/guards/unused-dependencies
	.ci/guards/dependencies
	.ci/guards/clippy
	.ci/guards/docs

bench: ## measure in release, fsync on, and write benches/RESULTS.md; BENCH="append hot" picks parts
	cargo build --release --package orderly --package replay-tool --package benches --bins
	target/release/bench $(BENCH)

crash: ## the kill tests, long: 100 kills; 500 orders that a slow carrier brings, called off at any moment
	cargo build --workspace --bins
	ORDERLY_TEST_KILLS=100 ORDERLY_TEST_CALLED_OFF=500 tests/with-postgres cargo test --package tests --test system -- killed

soak: ## the log under faults, long: SOAK_SECONDS=120 a scenario, 50 fail-overs; the figures go to tests/SOAK.md
	ORDERLY_SOAK_SECONDS=$(SOAK_SECONDS) tests/with-postgres cargo test --package tests --test system -- faults:: --test-threads=1 --show-output

guards-selftest: ## each guard must refuse a planted offence
	.ci/prepare
	.ci/guards-selftest
