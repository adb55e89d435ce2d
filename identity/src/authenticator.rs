use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use uuid::Uuid;

use crate::claims::{Audience, Claims};
use crate::subject::Subject;
use crate::verified::{self, VerifiedTokens};
use crate::{Caller, Grant, IdentityArgs, IdentityError, Role, TokenKey};

/// How far two computers' clocks may be apart.
const CLOCK_SKEW_SECONDS: u64 = 5;

/// Longer ones are not looked at.
const LONGEST_TOKEN: usize = 4096;

/// Mints and verifies tokens. Cheap to clone; clones share what they have verified.
#[derive(Clone)]
pub struct Authenticator {
    inner: Arc<Inner>,
}

struct Inner {
    decoding: DecodingKey,
    encoding: Option<EncodingKey>,
    validation: Validation,
    issuer: String,
    audience: String,
    verified: VerifiedTokens,
}

/// Whose token is to be minted.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// The caller's id, at most 128 visible ASCII characters, never an e-mail address; a customer's is the customer's UUID.
    pub subject: String,
    /// What it is to the shop.
    pub role: Role,
    /// The sales channel it speaks for.
    pub channel: Option<String>,
    /// What a service is granted beside the rights of its role.
    pub grants: Vec<Grant>,
    /// How long it is believed.
    pub lifetime: Duration,
}

impl Authenticator {
    /// With the key file that the settings name.
    ///
    /// # Errors
    /// [`IdentityError::NoKey`] or [`IdentityError::Key`].
    pub fn new(args: &IdentityArgs) -> Result<Self, IdentityError> {
        let path = args.token_key.as_deref().ok_or(IdentityError::NoKey)?;
        Ok(Self::with_key(&TokenKey::load(path)?, &args.token_issuer, &args.token_audience))
    }

    /// With a key at hand.
    #[must_use]
    pub fn with_key(key: &TokenKey, issuer: &str, audience: &str) -> Self {
        let inner = Inner {
            decoding: key.decoding(),
            encoding: key.encoding(),
            validation: validation(issuer, audience),
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            verified: VerifiedTokens::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Who the bearer of a token is. The token only, without the word `Bearer`: see [`bearer_token`](crate::bearer_token).
    ///
    /// # Errors
    /// Everything in [`IdentityError`] that makes it a 401.
    pub fn verify(&self, token: &str) -> Result<Caller, IdentityError> {
        if token.len() > LONGEST_TOKEN {
            return Err(IdentityError::MalformedToken);
        }
        let hash = verified::hash(token);
        if let Some(caller) = self.inner.verified.get(&hash, Utc::now().timestamp()) {
            return Ok(caller);
        }
        let claims = self.claims(token)?;
        let expires_at = claims.exp;
        let caller = Caller::from(claims);
        self.inner.verified.insert(hash, caller.clone(), expires_at);
        Ok(caller)
    }

    /// A token for a caller, valid from now on.
    ///
    /// # Errors
    /// [`IdentityError::NotMinted`] without a private key; [`IdentityError::MalformedClaim`] for a subject that the log may not hold.
    pub fn mint(&self, request: &TokenRequest) -> Result<String, IdentityError> {
        let key = self.inner.encoding.as_ref().ok_or_else(|| not_minted("a public key can't sign"))?;
        let claims = self.fresh_claims(request)?;
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, key).map_err(|error| not_minted(&error.to_string()))
    }

    fn claims(&self, token: &str) -> Result<Claims, IdentityError> {
        let verified = jsonwebtoken::decode::<Claims>(token, &self.inner.decoding, &self.inner.validation).map_err(refused)?;
        // Whatever is critical in a header must be understood (RFC 7515, section 4.1.11), and nothing is here.
        if verified.header.crit.is_some() { Err(IdentityError::UnknownExtension) } else { Ok(verified.claims) }
    }

    fn fresh_claims(&self, request: &TokenRequest) -> Result<Claims, IdentityError> {
        if !request.grants.is_empty() && request.role != Role::Service {
            return Err(not_minted("only a service is granted anything: other roles have their rights"));
        }
        let now = Utc::now().timestamp();
        let lifetime = i64::try_from(request.lifetime.as_secs()).map_err(|_| not_minted("the lifetime is too long"))?;
        Ok(Claims {
            iss: self.inner.issuer.clone(),
            aud: Audience::One(self.inner.audience.clone()),
            sub: request.subject.parse::<Subject>()?,
            iat: now,
            nbf: now,
            exp: now.checked_add(lifetime).ok_or_else(|| not_minted("the lifetime is too long"))?,
            jti: Uuid::now_v7(),
            role: request.role,
            channel: request.channel.clone(),
            grants: request.grants.clone(),
        })
    }
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticator").field("issuer", &self.inner.issuer).field("audience", &self.inner.audience).finish_non_exhaustive()
    }
}

/// One algorithm only: a token that names another is refused before any key is touched, so a public key is never taken for an HMAC secret.
fn validation(issuer: &str, audience: &str) -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.leeway = CLOCK_SKEW_SECONDS;
    validation.validate_nbf = true;
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    validation
}

fn not_minted(message: &str) -> IdentityError {
    IdentityError::NotMinted { message: message.to_owned() }
}

fn refused(error: Error) -> IdentityError {
    // The library's errors are not ours to enumerate: whatever it adds, the token is not one.
    #[allow(clippy::wildcard_enum_match_arm)]
    match error.into_kind() {
        ErrorKind::InvalidSignature => IdentityError::WrongSignature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName | ErrorKind::UnsupportedAlgorithm => IdentityError::WrongAlgorithm,
        ErrorKind::ExpiredSignature => IdentityError::Expired,
        ErrorKind::ImmatureSignature => IdentityError::NotYetValid,
        ErrorKind::InvalidAudience => IdentityError::WrongAudience,
        ErrorKind::InvalidIssuer => IdentityError::WrongIssuer,
        ErrorKind::MissingRequiredClaim(claim) => IdentityError::MissingClaim { claim },
        ErrorKind::InvalidClaimFormat(claim) => IdentityError::MalformedClaim { claim },
        _ => IdentityError::MalformedToken,
    }
}
