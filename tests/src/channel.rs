//! A client as a shop would write it.

use serde_json::Value;

use crate::program::Program;

/// A client of the HTTP API, as a trusted channel or as staff.
pub(crate) struct Channel {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Channel {
    /// The channel of this name, which also keeps its own catalogue and stock.
    pub(crate) fn of(program: &Program, name: &str) -> Self {
        let grants = ["--grant", "catalog", "--grant", "stock", "--grant", "warehouses"];
        Self::bearing(program, &[&["--role", "service", "--subject", name, "--channel", name], &grants[..]].concat())
    }

    /// Who works in the shop.
    pub(crate) fn staff(program: &Program) -> Self {
        Self::bearing(program, &["--role", "operator", "--subject", "staff"])
    }

    fn bearing(program: &Program, token: &[&str]) -> Self {
        Self { http: reqwest::Client::new(), url: program.command_url(), token: program.token(token) }
    }

    pub(crate) async fn post(&self, path: &str, key: &str, body: Value) -> (u16, Value) {
        self.try_post(path, key, body).await.expect("the command API answers in JSON")
    }

    /// Nothing if nobody answers, or not to the end.
    pub(crate) async fn try_post(&self, path: &str, key: &str, body: Value) -> Option<(u16, Value)> {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token).header("Idempotency-Key", key);
        let answer = request.json(&body).send().await.ok()?;
        Some((answer.status().as_u16(), answer.json().await.ok()?))
    }

    pub(crate) async fn accepted(&self, path: &str, key: &str, body: Value) -> Value {
        let (status, answer) = self.post(path, key, body).await;
        assert!((200..300).contains(&status), "{path} answered {status}: {answer:#}");
        answer
    }

    /// The resource, and the position of the log that it reflects.
    pub(crate) async fn get(&self, path: &str) -> (Value, String) {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
        let answer = request.send().await.expect("the command API answers");
        let position = answer.headers()["orderly-position"].to_str().expect("a position is text").to_owned();
        (answer.json().await.expect("answers are JSON"), position)
    }
}
