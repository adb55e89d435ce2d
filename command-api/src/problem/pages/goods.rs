//! What is refused of stock.

use aggregates::decisions::stocking::StockingRefusal;
use aggregates::stock_item::StockItemRefusal;

use super::Page;
use super::samples::{berlin, lamp};

pub(super) fn pages() -> Vec<Page> {
    let (sku, warehouse) = (lamp(), berlin());
    vec![
        Page::of_refusal(
            &StockItemRefusal::InsufficientStock { sku: sku.clone(), warehouse: warehouse.clone(), wanted: 3, available: 2 },
            "There are fewer units than are wanted, and what is there is never sold twice.",
            "Order less, or receive more (`POST /v1/warehouses/{warehouse}/stock/{sku}/receive`).",
        ),
        Page::of_refusal(
            &StockItemRefusal::StockNotReserved { sku: sku.clone(), warehouse: warehouse.clone() },
            "The units are not held for this order, or not any more.",
            "Read the order: its lines say what is held where.",
        ),
        Page::of_refusal(
            &StockingRefusal::DuplicateDocument { document: "receipt-1".to_owned(), sku, warehouse: warehouse.clone() },
            "Units came in with this document before, and it was another number of them.",
            "Look at the document. What really came in besides has a document of its own.",
        ),
        Page::of_refusal(
            &StockingRefusal::WarehouseClosed { warehouse },
            "The warehouse was closed: it takes nothing in any more.",
            "Receive it in another warehouse.",
        ),
    ]
}
