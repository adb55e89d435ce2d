//! Another process that writes to the same stream: this program again, told so on its command line.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

use crate::clients::for_a_while;
use crate::ours;
use crate::rounds::Timing;
use crate::tries::Tries;

/// What it is told.
#[derive(Serialize, Deserialize)]
struct Orders {
    database_url: String,
    sku: String,
    clients: usize,
    warm_up_ms: u64,
    measured_ms: u64,
}

/// What it answers.
#[derive(Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) done: usize,
    pub(crate) latencies: Vec<u32>,
    pub(crate) tries_in_vain: u32,
}

/// It, ready to begin.
pub(crate) struct SecondWriter(Child);

impl SecondWriter {
    /// Starts it and waits until it has opened the log.
    pub(crate) async fn start(database_url: &str, sku: &str, clients: usize, timing: Timing) -> anyhow::Result<Self> {
        let [warm_up_ms, measured_ms] = [timing.warm_up, timing.measured].map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let orders = Orders { database_url: database_url.to_owned(), sku: sku.to_owned(), clients, warm_up_ms, measured_ms };
        let mut child = Command::new(std::env::current_exe()?)
            .arg("--second-writer")
            .arg(serde_json::to_string(&orders)?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut ready = [0];
        child.stdout.as_mut().context("its output is piped")?.read_exact(&mut ready).await.context("the second writer did not start")?;
        Ok(Self(child))
    }

    pub(crate) fn pid(&self) -> anyhow::Result<u32> {
        self.0.id().context("it is there until it is waited for")
    }

    /// Lets it begin and waits for what it did.
    pub(crate) async fn run(mut self) -> anyhow::Result<Answer> {
        self.0.stdin.take().context("its input is piped")?.write_all(b"go\n").await?;
        let output = self.0.wait_with_output().await?;
        ensure!(output.status.success(), "the second writer ended with {}", output.status);
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// What that process does.
pub(crate) async fn serve(orders: &str) -> anyhow::Result<()> {
    let orders: Orders = serde_json::from_str(orders)?;
    let tries = Tries::listen();
    let (warm_up, measured) = (Duration::from_millis(orders.warm_up_ms), Duration::from_millis(orders.measured_ms));
    let log = ours::connect(&orders.database_url).await?;
    let mut output = tokio::io::stdout();
    output.write_all(b".").await?;
    output.flush().await?;
    BufReader::new(tokio::io::stdin()).read_line(&mut String::new()).await?;
    let timing = Timing { rounds: 1, warm_up, measured };
    let sample = for_a_while(ours::receivers(&log, orders.clients, &orders.sku), timing, None).await?;
    let answer = Answer { done: sample.done, latencies: sample.latencies().to_vec(), tries_in_vain: tries.take() };
    output.write_all(&serde_json::to_vec(&answer)?).await?;
    output.flush().await?;
    log.close().await;
    Ok(())
}
