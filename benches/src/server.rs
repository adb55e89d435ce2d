//! The one Postgres of a run: started here, with the durable settings of the embedded one, and a database for each contestant.

use std::path::{Path, PathBuf};

use anyhow::Context;
use orderly::embedded::EmbeddedPostgres;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tempfile::TempDir;

use crate::work::Watched;

pub(crate) struct Server {
    postgres: EmbeddedPostgres,
    // Behind the server: it is stopped before its folder goes.
    folder: TempDir,
}

impl Server {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let postgres = EmbeddedPostgres::start(folder.path(), "bench").await?;
        Ok(Self { postgres, folder })
    }

    /// The same, which also counts what each statement takes, those within functions too.
    pub(crate) async fn start_with_statistics() -> anyhow::Result<Self> {
        let server = Self::start().await?;
        server.run("alter system set shared_preload_libraries = 'pg_stat_statements'").await?;
        server.postgres.stop().await?;
        let postgres = EmbeddedPostgres::start(server.folder.path(), "bench").await?;
        let server = Self { postgres, folder: server.folder };
        server.run("alter system set pg_stat_statements.track = 'all'").await?;
        server.run("select pg_reload_conf()").await?;
        Ok(server)
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        Ok(self.postgres.stop().await?)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// An empty database; its URL.
    pub(crate) async fn database(&self, name: &str) -> anyhow::Result<String> {
        self.run(&format!("drop database if exists {name} with (force)")).await?;
        self.run(&format!("create database {name}")).await?;
        let (server, _) = self.postgres.url().rsplit_once('/').context("a URL ends with a database")?;
        Ok(format!("{server}/{name}"))
    }

    /// Waits this much longer at each flush of the write-ahead log, whether others are about to commit or not: as a slower disk would.
    pub(crate) async fn delay_commits(&self, micros: u32) -> anyhow::Result<()> {
        self.run("alter system set commit_siblings = 0").await?;
        self.run(&format!("alter system set commit_delay = {micros}")).await?;
        self.run("select pg_reload_conf()").await
    }

    /// This server, and this process under a name, whose work is to be measured.
    pub(crate) async fn watched(&self, here: &'static str) -> anyhow::Result<Watched> {
        Watched::of(self.postgres.url(), here).await
    }

    /// Where the server's programs are.
    pub(crate) async fn programs(&self) -> anyhow::Result<PathBuf> {
        Ok(PathBuf::from(self.answer("select setting from pg_config where name = 'BINDIR'").await?))
    }

    /// What a query of one text answers.
    pub(crate) async fn answer(&self, query: &str) -> anyhow::Result<String> {
        let mut connection = PgConnection::connect(self.postgres.url()).await?;
        let row = sqlx::query(AssertSqlSafe(query.to_owned())).fetch_one(&mut connection).await?;
        Ok(row.try_get(0)?)
    }

    async fn run(&self, statement: &str) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect(self.postgres.url()).await?;
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await?;
        Ok(connection.close().await?)
    }
}
