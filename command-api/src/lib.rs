//! HTTP in: authenticate, parse, decide, append, answer.
