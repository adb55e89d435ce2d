use super::{Order, OrderLine, Terms};
use crate::status;
use crate::values::Money;

impl Order {
    /// What the customer owes in all: Σ f(ordered − canceled) + shipping with its tax, unless nothing will ever be sent.
    pub fn due(&self) -> Option<Money> {
        self.terms().map(|terms| terms.money(self.due_minor(terms)))
    }

    pub(crate) fn due_minor(&self, terms: &Terms) -> i64 {
        status::due_minor(self.lines().map(OrderLine::amounts), terms.shipping_minor())
    }

    /// What was charged with the dispatches so far.
    pub fn charged(&self) -> Option<Money> {
        self.terms().map(|terms| terms.money(self.charged_minor(terms)))
    }

    fn charged_minor(&self, terms: &Terms) -> i64 {
        let goods: i64 = self.lines().map(|line| line.worth(line.charged())).sum();
        goods + if self.book.is_shipping_charged() { terms.shipping_minor() } else { 0 }
    }

    /// What was captured in all: known once the order is completed.
    pub fn captured(&self) -> Option<Money> {
        self.life.captured()
    }
}
