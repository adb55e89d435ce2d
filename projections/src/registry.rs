//! The read models: one line each.

use crate::customers::Customers;
use crate::model::{Model, ReadModel};
use crate::orders::Orders;
use crate::products::Products;
use crate::sales::Sales;
use crate::schema::{Schema, Slot};
use crate::stock::Stock;
use crate::warehouses::Warehouses;
use crate::{ReadDatabase, ReadModelError};

/// Every read model.
pub(crate) const READ_MODELS: &[&dyn ReadModel] = &[
    &Model::<Orders>::NEW,
    &Model::<Customers>::NEW,
    &Model::<Products>::NEW,
    &Model::<Stock>::NEW,
    &Model::<Sales>::NEW,
    &Model::<Warehouses>::NEW,
];

/// The read model of this name.
///
/// # Errors
/// There is none.
pub(crate) fn read_model(name: &str) -> Result<&'static dyn ReadModel, ReadModelError> {
    READ_MODELS.iter().copied().find(|model| model.name() == name).ok_or_else(|| ReadModelError::Unknown(name.to_owned()))
}

/// Makes the live generation of every read model that has none, empty: what reads them need not wait for a projector to begin.
///
/// # Errors
/// The read database is away, or its user may not create schemas.
pub async fn create(read: &ReadDatabase) -> Result<(), ReadModelError> {
    for model in READ_MODELS {
        Schema::of(*model, Slot::Live).create(*model, read.pool(), true).await?;
    }
    Ok(())
}

/// The names of all read models.
pub fn names() -> impl Iterator<Item = &'static str> {
    READ_MODELS.iter().map(|model| model.name())
}
