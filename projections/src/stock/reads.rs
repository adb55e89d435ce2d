use aggregates::values::{Sku, StockItemId, WarehouseCode};
use sqlx::QueryBuilder;

use super::StockRow;
use crate::{Page, PageRequest, ReadDatabase, ReadModelError};

/// Which stock.
#[derive(Debug, Clone, Default)]
pub struct StockFilter {
    /// Only in this warehouse.
    pub warehouse: Option<WarehouseCode>,
    /// Only of this SKU.
    pub sku: Option<Sku>,
    /// Only where something is on hand or reserved.
    pub not_empty: bool,
}

/// The stock of one SKU in one warehouse.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_id(read: &ReadDatabase, id: &StockItemId) -> Result<Option<StockRow>, ReadModelError> {
    read.row(sqlx::query_scalar("select row_to_json(s)::text from stock s where key = $1").bind(id.to_string())).await
}

/// The stock of these SKUs in every warehouse.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_skus(read: &ReadDatabase, skus: &[Sku]) -> Result<Vec<StockRow>, ReadModelError> {
    let skus: Vec<String> = skus.iter().map(|sku| sku.as_str().to_owned()).collect();
    let query = sqlx::query_scalar("select row_to_json(s)::text from stock s where sku = any($1) order by sku, warehouse");
    read.rows(query.bind(skus)).await
}

/// Stock in the order of warehouse and SKU.
///
/// # Errors
/// The cursor is not one of this list, or the read database cannot be asked.
pub async fn page(read: &ReadDatabase, filter: &StockFilter, request: &PageRequest) -> Result<Page<StockRow>, ReadModelError> {
    let mut query = QueryBuilder::new("select row_to_json(s)::text from stock s where true");
    if let Some(warehouse) = &filter.warehouse {
        query.push(" and warehouse = ").push_bind(warehouse.as_str().to_owned());
    }
    if let Some(sku) = &filter.sku {
        query.push(" and sku = ").push_bind(sku.as_str().to_owned());
    }
    if filter.not_empty {
        query.push(" and (on_hand <> 0 or reserved <> 0)");
    }
    read.page_by_key(query, request, |row: &StockRow| format!("{}/{}", row.warehouse, row.sku)).await
}

/// Units on hand and units reserved, over all stock.
///
/// # Errors
/// The read database cannot be asked.
pub async fn totals(read: &ReadDatabase) -> Result<(i64, i64), ReadModelError> {
    let sql = "select coalesce(sum(on_hand), 0)::bigint, coalesce(sum(reserved), 0)::bigint from stock";
    Ok(sqlx::query_as(sql).fetch_one(read.pool()).await?)
}
