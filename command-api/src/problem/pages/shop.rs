//! What is refused of products, warehouses, customers and operators' acts.

use aggregates::customer::CustomerRefusal;
use aggregates::decisions::placing::PlacingRefusal;
use aggregates::operator_act::OperatorActRefusal;
use aggregates::product::{ProductRefusal, ProductStatus};
use aggregates::values::CustomerId;
use aggregates::warehouse::{WarehouseRefusal, WarehouseStatus};

use super::Page;
use super::samples::{CUSTOMER, OTHER, berlin, euros, lamp};

pub(super) fn pages() -> Vec<Page> {
    [products(), warehouses(), customers()].into_iter().flatten().collect()
}

fn products() -> Vec<Page> {
    let page = |refusal: ProductRefusal, means, remedy| Page::of_refusal(&refusal, means, remedy);
    let sku = lamp();
    vec![
        page(
            ProductRefusal::ProductNotFound { sku: sku.clone() },
            "Nobody added a product with this SKU.",
            "Check the SKU, or add the product (`POST /v1/products`).",
        ),
        page(
            ProductRefusal::SkuTaken { sku: sku.clone() },
            "A product with this SKU is there already, with other data.",
            "Choose another SKU, or change what is there.",
        ),
        page(
            ProductRefusal::PriceNotPositive { sku: sku.clone(), price: euros(0) },
            "A price is more than nothing.",
            "Send a positive price. What is given away is ordered with a discount.",
        ),
        page(
            ProductRefusal::CurrencyGivenTwice { sku: sku.clone(), currency: "EUR".to_owned() },
            "A product has one price in a currency.",
            "Send one price for each currency.",
        ),
        page(
            ProductRefusal::MissingWeight { sku: sku.clone() },
            "What a carrier brings must have a weight.",
            "Send `weight_grams`, or `shippable: false` for what is never sent.",
        ),
        page(
            ProductRefusal::WrongProductStatus { sku, status: ProductStatus::Discontinued },
            "The product is a draft, active, paused or discontinued, and this does not go with what it is; `state` says which.",
            "Bring it into the state that is needed first. What is discontinued stays so.",
        ),
    ]
}

fn warehouses() -> Vec<Page> {
    let page = |refusal: WarehouseRefusal, means, remedy| Page::of_refusal(&refusal, means, remedy);
    let warehouse = berlin();
    vec![
        page(
            WarehouseRefusal::WarehouseNotFound { warehouse: warehouse.clone() },
            "Nobody opened a warehouse with this code.",
            "Check the code, or open it (`POST /v1/warehouses`).",
        ),
        page(
            WarehouseRefusal::WarehouseExists { warehouse: warehouse.clone() },
            "A warehouse with this code is there already, with another name or priority.",
            "Choose another code, or send what it was opened with.",
        ),
        page(
            WarehouseRefusal::WarehouseNotEmpty { warehouse: warehouse.clone(), sku: lamp(), on_hand: 5 },
            "Goods lie in the warehouse, and what lies in a closed one could not be sold.",
            "Sell or move what is there, then close it.",
        ),
        page(
            WarehouseRefusal::WarehouseNotOpen { warehouse, status: WarehouseStatus::Closed },
            "The warehouse was closed, and is not opened again.",
            "Use another warehouse.",
        ),
    ]
}

fn customers() -> Vec<Page> {
    let customer = CustomerId::new(CUSTOMER);
    vec![
        Page::of_refusal(
            &CustomerRefusal::CustomerNotFound { customer },
            "There is no such customer.",
            "Check the id, or register them (`POST /v1/customers`).",
        ),
        Page::of_refusal(
            &CustomerRefusal::CustomerExists { customer },
            "The customer is registered already, with other data.",
            "Read what is there and change that.",
        ),
        Page::of_refusal(
            &CustomerRefusal::EmailTaken,
            "Another customer has this e-mail address.",
            "Look up whose it is (`POST /v1/lookups`), or register them with another address.",
        ),
        Page::of_refusal(
            &PlacingRefusal::CustomerInactive { customer },
            "The customer is suspended or erased and may not order.",
            "Reinstate them first (`POST /v1/customers/{customer}/reinstate`), where that is right.",
        ),
        Page::of_refusal(
            &OperatorActRefusal::ActExists { act: OTHER },
            "What an operator did is recorded under this id already, and it was something else.",
            "Do it again: it gets an id of its own.",
        ),
    ]
}
