use event_store::{StoreError, SubscriptionError};

/// Why the process manager, or a question to it, failed.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Following the log.
    #[error(transparent)]
    Subscription(#[from] SubscriptionError),
    /// The tables of the process manager.
    #[error("the process manager's tables cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// The number of parts is not the one that orders were divided into.
    #[error("orders are divided into {stored} parts, and the process manager was told {wanted}: the number is fixed when it first runs")]
    OtherParts {
        /// As they are stored.
        stored: u32,
        /// As the settings have it.
        wanted: u32,
    },
    /// Another process took the lease over: nothing of this batch was written.
    #[error("a lease on the order process was lost")]
    LeaseLost,
    /// The gateway is one that the saga cannot work with: an order's second parcel could not be charged.
    #[error("gateway {gateway} allows one capture per authorization: an order of several parcels needs one for each")]
    OneCaptureOnly {
        /// Its name.
        gateway: String,
    },
    /// A stored state is not what this program writes.
    #[error("the stored process of order {order} cannot be read: {source}")]
    BrokenState {
        /// Whose.
        order: uuid::Uuid,
        /// What serde says.
        source: serde_json::Error,
    },
}
