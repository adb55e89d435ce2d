use aggregates::values::WarehouseCode;

use super::WarehouseRow;
use crate::{ReadDatabase, ReadModelError};

/// Every warehouse, in the order in which they are asked for stock.
///
/// # Errors
/// The read database cannot be asked.
pub async fn all(read: &ReadDatabase) -> Result<Vec<WarehouseRow>, ReadModelError> {
    read.rows(sqlx::query_scalar("select row_to_json(w)::text from warehouses w order by priority, key")).await
}

/// One warehouse.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_code(read: &ReadDatabase, code: &WarehouseCode) -> Result<Option<WarehouseRow>, ReadModelError> {
    read.row(sqlx::query_scalar("select row_to_json(w)::text from warehouses w where key = $1").bind(code.as_str().to_owned())).await
}
