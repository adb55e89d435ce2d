//! Closing a warehouse: only once nothing lies in it, since what a closed warehouse has is for nobody.

use decider::{Changes, Decision, Needed, States};
use serde::{Deserialize, Serialize};

use crate::loaded::loaded;
use crate::stock_item::StockItem;
use crate::values::{StockItemId, WarehouseCode};
use crate::warehouse::{Warehouse, WarehouseClosed, WarehouseRefusal, WarehouseStatus, change};

/// Takes a warehouse out of sourcing for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloseWarehouse {
    /// Which.
    pub warehouse: WarehouseCode,
    /// Its stock items: looked at again when it is decided. A SKU that comes in for the first time at this very moment is not among them; the next receipt
    /// is refused, and nobody is promised any of it.
    pub items: Vec<StockItemId>,
}

impl Decision for CloseWarehouse {
    type Refusal = WarehouseRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        let items = self.items.iter().map(|item| Needed::of::<StockItem>(item.to_string()));
        [Needed::of::<Warehouse>(self.warehouse.as_str())].into_iter().chain(items).collect()
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, WarehouseRefusal> {
        if loaded::<Warehouse>(states, self.warehouse.as_str()).status() != WarehouseStatus::Closed {
            self.is_empty(states)?;
        }
        change(&self.warehouse, states, WarehouseStatus::Closed, WarehouseClosed {}.into())
    }
}

impl CloseWarehouse {
    fn is_empty(&self, states: &States<'_>) -> Result<(), WarehouseRefusal> {
        let units = |item: &StockItemId| loaded::<StockItem>(states, &item.to_string()).on_hand();
        match self.items.iter().map(|item| (item, units(item))).find(|(_, units)| *units > 0) {
            None => Ok(()),
            Some((item, on_hand)) => {
                Err(WarehouseRefusal::WarehouseNotEmpty { warehouse: self.warehouse.clone(), sku: item.sku.clone(), on_hand })
            }
        }
    }
}
