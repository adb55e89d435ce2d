//! The replay program: status, rebuild, verify, events and sagas from the log.
