//! The read models: one line each. Nothing below imports this: who opens a database says which read models are in it.

use crate::customers::Customers;
use crate::folding::FoldingOf;
use crate::models::ReadModels;
use crate::orders::Orders;
use crate::products::Products;
use crate::sales::Sales;
use crate::stock::Stock;
use crate::warehouses::Warehouses;

/// Every read model.
pub const READ_MODELS: ReadModels = ReadModels::of(&[
    &FoldingOf::<Orders>::NEW,
    &FoldingOf::<Customers>::NEW,
    &FoldingOf::<Products>::NEW,
    &FoldingOf::<Stock>::NEW,
    &FoldingOf::<Sales>::NEW,
    &FoldingOf::<Warehouses>::NEW,
]);

/// The names of all read models.
pub fn names() -> impl Iterator<Item = &'static str> {
    READ_MODELS.names()
}
