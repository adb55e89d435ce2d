//! The commands that are measured, and the shop in which they make sense.

use aggregates::decisions::placing::PlaceOrder;
use aggregates::decisions::registering::RegisterCustomer;
use aggregates::decisions::stocking::{AllocateStock, ReceiveStock};
use aggregates::order::{DeclinePolicy, Delivery, OrderPolicy, OrderedLine, PaymentTerms, StockPolicy};
use aggregates::product::{AddProduct, ProductAdded};
use aggregates::stock_item::StockReceived;
use aggregates::values::{Currency, CustomerId, LineNumber, Money, OrderId, Quantity, Sku, StockItemId, Tier, WarehouseCode};
use aggregates::warehouse::OpenWarehouse;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// The one warehouse.
pub(crate) const WAREHOUSE: &str = "berlin";

pub(crate) const NAME: &str = "Coffee beans, dark roast, 500 g";
pub(crate) const CATEGORY: &str = "Grocery";

/// A SKU that nobody has yet.
pub(crate) fn new_sku() -> String {
    Uuid::now_v7().to_string()
}

/// One event on a new stream.
pub(crate) fn add_product(sku: &str) -> anyhow::Result<AddProduct> {
    let (name, category) = (NAME.to_owned(), CATEGORY.to_owned());
    Ok(AddProduct { sku: sku.parse()?, name, category, shippable: false, prices: Vec::new(), weight_grams: None, activate: false })
}

/// The event of [`add_product`].
pub(crate) fn product_added() -> ProductAdded {
    ProductAdded { name: NAME.to_owned(), category: CATEGORY.to_owned(), shippable: false }
}

pub(crate) fn open_warehouse() -> anyhow::Result<OpenWarehouse> {
    Ok(OpenWarehouse { warehouse: warehouse()?, name: "Berlin".to_owned(), priority: 1 })
}

/// One event on the stream of a stock item, which looks at the product and at the warehouse.
pub(crate) fn receive(sku: &str, units: u32) -> anyhow::Result<ReceiveStock> {
    Ok(ReceiveStock { item: item(sku)?, document: None, quantity: units.try_into()? })
}

/// The event of [`receive`].
pub(crate) fn stock_received() -> anyhow::Result<StockReceived> {
    Ok(StockReceived { document: None, quantity: 1.try_into()? })
}

/// The stream of [`receive`].
pub(crate) fn item(sku: &str) -> anyhow::Result<StockItemId> {
    Ok(StockItemId { warehouse: warehouse()?, sku: sku.parse()? })
}

pub(crate) fn register(customer: CustomerId) -> RegisterCustomer {
    RegisterCustomer {
        customer,
        channel_reference: None,
        tier: Tier::Bronze,
        name: None,
        email: None,
        email_claim: None,
        phone: None,
        address: None,
        attributes: None,
    }
}

/// An order of one unit of each SKU, fetched at the warehouse.
pub(crate) fn place(order: OrderId, customer: CustomerId, skus: &[Sku]) -> anyhow::Result<PlaceOrder> {
    let currency: Currency = "EUR".parse()?;
    let lines = (1..).zip(skus).map(|(number, sku)| line(number, sku, currency)).collect::<anyhow::Result<_>>()?;
    Ok(PlaceOrder {
        order,
        order_number: format!("B-{}", &order.uuid().simple().to_string()[..28]).parse()?,
        customer,
        priced_for: None,
        currency,
        lines,
        shipping: Money::zero(currency),
        shipping_tax: Money::zero(currency),
        expected_total: None,
        delivery: Delivery::Pickup { warehouse: warehouse()? },
        billing_address: None,
        channel_reference: None,
        channel_claim: None,
        placed_at: Utc::now(),
        payment: PaymentTerms::Card { method: Some("pm_card".to_owned()) },
        policy: OrderPolicy { stock: StockPolicy::All, on_decline: DeclinePolicy::Reject },
    })
}

fn line(number: u32, sku: &Sku, currency: Currency) -> anyhow::Result<OrderedLine> {
    let price = Money::from_minor(1999, currency)?;
    Ok(OrderedLine {
        line: LineNumber::new(number),
        sku: sku.clone(),
        name: NAME.to_owned(),
        category: CATEGORY.to_owned(),
        weight_grams: Some(500),
        quantity: Quantity::try_from(1)?,
        unit_price: price,
        discount: Money::zero(currency),
        net: price,
        tax: Money::from_minor(200, currency)?,
    })
}

/// One append over the order and a stock item for each of its lines.
pub(crate) fn allocate(order: OrderId) -> anyhow::Result<AllocateStock> {
    let until: DateTime<Utc> = Utc::now() + TimeDelta::minutes(30);
    Ok(AllocateStock { order, warehouses: vec![(warehouse()?, 1)], until })
}

fn warehouse() -> anyhow::Result<WarehouseCode> {
    Ok(WAREHOUSE.parse()?)
}
