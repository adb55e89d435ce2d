//! What is refused of orders and their parcels.

use aggregates::decisions::ending::EndingRefusal;
use aggregates::decisions::placing::{PlacingRefusal, Unsold};
use aggregates::decisions::shipping::ShippingRefusal;
use aggregates::order::{OrderRefusal, OrderStatus};
use aggregates::process::ProcessRefusal;
use aggregates::product::ProductStatus;
use aggregates::shipment::{ShipmentRefusal, ShipmentStatus};
use aggregates::values::{OrderId, ShipmentId};
use aggregates::warehouse::WarehouseStatus;
use chrono::DateTime;

use super::Page;
use super::samples::{ORDER, PARCEL, berlin, euros, lamp};

pub(super) fn pages() -> Vec<Page> {
    [placing(), standing(), ending(), parcels()].into_iter().flatten().collect()
}

fn placing() -> Vec<Page> {
    let page = |refusal: PlacingRefusal, means, remedy| Page::of_refusal(&refusal, means, remedy);
    let order = OrderId::new(ORDER);
    vec![
        page(
            PlacingRefusal::OrderExists { order },
            "An order with this id is there already, with other content.",
            "Send the order again without the id of the other.",
        ),
        page(
            PlacingRefusal::DuplicateChannelReference { order: order.to_string() },
            "The channel placed an order under this reference before, and that one has other content.",
            "Read the order that is named. If this is another one, give it a reference of its own.",
        ),
        page(PlacingRefusal::EmptyOrder, "Nothing was ordered.", "Send at least one line."),
        page(PlacingRefusal::TooManyLines { lines: 600, limit: 500 }, "An order has so many lines at most.", "Place several orders."),
        page(
            PlacingRefusal::LineNumbersInvalid { lines: 2 },
            "Lines are numbered from 1 on without gaps.",
            "Number them so, or not at all.",
        ),
        page(
            PlacingRefusal::CurrencyMismatch { field: "shipping".to_owned(), expected: "EUR".to_owned(), found: "USD".to_owned() },
            "All amounts of an order, or of a payment, are in one currency.",
            "Send the amount in the currency that is expected.",
        ),
        page(
            PlacingRefusal::QuoteStale { total: euros(2190) },
            "The order was placed at a total that it does not have any more: prices have changed since.",
            "Show the customer the new total, and place the order at that.",
        ),
        page(
            PlacingRefusal::TotalsMismatch { field: "lines/0/net".to_owned() },
            "An amount is not what quantity, price, discount and tax make it.",
            "Compute it again; amounts are rounded half up to the currency's smallest unit.",
        ),
        page(
            PlacingRefusal::AmountOutOfBounds { field: "total".to_owned() },
            "The amount is larger than any that can be kept.",
            "Place several orders.",
        ),
        page(
            PlacingRefusal::ProductNotOrderable {
                sku: lamp(),
                status: ProductStatus::Paused,
                products: vec![Unsold { sku: lamp(), status: ProductStatus::Paused }],
            },
            "Some of what is ordered is not sold now: it is a draft, paused or discontinued, or nobody added it. `products` names all of it.",
            "Leave it out, or activate it first (`POST /v1/products/{sku}/activate`).",
        ),
        page(
            PlacingRefusal::ProductNotShippable { sku: lamp(), products: vec![lamp()] },
            "The order is to be sent, and no carrier brings some of it. `products` names all of it.",
            "Order it to be fetched, or without delivery.",
        ),
        page(
            PlacingRefusal::PickupNotPossible { warehouse: berlin(), status: WarehouseStatus::Closed },
            "Nothing is handed out at this warehouse.",
            "Choose another warehouse, or have the order sent.",
        ),
        page(
            PlacingRefusal::CurrencyNotSupported { sku: lamp(), currency: "SEK".to_owned() },
            "The product has no price in the order's currency.",
            "Order in a currency in which it has one, or set one (`POST /v1/products/{sku}/price`).",
        ),
    ]
}

fn standing() -> Vec<Page> {
    let order = OrderId::new(ORDER);
    vec![
        Page::of_refusal(&OrderRefusal::OrderNotFound { order }, "There is no such order.", "Check the id."),
        Page::of_refusal(
            &OrderRefusal::WrongOrderStatus { order, status: OrderStatus::Completed },
            "The order is at another point of its life than this command is for; `state` says where.",
            "Read the order: its `allowed_commands` are what can be asked now.",
        ),
        Page::of_refusal(
            &OrderRefusal::AuthorizationInsufficient { missing: euros(500) },
            "An order is confirmed when all that is due is authorized.",
            "Wait: its process asks for the rest, or lets the order go.",
        ),
        Page::of_refusal(
            &ProcessRefusal::NotParked { order },
            "Nothing of the order waits for an operator.",
            "Nothing is to be done. `replay saga` shows what it waits for.",
        ),
    ]
}

fn ending() -> Vec<Page> {
    let order = OrderId::new(ORDER);
    vec![
        Page::of_refusal(
            &EndingRefusal::AlreadyDispatched { order },
            "A part of the order has left the warehouse: it cannot be called off any more.",
            "Wait until it has arrived; what comes back is a return.",
        ),
        Page::of_refusal(
            &EndingRefusal::OpenQuantity { units: 2 },
            "An order is complete when everything has been shipped.",
            "Ship what is left.",
        ),
        Page::of_refusal(
            &EndingRefusal::BookingStands { shipment: ShipmentId::new(PARCEL) },
            "A carrier brings a parcel of the order that was called off, or may.",
            "Wait: the order's process calls the booking off first.",
        ),
        Page::of_refusal(
            &EndingRefusal::NotDelivered { units: 2 },
            "An order is complete when everything has arrived.",
            "Wait for the carrier, or record the delivery.",
        ),
    ]
}

fn parcels() -> Vec<Page> {
    let shipment = ShipmentId::new(PARCEL);
    vec![
        Page::of_refusal(
            &ShipmentRefusal::ShipmentNotFound { shipment },
            "The order has no such parcel.",
            "Read the order: it names its parcels.",
        ),
        Page::of_refusal(
            &ShipmentRefusal::WrongShipmentStatus { shipment, status: ShipmentStatus::Planned },
            "A parcel is planned, packed, dispatched, delivered, in this order, or it was canceled; `state` says where it is.",
            "Do what comes before, or nothing where it is done already.",
        ),
        Page::of_refusal(
            &ShippingRefusal::NothingToShip { warehouse: berlin() },
            "Nothing of this order is held there that no parcel is planned for.",
            "Read the order: its lines say what is held where.",
        ),
        Page::of_refusal(
            &ShippingRefusal::ShipmentExists { shipment },
            "Another parcel has this id.",
            "Send it again without the id of the other.",
        ),
        Page::of_refusal(
            &ShippingRefusal::CarrierMissing { shipment },
            "The parcel goes by carrier, and nobody said which one has it.",
            "Send `carrier` and `tracking` with the dispatch.",
        ),
        Page::of_refusal(
            &ShippingRefusal::DispatchedOtherwise { shipment, carrier: "dhl".to_owned(), tracking: "JD014600".to_owned() },
            "The parcel has left already, with another carrier or under another number.",
            "Compare the numbers. What left stays recorded as it left.",
        ),
        Page::of_refusal(
            &ShippingRefusal::DispatchedWithoutCarrier { shipment },
            "The parcel has left already, and nobody said with whom.",
            "Nothing is to be done. What left stays recorded as it left.",
        ),
        Page::of_refusal(
            &ShippingRefusal::CarrierUnexpected { shipment },
            "The parcel is fetched, or nothing moves at all: no carrier brings it.",
            "Send the dispatch without `carrier` and `tracking`.",
        ),
        Page::of_refusal(
            &ShippingRefusal::DeliveredOtherwise { shipment, delivered_at: DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default() },
            "The parcel has arrived already, at another time.",
            "Nothing is to be done. What arrived stays recorded as it arrived.",
        ),
        Page::of_refusal(
            &ShippingRefusal::BookingPending { shipment },
            "A carrier is asked to bring the parcel, and has not answered.",
            "Wait: its answer is taken in by itself, and asked for again where it does not come.",
        ),
        Page::of_refusal(
            &ShippingRefusal::BookedOtherwise { shipment, carrier: "dhl".to_owned(), tracking: "JD014600".to_owned() },
            "A carrier is booked for the parcel, and it is another one, or has another number.",
            "Hand it to the carrier that is named, under the number that is named.",
        ),
    ]
}
