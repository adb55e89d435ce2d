//! One command from its headers to its answer: key, precondition, envelope, append.

mod answer;
mod headers;
mod if_match;
mod submit;

pub(crate) use answer::{Accepted, Done, position_header, version_headers};
pub(crate) use submit::Submission;
