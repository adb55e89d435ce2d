//! Who is calling, and whether the catalogue lets them ask what they ask.

use aggregates::decisions::on_order::Sight;
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use identity::{Caller, IdentityError, Reach, Right, Whose, bearer_token};

use crate::catalogue;
use crate::problem::{Kind, Problem};
use crate::state::ApiState;

/// The caller of a request, by its bearer token, who may ask what the request asks.
pub(crate) struct Authenticated {
    pub(crate) caller: Caller,
    /// Over its own, or over everything.
    pub(crate) reach: Reach,
}

impl Authenticated {
    /// Whose orders or customers there are for this request of the caller's.
    pub(crate) fn sight(&self) -> Sight {
        sight_within(self.reach, &self.caller)
    }
}

impl FromRequestParts<ApiState> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let headers = parts.headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        let caller = bearer_token(headers).and_then(|token| state.authenticator().verify(token));
        let caller = caller.map_err(|error| unauthenticated(&error))?;
        match reach(parts, &caller) {
            Reach::Nothing => Err(Problem::forbidden(caller.role)),
            reach @ (Reach::Own | Reach::Everything) => Ok(Self { caller, reach }),
        }
    }
}

/// How far the caller may ask what the request asks.
fn reach(parts: &Parts, caller: &Caller) -> Reach {
    let verb = if parts.method == Method::HEAD { "GET" } else { parts.method.as_str() };
    let line = parts.extensions.get::<MatchedPath>().and_then(|route| catalogue::line_of(verb, route.as_str()));
    line.map_or(Reach::Nothing, |line| line.who.reach(caller))
}

fn unauthenticated(error: &IdentityError) -> Problem {
    match error {
        IdentityError::MissingToken => {
            Problem::new(Kind::Unauthenticated, "send a token as authorization: Bearer …").challenge("Bearer realm=\"orderly\"")
        }
        IdentityError::SeveralTokens
        | IdentityError::UnknownExtension
        | IdentityError::MalformedToken
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
            Problem::internal()
        }
    }
}

/// Whose orders there are for the caller: a customer sees only its own, a service those of its channel.
pub(crate) fn sight(caller: &Caller) -> Sight {
    sight_within(caller.reach(Right::ReadOrder), caller)
}

/// Whose orders or customers there are for a caller with a right that reaches so far.
fn sight_within(reach: Reach, caller: &Caller) -> Sight {
    match caller.whose(reach) {
        Whose::Everybodys => Sight::All,
        Whose::Customers(id) => id.parse().map_or(Sight::Nothing, Sight::Of),
        Whose::Channels(channel) => Sight::OfChannel(channel.to_owned()),
        Whose::Nobodys => Sight::Nothing,
    }
}

/// Whether the caller works for the shop: it sees who did what, and notes that are for nobody else.
pub(crate) fn is_staff(caller: &Caller) -> bool {
    caller.may(Right::ReadAll)
}
