//! Bare Postgres: what it takes in at all into a table like the log's, without keys, heads, order or decisions.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::clients::micros;
use crate::rounds::Timing;
use crate::sample::Sample;
use crate::server::Server;
use crate::work::Watched;

/// How many rows one statement inserts.
pub(crate) const BATCH: i64 = 500;
/// How many rows one COPY brings.
pub(crate) const COPY: i64 = 200_000;

const PAYLOAD: &str = r#"{"product.added":{"name":"Coffee beans, dark roast, 500 g","category":"Grocery","shippable":false}}"#;
const METADATA: &str = r#"{"actor":"operator:bench-017","command_id":"0190b3b2-6f0c-7c1e-9a55-1f2f3c4d5e6f"}"#;

/// Its texts are given as variables, since pgbench would look for variables in them.
const INSERT: &str = "\
insert into bare.events select n, gen_random_uuid(), 'product', id, 1, id, 'product.added', '1', :payload::json, :metadata::json, clock_timestamp() \
from (select n, 'single-' || lpad(n::text, 29, '0') as id from (select nextval('bare.position') as n) n) one;
";

/// A table with the log's columns and indexes.
pub(crate) struct Bare {
    url: String,
    pgbench: PathBuf,
    folder: tempfile::TempDir,
    watched: Watched,
}

impl Bare {
    pub(crate) async fn open(server: &Server) -> anyhow::Result<Self> {
        let url = server.database("bare").await?;
        event_store::migrate(&url).await?;
        let mut connection = PgConnection::connect(&url).await?;
        sqlx::raw_sql(
            "create schema bare; create table bare.events (like log.events including all); create sequence bare.position cache 32",
        )
        .execute(&mut connection)
        .await?;
        let watched = server.watched("load").await?.ended("pgbench");
        let bare = Self { url, pgbench: server.programs().await?.join("pgbench"), folder: tempfile::tempdir()?, watched };
        std::fs::write(bare.folder.path().join("insert.sql"), INSERT)?;
        Ok(bare)
    }

    /// One row a transaction, by pgbench.
    pub(crate) async fn single_rows(&self, clients: usize, timing: Timing) -> anyhow::Result<Sample> {
        let (folder, seconds) = (self.folder.path(), timing.measured.as_secs().max(1).to_string());
        let mut pgbench = Command::new(&self.pgbench);
        pgbench.args(["--no-vacuum", "--protocol", "prepared", "--jobs", "2", "--time", &seconds, "--client", &clients.to_string()]);
        pgbench.arg("--define").arg(format!("payload={PAYLOAD}")).arg("--define").arg(format!("metadata={METADATA}"));
        pgbench.arg("--file").arg(folder.join("insert.sql")).arg("--log").arg("--log-prefix").arg(folder.join("latencies"));
        pgbench.arg(&self.url).stdin(Stdio::null());
        let before = self.watched.until_now()?;
        let output = tokio::task::spawn_blocking(move || pgbench.output()).await?.context("pgbench, which comes with the server")?;
        ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
        let work = self.watched.until_now()?.since(&before);
        let latencies = self.take_latencies()?;
        Ok(Sample::new(latencies.len(), timing.measured, latencies).with_work(work))
    }

    /// What pgbench logged: client, transaction, time in microseconds …; a file for each of its threads.
    fn take_latencies(&self) -> anyhow::Result<Vec<u32>> {
        let mut latencies = Vec::new();
        for entry in std::fs::read_dir(self.folder.path())? {
            let path = entry?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("latencies")) {
                let text = std::fs::read_to_string(&path)?;
                latencies.extend(text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<u32>().ok()));
                std::fs::remove_file(&path)?;
            }
        }
        Ok(latencies)
    }

    /// Many rows a statement, each statement a commit, over some connections at once.
    pub(crate) async fn batches(&self, connections: usize, timing: Timing) -> anyhow::Result<Sample> {
        let before = self.watched.until_now()?;
        let writers = (0..connections).map(|_| self.write_batches(timing));
        let rows = futures::future::try_join_all(writers).await?;
        let latencies = rows.iter().flatten().copied().collect::<Vec<_>>();
        let done = latencies.len() * usize::try_from(BATCH)?;
        Ok(Sample::new(done, timing.measured, latencies).with_work(self.watched.until_now()?.since(&before)))
    }

    async fn write_batches(&self, timing: Timing) -> anyhow::Result<Vec<u32>> {
        let mut connection = PgConnection::connect(&self.url).await?;
        let rows = usize::try_from(BATCH)?;
        let (payloads, metadatas) = (vec![PAYLOAD; rows], vec![METADATA; rows]);
        let (mut latencies, end) = (Vec::new(), Instant::now() + timing.measured);
        loop {
            let ids: Vec<String> = (0..rows).map(|_| Uuid::now_v7().to_string()).collect();
            let event_ids: Vec<Uuid> = (0..rows).map(|_| Uuid::now_v7()).collect();
            let sent = Instant::now();
            if sent >= end {
                return Ok(latencies);
            }
            sqlx::query(
                "insert into bare.events
                 select nextval('bare.position'), event_id, 'product', id, 1, id, 'product.added', '1', payload::json, metadata::json, now()
                 from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as rows(event_id, id, payload, metadata)",
            )
            .bind(event_ids)
            .bind(ids)
            .bind(&payloads)
            .bind(&metadatas)
            .execute(&mut connection)
            .await?;
            latencies.push(micros(sent.elapsed()));
        }
    }

    /// All rows in one COPY.
    pub(crate) async fn copy(&self) -> anyhow::Result<Sample> {
        let mut connection = PgConnection::connect(&self.url).await?;
        let take = format!("select setval('bare.position', nextval('bare.position') + {COPY} + 32) - {COPY}");
        let first: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(take)).fetch_one(&mut connection).await?;
        let (before, begun) = (self.watched.until_now()?, Instant::now());
        let mut copy = connection.copy_in_raw("copy bare.events from stdin").await?;
        for chunk in (first..first + COPY).collect::<Vec<_>>().chunks(2000) {
            let lines: String = chunk.iter().map(|position| line(*position)).collect();
            copy.send(lines.as_bytes()).await?;
        }
        copy.finish().await?;
        let elapsed = begun.elapsed();
        Ok(Sample::new(usize::try_from(COPY)?, elapsed, Vec::new()).with_work(self.watched.until_now()?.since(&before)))
    }
}

fn line(position: i64) -> String {
    let (event_id, id) = (Uuid::now_v7(), Uuid::now_v7());
    format!("{position}\t{event_id}\tproduct\t{id}\t1\t{id}\tproduct.added\t1\t{PAYLOAD}\t{METADATA}\t2026-01-01 00:00:00+00\n")
}
