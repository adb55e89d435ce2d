//! Who is calling, and what they may do.
//!
//! A caller proves itself with a JSON Web Token signed by Ed25519. [`Authenticator`] mints and verifies them with a [`TokenKey`]; a verified token
//! is a [`Caller`] with a [`Role`], and, if it is a service, perhaps a channel and [`Grant`]s. [`Role::reach`] is the whole table of rights, [`Who`] is what a line of a
//! catalogue asks for, and [`FIELDS`] is the catalogue of what is queried.

mod args;
mod authenticator;
mod bearer;
mod caller;
mod claims;
mod error;
mod fields;
mod grant;
mod key;
mod rights;
mod role;
mod subject;
mod verified;
mod who;
mod whose;

pub use args::IdentityArgs;
pub use authenticator::{Authenticator, TokenRequest};
pub use bearer::bearer_token;
pub use caller::Caller;
pub use error::IdentityError;
pub use fields::{Else, FIELDS, Field, field};
pub use grant::Grant;
pub use key::TokenKey;
pub use rights::{Reach, Right};
pub use role::{Role, UnknownRole};
pub use who::Who;
pub use whose::Whose;
