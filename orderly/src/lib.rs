//! The orderly program and its library: the stack, embedded Postgres, telemetry, load.
