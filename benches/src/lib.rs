//! Side by side with stock cqrs-es and postgres-es and with raw Postgres.
