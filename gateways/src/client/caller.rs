//! One HTTP call, and what its failures mean.

use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder, Response, StatusCode, header::RETRY_AFTER};
use serde::{Serialize, de::DeserializeOwned};

use super::GatewayArgs;
use crate::GatewayError;
use crate::problem::Problem;
use crate::simulator::NAME;

/// A pooled connection to the simulator.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    http: Client,
    base: String,
}

impl Caller {
    pub(super) fn new(args: &GatewayArgs) -> Result<Self, GatewayError> {
        let http = Client::builder()
            .timeout(args.timeout())
            .connect_timeout(args.timeout().min(Duration::from_secs(2)))
            // A call that a proxy redirects elsewhere must not move money there.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| permanent("client", &error.to_string()))?;
        Ok(Self { http, base: args.gateway_url.trim_end_matches('/').to_owned() })
    }

    /// `name` is what the call is called in metrics.
    pub(super) async fn post<Q: Serialize + Sync, A: DeserializeOwned>(
        &self,
        name: &'static str,
        path: &str,
        call: &Q,
    ) -> Result<A, GatewayError> {
        timed(name, async { answer(send(self.http.post(self.url(path)).json(call)).await?).await }).await
    }

    pub(super) async fn get<A: DeserializeOwned>(&self, name: &'static str, path: &str) -> Result<Option<A>, GatewayError> {
        timed(name, async {
            let response = send(self.http.get(self.url(path))).await?;
            if response.status() == StatusCode::NOT_FOUND { Ok(None) } else { answer(response).await.map(Some) }
        })
        .await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// How long calls take, by how they end.
async fn timed<A>(name: &'static str, call: impl Future<Output = Result<A, GatewayError>>) -> Result<A, GatewayError> {
    let started = Instant::now();
    let answer = call.await;
    let end = answer.as_ref().map_or_else(GatewayError::class, |_| "answered");
    metrics::histogram!("orderly_gateway_call_seconds", "gateway" => NAME, "call" => name, "end" => end).record(started.elapsed());
    answer
}

async fn send(request: RequestBuilder) -> Result<Response, GatewayError> {
    request.send().await.map_err(|error| unanswered(&error))
}

/// Without a connection nothing was sent; anything later may have arrived.
fn unanswered(error: &reqwest::Error) -> GatewayError {
    if error.is_builder() {
        return permanent("request", &sentence(error));
    }
    if error.is_connect() { transient(&sentence(error), None) } else { unknown(&sentence(error)) }
}

async fn answer<A: DeserializeOwned>(response: Response) -> Result<A, GatewayError> {
    let status = response.status();
    if status.is_success() {
        return response.json().await.map_err(|error| unknown(&sentence(&error)));
    }
    Err(refused(status, retry_after(&response), response.text().await.unwrap_or_default()))
}

/// 500, 502 and 504 may come from behind the point of no return; the others say that the call was turned away.
fn refused(status: StatusCode, retry_after: Option<Duration>, body: String) -> GatewayError {
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            transient(&format!("status {status}"), retry_after)
        }
        status if status.is_client_error() => {
            let problem = serde_json::from_str(&body).unwrap_or(Problem { code: status.as_u16().to_string(), message: body });
            permanent(&problem.code, &problem.message)
        }
        status => unknown(&format!("status {status}")),
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

/// The whole chain of causes: reqwest's own text says only that a request failed.
fn sentence(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

fn transient(message: &str, retry_after: Option<Duration>) -> GatewayError {
    GatewayError::Transient { gateway: NAME.to_owned(), message: message.to_owned(), retry_after }
}

fn unknown(message: &str) -> GatewayError {
    GatewayError::Unknown { gateway: NAME.to_owned(), message: message.to_owned() }
}

fn permanent(code: &str, message: &str) -> GatewayError {
    GatewayError::Permanent { gateway: NAME.to_owned(), code: code.to_owned(), message: message.to_owned() }
}
