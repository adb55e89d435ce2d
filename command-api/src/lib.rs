//! HTTP in: authenticate, parse, decide, append, answer.
//!
//! A request is read into the words of the domain ([`input`]), becomes one command under one envelope ([`command`]), and is answered with the id,
//! version and position of what it did, or with a problem document ([`problem`]). There is one file per aggregate.

mod args;
mod caller;
pub mod catalogue;
mod channel;
mod command;
mod customers;
mod docs_page;
mod guards;
mod history;
mod input;
mod lookups;
mod openapi;
mod orders;
mod pace;
mod payments;
mod position;
mod problem;
mod products;
mod resource;
mod router;
mod shapes;
mod shipments;
mod state;
mod stock;
mod unreadable;
mod warehouses;
mod webhooks;

pub use args::CommandArgs;
pub use openapi::{json as openapi_json, openapi};
pub use position::POSITION_HEADER;
pub use problem::{PROBLEM_JSON, Problem, problem_types, problems_page};
pub use router::router;
pub use state::ApiState;
pub use webhooks::WebhookSecrets;
