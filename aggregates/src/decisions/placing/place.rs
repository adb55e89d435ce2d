//! Placing an order: the order, a look at the customer, and the claim on the channel's reference, in one append.

use chrono::{DateTime, Utc};
use decider::{Changes, Decision, Needed, States, StreamId};
use serde::{Deserialize, Serialize};

use super::PlacingRefusal;
use super::totals::{Totals, check_totals};
use crate::claim::{Claim, ClaimKind};
use crate::customer::{Customer, CustomerStatus};
use crate::loaded::loaded;
use crate::order::{Delivery, DeliveryMethod, Order, OrderPlaced, OrderPolicy, OrderedLine, PaymentTerms, Terms};
use crate::values::{Address, ChannelReference, Currency, CustomerId, Money, OrderId, OrderNumber, Personal, Tier};

/// The most lines of one order.
pub const LINE_LIMIT: usize = 500;

/// Places an order, with everything frozen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaceOrder {
    /// Its id.
    pub order: OrderId,
    /// For people; unique.
    pub order_number: OrderNumber,
    /// Who orders: must be active; gives the order its tier.
    pub customer: CustomerId,
    /// The tier that the prices were made for: refused as stale if the customer has another by now. `None`: the caller's own prices.
    pub priced_for: Option<Tier>,
    /// The one currency of all amounts.
    pub currency: Currency,
    /// What is ordered, numbered from 1.
    pub lines: Vec<OrderedLine>,
    /// Shipping without tax.
    pub shipping: Money,
    /// The tax on shipping.
    pub shipping_tax: Money,
    /// What the caller expects to pay in all, if they said so.
    pub expected_total: Option<Money>,
    /// How it reaches the customer.
    pub delivery: Delivery,
    /// Where the bill goes.
    pub billing_address: Option<Personal<Address>>,
    /// How the sales channel names it.
    pub channel_reference: Option<ChannelReference>,
    /// The keyed hash of the channel reference, without the kind: what is claimed.
    pub channel_claim: Option<String>,
    /// Business time: when the customer placed it.
    pub placed_at: DateTime<Utc>,
    /// How it is paid.
    pub payment: PaymentTerms,
    /// What to do when a step fails.
    pub policy: OrderPolicy,
}

impl Decision for PlaceOrder {
    type Refusal = PlacingRefusal;

    fn streams(&self, _: &States<'_>) -> Vec<Needed> {
        let claim = self.claim_id().map(Needed::created::<Claim>);
        let own = [Needed::created::<Order>(self.order.to_string()), Needed::of::<Customer>(self.customer.to_string())];
        own.into_iter().chain(claim).collect()
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, PlacingRefusal> {
        if let Some(placed) = self.if_placed(states) {
            return placed;
        }
        let id = self.order.to_string();
        let claimed = self.claim(&id, states)?;
        self.check_lines()?;
        let totals = check_totals(self.currency, &self.lines, self.shipping, self.shipping_tax)?;
        let tier = self.tier_of(loaded(states, &self.customer.to_string()))?;
        self.check_price(tier, &totals)?;
        let mut changes = Changes::of::<Order>(&id, [self.placed(tier, totals).into()]);
        changes.append(claimed);
        Ok(changes)
    }
}

impl PlaceOrder {
    fn claim_id(&self) -> Option<String> {
        self.channel_claim.as_deref().map(|hash| ClaimKind::ChannelReference.claim_id(hash))
    }

    fn claim(&self, order: &str, states: &States<'_>) -> Result<Changes, PlacingRefusal> {
        let Some(claim_id) = self.claim_id() else { return Ok(Changes::none()) };
        let holder = StreamId::of::<Order>(order).to_string();
        let taken = loaded::<Claim>(states, &claim_id).take(&holder, None).map_err(|held| {
            let order = held.holder.strip_prefix("order-").unwrap_or(&held.holder).to_owned();
            PlacingRefusal::DuplicateChannelReference { order }
        })?;
        Ok(Changes::of::<Claim>(&claim_id, taken.map(Into::into)))
    }

    /// What asking for it comes to if its name was given before, whatever has become of prices since; none if it was not.
    ///
    /// # Errors
    /// Another order has the name.
    pub fn if_placed(&self, states: &States<'_>) -> Option<Result<Changes, PlacingRefusal>> {
        let order = states.get::<Order>(&self.order.to_string())?;
        order.terms().map(|terms| self.asked_again(order, terms))
    }

    /// The same order again is no news; another one under the same name is refused.
    fn asked_again(&self, order: &Order, terms: &Terms) -> Result<Changes, PlacingRefusal> {
        if self.has_content_of(order, terms) {
            return Ok(Changes::none());
        }
        Err(match &self.channel_reference {
            Some(_) => PlacingRefusal::DuplicateChannelReference { order: self.order.to_string() },
            None => PlacingRefusal::OrderExists { order: self.order },
        })
    }

    /// Compares what the caller chose. The number, the tier, names, the instant and prices by the list are filled in by the edge, and may differ when it is
    /// asked again; personal data is sealed and can't be compared.
    fn has_content_of(&self, order: &Order, terms: &Terms) -> bool {
        let own_prices = self.priced_for.is_none();
        let same_shipping = terms.shipping == self.shipping && terms.shipping_tax == self.shipping_tax;
        let same_terms = terms.customer == self.customer
            && terms.currency == self.currency
            && (same_shipping || !own_prices)
            && terms.delivery == DeliveryMethod::of(&self.delivery)
            && terms.channel_reference == self.channel_reference
            && terms.payment == self.payment
            && terms.policy == self.policy;
        same_terms && self.lines.len() == order.lines().count() && self.lines.iter().all(|line| is_line_of(line, order, own_prices))
    }

    fn check_lines(&self) -> Result<(), PlacingRefusal> {
        let lines = self.lines.len();
        match lines {
            0 => return Err(PlacingRefusal::EmptyOrder),
            1..=LINE_LIMIT => {}
            _ => return Err(PlacingRefusal::TooManyLines { lines, limit: LINE_LIMIT }),
        }
        let numbered = (1..).zip(&self.lines).all(|(number, line)| line.line.get() == number);
        if numbered { Ok(()) } else { Err(PlacingRefusal::LineNumbersInvalid { lines }) }
    }

    fn tier_of(&self, customer: &Customer) -> Result<Tier, PlacingRefusal> {
        match customer.status() {
            CustomerStatus::Active => Ok(customer.tier()),
            CustomerStatus::Suspended => Err(PlacingRefusal::CustomerInactive { customer: self.customer }),
            CustomerStatus::NotRegistered => Err(PlacingRefusal::CustomerNotFound { customer: self.customer }),
        }
    }

    /// A price by the list must be the customer's price now, and the total the one that the caller saw.
    fn check_price(&self, tier: Tier, totals: &Totals) -> Result<(), PlacingRefusal> {
        if let Some(expected) = self.expected_total.filter(|expected| expected.currency() != self.currency) {
            let (field, expected, found) = ("total".to_owned(), self.currency.to_string(), expected.currency().to_string());
            return Err(PlacingRefusal::CurrencyMismatch { field, expected, found });
        }
        if self.priced_for.is_some_and(|priced_for| priced_for != tier) {
            return Err(PlacingRefusal::QuoteStale { total: totals.total });
        }
        match (self.expected_total, self.priced_for) {
            (Some(expected), Some(_)) if expected != totals.total => Err(PlacingRefusal::QuoteStale { total: totals.total }),
            (Some(expected), None) if expected != totals.total => Err(PlacingRefusal::TotalsMismatch { field: "total".to_owned() }),
            (Some(_) | None, _) => Ok(()),
        }
    }

    fn placed(&self, tier: Tier, totals: Totals) -> OrderPlaced {
        OrderPlaced {
            order_number: self.order_number.clone(),
            customer: self.customer,
            tier,
            currency: self.currency,
            lines: self.lines.clone(),
            goods: totals.goods,
            shipping: self.shipping,
            shipping_tax: self.shipping_tax,
            total: totals.total,
            delivery: self.delivery.clone(),
            billing_address: self.billing_address.clone(),
            channel_reference: self.channel_reference.clone(),
            placed_at: self.placed_at,
            payment: self.payment.clone(),
            policy: self.policy,
        }
    }
}

fn is_line_of(line: &OrderedLine, order: &Order, own_prices: bool) -> bool {
    let prices = |line: &OrderedLine| (line.unit_price, line.discount, line.net, line.tax);
    order
        .line(line.line)
        .map(|placed| placed.as_ordered())
        .is_some_and(|placed| placed.sku == line.sku && placed.quantity == line.quantity && (!own_prices || prices(placed) == prices(line)))
}
