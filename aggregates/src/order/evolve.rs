use std::collections::BTreeMap;

use super::{
    AnomalyEvent, AttemptStatus, Cancelation, CancelationEvent, CompletionEvent, Delivery, DeliveryMethod, FulfillmentEvent, Order,
    OrderCancelationStarted, OrderEvent, OrderLine, OrderLinesDelivered, OrderLinesReleased, OrderLinesShipped, OrderLinesTakenBack,
    OrderPaymentStarted, OrderPlaced, OrderShipment, OrderStatus, OrderStockReserved, PayingEvent, PaymentAttempt, PlacementEvent,
    ShipmentProgress, StockEvent, Terms,
};
use crate::values::{LineNumber, LineQuantity, PaymentId, ShipmentId, WarehouseCode};

impl Order {
    pub(super) fn evolve(&mut self, event: OrderEvent) {
        match event {
            OrderEvent::Placement(PlacementEvent::OrderPlaced(event)) => *self = Self::placed(event),
            OrderEvent::Placement(PlacementEvent::OrderConfirmed(_)) => self.status = OrderStatus::Confirmed,
            OrderEvent::Stock(StockEvent::OrderStockReserved(event)) => self.stock_reserved(event),
            OrderEvent::Stock(StockEvent::OrderStockUnavailable(event)) => self.missing = event.missing,
            OrderEvent::Paying(event) => self.paying(event),
            OrderEvent::Fulfillment(event) => self.fulfillment(event),
            OrderEvent::Cancelation(event) => self.canceling(event),
            OrderEvent::Completion(CompletionEvent::OrderCompleted(event)) => {
                self.status = OrderStatus::Completed;
                self.captured = Some(event.captured);
            }
            OrderEvent::Anomaly(AnomalyEvent::AnomalyDetected(event)) => {
                self.anomalies.insert((event.code, event.message));
            }
        }
    }

    fn paying(&mut self, event: PayingEvent) {
        match event {
            PayingEvent::OrderPaymentStarted(event) => self.payments.push(PaymentAttempt::started(&event)),
            PayingEvent::OrderPaymentAuthorized(event) => self.attempt(event.payment, AttemptStatus::Authorized),
            PayingEvent::OrderPaymentDeclined(event) => self.attempt(event.payment, AttemptStatus::Declined { code: event.code }),
            PayingEvent::OrderPaymentVoided(event) => self.attempt(event.payment, AttemptStatus::Voided),
        }
    }

    fn fulfillment(&mut self, event: FulfillmentEvent) {
        match event {
            FulfillmentEvent::OrderLinesReleased(event) => self.lines_released(event),
            FulfillmentEvent::OrderLinesShipped(event) => self.lines_shipped(&event),
            FulfillmentEvent::OrderLinesDelivered(event) => self.lines_delivered(&event),
            FulfillmentEvent::OrderLinesTakenBack(event) => self.lines_taken_back(&event),
        }
    }

    fn canceling(&mut self, event: CancelationEvent) {
        match event {
            CancelationEvent::OrderCancelationStarted(event) => self.cancelation_started(event),
            CancelationEvent::OrderRejected(_) => self.status = OrderStatus::Rejected,
            CancelationEvent::OrderExpired(_) => self.status = OrderStatus::Expired,
            CancelationEvent::OrderCanceled(_) => self.status = OrderStatus::Canceled,
        }
    }

    fn placed(event: OrderPlaced) -> Self {
        Self {
            status: OrderStatus::Placed,
            lines: event.lines.iter().map(|line| (line.line, OrderLine::new(line.clone()))).collect(),
            terms: Some(Terms::of(event)),
            ..Self::default()
        }
    }

    fn stock_reserved(&mut self, event: OrderStockReserved) {
        self.reserved_until = Some(event.until);
        self.missing.clear();
        for held in event.reservations {
            if let Some(line) = self.lines.get_mut(&held.line) {
                *line.reserved.entry(held.warehouse).or_default() += held.quantity.get();
            }
        }
    }

    fn attempt(&mut self, payment: PaymentId, status: AttemptStatus) {
        if let Some(attempt) = self.payments.iter_mut().find(|attempt| attempt.payment == payment) {
            attempt.status = status;
        }
    }

    fn lines_released(&mut self, event: OrderLinesReleased) {
        for (line, units) in self.lines_of(&event.lines) {
            *line.in_fulfillment.entry(event.warehouse.clone()).or_default() += units;
        }
        let parcel = OrderShipment { warehouse: event.warehouse, lines: event.lines, progress: ShipmentProgress::InFulfillment };
        self.shipments.insert(event.shipment, parcel);
    }

    fn lines_shipped(&mut self, event: &OrderLinesShipped) {
        for shipped in &event.lines {
            if let Some(line) = self.lines.get_mut(&shipped.line) {
                line.ship(&event.warehouse, shipped.quantity.get());
            }
        }
        for share in &event.captures {
            if let Some(attempt) = self.payments.iter_mut().find(|attempt| attempt.payment == share.payment) {
                attempt.charged_minor += share.amount.minor();
            }
        }
        self.shipping_charged = true;
        self.parcel(event.shipment, ShipmentProgress::Shipped);
    }

    fn lines_delivered(&mut self, event: &OrderLinesDelivered) {
        for (line, units) in self.lines_of(&event.lines) {
            line.delivered += units;
        }
        self.parcel(event.shipment, ShipmentProgress::Delivered);
    }

    fn lines_taken_back(&mut self, event: &OrderLinesTakenBack) {
        let Some(warehouse) = self.shipments.get(&event.shipment).map(|parcel| parcel.warehouse.clone()) else { return };
        for (line, units) in self.lines_of(&event.lines) {
            take(&mut line.in_fulfillment, &warehouse, units);
        }
        self.parcel(event.shipment, ShipmentProgress::TakenBack);
    }

    /// With the cancelation everything open is canceled and nothing is held any more.
    fn cancelation_started(&mut self, event: OrderCancelationStarted) {
        self.status = OrderStatus::Canceling;
        self.reserved_until = None;
        for line in self.lines.values_mut() {
            line.canceled += line.open();
            line.reserved.clear();
        }
        self.cancelation = Some(Cancelation { outcome: event.outcome, reason: event.reason });
    }

    fn lines_of<'a>(&'a mut self, quantities: &[LineQuantity]) -> impl Iterator<Item = (&'a mut OrderLine, u32)> {
        let units: BTreeMap<LineNumber, u32> = quantities.iter().map(|units| (units.line, units.quantity.get())).collect();
        self.lines.iter_mut().filter_map(move |(number, line)| units.get(number).map(|units| (line, *units)))
    }

    fn parcel(&mut self, shipment: ShipmentId, progress: ShipmentProgress) {
        if let Some(parcel) = self.shipments.get_mut(&shipment) {
            parcel.progress = progress;
        }
    }
}

impl OrderLine {
    fn ship(&mut self, warehouse: &WarehouseCode, units: u32) {
        take(&mut self.in_fulfillment, warehouse, units);
        take(&mut self.reserved, warehouse, units);
        self.shipped += units;
        self.charged = self.charged.max(self.shipped);
    }
}

fn take(held: &mut BTreeMap<WarehouseCode, u32>, warehouse: &WarehouseCode, units: u32) {
    if let Some(left) = held.get_mut(warehouse) {
        *left = left.saturating_sub(units);
        if *left == 0 {
            held.remove(warehouse);
        }
    }
}

impl Terms {
    fn of(event: OrderPlaced) -> Self {
        Self {
            order_number: event.order_number,
            customer: event.customer,
            tier: event.tier,
            currency: event.currency,
            goods: event.goods,
            shipping: event.shipping,
            shipping_tax: event.shipping_tax,
            total: event.total,
            delivery: DeliveryMethod::of(&event.delivery),
            channel_reference: event.channel_reference,
            placed_at: event.placed_at,
            payment: event.payment,
            policy: event.policy,
        }
    }
}

impl DeliveryMethod {
    /// The method of a delivery, without the address.
    pub fn of(delivery: &Delivery) -> Self {
        match delivery {
            Delivery::Ship { country, .. } => Self::Ship { country: *country },
            Delivery::Pickup { warehouse } => Self::Pickup { warehouse: warehouse.clone() },
            Delivery::None => Self::None,
        }
    }
}

impl PaymentAttempt {
    fn started(event: &OrderPaymentStarted) -> Self {
        let (payment, purpose, amount) = (event.payment, event.purpose, event.amount);
        Self { payment, purpose, amount, status: AttemptStatus::Started, charged_minor: 0 }
    }
}
