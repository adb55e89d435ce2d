//! How long what was appended takes until it is visible, asked for while the week goes through.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::clients::micros;
use crate::process::{Stack, program};
use crate::sample::Sample;
use crate::shop;

const EVERY: Duration = Duration::from_millis(100);

/// Somebody who sends a command and then waits for it to be visible.
pub(crate) struct Probe {
    http: reqwest::Client,
    token: String,
    commands: String,
    queries: String,
}

/// A probe at work.
pub(crate) struct Probing {
    stop: CancellationToken,
    work: JoinHandle<anyhow::Result<Vec<u32>>>,
}

impl Probe {
    pub(crate) fn new(stack: &Stack, data_dir: &Path) -> anyhow::Result<Self> {
        let output = Command::new(program("orderly")?).args(["token", "--role", "admin", "--data-dir"]).arg(data_dir).output()?;
        ensure!(output.status.success(), "the token ended with {}", output.status);
        let token = String::from_utf8(output.stdout)?.trim().to_owned();
        let (commands, queries) = (format!("{}/v1/products", stack.command_url()), format!("{}/graphql", stack.query_url()));
        Ok(Self { http: reqwest::Client::new(), token, commands, queries })
    }

    pub(crate) fn start(self) -> Probing {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let work = tokio::spawn(async move {
            let (mut latencies, mut ticks) = (Vec::new(), tokio::time::interval(EVERY));
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                let last = stopped.is_cancelled();
                latencies.push(self.ask().await?);
                if last {
                    return Ok(latencies);
                }
                ticks.tick().await;
            }
        });
        Probing { stop, work }
    }

    /// From the answer to a command to the answer that shows it, in microseconds.
    async fn ask(&self) -> anyhow::Result<u32> {
        let product = json!({ "sku": shop::new_sku(), "name": shop::NAME, "category": shop::CATEGORY });
        let command = self.http.post(&self.commands).bearer_auth(&self.token).header("idempotency-key", Uuid::now_v7().to_string());
        let done: Value = command.json(&product).send().await?.error_for_status()?.json().await?;
        let position = done["position"].as_str().with_context(|| format!("no position in {done}"))?;
        let answered = Instant::now();
        let query = json!({ "query": "{ order(id: \"00000000-0000-0000-0000-000000000000\") { status } }" });
        let query = self.http.post(&self.queries).bearer_auth(&self.token).header("orderly-min-position", position).json(&query);
        let seen: Value = query.send().await?.error_for_status()?.json().await?;
        ensure!(seen["errors"].is_null(), "a query failed: {seen}");
        Ok(micros(answered.elapsed()))
    }
}

impl Probing {
    /// Once more, and then no more: all of it.
    pub(crate) async fn finish(self) -> anyhow::Result<Sample> {
        self.stop.cancel();
        Ok(Sample::of_one_caller(self.work.await??))
    }
}
