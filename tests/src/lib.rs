//! What needs the whole system, as one test binary.
