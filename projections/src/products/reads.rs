use aggregates::values::Sku;
use sqlx::QueryBuilder;

use super::{ProductRow, ProductStatus};
use crate::{Page, PageRequest, ReadDatabase, ReadModelError};

/// Which products.
#[derive(Debug, Clone, Default)]
pub struct ProductFilter {
    /// Only those of this category.
    pub category: Option<String>,
    /// Only those in one of these states; of none: no product.
    pub statuses: Option<Vec<ProductStatus>>,
}

/// One product.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_sku(read: &ReadDatabase, sku: &Sku) -> Result<Option<ProductRow>, ReadModelError> {
    Ok(by_skus(read, std::slice::from_ref(sku)).await?.pop())
}

/// Those of these products that exist.
///
/// # Errors
/// The read database cannot be asked.
pub async fn by_skus(read: &ReadDatabase, skus: &[Sku]) -> Result<Vec<ProductRow>, ReadModelError> {
    let keys: Vec<String> = skus.iter().map(|sku| sku.as_str().to_owned()).collect();
    read.rows(sqlx::query_scalar("select row_to_json(p)::text from products p where key = any($1)").bind(keys)).await
}

/// Products in the order of their SKUs.
///
/// # Errors
/// The cursor is not one of this list, or the read database cannot be asked.
pub async fn page(read: &ReadDatabase, filter: &ProductFilter, request: &PageRequest) -> Result<Page<ProductRow>, ReadModelError> {
    let mut query = QueryBuilder::new("select row_to_json(p)::text from products p where true");
    if let Some(category) = &filter.category {
        query.push(" and category = ").push_bind(category.clone());
    }
    if let Some(statuses) = &filter.statuses {
        let words: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
        query.push(" and status = any(").push_bind(words).push(")");
    }
    read.page_by_key(query, request, |row: &ProductRow| row.sku.to_string()).await
}
