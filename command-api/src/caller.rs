//! Who is calling, and what that allows: `identity` has the table of rights, this is its face at the edge.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use identity::{Caller, IdentityError, Reach, Right, bearer_token};

use crate::problem::{Kind, Problem};
use crate::state::ApiState;

/// The caller of a request, by its bearer token.
pub(crate) struct Authenticated(pub(crate) Caller);

impl FromRequestParts<ApiState> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let caller = bearer_token(header).and_then(|token| state.authenticator().verify(token));
        caller.map(Self).map_err(|error| unauthenticated(&error))
    }
}

fn unauthenticated(error: &IdentityError) -> Problem {
    match error {
        IdentityError::MissingToken => {
            Problem::new(Kind::Unauthenticated, "send a token as authorization: Bearer …").challenge("Bearer realm=\"orderly\"")
        }
        IdentityError::MalformedToken
        | IdentityError::WrongAlgorithm
        | IdentityError::WrongSignature
        | IdentityError::Expired
        | IdentityError::NotYetValid
        | IdentityError::WrongAudience
        | IdentityError::WrongIssuer
        | IdentityError::MissingClaim { .. }
        | IdentityError::MalformedClaim { .. } => {
            Problem::new(Kind::Unauthenticated, error.to_string()).challenge("Bearer realm=\"orderly\", error=\"invalid_token\"")
        }
        IdentityError::Key { .. } | IdentityError::NoKey | IdentityError::NotMinted { .. } => {
            tracing::error!(%error, "a token could not be looked at");
            Problem::new(Kind::Internal, "this was not foreseen; it has been noted")
        }
    }
}

/// Only for callers that have the right over everything.
///
/// # Errors
/// 403.
pub(crate) fn require(caller: &Caller, right: Right) -> Result<(), Problem> {
    require_any(caller, &[right])
}

/// Only for callers that have one of these rights over everything.
///
/// # Errors
/// 403.
pub(crate) fn require_any(caller: &Caller, rights: &[Right]) -> Result<(), Problem> {
    if rights.iter().any(|right| caller.role.reach(*right) == Reach::Everything) { Ok(()) } else { Err(forbidden(caller)) }
}

/// Whether what belongs to the customer `owner` exists, as far as the caller can tell: a customer sees only its own.
pub(crate) fn sees(caller: &Caller, owner: &str) -> bool {
    caller.may_act_for(Right::ReadOrder, owner)
}

/// Whether the caller works for the shop: it sees everybody's orders, and notes that are not for customers.
pub(crate) fn is_staff(caller: &Caller) -> bool {
    caller.role.reach(Right::ReadOrder) == Reach::Everything
}

/// 403 for this caller.
pub(crate) fn forbidden(caller: &Caller) -> Problem {
    Problem::new(Kind::Forbidden, format!("this is not for callers with the role {}", caller.role))
}
