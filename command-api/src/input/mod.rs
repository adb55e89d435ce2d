//! What comes in: bodies, paths and queries, each read into the words of the domain or answered with every part that is wrong.

mod body;
mod fields;
mod fingerprint;
mod json;
mod path;
mod pointer;
mod query;
pub(crate) mod shape;

pub(crate) use body::{Body, refuse_packed};
pub(crate) use fields::Fields;
pub(crate) use fingerprint::fingerprint;
pub(crate) use path::PathParams;
pub(crate) use pointer::At;
pub(crate) use query::QueryParams;
