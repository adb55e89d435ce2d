//! GraphQL out: queries over the read models.
//!
//! A request comes in at [`router`], is measured, authenticated and handed to the schema. Each field reads one read model, with one statement
//! for a page, and says which position of the log it reflects. One file per read model; the rows and their SQL are those of
//! [`projections`].

mod args;
mod arguments;
mod body;
mod customers;
mod errors;
mod graphiql;
mod handler;
mod hops;
mod limits;
mod money;
mod nesting;
mod orders;
mod page;
mod position;
mod problem;
mod products;
mod read_models;
mod router;
mod sales;
mod schema;
mod state;
mod stock;
mod turns;
mod viewer;
mod whole_number;

pub use args::QueryArgs;
pub use router::router;
pub use schema::schema_sdl;
pub use state::QueryState;
