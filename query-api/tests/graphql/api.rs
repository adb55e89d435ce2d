//! The API of a small shop, asked as clients ask it.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use identity::{Authenticator, Grant, Role, TokenKey, TokenRequest};
use query_api::{QueryArgs, QueryState, router};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::shop::Shop;

pub(crate) struct Api {
    pub(crate) shop: Shop,
    router: Router,
    authenticator: Authenticator,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The data, of an answer without errors.
    pub(crate) fn data(&self) -> &Value {
        assert!(self.body.get("errors").is_none(), "{:#}", self.body);
        &self.body["data"]
    }

    pub(crate) fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error with a code: {:#}", self.body))
    }
}

impl Api {
    pub(crate) async fn open() -> Self {
        Self::over(Shop::projected().await)
    }

    pub(crate) fn over(shop: Shop) -> Self {
        Self::with(shop, QueryArgs { query_wait_ms: 60, ..QueryArgs::DEFAULT })
    }

    pub(crate) fn with(shop: Shop, args: QueryArgs) -> Self {
        let authenticator = Authenticator::with_key(&TokenKey::generate(), "tests", "tests");
        let router = router(QueryState::new(shop.read.clone(), authenticator.clone(), args));
        Self { shop, router, authenticator }
    }

    pub(crate) fn token(&self, role: Role, subject: &str) -> String {
        self.granted(role, subject, None, &[])
    }

    pub(crate) fn granted(&self, role: Role, subject: &str, channel: Option<&str>, grants: &[Grant]) -> String {
        let (channel, grants) = (channel.map(str::to_owned), grants.to_vec());
        let request = TokenRequest { subject: subject.to_owned(), role, channel, grants, lifetime: Duration::from_secs(60) };
        self.authenticator.mint(&request).unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&body)));
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn ask_with(&self, token: &str, headers: &[(&str, &str)], query: &str) -> Answer {
        let mut request = Request::post("/graphql").header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(json!({ "query": query }).to_string())).unwrap()).await
    }

    pub(crate) async fn ask(&self, role: Role, subject: &str, query: &str) -> Answer {
        self.ask_with(&self.token(role, subject), &[], query).await
    }

    pub(crate) async fn operator(&self, query: &str) -> Answer {
        self.ask(Role::Operator, "otto", query).await
    }

    pub(crate) async fn customer(&self, customer: Uuid, query: &str) -> Answer {
        self.ask(Role::Customer, &customer.to_string(), query).await
    }
}
