//! The HTTP API as the load sees it: a command that is done or refused, and lookups.

mod backoff;
mod lookup;
mod problem;

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::Value;
use uuid::Uuid;

pub(super) use lookup::{Found, Kind, MOST_REFERENCES};
pub(super) use problem::Problem;

use super::LoadError;
use backoff::Backoff;

/// How the server answered a command for good.
#[derive(Debug)]
pub(super) enum Answer {
    /// It is done, now or by an earlier try.
    Done,
    /// The domain said no.
    Refused(Problem),
}

/// A client of the command API. Cloning is cheap.
#[derive(Debug, Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
    /// Keys are those of this run: a refusal that was stored under the key of an earlier one (a customer who was suspended
    /// then) must not be repeated. What must not happen twice has an identity of its own.
    run: Uuid,
    patience: Duration,
}

impl Client {
    /// A client of the API at this URL.
    pub(super) fn new(url: &str, token: &str, patience: Duration) -> Result<Self, LoadError> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).connect_timeout(Duration::from_secs(5)).build();
        let http = http.map_err(|source| LoadError::Unreachable { url: url.to_owned(), source })?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), token: token.to_owned(), run: Uuid::now_v7(), patience })
    }

    /// Sends a command until it is done or refused; `name` is what makes its key unlike others of this run.
    pub(super) async fn command(&self, path: &str, name: &str, body: &Value) -> Result<Answer, LoadError> {
        let key = format!("{}:{:x}", self.run, Uuid::new_v5(&self.run, format!("{path} {name}").as_bytes()).simple());
        let response = self.post(path, Some(&key), body).await?;
        if response.status().is_success() {
            return Ok(Answer::Done);
        }
        problem::of(response).await.map(Answer::Refused)
    }

    async fn post(&self, path: &str, key: Option<&str>, body: &Value) -> Result<Response, LoadError> {
        let mut backoff = Backoff::new(self.patience);
        loop {
            let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token).json(body);
            let request = key.into_iter().fold(request, |request, key| request.header("Idempotency-Key", key));
            match attempt(request).await {
                Attempt::Answered(response) => return Ok(response),
                Attempt::Later { after, failure } => backoff.wait(after).await.ok_or_else(|| self.gave_up(failure))?,
            }
        }
    }

    fn gave_up(&self, failure: Failure) -> LoadError {
        let url = self.url.clone();
        match failure {
            Failure::Connection(source) => LoadError::Unreachable { url, source },
            Failure::Status(status) => LoadError::Unavailable { url, status: status.as_u16() },
        }
    }
}

enum Attempt {
    Answered(Response),
    Later { after: Option<Duration>, failure: Failure },
}

enum Failure {
    Connection(reqwest::Error),
    Status(StatusCode),
}

/// The same request under the same key may be sent again after anything that leaves its outcome open.
async fn attempt(request: RequestBuilder) -> Attempt {
    match request.send().await {
        Ok(response) if passes(response.status()) => {
            Attempt::Later { after: retry_after(&response), failure: Failure::Status(response.status()) }
        }
        Ok(response) => Attempt::Answered(response),
        Err(error) => Attempt::Later { after: None, failure: Failure::Connection(error) },
    }
}

/// Whether a status tells of a state of the server that will pass.
fn passes(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT
}

fn retry_after(response: &Response) -> Option<Duration> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}
