//! Read models, the projector that keeps them and the rebuilder.
