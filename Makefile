# Tasks. Each is one line of what it does: `make help`.
WEEK := examples/complete-journey

.PHONY: help run test lint bench crash soak guards-selftest

help: ## list the tasks
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-17s %s\n", $$1, $$2}'

run: ## build, start everything on a Postgres of its own, send a week of real orders, stay up until Ctrl-C
	cargo build --package orderly --package replay-tool --bins
	@PATH="$(CURDIR)/target/debug:$$PATH" exec target/debug/orderly dev --load $(WEEK)/order-lines-first-week.csv.gz \
	  --products $(WEEK)/products.csv.gz --customers $(WEEK)/customers.csv.gz

test: ## everything that is tested, on a throw-away Postgres
	cargo build --workspace --bins
	tests/with-postgres cargo test --workspace

lint: ## format, clippy, rustdoc and the other guards
	.ci/guards/format
	.ci/guards/clippy
	.ci/guards/docs

bench: ## measure, release profile, fsync on
	cargo build --release --package orderly --package replay-tool --package benches --bins
	target/release/bench $(BENCH)

crash: ## the kill tests, long
	cargo build --workspace --bins
	tests/with-postgres cargo test --package tests --test system -- --ignored crash

soak: ## a load that goes on and on, long
	cargo build --workspace --bins
	tests/with-postgres cargo test --package tests --test system -- --ignored soak

guards-selftest: ## each guard must refuse a planted offence
	.ci/guards-selftest
