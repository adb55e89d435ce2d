//! Every reason for which a token is not believed, each with the one thing wrong.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use identity::{Authenticator, Grant, IdentityError, Role, TokenKey, TokenRequest, bearer_token};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

struct Desk {
    key: TokenKey,
    authenticator: Authenticator,
}

fn desk() -> Desk {
    let key = TokenKey::generate();
    Desk { authenticator: Authenticator::with_key(&key, "orderly", "orderly"), key }
}

impl Desk {
    /// A token with the usual claims, some of them changed (`null` takes one away), rightly signed.
    fn signed(&self, changes: Value) -> String {
        self.signed_under(&Header::new(Algorithm::EdDSA), changes)
    }

    fn signed_under(&self, header: &Header, changes: Value) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pem");
        self.key.save(&file).unwrap();
        let key = EncodingKey::from_ed_pem(&std::fs::read(file).unwrap()).unwrap();
        jsonwebtoken::encode(header, &claims(changes), &key).unwrap()
    }

    fn refusal(&self, token: &str) -> IdentityError {
        self.authenticator.verify(token).expect_err("the token is wrong")
    }
}

fn claims(changes: Value) -> Value {
    let now = Utc::now().timestamp();
    let mut claims = json!({
        "iss": "orderly", "aud": "orderly", "sub": "anna", "iat": now, "nbf": now, "exp": now + 60,
        "jti": "0192f0c1-2f3a-7000-8000-000000000000", "role": "operator",
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

fn unsigned(header: Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

macro_rules! refused {
    ($desk:expr, $token:expr, $pattern:pat) => {
        let refusal = $desk.refusal(&$token);
        assert!(matches!(refusal, $pattern), "refused with {refusal:?}");
    };
}

#[test]
fn the_tokens_that_these_tests_spoil_are_good_before() {
    let desk = desk();
    assert_eq!(desk.authenticator.verify(&desk.signed(json!({}))).unwrap().actor(), "operator:anna");
}

#[test]
fn an_expired_token_is_refused() {
    let desk = desk();
    let now = Utc::now().timestamp();
    refused!(desk, desk.signed(json!({"exp": now - 60, "nbf": now - 120})), IdentityError::Expired);
}

#[test]
fn a_token_from_the_future_is_refused() {
    let desk = desk();
    refused!(desk, desk.signed(json!({"nbf": Utc::now().timestamp() + 30})), IdentityError::NotYetValid);
}

#[test]
fn a_token_for_another_audience_is_refused() {
    let desk = desk();
    refused!(desk, desk.signed(json!({"aud": "billing"})), IdentityError::WrongAudience);
}

#[test]
fn a_token_of_another_issuer_is_refused() {
    let desk = desk();
    refused!(desk, desk.signed(json!({"iss": "https://example.com"})), IdentityError::WrongIssuer);
}

#[test]
fn a_token_without_one_of_the_required_claims_is_refused() {
    let desk = desk();
    for claim in ["exp", "nbf", "aud", "iss", "sub", "role", "jti"] {
        let refusal = desk.refusal(&desk.signed(json!({claim: null})));
        assert!(matches!(refusal, IdentityError::MissingClaim { .. } | IdentityError::MalformedToken), "without {claim}: {refusal:?}");
    }
}

#[test]
fn a_token_with_a_role_or_subject_of_no_meaning_is_refused() {
    let desk = desk();
    for changes in [json!({"role": "root"}), json!({"sub": ""}), json!({"sub": "anna@example.com"}), json!({"sub": "an\nna"})] {
        refused!(desk, desk.signed(changes), IdentityError::MalformedToken);
    }
}

#[test]
fn a_token_signed_with_another_key_is_refused() {
    refused!(desk(), desk().signed(json!({})), IdentityError::WrongSignature);
}

#[test]
fn a_token_that_was_altered_is_refused() {
    let desk = desk();
    let honest = desk.signed(json!({}));
    let (header, rest) = honest.split_once('.').unwrap();
    let signature = rest.split_once('.').unwrap().1;
    let promoted = URL_SAFE_NO_PAD.encode(claims(json!({"role": "admin"})).to_string());
    refused!(desk, format!("{header}.{promoted}.{signature}"), IdentityError::WrongSignature);
}

#[test]
fn a_token_that_claims_to_need_no_signature_is_refused() {
    let desk = desk();
    for algorithm in ["none", "None", "NONE"] {
        let bare = unsigned(json!({"alg": algorithm, "typ": "JWT"}), &claims(json!({})));
        refused!(desk, format!("{bare}."), IdentityError::WrongAlgorithm | IdentityError::MalformedToken);
        refused!(desk, bare, IdentityError::MalformedToken);
    }
}

#[test]
fn the_public_key_is_not_taken_for_an_hmac_secret() {
    let desk = desk();
    let public = desk.key.public_pem().unwrap();
    let forged =
        |secret: &[u8]| jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims(json!({})), &EncodingKey::from_secret(secret));
    refused!(desk, forged(public.as_bytes()).unwrap(), IdentityError::WrongAlgorithm);
    let der = public.lines().nth(1).map(|line| base64::engine::general_purpose::STANDARD.decode(line).unwrap()).unwrap();
    refused!(desk, forged(&der[der.len() - 32..]).unwrap(), IdentityError::WrongAlgorithm);
}

#[test]
fn garbage_is_refused() {
    let desk = desk();
    for garbage in ["", ".", "..", "...", "a.b.c", "Bearer x", "💥", "eyJhbGciOiJFZERTQSJ9..", &"x".repeat(1_000_000)] {
        refused!(desk, garbage, IdentityError::MalformedToken | IdentityError::WrongSignature);
    }
}

#[test]
fn a_refused_token_is_refused_again() {
    let desk = desk();
    let forged = self::desk().signed(json!({}));
    for _ in 0..2 {
        refused!(desk, forged, IdentityError::WrongSignature);
    }
}

#[test]
fn a_header_without_a_bearer_token_is_refused() {
    let token = |headers: &[&'static str]| bearer_token(headers.iter().map(|header| header.as_bytes()));
    assert_eq!(token(&["Bearer abc"]).unwrap(), "abc");
    assert_eq!(token(&["bearer  abc "]).unwrap(), "abc");
    for header in ["", "abc", "Basic abc", "Bearer ", "Bearer"] {
        assert!(matches!(token(&[header]), Err(IdentityError::MissingToken)), "{header:?}");
    }
    assert!(matches!(token(&[]), Err(IdentityError::MissingToken)));
    assert!(matches!(bearer_token([b"Bearer \xff".as_slice()]), Err(IdentityError::MalformedToken)));
}

#[test]
fn two_authorization_headers_are_of_nobody_whichever_of_them_is_good() {
    for headers in [["Bearer abc", "Bearer x"], ["Bearer x", "Bearer abc"], ["Bearer abc", "Bearer abc"], ["Basic x", "Bearer abc"]] {
        let told = bearer_token(headers.iter().map(|header| header.as_bytes()));
        assert!(matches!(told, Err(IdentityError::SeveralTokens)), "{headers:?}");
    }
}

#[test]
fn a_token_may_be_for_several_of_whom_one_is_us_and_its_times_may_have_fractions() {
    let desk = desk();
    let now = Utc::now().timestamp() as f64;
    for changes in [json!({"aud": ["billing", "orderly"]}), json!({"aud": ["orderly"]}), json!({"iat": now - 0.5, "exp": now + 60.25})] {
        assert_eq!(desk.authenticator.verify(&desk.signed(changes.clone())).unwrap().actor(), "operator:anna", "{changes}");
    }
    refused!(desk, desk.signed(json!({"aud": ["billing"]})), IdentityError::WrongAudience);
    refused!(desk, desk.signed(json!({"aud": []})), IdentityError::WrongAudience);
    refused!(desk, desk.signed(json!({"exp": 1e300})), IdentityError::MalformedToken | IdentityError::MalformedClaim { .. });
}

#[test]
fn a_token_that_asks_for_an_unknown_extension_is_refused() {
    let desk = desk();
    for critical in [vec!["b64".to_owned()], vec!["zz".to_owned()], vec![]] {
        let header = Header { crit: Some(critical.clone()), ..Header::new(Algorithm::EdDSA) };
        let refusal = desk.refusal(&desk.signed_under(&header, json!({})));
        assert!(matches!(refusal, IdentityError::UnknownExtension | IdentityError::MalformedToken), "{critical:?}: {refusal:?}");
    }
}

#[test]
fn no_token_is_minted_that_would_be_refused() {
    let desk = desk();
    for subject in ["", "anna@example.com", "two words", &"x".repeat(129)] {
        let request = TokenRequest {
            subject: subject.to_owned(),
            role: Role::Operator,
            channel: None,
            grants: Vec::new(),
            lifetime: Duration::from_secs(60),
        };
        assert!(matches!(desk.authenticator.mint(&request), Err(IdentityError::MalformedClaim { .. })), "{subject:?}");
    }
    let granted = TokenRequest {
        subject: "anna".to_owned(),
        role: Role::Operator,
        channel: None,
        grants: vec![Grant::Stock],
        lifetime: Duration::from_secs(60),
    };
    assert!(matches!(desk.authenticator.mint(&granted), Err(IdentityError::NotMinted { .. })), "an operator is granted nothing");
    let erp = TokenRequest { role: Role::Service, ..granted };
    assert_eq!(desk.authenticator.verify(&desk.authenticator.mint(&erp).unwrap()).unwrap().grants, [Grant::Stock]);
    let endless =
        TokenRequest { subject: "anna".to_owned(), role: Role::Operator, channel: None, grants: Vec::new(), lifetime: Duration::MAX };
    assert!(matches!(desk.authenticator.mint(&endless), Err(IdentityError::NotMinted { .. })));
}
