//! Events in, commands out: the order saga and its runner.
