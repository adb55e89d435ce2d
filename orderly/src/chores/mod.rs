//! What is done now and then: schemas, tokens, documents, manuals, and a look at the health of it all.

mod doctor;
mod documents;
mod keys;
mod manual;
mod migrate;
mod token;

pub(crate) use doctor::{DoctorArgs, doctor};
pub(crate) use documents::{graphql_schema, openapi};
pub(crate) use keys::{KeysArgs, keys};
pub(crate) use manual::{CompletionsArgs, ManArgs, completions, man};
pub(crate) use migrate::{MigrateArgs, migrate};
pub(crate) use token::{TokenArgs, token};
