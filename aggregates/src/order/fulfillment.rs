use super::{
    AttemptStatus, CaptureShare, DeliveryMethod, Order, OrderLine, OrderLinesDelivered, OrderLinesShipped, OrderLinesTakenBack,
    OrderRefusal, PaymentAttempt, ShipmentProgress, ShippedLine, Terms,
};
use crate::shipment::{ShipmentLine, ShipmentMethod, ShipmentPlanned};
use crate::values::{Money, OrderId, ShipmentId, WarehouseCode};

impl Order {
    /// A parcel with everything that a warehouse holds for the order, and that no other parcel was planned for.
    pub(crate) fn plan(&self, order: OrderId, warehouse: &WarehouseCode, terms: &Terms) -> Result<ShipmentPlanned, OrderRefusal> {
        let line = |line: &OrderLine| {
            let quantity = OrderLine::some(line.releasable_at(warehouse))?;
            Some(ShipmentLine { line: line.number(), sku: line.sku().clone(), quantity })
        };
        let lines: Vec<ShipmentLine> = self.lines.values().filter_map(line).collect();
        if lines.is_empty() {
            return Err(OrderRefusal::NothingToShip { warehouse: warehouse.clone() });
        }
        Ok(ShipmentPlanned { order, warehouse: warehouse.clone(), method: terms.delivery.shipment_method(), lines })
    }

    /// What it means for the order that a parcel leaves: its units are shipped and charged, shipping goes with the first.
    pub(crate) fn ship(&self, shipment: ShipmentId, planned: &ShipmentPlanned) -> Result<OrderLinesShipped, OrderRefusal> {
        let terms = self.terms_of(planned.order)?;
        let lines: Vec<ShippedLine> = planned.lines.iter().filter_map(|line| self.shipped_line(line)).collect();
        let (shipping, shipping_tax) = match self.shipping_charged {
            false => (terms.shipping, terms.shipping_tax),
            true => (Money::zero(terms.currency), Money::zero(terms.currency)),
        };
        let goods: i64 = lines.iter().map(|line| line.net.minor() + line.tax.minor()).sum();
        let captures = self.charge(terms, goods + shipping.minor() + shipping_tax.minor())?;
        let (warehouse, placed_at) = (planned.warehouse.clone(), terms.placed_at);
        Ok(OrderLinesShipped { shipment, warehouse, lines, shipping, shipping_tax, captures, placed_at })
    }

    fn shipped_line(&self, parcel: &ShipmentLine) -> Option<ShippedLine> {
        let line = self.line(parcel.line)?;
        let shipped_after = line.shipped() + parcel.quantity.get();
        let (net, tax) = line.share(line.charged(), line.charged().max(shipped_after));
        let (sku, category) = (parcel.sku.clone(), line.as_ordered().category.clone());
        Some(ShippedLine { line: parcel.line, sku, category, quantity: parcel.quantity, net, tax })
    }

    /// Spreads an amount over the authorized attempts, oldest first. Nothing is captured for nothing.
    fn charge(&self, terms: &Terms, amount_minor: i64) -> Result<Vec<CaptureShare>, OrderRefusal> {
        let mut left = amount_minor;
        let mut shares = Vec::new();
        for attempt in self.payments.iter().filter(|attempt| attempt.status == AttemptStatus::Authorized) {
            let share = left.min(PaymentAttempt::uncharged_minor(attempt));
            if share > 0 {
                shares.push(CaptureShare { payment: attempt.payment, amount: terms.money(share) });
                left -= share;
            }
        }
        match left {
            ..=0 => Ok(shares),
            missing => Err(OrderRefusal::AuthorizationInsufficient { missing: terms.money(missing) }),
        }
    }

    /// The parcels that have not left, as they come back from fulfillment.
    pub(crate) fn take_back(&self) -> impl Iterator<Item = OrderLinesTakenBack> {
        let waiting = self.shipments.iter().filter(|(_, parcel)| parcel.progress == ShipmentProgress::InFulfillment);
        waiting.map(|(shipment, parcel)| OrderLinesTakenBack { shipment: *shipment, lines: parcel.lines.clone() })
    }
}

impl OrderLinesDelivered {
    /// Everything in a parcel arrived.
    pub(crate) fn all_of(shipment: ShipmentId, planned: &ShipmentPlanned, delivered_at: chrono::DateTime<chrono::Utc>) -> Self {
        Self { shipment, lines: planned.lines.iter().map(ShipmentLine::units).collect(), delivered_at }
    }
}

impl ShipmentLine {
    /// The line and its units, without the SKU.
    pub(crate) fn units(&self) -> crate::values::LineQuantity {
        crate::values::LineQuantity { line: self.line, quantity: self.quantity }
    }
}

impl DeliveryMethod {
    /// How parcels of such an order travel.
    pub fn shipment_method(&self) -> ShipmentMethod {
        match self {
            Self::Ship { .. } => ShipmentMethod::Carrier,
            Self::Pickup { .. } => ShipmentMethod::Pickup,
            Self::None => ShipmentMethod::None,
        }
    }
}
