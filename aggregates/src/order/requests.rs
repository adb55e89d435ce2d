use super::{Order, OrderLine, OrderRefusal, OrderStatus, Terms};
use crate::stock_item::Hold;
use crate::values::{OrderId, Quantity, StockItemId};

impl Order {
    /// What was frozen at placement, of an order that must exist.
    pub(crate) fn terms_of(&self, order: OrderId) -> Result<&Terms, OrderRefusal> {
        self.terms.as_ref().ok_or(OrderRefusal::OrderNotFound { order })
    }

    /// The same, of an order that must be here in its life.
    pub(crate) fn terms_while(&self, order: OrderId, status: OrderStatus) -> Result<&Terms, OrderRefusal> {
        let terms = self.terms_of(order)?;
        if self.status == status { Ok(terms) } else { Err(OrderRefusal::WrongOrderStatus { order, status: self.status }) }
    }

    /// Units that need stock and hold none.
    pub(crate) fn unreserved(&self) -> u32 {
        self.lines.values().map(OrderLine::unreserved).sum()
    }

    /// What the order says stock items hold for it.
    pub(crate) fn holds(&self, order: OrderId) -> Vec<Hold> {
        let hold = |held: crate::values::LineReservation| {
            let item = StockItemId { warehouse: held.warehouse, sku: held.sku };
            Hold { item, order, line: held.line, quantity: held.quantity }
        };
        self.reservations().into_iter().map(hold).collect()
    }
}

impl OrderLine {
    /// Units that need stock and hold none.
    pub(crate) fn unreserved(&self) -> u32 {
        self.open().saturating_sub(self.reserved().saturating_sub(self.in_fulfillment()))
    }

    /// Some units, if any.
    pub(crate) fn some(units: u32) -> Option<Quantity> {
        Quantity::try_from(units).ok()
    }
}
