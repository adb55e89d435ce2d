//! An order's life told event by event.

use aggregates::order::*;
use aggregates::payment::*;
use aggregates::process::*;
use aggregates::shipment::*;
use aggregates::values::*;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::order_fulfillment::{Action, Effect, Happened, Known, Occurrence, OrderFulfillment, Rules};

pub(super) const ORDER: OrderId = OrderId::new(Uuid::from_u128(1));
pub(super) const PAYMENT: PaymentId = PaymentId::new(Uuid::from_u128(2));
pub(super) const BERLIN_PARCEL: ShipmentId = ShipmentId::new(Uuid::from_u128(3));
pub(super) const PARIS_PARCEL: ShipmentId = ShipmentId::new(Uuid::from_u128(4));
pub(super) const AUTHORIZE: Uuid = Uuid::from_u128(10);
pub(super) const CAPTURE: Uuid = Uuid::from_u128(11);
pub(super) const VOID: Uuid = Uuid::from_u128(12);
pub(super) const BOOK: Uuid = Uuid::from_u128(13);

pub(super) fn rules() -> Rules {
    Rules { refusal_limit: 3, gateway_silent: chrono::TimeDelta::minutes(2) }
}

pub(super) fn known() -> Known {
    let (gateway, carrier) = ("simulator".to_owned(), "simulator".to_owned());
    let warehouses = vec![(warehouse("berlin"), 1), (warehouse("paris"), 2)];
    Known { now: now(), reservation: chrono::TimeDelta::minutes(30), gateway, carrier, warehouses }
}

pub(super) struct Story {
    pub(super) process: OrderFulfillment,
    pub(super) rules: Rules,
    pub(super) position: i64,
    pub(super) last: Vec<Effect>,
}

impl Story {
    pub(super) fn of(events: impl IntoIterator<Item = Happened>) -> Self {
        let mut story = Self { process: OrderFulfillment::default(), rules: rules(), position: 0, last: vec![] };
        for event in events {
            story.then(event);
        }
        story
    }

    /// What follows, as `step subject`; delivered again, nothing follows and nothing changes.
    pub(super) fn then(&mut self, happened: impl Into<Happened>) -> Vec<String> {
        self.position += 1;
        let event = Occurrence {
            order: ORDER,
            event_id: Uuid::from_u128(0x1000 + u128::try_from(self.position).unwrap()),
            position: self.position,
            recorded_at: at(self.position),
            happened: happened.into(),
        };
        let (process, asked) = self.process.clone().react(&event, &self.rules);
        let (again, nothing) = process.clone().react(&event, &self.rules);
        assert_eq!(nothing, vec![], "{:?} was delivered twice", event.happened);
        assert_eq!(again, process);
        let stored = serde_json::to_string(&process).unwrap();
        assert_eq!(serde_json::from_str::<OrderFulfillment>(&stored).unwrap(), process, "a stored process reads back as it was");
        self.process = process;
        self.last = asked.iter().map(|asked| self.process.effect(ORDER, asked, &known()).expect("what is due has its facts")).collect();
        self.last.iter().map(|effect| format!("{} {}", effect.step.name(), effect.step.subject()).trim_end().to_owned()).collect()
    }

    /// The decision that the first of the last steps asks for.
    pub(super) fn decision<D: decider::Decision + Clone>(&self) -> D {
        let Action::Command(command) = &self.last[0].action else { panic!("a command, not {:?}", self.last) };
        command.get::<D>().unwrap_or_else(|| panic!("another decision than {command:?}")).clone()
    }

    /// The refusal of the last step with this name.
    pub(super) fn refused(&self, step: &str) -> Happened {
        let shown = |asked: &&crate::order_fulfillment::Asked| format!("{} {}", asked.step.name(), asked.step.subject());
        let asked = self.process.asked.iter().find(|asked| shown(asked).trim_end() == step).unwrap();
        let step = asked.step.name();
        let (code, message) = ("not_now".to_owned(), "not now".to_owned());
        ProcessEvent::from(CommandRefused { command_id: asked.command_id(ORDER), step: step.to_owned(), code, message }).into()
    }
}

impl From<OrderEvent> for Happened {
    fn from(event: OrderEvent) -> Self {
        Self::Order(event)
    }
}

impl From<ProcessEvent> for Happened {
    fn from(event: ProcessEvent) -> Self {
        Self::Process(event)
    }
}

/// When the event at a position was recorded: an hour after the one before.
pub(super) fn at(position: i64) -> DateTime<Utc> {
    now() + chrono::TimeDelta::hours(position)
}

fn now() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(super) fn money(text: &str) -> Money {
    Money::new(text.parse().unwrap(), "USD".parse().unwrap()).unwrap()
}

fn quantity(units: u32) -> Quantity {
    units.try_into().unwrap()
}

fn warehouse(code: &str) -> WarehouseCode {
    code.parse().unwrap()
}

fn order(event: impl Into<OrderEvent>) -> Happened {
    Happened::Order(event.into())
}

fn payment(event: impl Into<PaymentEvent>) -> Happened {
    Happened::Payment(PAYMENT, event.into())
}

fn shipment(id: ShipmentId, event: impl Into<ShipmentEvent>) -> Happened {
    Happened::Shipment(id, event.into())
}

pub(super) fn placed(delivery: Delivery, total: &str) -> Happened {
    let currency: Currency = "USD".parse().unwrap();
    order(OrderPlaced {
        order_number: "O-1".parse().unwrap(),
        customer: CustomerId::new(Uuid::from_u128(9)),
        tier: Tier::Bronze,
        currency,
        lines: vec![line(1, "A-17", total)],
        goods: money(total),
        shipping: Money::zero(currency),
        shipping_tax: Money::zero(currency),
        total: money(total),
        delivery,
        billing_address: None,
        channel_reference: None,
        placed_at: now(),
        payment: PaymentTerms::Card { method: Some("tok_visa".to_owned()) },
        policy: OrderPolicy { stock: StockPolicy::All, on_decline: DeclinePolicy::Reject },
    })
}

fn line(number: u32, sku: &str, net: &str) -> OrderedLine {
    OrderedLine {
        line: LineNumber::new(number),
        sku: sku.parse().unwrap(),
        name: "a thing".to_owned(),
        category: "things".to_owned(),
        weight_grams: Some(250),
        quantity: quantity(2),
        unit_price: money(net),
        discount: money(net),
        net: money(net),
        tax: money("0.00"),
    }
}

pub(super) fn pickup() -> Delivery {
    Delivery::Pickup { warehouse: warehouse("berlin") }
}

pub(super) fn by_carrier() -> Delivery {
    Delivery::Ship { address: Personal::Sealed(serde_json::json!({"$sealed": {}})), country: "DE".parse().unwrap() }
}

pub(super) fn reserved(warehouses: &[&str]) -> Happened {
    let held = |code: &&str| LineReservation {
        line: LineNumber::new(1),
        sku: "A-17".parse().unwrap(),
        warehouse: warehouse(code),
        quantity: quantity(1),
    };
    order(OrderStockReserved { reservations: warehouses.iter().map(held).collect(), until: now() })
}

/// Until when it was reserved has passed.
pub(super) fn overdue() -> Happened {
    overdue_since(now())
}

/// An instant has passed until when it may have been reserved.
pub(super) fn overdue_since(due_at: DateTime<Utc>) -> Happened {
    ProcessEvent::from(DeadlinePassed { which: "reservation".to_owned(), subject: String::new(), due_at }).into()
}

/// The gateway has not answered the authorization by this instant.
pub(super) fn silent_at(due_at: DateTime<Utc>) -> Happened {
    ProcessEvent::from(DeadlinePassed { which: "gateway_silent".to_owned(), subject: PAYMENT.to_string(), due_at }).into()
}

pub(super) fn lapsed() -> Happened {
    order(OrderReservationLapsed { lapsed: vec![] })
}

pub(super) fn unavailable() -> Happened {
    order(OrderStockUnavailable { missing: vec![MissingStock { sku: "A-17".parse().unwrap(), wanted: 2, available: 1 }] })
}

pub(super) fn payment_started() -> Happened {
    order(OrderPaymentStarted { payment: PAYMENT, purpose: PaymentPurpose::Order, amount: money("20.00") })
}

pub(super) fn initiated() -> Happened {
    let method = Some("tok_visa".to_owned());
    payment(PaymentInitiated {
        order: ORDER,
        purpose: PaymentPurpose::Order,
        amount: money("20.00"),
        gateway: "simulator".to_owned(),
        method,
    })
}

pub(super) fn authorization_requested() -> Happened {
    payment(AuthorizationRequested { order: ORDER, operation: AUTHORIZE, amount: money("20.00") })
}

pub(super) fn authorized() -> Happened {
    let gateway_reference = "auth-1".to_owned();
    payment(PaymentAuthorized { order: ORDER, operation: AUTHORIZE, amount: money("20.00"), expires_at: None, gateway_reference })
}

pub(super) fn declined() -> Happened {
    payment(PaymentDeclined { order: ORDER, operation: AUTHORIZE, code: "insufficient_funds".to_owned() })
}

pub(super) fn anomaly(code: &str) -> Happened {
    payment(aggregates::payment::AnomalyDetected { order: ORDER, code: code.to_owned(), message: "odd".to_owned() })
}

pub(super) fn order_authorized() -> Happened {
    order(OrderPaymentAuthorized { payment: PAYMENT, amount: money("20.00") })
}

pub(super) fn order_declined() -> Happened {
    order(OrderPaymentDeclined { payment: PAYMENT, code: "insufficient_funds".to_owned() })
}

pub(super) fn order_voided() -> Happened {
    order(OrderPaymentVoided { payment: PAYMENT })
}

pub(super) fn confirmed() -> Happened {
    order(OrderConfirmed {})
}

pub(super) fn planned(id: ShipmentId, code: &str, method: ShipmentMethod) -> Happened {
    let lines = vec![ShipmentLine { line: LineNumber::new(1), sku: "A-17".parse().unwrap(), quantity: quantity(2) }];
    shipment(id, ShipmentPlanned { order: ORDER, warehouse: warehouse(code), method, lines })
}

pub(super) fn packed(id: ShipmentId) -> Happened {
    shipment(id, ShipmentPacked { order: ORDER })
}

pub(super) fn booking_requested(id: ShipmentId) -> Happened {
    shipment(id, ShipmentBookingRequested { order: ORDER, operation: BOOK, carrier: "simulator".to_owned() })
}

pub(super) fn booked(id: ShipmentId) -> Happened {
    let carrier = CarrierBooking { carrier: "simulator".to_owned(), tracking: "T-1".to_owned() };
    shipment(id, ShipmentBooked { order: ORDER, operation: BOOK, carrier })
}

pub(super) fn booking_failed(id: ShipmentId) -> Happened {
    shipment(id, ShipmentBookingFailed { order: ORDER, operation: BOOK, code: "too_heavy".to_owned() })
}

pub(super) fn booking_canceled(id: ShipmentId) -> Happened {
    shipment(id, ShipmentBookingCanceled { order: ORDER, operation: BOOK })
}

pub(super) fn booking_kept(id: ShipmentId) -> Happened {
    shipment(id, ShipmentBookingCancelFailed { order: ORDER, operation: BOOK, code: "already_delivered".to_owned() })
}

pub(super) fn parcel_canceled(id: ShipmentId) -> Happened {
    shipment(id, ShipmentCanceled { order: ORDER })
}

pub(super) fn dispatched(id: ShipmentId) -> Happened {
    shipment(id, ShipmentDispatched { order: ORDER, carrier: None })
}

pub(super) fn delivered(id: ShipmentId) -> Happened {
    shipment(id, ShipmentDelivered { order: ORDER, delivered_at: now() })
}

pub(super) fn shipped(id: ShipmentId, captured: &[&str]) -> Happened {
    let currency: Currency = "USD".parse().unwrap();
    order(OrderLinesShipped {
        shipment: id,
        warehouse: warehouse("berlin"),
        lines: vec![],
        shipping: Money::zero(currency),
        shipping_tax: Money::zero(currency),
        captures: captured.iter().map(|amount| CaptureShare { payment: PAYMENT, amount: money(amount) }).collect(),
        placed_at: now(),
    })
}

pub(super) fn capture_requested(id: ShipmentId, r#final: bool) -> Happened {
    payment(CaptureRequested { order: ORDER, shipment: id, operation: CAPTURE, amount: money("20.00"), r#final })
}

pub(super) fn captured(id: ShipmentId) -> Happened {
    let gateway_reference = "cap-1".to_owned();
    payment(PaymentCaptured { order: ORDER, shipment: id, operation: CAPTURE, amount: money("20.00"), gateway_reference })
}

pub(super) fn capture_failed(id: ShipmentId) -> Happened {
    payment(CaptureFailed { order: ORDER, shipment: id, operation: CAPTURE, code: "try_later".to_owned() })
}

pub(super) fn void_requested() -> Happened {
    payment(VoidRequested { order: ORDER, operation: VOID })
}

pub(super) fn voided() -> Happened {
    payment(PaymentVoided { order: ORDER, operation: VOID })
}

pub(super) fn void_failed() -> Happened {
    payment(VoidFailed { order: ORDER, operation: VOID, code: "busy".to_owned() })
}

fn reason() -> CancelationReason {
    CancelationReason { code: "customer_request".to_owned(), message: "You asked for it.".to_owned() }
}

pub(super) fn canceling() -> Happened {
    order(OrderCancelationStarted { outcome: CancelationOutcome::Canceled, reason: reason(), released: vec![] })
}

pub(super) fn rejected() -> Happened {
    order(OrderRejected { reason: reason() })
}

pub(super) fn canceled() -> Happened {
    order(OrderCanceled { reason: reason() })
}

pub(super) fn completed() -> Happened {
    order(OrderCompleted { captured: money("20.00") })
}

pub(super) fn parked(step: &str) -> Happened {
    ProcessEvent::from(ProcessParked { step: step.to_owned(), subject: None, cause: "not now".to_owned() }).into()
}

/// A step is parked, and the others are not.
pub(super) fn parked_alone(step: &str, subject: &str) -> Happened {
    let subject = Some(subject.to_owned());
    ProcessEvent::from(ProcessParked { step: step.to_owned(), subject, cause: "not now".to_owned() }).into()
}

pub(super) fn resumed() -> Happened {
    ProcessEvent::from(ProcessResumed { reason: "mended".to_owned() }).into()
}
