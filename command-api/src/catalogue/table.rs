use aggregates::decisions::allowed;
use identity::Right::{
    CancelOrder, Fulfill, ManageCatalog, ManageCustomers, ManageStock, ManageWarehouses, Operate, PlaceOrder, ReadAll, ReadCustomer,
    ReadOrder, RegisterCustomer,
};
use identity::Who::{Everybody, Having, Signed};

use super::line::Allowed::{Always, While};
use super::line::{Group, Line, ask, get, on_order, post};

/// All of it.
pub(crate) static GROUPS: &[Group] = &[
    Group { name: "orders", about: "Orders, from placement to their end.", lines: ORDERS },
    Group { name: "customers", about: "Who orders.", lines: CUSTOMERS },
    Group { name: "products", about: "What can be ordered.", lines: PRODUCTS },
    Group { name: "warehouses", about: "Where stock is.", lines: WAREHOUSES },
    Group { name: "stock", about: "How much of it there is.", lines: STOCK },
    Group { name: "payments", about: "Attempts to pay.", lines: PAYMENTS },
    Group { name: "shipments", about: "Parcels.", lines: SHIPMENTS },
    Group { name: "lookups", about: "What is there already.", lines: LOOKUPS },
    Group { name: "webhooks", about: "What carriers report by themselves.", lines: WEBHOOKS },
];

#[rustfmt::skip]
static ORDERS: &[Line] = &[
    post("place_order", "/v1/orders", Having(&[PlaceOrder]), While("what it names is sold, and its customer may order"),
        "Places an order."),
    post("cancel_order", "/v1/orders/{order}/cancel", Having(&[CancelOrder]), on_order("cancel", allowed::may_be_canceled, "the order is placed or confirmed, and nothing of it has left"),
        "Calls an order off: its stock is given back at once, its money is let go of, then it ends as canceled."),
    post("resume_order", "/v1/orders/{order}/resume", Having(&[Operate]), on_order("resume", allowed::waits_for_an_operator, "the order waits for an operator"),
        "Lets an order go on that waits for an operator: the step that was stuck is tried again. The version in the answer is that of the order's process."),
    get("read_order", "/v1/orders/{order}", Having(&[ReadOrder]), "Reads an order, now or as it once stood, with what may be asked of it."),
    get("list_order_events", "/v1/orders/{order}/events", Having(&[ReadOrder]), "What happened to an order."),
];

#[rustfmt::skip]
static CUSTOMERS: &[Line] = &[
    post("register_customer", "/v1/customers", Having(&[RegisterCustomer]), While("nobody else has its reference or e-mail address"),
        "Registers a customer."),
    post("suspend_customer", "/v1/customers/{customer}/suspend", Having(&[ManageCustomers]), While("the customer is there"),
        "Keeps a customer from ordering."),
    post("reinstate_customer", "/v1/customers/{customer}/reinstate", Having(&[ManageCustomers]), While("the customer is there"),
        "Lets a suspended customer order again."),
    post("change_customer_tier", "/v1/customers/{customer}/change-tier", Having(&[ManageCustomers]), While("the customer is there"),
        "Gives a customer another tier."),
    get("read_customer", "/v1/customers/{customer}", Having(&[ReadCustomer]), "Reads a customer, now or as it once stood."),
    get("list_customer_events", "/v1/customers/{customer}/events", Having(&[ReadCustomer]), "What happened to a customer."),
];

#[rustfmt::skip]
static PRODUCTS: &[Line] = &[
    post("add_product", "/v1/products", Having(&[ManageCatalog]), While("no other product has its SKU"),
        "Adds a product."),
    post("describe_product", "/v1/products/{sku}/describe", Having(&[ManageCatalog]), While("the product is a draft"),
        "Gives a draft another name or category, or says anew whether a carrier can bring it."),
    post("price_product", "/v1/products/{sku}/price", Having(&[ManageCatalog]), While("the product is not discontinued"),
        "Gives a product another price in one currency."),
    post("weigh_product", "/v1/products/{sku}/weigh", Having(&[ManageCatalog]), While("the product is not discontinued"),
        "Gives a product another weight."),
    post("activate_product", "/v1/products/{sku}/activate", Having(&[ManageCatalog]), While("the product is not discontinued, and has a weight if a carrier brings it"),
        "Makes a product orderable."),
    post("pause_product", "/v1/products/{sku}/pause", Having(&[ManageCatalog]), While("the product is active or paused"),
        "Makes a product not orderable for now."),
    post("discontinue_product", "/v1/products/{sku}/discontinue", Having(&[ManageCatalog]), While("the product is there"),
        "Makes a product not orderable for ever."),
    get("read_product", "/v1/products/{sku}", Everybody, "Reads a product, now or as it once stood. Everyone who may call at all may see the shop's products."),
    get("list_product_events", "/v1/products/{sku}/events", Having(&[ReadAll, ManageCatalog]), "What happened to a product."),
];

#[rustfmt::skip]
static WAREHOUSES: &[Line] = &[
    post("open_warehouse", "/v1/warehouses", Having(&[ManageWarehouses]), While("no other warehouse has its code"),
        "Opens a warehouse."),
    post("start_warehouse_maintenance", "/v1/warehouses/{warehouse}/start-maintenance", Having(&[ManageWarehouses]), While("the warehouse is not closed"),
        "Takes a warehouse out of sourcing for now."),
    post("end_warehouse_maintenance", "/v1/warehouses/{warehouse}/end-maintenance", Having(&[ManageWarehouses]), While("the warehouse is not closed"),
        "Takes a warehouse back into sourcing."),
    post("close_warehouse", "/v1/warehouses/{warehouse}/close", Having(&[ManageWarehouses]), While("nothing lies in the warehouse"),
        "Takes an empty warehouse out of sourcing for ever: it takes nothing in any more."),
    get("read_warehouse", "/v1/warehouses/{warehouse}", Having(&[ReadAll, ManageWarehouses]), "Reads a warehouse, now or as it once stood."),
    get("list_warehouse_events", "/v1/warehouses/{warehouse}/events", Having(&[ReadAll, ManageWarehouses]), "What happened to a warehouse."),
];

#[rustfmt::skip]
static STOCK: &[Line] = &[
    post("receive_stock", "/v1/warehouses/{warehouse}/stock/{sku}/receive", Having(&[ManageStock]), While("product and warehouse are there, the warehouse is not closed, and its document was about nothing else"),
        "Records units that came in."),
    get("read_stock", "/v1/warehouses/{warehouse}/stock/{sku}", Having(&[ReadAll, ManageStock]), "Reads the stock of a product in a warehouse, now or as it once stood."),
    get("list_stock_events", "/v1/warehouses/{warehouse}/stock/{sku}/events", Having(&[ReadAll, ManageStock]), "What happened to the stock of a product in a warehouse."),
];

#[rustfmt::skip]
static PAYMENTS: &[Line] = &[
    get("read_payment", "/v1/payments/{payment}", Having(&[ReadOrder]), "Reads an attempt to pay, now or as it once stood."),
    get("list_payment_events", "/v1/payments/{payment}/events", Having(&[ReadOrder]), "What happened to an attempt to pay."),
];

#[rustfmt::skip]
static SHIPMENTS: &[Line] = &[
    post("plan_shipment", "/v1/orders/{order}/shipments", Having(&[Fulfill]), on_order("plan_shipment", allowed::has_units_to_send, "the order is confirmed, and a warehouse holds units that no parcel was planned for"),
        "Plans a parcel of everything that a warehouse holds for a confirmed order. The answer is about the parcel; an If-Match speaks of the order."),
    post("pack_shipment", "/v1/orders/{order}/shipments/{shipment}/pack", Having(&[Fulfill]), on_order("pack_shipment", allowed::has_a_parcel_to_pack, "the parcel is planned"),
        "Records that a parcel is packed."),
    post("dispatch_shipment", "/v1/orders/{order}/shipments/{shipment}/dispatch", Having(&[Fulfill]), on_order("dispatch_shipment", allowed::has_a_parcel_to_dispatch, "the parcel is packed, and the money for it is authorized and will be when it is taken"),
        "Lets a parcel leave: what was held for it is gone from the warehouse, and its part of the order is due."),
    post("deliver_shipment", "/v1/orders/{order}/shipments/{shipment}/deliver", Having(&[Fulfill]), on_order("record_delivery", allowed::has_a_parcel_under_way, "the parcel has left"),
        "Records that a parcel arrived."),
    get("read_shipment", "/v1/shipments/{shipment}", Having(&[ReadOrder]), "Reads a parcel, now or as it once stood."),
    get("list_shipment_events", "/v1/shipments/{shipment}/events", Having(&[ReadOrder]), "What happened to a parcel."),
];

#[rustfmt::skip]
static LOOKUPS: &[Line] = &[
    ask("look_up", "/v1/lookups", Having(&[ReadAll, RegisterCustomer, ManageCatalog, ManageStock, ManageWarehouses]), "Says which of these exist, and how far they are: orders, customers, warehouses and receipts for who may read them, products for everybody who may ask."),
];

#[rustfmt::skip]
static WEBHOOKS: &[Line] = &[
    post("report_event", "/v1/webhooks/{gateway}", Signed, Always,
        "Takes in what a gateway or carrier reports by itself, signed with the secret that it shares with the shop."),
];
