use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::{Ports, Roles};

/// A port that can't be listened on.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody else has it.
    #[error("{address}, for {what}, is taken by another program (another orderly?); stop that one, or choose other ports ({remedy})")]
    Taken {
        /// Which.
        address: SocketAddr,
        /// For what.
        what: &'static str,
        /// The flag that moves it.
        remedy: &'static str,
    },
    /// Anything else.
    #[error("{address}, for {what}, can't be listened on: {source}")]
    Other {
        /// Which.
        address: SocketAddr,
        /// For what.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// Where a stack listens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Addresses {
    /// The command API, if it runs here.
    pub commands: Option<SocketAddr>,
    /// The query API, if it runs here.
    pub queries: Option<SocketAddr>,
    /// Probes and metrics.
    pub management: Option<SocketAddr>,
    /// The simulator, if it runs here.
    pub simulator: Option<SocketAddr>,
}

/// Ports that are listened on and not yet served: taken first, so that a taken one is told before anything is started.
#[derive(Debug)]
pub struct Listeners {
    pub(super) commands: Option<TcpListener>,
    pub(super) queries: Option<TcpListener>,
    pub(super) management: TcpListener,
    /// The simulator binds its port itself.
    pub(super) simulator: SocketAddr,
}

/// How who started the program moves a port that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovedBy {
    /// All at once, with `--port-base`.
    PortBase,
    /// Each with a flag of its own.
    Address,
}

impl MovedBy {
    fn remedy(self, flag: &'static str) -> &'static str {
        match self {
            Self::PortBase => "--port-base 9000",
            Self::Address => flag,
        }
    }
}

impl Listeners {
    /// Listens for the roles that do.
    ///
    /// # Errors
    /// A port is taken, or may not be used.
    pub async fn bind(ports: &Ports, roles: Roles, moved: MovedBy) -> Result<Self, ListenError> {
        let commands =
            if roles.command_api { Some(listen(ports.commands, "commands", moved.remedy("--command-addr")).await?) } else { None };
        let queries = if roles.query_api { Some(listen(ports.queries, "queries", moved.remedy("--query-addr")).await?) } else { None };
        let management = listen(ports.management, "probes and metrics", moved.remedy("--management-addr")).await?;
        if roles.simulator {
            drop(listen(ports.simulator, "the simulator", moved.remedy("--simulator-listen")).await?);
        }
        Ok(Self { commands, queries, management, simulator: ports.simulator })
    }
}

pub(super) async fn listen(address: SocketAddr, what: &'static str, remedy: &'static str) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == io::ErrorKind::AddrInUse {
            ListenError::Taken { address, what, remedy }
        } else {
            ListenError::Other { address, what, source }
        }
    })
}
