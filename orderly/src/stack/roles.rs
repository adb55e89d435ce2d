//! Starting each role.

use std::sync::Arc;

use command_api::{ApiState, WebhookSecrets};
use event_store::EventStore;
use gateways::simulator::{self, Simulator, SimulatorArgs};
use gateways::{GatewayArgs, SimulatorCarrier, SimulatorGateway};
use projections::{READ_MODELS, ReadDatabase};
use query_api::QueryState;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::management::{self, Health};
use super::workers::Workers;
use super::{Addresses, Listeners, StackSettings, serving};
use crate::url::without_password;

/// What every role is given.
#[derive(Clone, Copy)]
pub(super) struct Shared<'a> {
    pub(super) settings: &'a StackSettings,
    pub(super) store: &'a EventStore,
    pub(super) read: &'a ReadDatabase,
    pub(super) stop: &'a CancellationToken,
}

/// Starts the roles of the settings and answers where they listen.
pub(super) async fn start(shared: Shared<'_>, listeners: Listeners, workers: &mut Workers) -> anyhow::Result<Addresses> {
    let mut addresses = Addresses {
        commands: listeners.commands.as_ref().map(|listener| listener.local_addr()).transpose()?,
        queries: listeners.queries.as_ref().map(|listener| listener.local_addr()).transpose()?,
        management: Some(listeners.management.local_addr()?),
        simulator: None,
    };
    if shared.settings.roles.simulator {
        addresses.simulator = Some(shared.simulator(&listeners, &addresses, workers).await?);
    }
    shared.workers(&addresses, workers)?;
    shared.apis(listeners, workers).await?;
    Ok(addresses)
}

impl Shared<'_> {
    async fn simulator(self, listeners: &Listeners, addresses: &Addresses, workers: &mut Workers) -> anyhow::Result<std::net::SocketAddr> {
        let pool = simulator::connect(&self.settings.log.database_url).await?;
        let webhooks = addresses.commands.map(|address| format!("http://{address}/v1/webhooks/{}", simulator::NAME));
        let args = SimulatorArgs {
            simulator_listen: listeners.simulator,
            carrier_webhook_url: webhooks.or_else(|| self.settings.simulator.carrier_webhook_url.clone()),
            carrier_webhook_secret: self.settings.webhook_secret.clone(),
            ..self.settings.simulator.clone()
        };
        let simulator = Simulator::bind(&args, pool, self.stop.clone()).await?;
        let address = simulator.address();
        let reports = args.carrier_webhook_url.as_deref().map_or_else(|| "nobody".to_owned(), without_password);
        info!(%address, reports.to = reports, "the simulator is the gateway and the carrier");
        workers.start("the simulator", simulator.run());
        Ok(address)
    }

    fn workers(self, addresses: &Addresses, workers: &mut Workers) -> anyhow::Result<()> {
        if self.settings.roles.projector {
            let args = self.settings.projector.clone();
            let models = projections::names().collect::<Vec<_>>().join(", ");
            info!(log = self.log_database(), models, "the projector follows the log and keeps the read models");
            workers.start("the projector", projections::run(self.store.clone(), self.read.clone(), args, self.stop.clone()));
        }
        if self.settings.roles.process_manager {
            let outside = self.outside(addresses);
            let (gateway, carrier) = (Arc::new(SimulatorGateway::new(&outside)?), Arc::new(SimulatorCarrier::new(&outside)?));
            let args = self.settings.process.clone();
            info!(
                log = self.log_database(),
                gateway = without_password(&outside.gateway_url),
                fulfillment = ?args.fulfillment,
                parts = args.process_parts,
                "the process manager follows the log and drives each order"
            );
            workers.start("the process manager", process_manager::run(self.store.clone(), gateway, carrier, args, self.stop.clone()));
        }
        Ok(())
    }

    fn log_database(self) -> String {
        without_password(&self.settings.log.database_url)
    }

    /// The simulator of this process, if there is one.
    fn outside(self, addresses: &Addresses) -> GatewayArgs {
        let gateway = self.settings.gateway.clone();
        match addresses.simulator {
            Some(address) => GatewayArgs { gateway_url: format!("http://{address}"), ..gateway },
            None => gateway,
        }
    }

    async fn apis(self, listeners: Listeners, workers: &mut Workers) -> anyhow::Result<()> {
        let authenticator = &self.settings.authenticator;
        if let Some(listener) = listeners.commands {
            info!(address = %listener.local_addr()?, log = self.log_database(), "the command API takes commands");
            let secret = self.settings.webhook_secret.clone().map(|secret| (simulator::NAME.to_owned(), secret));
            let state =
                ApiState::new(self.store.clone(), authenticator.clone(), WebhookSecrets::new(secret), self.settings.command.clone());
            workers.start("the command API", serving::serve(listener, command_api::router(state), self.stop.clone()));
        }
        if let Some(listener) = listeners.queries {
            info!(address = %listener.local_addr()?, "the query API answers from the read models");
            let (args, url) = (&self.settings.read, &self.settings.log.database_url);
            let read = ReadDatabase::connect_read_only(args, url, READ_MODELS).await?.hearing(self.read);
            let state = QueryState::new(read, authenticator.clone(), self.settings.query.clone());
            workers.start("the query API", serving::serve(listener, query_api::router(state), self.stop.clone()));
        }
        info!(address = %listeners.management.local_addr()?, "probes and metrics are here");
        let health = Health::new(self.store.clone(), self.read.clone(), self.stop.clone());
        workers.start("probes and metrics", serving::serve(listeners.management, management::router(health), self.stop.clone()));
        Ok(())
    }
}
