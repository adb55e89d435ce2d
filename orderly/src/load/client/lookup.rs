use aggregates::values::Money;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Client, problem};
use crate::load::LoadError;

/// The most references that one lookup may ask for.
pub(crate) const MOST_REFERENCES: usize = 1000;

/// What can be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Warehouse,
    Product,
    Customer,
    /// `warehouse/sku/document`.
    Receipt,
    Order,
}

/// Something that is there.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Found {
    /// The reference that it was asked by.
    pub(crate) reference: String,
    /// The state it is in.
    #[serde(default)]
    pub(crate) status: String,
    /// Whether an order is over.
    #[serde(default, rename = "final")]
    pub(crate) is_final: bool,
    /// Why an order was rejected.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// How many lines an order has.
    #[serde(default)]
    pub(crate) lines: Option<u64>,
    /// What an order costs.
    #[serde(default)]
    pub(crate) total: Option<Money>,
}

#[derive(Deserialize)]
struct Lookup {
    found: Vec<Found>,
}

impl Client {
    /// Which of these are there.
    pub(crate) async fn look_up(&self, kind: Kind, references: &[String]) -> Result<Vec<Found>, LoadError> {
        let response = self.post("/v1/lookups", None, &json!({ "kind": kind, "references": references })).await?;
        let (status, url) = (response.status().as_u16(), response.url().to_string());
        if !response.status().is_success() {
            let detail = problem::of(response).await?.detail();
            return Err(LoadError::LookupRefused { detail });
        }
        let lookup: Lookup = response.json().await.map_err(|_| LoadError::Unexpected { url, status })?;
        Ok(lookup.found)
    }
}
