//! The port of a carrier.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::GatewayError;

/// Whoever brings parcels to customers.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// The name under which shipments remember it, such as `simulator`.
    fn name(&self) -> &str;

    /// Hands a parcel over. A shipment is booked once: booked again, it has the same tracking number.
    async fn book(&self, call: BookCall) -> Result<Booking, GatewayError>;
}

/// Carry this parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookCall {
    /// The parcel's identity, and the call's.
    pub shipment: Uuid,
    /// What is in it.
    pub order: Uuid,
    /// Where it is fetched.
    pub warehouse: String,
    /// Where it goes, ISO 3166 alpha-2, if known: an address itself never leaves Orderly for a simulator.
    pub country: Option<String>,
    /// How heavy it is, if known.
    pub weight_grams: Option<u64>,
}

/// A parcel in a carrier's hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// The carrier's name.
    pub carrier: String,
    /// Its number for the parcel.
    pub tracking: String,
}
