use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::{Args, Command, FromArgMatches};
use command_api::CommandArgs;
use event_store::LogArgs;
use gateways::simulator::SimulatorArgs;
use gateways::{GatewayArgs, WebhookSecret};
use identity::{Authenticator, IdentityArgs, TokenKey};
use process_manager::{Fulfillment, ProcessArgs};
use projections::{ProjectorArgs, ReadArgs};
use query_api::QueryArgs;

use crate::secrets::Secrets;

/// Where to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// The command API.
    pub commands: SocketAddr,
    /// The query API.
    pub queries: SocketAddr,
    /// Probes and metrics.
    pub management: SocketAddr,
    /// The simulated gateway and carrier.
    pub simulator: SocketAddr,
}

impl Ports {
    /// The ports from this one on, on 127.0.0.1: 8080 gives 8080, 8081, 8090 and 8091; 0 gives any that are free.
    pub fn from_base(base: u16) -> Self {
        let at = |offset: u16| {
            let port = if base == 0 { 0 } else { base.saturating_add(offset) };
            SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
        };
        Self { commands: at(0), queries: at(1), management: at(10), simulator: at(11) }
    }
}

/// What runs in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles {
    /// Takes commands.
    pub command_api: bool,
    /// Answers queries.
    pub query_api: bool,
    /// Keeps the read models.
    pub projector: bool,
    /// Drives the orders.
    pub process_manager: bool,
    /// Is the outside.
    pub simulator: bool,
}

impl Roles {
    /// Everything.
    pub const ALL: Self = Self { command_api: true, query_api: true, projector: true, process_manager: true, simulator: true };

    /// Nothing.
    pub const NONE: Self = Self { command_api: false, query_api: false, projector: false, process_manager: false, simulator: false };
}

/// A stack, with all that it needs.
#[derive(Debug, Clone)]
pub struct StackSettings {
    /// The log, and its keys.
    pub log: LogArgs,
    /// The read models.
    pub read: ReadArgs,
    /// Where to listen.
    pub ports: Ports,
    /// What runs.
    pub roles: Roles,
    /// Whether the schemas are brought up to date first.
    pub migrate: bool,
    /// Whose tokens are believed.
    pub authenticator: Authenticator,
    /// What the carrier signs with.
    pub webhook_secret: Option<WebhookSecret>,
    /// Where the gateway and the carrier are, unless the simulator runs in this process.
    pub gateway: GatewayArgs,
    /// The command API.
    pub command: CommandArgs,
    /// The query API.
    pub query: QueryArgs,
    /// The projector.
    pub projector: ProjectorArgs,
    /// The process manager.
    pub process: ProcessArgs,
    /// The simulator and its faults.
    pub simulator: SimulatorArgs,
}

impl StackSettings {
    /// Everything in one process on this database, on any free ports, with its schemas brought up to date. What else there is
    /// to set is as the environment has it, or as it is by default.
    ///
    /// # Errors
    /// The environment has a setting that is none.
    pub fn everything(database_url: &str, secrets: &Secrets, token_key: &TokenKey) -> Result<Self, clap::Error> {
        let identity: IdentityArgs = settings_of_the_environment()?;
        let webhook_secret = Some(secrets.webhook_secret.clone());
        Ok(Self {
            log: log_of_the_environment(database_url, secrets)?,
            read: settings_of_the_environment()?,
            ports: Ports::from_base(0),
            roles: Roles::ALL,
            migrate: true,
            authenticator: Authenticator::with_key(token_key, &identity.token_issuer, &identity.token_audience),
            webhook_secret,
            gateway: settings_of_the_environment()?,
            command: settings_of_the_environment()?,
            query: settings_of_the_environment()?,
            projector: settings_of_the_environment()?,
            process: automatic_unless_told()?,
            simulator: settings_of_the_environment()?,
        })
    }
}

/// The log's, at this address and with these keys whatever the environment says.
fn log_of_the_environment(database_url: &str, secrets: &Secrets) -> Result<LogArgs, clap::Error> {
    let required = ["orderly", "--database-url", database_url, "--master-key", ANY_KEY, "--claim-key", ANY_KEY];
    let matches = LogArgs::augment_args(Command::new("orderly")).try_get_matches_from(required)?;
    let (master_key, claim_key) = (secrets.master_key.clone(), secrets.claim_key.clone());
    Ok(LogArgs { master_key, claim_key, ..LogArgs::from_arg_matches(&matches)? })
}

/// Stands where a key must stand, and is replaced.
const ANY_KEY: &str = "1111111111111111111111111111111111111111111111111111111111111111";

/// Nobody packs parcels where everything runs in one process, unless the environment says so.
fn automatic_unless_told() -> Result<ProcessArgs, clap::Error> {
    let told = std::env::var_os("ORDERLY_FULFILLMENT").is_some();
    let process: ProcessArgs = settings_of_the_environment()?;
    Ok(ProcessArgs { fulfillment: if told { process.fulfillment } else { Fulfillment::Automatic }, ..process })
}

/// Settings as their environment twins have them, and by default where there is none.
///
/// # Errors
/// The environment has a setting that is none.
pub fn settings_of_the_environment<A: Args>() -> Result<A, clap::Error> {
    let matches = A::augment_args(Command::new("orderly")).try_get_matches_from(["orderly"])?;
    A::from_arg_matches(&matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_shifts_all_ports() {
        let ports = Ports::from_base(9000);
        let numbers = [ports.commands, ports.queries, ports.management, ports.simulator].map(|address| address.port());
        assert_eq!(numbers, [9000, 9001, 9010, 9011]);
        assert_eq!(Ports::from_base(0).simulator.port(), 0);
    }

    #[test]
    fn every_role_has_settings_without_an_environment() {
        assert!(settings_of_the_environment::<SimulatorArgs>().is_ok());
        assert!(settings_of_the_environment::<ProcessArgs>().is_ok());
    }
}
