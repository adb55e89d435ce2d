//! The event log on Postgres: append, load, subscribe, snapshot, upcast, seal.
