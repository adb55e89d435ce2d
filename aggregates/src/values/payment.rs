use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The id under which one call to a gateway is known on both sides, for ever.
pub type OperationId = Uuid;

/// What a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentPurpose {
    /// The order as it was placed.
    Order,
}
