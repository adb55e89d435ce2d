//! Receiving stock: the stock item and the claim on the delivery's document, in one append; the product and the warehouse must exist.

use decider::{Changes, Decision, Needed, States, StreamId};
use serde::{Deserialize, Serialize};

use super::StockingRefusal;
use crate::claim::{Claim, ClaimKind};
use crate::ids::derive;
use crate::loaded::loaded;
use crate::product::Product;
use crate::stock_item::{StockItem, StockReceived};
use crate::values::{Quantity, StockItemId};
use crate::warehouse::{Warehouse, WarehouseStatus};

/// Takes units into the warehouse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiveStock {
    /// Of what, and where.
    pub item: StockItemId,
    /// The document that says so, unique for the stock item; without one, asked twice means received twice.
    pub document: Option<String>,
    /// How many units.
    pub quantity: Quantity,
}

/// The id of the claim on a delivery's document, which belongs to one stock item. The claim stands outside, so that the item's state does not grow
/// with its past.
pub fn receipt_claim(item: &StockItemId, document: &str) -> String {
    ClaimKind::Document.claim_id(&derive(&["receipt", &item.to_string(), document]).to_string())
}

impl Decision for ReceiveStock {
    type Refusal = StockingRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        let claim = self.claim_id().map(Needed::created::<Claim>);
        let own = [
            Needed::of::<StockItem>(self.item.to_string()),
            Needed::of::<Product>(self.item.sku.as_str()),
            Needed::of::<Warehouse>(self.item.warehouse.as_str()),
        ];
        own.into_iter().chain(claim).collect()
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, StockingRefusal> {
        self.known(states)?;
        let received = StockReceived { document: self.document.clone(), quantity: self.quantity };
        let mut changes = Changes::of::<StockItem>(&self.item.to_string(), [received.into()]);
        if let Some(claim_id) = self.claim_id() {
            match self.claim_document(&claim_id, states)? {
                None => return Ok(Changes::none()),
                Some(claimed) => changes.append(claimed),
            }
        }
        self.taken_in(states)?;
        Ok(changes)
    }
}

impl ReceiveStock {
    fn known(&self, states: &States<'_>) -> Result<(), StockingRefusal> {
        if !loaded::<Product>(states, self.item.sku.as_str()).exists() {
            return Err(StockingRefusal::ProductNotFound { sku: self.item.sku.clone() });
        }
        if !loaded::<Warehouse>(states, self.item.warehouse.as_str()).exists() {
            return Err(StockingRefusal::WarehouseNotFound { warehouse: self.item.warehouse.clone() });
        }
        Ok(())
    }

    /// What was taken in before is no news, whatever has become of the warehouse; so this is asked last.
    fn taken_in(&self, states: &States<'_>) -> Result<(), StockingRefusal> {
        match loaded::<Warehouse>(states, self.item.warehouse.as_str()).status() {
            WarehouseStatus::Closed => Err(StockingRefusal::WarehouseClosed { warehouse: self.item.warehouse.clone() }),
            WarehouseStatus::NotOpened | WarehouseStatus::Open | WarehouseStatus::Maintenance => Ok(()),
        }
    }

    fn claim_id(&self) -> Option<String> {
        self.document.as_deref().map(|document| receipt_claim(&self.item, document))
    }

    /// The claim; `None` if the document was recorded already, with the same quantity.
    fn claim_document(&self, claim_id: &str, states: &States<'_>) -> Result<Option<Changes>, StockingRefusal> {
        let holder = StreamId::of::<StockItem>(self.item.to_string()).to_string();
        let taken = loaded::<Claim>(states, claim_id).take(&holder, Some(self.quantity.to_string())).map_err(|_| self.duplicate())?;
        Ok(taken.map(|taken| Changes::of::<Claim>(claim_id, [taken.into()])))
    }

    fn duplicate(&self) -> StockingRefusal {
        StockingRefusal::DuplicateDocument {
            document: self.document.clone().unwrap_or_default(),
            sku: self.item.sku.clone(),
            warehouse: self.item.warehouse.clone(),
        }
    }
}
