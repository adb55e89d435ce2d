//! Who is calling, and whether the catalogue lets them ask what they ask.

use aggregates::decisions::on_order::Sight;
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::http::{Method, header};
use identity::{Caller, IdentityError, Reach, Right, bearer_token};

use crate::catalogue;
use crate::problem::{Kind, Problem};
use crate::state::ApiState;

/// The caller of a request, by its bearer token, who may ask what the request asks.
pub(crate) struct Authenticated(pub(crate) Caller);

impl FromRequestParts<ApiState> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let caller = bearer_token(header).and_then(|token| state.authenticator().verify(token));
        let caller = caller.map_err(|error| unauthenticated(&error))?;
        match reach(parts, &caller) {
            Reach::Nothing => Err(forbidden(&caller)),
            Reach::Own | Reach::Everything => Ok(Self(caller)),
        }
    }
}

/// How far the caller may ask what the request asks.
pub(crate) fn reach(parts: &Parts, caller: &Caller) -> Reach {
    let verb = if parts.method == Method::HEAD { "GET" } else { parts.method.as_str() };
    let line = parts.extensions.get::<MatchedPath>().and_then(|route| catalogue::line_of(verb, route.as_str()));
    line.map_or(Reach::Nothing, |line| line.who.reach(caller.role))
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

/// Whose orders and data there are for the caller: a customer sees only its own.
pub(crate) fn sight(caller: &Caller) -> Sight {
    sight_within(caller.role.reach(Right::ReadOrder), caller)
}

/// Whose orders there are for a caller with a right that reaches so far.
pub(crate) fn sight_within(reach: Reach, caller: &Caller) -> Sight {
    match reach {
        Reach::Nothing => Sight::Nothing,
        Reach::Own => caller.subject.parse().map_or(Sight::Nothing, Sight::Of),
        Reach::Everything => Sight::All,
    }
}

/// Whether the caller works for the shop: it sees everybody's orders, and notes that are not for customers.
pub(crate) fn is_staff(caller: &Caller) -> bool {
    caller.role.reach(Right::ReadOrder) == Reach::Everything
}

/// 403 for this caller.
pub(crate) fn forbidden(caller: &Caller) -> Problem {
    Problem::new(Kind::Forbidden, format!("this is not for callers with the role {}", caller.role))
}
