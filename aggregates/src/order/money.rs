use super::{Order, PaymentAttempt, Terms};
use crate::values::Money;

impl Terms {
    /// So many minor units of the order's currency.
    pub(crate) fn money(&self, minor: i64) -> Money {
        Money::from_minor(minor, self.currency).expect("a part of a total that was checked at placement is within the bounds of money")
    }

    fn shipping_minor(&self) -> i64 {
        self.shipping.minor() + self.shipping_tax.minor()
    }
}

impl Order {
    /// What the customer owes in all: Σ f(ordered − canceled) + shipping with its tax, unless nothing will ever be sent.
    pub fn due(&self) -> Option<Money> {
        self.terms.as_ref().map(|terms| terms.money(self.due_minor(terms)))
    }

    pub(crate) fn due_minor(&self, terms: &Terms) -> i64 {
        let goods: i64 = self.lines.values().map(|line| line.worth(line.ordered() - line.canceled())).sum();
        let nothing_remains = self.lines.values().all(|line| line.ordered() == line.canceled());
        goods + if nothing_remains { 0 } else { terms.shipping_minor() }
    }

    /// What was charged with the dispatches so far.
    pub fn charged(&self) -> Option<Money> {
        self.terms.as_ref().map(|terms| terms.money(self.charged_minor(terms)))
    }

    fn charged_minor(&self, terms: &Terms) -> i64 {
        let goods: i64 = self.lines.values().map(|line| line.worth(line.charged())).sum();
        goods + if self.shipping_charged { terms.shipping_minor() } else { 0 }
    }

    /// What was captured in all: known once the order is completed.
    pub fn captured(&self) -> Option<Money> {
        self.captured
    }
}

impl super::OrderLine {
    /// What the first `q` units are worth, in minor units: net and tax, each split by itself.
    fn worth(&self, q: u32) -> i64 {
        let (net, tax) = self.share(0, q);
        net.minor() + tax.minor()
    }
}

impl PaymentAttempt {
    /// What may still be charged to it, in minor units.
    pub(crate) fn uncharged_minor(&self) -> i64 {
        self.amount.minor() - self.charged_minor
    }
}
