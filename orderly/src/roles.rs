//! Each role as a process of its own.

use std::net::SocketAddr;

use clap::Args;
use command_api::CommandArgs;
use event_store::LogArgs;
use gateways::simulator::SimulatorArgs;
use gateways::{GatewayArgs, WebhookSecret};
use identity::{Authenticator, IdentityArgs, TokenKey};
use process_manager::ProcessArgs;
use projections::{ProjectorArgs, ReadArgs};
use query_api::QueryArgs;

use crate::exit::Outcome;
use crate::signals::StopSignals;
use crate::stack::alone::{self, QueryRole};
use crate::stack::{Ports, Roles, Stack, StackSettings, settings_of_the_environment};

/// Where probes and metrics are.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Management")]
pub(crate) struct ManagementArgs {
    /// Where `/livez`, `/readyz` and `/metrics` are listened for
    #[arg(long, env = "ORDERLY_MANAGEMENT_ADDR", default_value = "127.0.0.1:8090", value_name = "HOST:PORT")]
    pub management_addr: SocketAddr,
}

/// Settings of `orderly command-api`.
#[derive(Debug, Clone, Args)]
pub struct CommandApiArgs {
    #[command(flatten)]
    command: CommandArgs,
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    management: ManagementArgs,
    /// What the carrier signs its reports with
    #[arg(long, env = "ORDERLY_CARRIER_WEBHOOK_SECRET", hide_env_values = true, value_name = "SECRET")]
    carrier_webhook_secret: Option<WebhookSecret>,
}

/// Settings of `orderly query-api`.
#[derive(Debug, Clone, Args)]
pub struct QueryApiArgs {
    #[command(flatten)]
    query: QueryArgs,
    /// Where queries are listened for
    #[arg(long, env = "ORDERLY_QUERY_ADDR", default_value = "127.0.0.1:8081", value_name = "HOST:PORT")]
    query_addr: SocketAddr,
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    read: ReadArgs,
    /// Postgres that holds the log, where the read models have no database of their own
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL", required_unless_present = "read_database_url")]
    database_url: Option<String>,
    #[command(flatten)]
    management: ManagementArgs,
}

/// Settings of `orderly projector`.
#[derive(Debug, Clone, Args)]
pub struct ProjectorRoleArgs {
    #[command(flatten)]
    projector: ProjectorArgs,
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    management: ManagementArgs,
}

/// Settings of `orderly process-manager`.
#[derive(Debug, Clone, Args)]
pub struct ProcessManagerArgs {
    #[command(flatten)]
    process: ProcessArgs,
    #[command(flatten)]
    gateway: GatewayArgs,
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    management: ManagementArgs,
}

/// Settings of `orderly simulator`.
#[derive(Debug, Clone, Args)]
pub struct SimulatorRoleArgs {
    #[command(flatten)]
    simulator: SimulatorArgs,
    /// Postgres that holds its ledger
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: String,
    #[command(flatten)]
    management: ManagementArgs,
}

impl CommandApiArgs {
    /// The stack that is this role alone.
    ///
    /// # Errors
    /// The key of tokens can't be read.
    pub fn settings(self) -> anyhow::Result<StackSettings> {
        let authenticator = Authenticator::new(&self.identity)?;
        let ports = Ports { commands: self.command.command_addr, ..ports(&self.management) };
        let alone = alone(self.log, authenticator, ports, Roles { command_api: true, ..Roles::NONE })?;
        Ok(StackSettings { command: self.command, webhook_secret: self.carrier_webhook_secret, ..alone })
    }
}

impl QueryApiArgs {
    /// Runs this role alone.
    ///
    /// # Errors
    /// The key of tokens can't be read, a port is taken, or the database can't be reached.
    pub(crate) async fn run(self) -> anyhow::Result<Outcome> {
        let authenticator = Authenticator::new(&self.identity)?;
        let database_url = self.database_url.or_else(|| self.read.read_database_url.clone()).unwrap_or_default();
        let (address, management) = (self.query_addr, self.management.management_addr);
        alone::query_api(QueryRole { address, management, query: self.query, read: self.read, database_url, authenticator }).await
    }
}

impl ProjectorRoleArgs {
    /// The stack that is this role alone.
    ///
    /// # Errors
    /// The environment has a setting that is none.
    pub fn settings(self) -> anyhow::Result<StackSettings> {
        let alone = alone(self.log, nobody()?, ports(&self.management), Roles { projector: true, ..Roles::NONE })?;
        Ok(StackSettings { projector: self.projector, read: self.read, ..alone })
    }
}

impl ProcessManagerArgs {
    /// The stack that is this role alone.
    ///
    /// # Errors
    /// The environment has a setting that is none.
    pub fn settings(self) -> anyhow::Result<StackSettings> {
        let alone = alone(self.log, nobody()?, ports(&self.management), Roles { process_manager: true, ..Roles::NONE })?;
        Ok(StackSettings { process: self.process, gateway: self.gateway, ..alone })
    }
}

impl SimulatorRoleArgs {
    /// Runs this role alone.
    ///
    /// # Errors
    /// A port is taken, or the database can't be reached.
    pub(crate) async fn run(self) -> anyhow::Result<Outcome> {
        alone::simulator(self.simulator, &self.database_url, self.management.management_addr).await
    }
}

fn ports(management: &ManagementArgs) -> Ports {
    Ports { management: management.management_addr, ..Ports::from_base(0) }
}

/// Roles that nobody calls believe no tokens: a key that is thrown away.
fn nobody() -> anyhow::Result<Authenticator> {
    let identity: IdentityArgs = settings_of_the_environment()?;
    Ok(Authenticator::with_key(&TokenKey::generate(), &identity.token_issuer, &identity.token_audience))
}

fn alone(log: LogArgs, authenticator: Authenticator, ports: Ports, roles: Roles) -> anyhow::Result<StackSettings> {
    Ok(StackSettings {
        log,
        read: settings_of_the_environment()?,
        ports,
        roles,
        migrate: false,
        authenticator,
        webhook_secret: None,
        gateway: settings_of_the_environment()?,
        command: settings_of_the_environment()?,
        query: settings_of_the_environment()?,
        projector: settings_of_the_environment()?,
        process: settings_of_the_environment()?,
        simulator: settings_of_the_environment()?,
    })
}

/// Runs roles until they are asked to stop.
///
/// # Errors
/// They can't start, or one of them can't go on.
pub(crate) async fn run(settings: StackSettings) -> anyhow::Result<Outcome> {
    let mut signals = StopSignals::new()?;
    let mut stack = Stack::start(settings).await?;
    let stopped = tokio::select! {
        () = signals.next() => Ok(()),
        worker = stack.stopped_worker() => Err(worker),
    };
    let finished = stack.shutdown().await;
    stopped.and(finished).map(|()| Outcome::Done)
}
