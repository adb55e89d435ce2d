//! The whole API on a log of its own, and callers of every kind.

use std::time::Duration;

use aggregates::values::CustomerId;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use command_api::{ApiState, CommandArgs, PROBLEM_JSON, WebhookSecrets, router};
use decider::StreamId;
use event_store::{EventStore, LogArgs, RecordedEvent, SecretKey};
use identity::{Authenticator, Grant, Role, TokenKey, TokenRequest};
use serde_json::{Value, json};
use test_database::sqlx::{self, AssertSqlSafe, Connection, PgConnection};
use tower::ServiceExt;
use uuid::Uuid;

/// What the simulated carrier signs with.
pub(crate) const SECRET: &str = "a-secret-of-the-simulator";

pub(crate) struct Api {
    router: Router,
    pub(crate) store: EventStore,
    tokens: Authenticator,
    url: String,
}

/// Who sends a request.
#[derive(Clone)]
pub(crate) struct Token(pub(crate) String);

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Api {
    pub(crate) async fn start() -> Self {
        let url = test_database::prepared(async |url| event_store::migrate(url).await.unwrap()).await;
        let args = LogArgs::new(url.clone(), SecretKey::new([1; 32]), SecretKey::new([2; 32]));
        let store = EventStore::connect(&args).await.unwrap();
        let tokens = Authenticator::with_key(&TokenKey::generate(), "orderly", "orderly");
        let secrets = WebhookSecrets::new([("simulator".to_owned(), SECRET.parse().unwrap())]);
        let state = ApiState::new(store.clone(), tokens.clone(), secrets, CommandArgs::default());
        Self { router: router(state), store, tokens, url }
    }

    pub(crate) fn token(&self, role: Role, subject: &str, channel: Option<&str>) -> Token {
        self.granted(role, subject, channel, &[])
    }

    pub(crate) fn granted(&self, role: Role, subject: &str, channel: Option<&str>, grants: &[Grant]) -> Token {
        let request = TokenRequest {
            subject: subject.to_owned(),
            role,
            channel: channel.map(ToOwned::to_owned),
            grants: grants.to_vec(),
            lifetime: Duration::from_secs(600),
        };
        Token(self.tokens.mint(&request).unwrap())
    }

    pub(crate) fn operator(&self) -> Token {
        self.token(Role::Operator, "anna", None)
    }

    pub(crate) fn shop(&self) -> Token {
        self.token(Role::Service, "shop-1", Some("shop"))
    }

    pub(crate) async fn post(&self, token: &Token, path: &str, body: Value) -> Answer {
        self.post_with(token, path, &[], body).await
    }

    pub(crate) async fn post_with(&self, token: &Token, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut request = Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, "application/json");
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.0));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn get(&self, token: &Token, path: &str) -> Answer {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {}", token.0));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a request. Whatever is not done must be answered with a problem document.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        assert!(parts.headers.contains_key("x-request-id"), "an answer without a request id");
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        if answer.status.is_client_error() || answer.status.is_server_error() {
            answer.assert_is_a_problem();
        }
        answer
    }

    pub(crate) async fn events(&self, stream: &str) -> Vec<RecordedEvent> {
        let stream: StreamId = stream.parse().unwrap();
        self.store.stream_events(&stream, 0, 1000).await.unwrap()
    }

    pub(crate) async fn event_types(&self, stream: &str) -> Vec<String> {
        self.events(stream).await.into_iter().map(|event| event.event_type.clone()).collect()
    }

    /// An event that no program knows, written past the log at the end of a stream.
    pub(crate) async fn record_unknown(&self, stream: &str, partition_key: &str) {
        let (kind, id) = stream.split_once('-').unwrap();
        let sql = format!(
            "insert into log.events (position, event_id, aggregate_type, aggregate_id, sequence, partition_key, event_type, event_version, payload, metadata, recorded_at) \
             select max(position) + 1, gen_random_uuid(), '{kind}', '{id}', \
                    (select max(sequence) + 1 from log.events where aggregate_type = '{kind}' and aggregate_id = '{id}'), '{partition_key}', \
                    '{kind}.of_tomorrow', '1', '{{}}', '{{\"actor\": \"service:tests\", \"command_id\": \"00000000-0000-0000-0000-000000000000\"}}', now() \
             from log.events"
        );
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }

    pub(crate) async fn head(&self) -> i64 {
        self.store.head().await.unwrap().position
    }

    /// A warehouse, a product at 10.00 EUR of which it has ten, and a customer.
    pub(crate) async fn furnish(&self) -> CustomerId {
        let anna = self.operator();
        self.post(&anna, "/v1/warehouses", json!({"code": "berlin", "name": "Berlin"})).await.assert(201);
        let product = json!({"sku": "A-17", "name": "Teapot", "category": "kitchen", "activate": true,
            "shippable": true, "weight_grams": 800, "prices": [{"amount": "10.00", "currency": "EUR"}]});
        self.post(&anna, "/v1/products", product).await.assert(201);
        let receipt = json!({"quantity": 10, "document": "receipt-1"});
        self.post(&anna, "/v1/warehouses/berlin/stock/A-17/receive", receipt).await.assert(200);
        self.customer().await
    }

    pub(crate) async fn customer(&self) -> CustomerId {
        let answer = self.post(&self.operator(), "/v1/customers", json!({"name": "Ada Lovelace"})).await;
        answer.assert(201).id().parse().unwrap()
    }

    pub(crate) fn token_of(&self, customer: CustomerId) -> Token {
        self.token(Role::Customer, &customer.to_string(), None)
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn assert(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        self
    }

    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16, kind: &str) -> &Self {
        assert_eq!((self.status.as_u16(), self.body["type"].as_str()), (status, Some(kind)), "{:#}", self.body);
        self
    }

    #[track_caller]
    fn assert_is_a_problem(&self) {
        assert_eq!(self.headers[header::CONTENT_TYPE], PROBLEM_JSON, "{:#}", self.body);
        assert_eq!(self.body["status"], self.status.as_u16(), "{:#}", self.body);
        for member in ["type", "title", "detail"] {
            assert!(self.body[member].is_string(), "no {member}: {:#}", self.body);
        }
        assert!(command_api::problem_types().any(|kind| self.body["type"] == kind), "its type has no page: {:#}", self.body);
    }

    #[track_caller]
    pub(crate) fn id(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }

    /// The places in the body that are wrong.
    pub(crate) fn pointers(&self) -> Vec<&str> {
        let mut pointers: Vec<_> = self.body["errors"].as_array().unwrap().iter().filter_map(|error| error["pointer"].as_str()).collect();
        pointers.sort_unstable();
        pointers
    }
}

/// A small order of a customer's own: two teapots, fetched in Berlin, at list prices.
pub(crate) fn two_teapots() -> Value {
    json!({
        "currency": "EUR",
        "lines": [{"sku": "A-17", "quantity": 2}],
        "delivery": {"kind": "pickup", "warehouse": "berlin"},
        "payment": {"kind": "card", "method": "card_visa"},
    })
}

/// A small order of a channel's at its own prices.
pub(crate) fn channel_order(customer: CustomerId, reference: &str) -> Value {
    let eur = |amount: &str| json!({"amount": amount, "currency": "EUR"});
    json!({
        "customer": customer.to_string(),
        "currency": "EUR",
        "channel_reference": reference,
        "placed_at": "2017-01-01T10:00:00Z",
        "lines": [{"sku": "A-17", "quantity": 3, "unit_price": eur("9.99"), "discount": eur("1.00")}],
        "delivery": {"kind": "pickup", "warehouse": "berlin"},
        "payment": {"kind": "card"},
    })
}

pub(crate) fn nobody() -> CustomerId {
    CustomerId::new(Uuid::now_v7())
}
