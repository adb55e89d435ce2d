//! A command about an order, in one decision with whether there is such an order as far as the asker can tell: nothing comes between the two.

use decider::{Changes, Decision, Needed, Refusal, RefusalClass, States};
use serde::Serialize;

use crate::loaded::loaded;
use crate::order::Order;
use crate::shipment::Shipment;
use crate::values::{CustomerId, OrderId, ShipmentId};

/// Whose orders and customers there are, for somebody who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Everybody's.
    All,
    /// This customer's.
    Of(CustomerId),
    /// Those that this sales channel has named.
    OfChannel(String),
    /// Nobody's.
    Nothing,
}

impl Sight {
    /// Whether something of this customer is there, which this channel has named, if one has.
    pub fn sees(&self, owner: CustomerId, named_by: Option<&str>) -> bool {
        match self {
            Self::All => true,
            Self::Of(customer) => *customer == owner,
            Self::OfChannel(channel) => named_by == Some(channel),
            Self::Nothing => false,
        }
    }

    /// Whether this order is there.
    pub fn sees_order(&self, order: &Order) -> bool {
        order.terms().is_some_and(|terms| {
            let channel = terms.channel_reference.as_ref().map(|name| name.channel.as_str());
            self.sees(terms.customer, channel)
        })
    }
}

/// A command about an order, from somebody to whom perhaps not every order exists.
#[derive(Debug, Clone)]
pub struct OnOrder<D> {
    order: OrderId,
    parcel: Option<ShipmentId>,
    sight: Sight,
    command: D,
}

impl<D> OnOrder<D> {
    /// About this order.
    pub fn new(order: OrderId, sight: Sight, command: D) -> Self {
        Self { order, parcel: None, sight, command }
    }

    /// About this parcel of the order.
    #[must_use]
    pub fn parcel(self, parcel: ShipmentId) -> Self {
        Self { parcel: Some(parcel), ..self }
    }

    fn is_there(&self, states: &States<'_>) -> bool {
        let order = loaded::<Order>(states, &self.order.to_string());
        self.sight.sees_order(order)
    }

    fn is_of_it(&self, parcel: ShipmentId, states: &States<'_>) -> bool {
        loaded::<Shipment>(states, &parcel.to_string()).order() == Some(self.order)
    }
}

/// Why a command about an order is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum OnOrderRefusal<R> {
    /// There is none, or none for who asks: nothing tells the two apart.
    #[error("there is no {what} {id}")]
    NotFound {
        /// An order, or a parcel of it.
        #[serde(skip)]
        what: &'static str,
        /// Which.
        #[serde(skip)]
        id: String,
    },
    /// What the command itself came to.
    #[error(transparent)]
    #[serde(untagged)]
    Command(R),
}

impl<R: Refusal> Refusal for OnOrderRefusal<R> {
    fn class(&self) -> RefusalClass {
        match self {
            Self::NotFound { .. } => RefusalClass::NotFound,
            Self::Command(refusal) => refusal.class(),
        }
    }
}

impl<D: Decision> Decision for OnOrder<D> {
    type Refusal = OnOrderRefusal<D::Refusal>;

    fn streams(&self, states: &States<'_>) -> Vec<Needed> {
        let mut needed = self.command.streams(states);
        needed.push(Needed::of::<Order>(self.order.to_string()));
        needed.extend(self.parcel.map(|parcel| Needed::of::<Shipment>(parcel.to_string())));
        needed
    }

    fn admit(&self, states: &States<'_>) -> Result<(), Self::Refusal> {
        match self.parcel {
            Some(parcel) if self.is_there(states) && self.is_of_it(parcel, states) => self.admit_command(states),
            Some(parcel) => Err(OnOrderRefusal::NotFound { what: "shipment", id: parcel.to_string() }),
            None if self.is_there(states) => self.admit_command(states),
            None => Err(OnOrderRefusal::NotFound { what: "order", id: self.order.to_string() }),
        }
    }

    fn decide(&self, states: &States<'_>) -> Result<Changes, Self::Refusal> {
        self.admit(states)?;
        self.command.decide(states).map_err(OnOrderRefusal::Command)
    }
}

impl<D: Decision> OnOrder<D> {
    fn admit_command(&self, states: &States<'_>) -> Result<(), OnOrderRefusal<D::Refusal>> {
        self.command.admit(states).map_err(OnOrderRefusal::Command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::ResumeProcess;
    use crate::shipment::PackShipment;
    use crate::world::*;

    fn code<D: Decision>(world: &mut World, command: &D) -> (String, usize) {
        let refusal = world.execute(command).err().map(|refusal| decider::RefusalDocument::of(&refusal)).unwrap();
        (refusal.code, refusal.details.len())
    }

    #[test]
    fn an_order_is_there_for_its_customer_and_for_who_sees_all() {
        let mut world = World::with_stock(&[("berlin", "A", 5)]);
        let id = world.place(1, &[("A", 1, 100)]);
        for sight in [Sight::Nothing, Sight::Of(customer(2)), Sight::OfChannel("another".to_owned())] {
            assert_eq!(code(&mut world, &OnOrder::new(id, sight.clone(), cancel(id))), ("not_found".to_owned(), 0), "{sight:?}");
        }
        assert_eq!(code(&mut world, &OnOrder::new(order(9), Sight::All, cancel(order(9)))).0, "not_found");
        world.must(&OnOrder::new(id, Sight::Of(customer(1)), cancel(id)));
        assert_eq!(world.must(&OnOrder::new(id, Sight::All, cancel(id))), 0);
        let resume = ResumeProcess { order: id, reason: "mended".to_owned() };
        assert_eq!(code(&mut world, &OnOrder::new(id, Sight::All, resume)).0, "not_parked", "the command's own answer");
    }

    #[test]
    fn a_channel_sees_what_it_has_named_whoever_ordered_it() {
        let shop = Sight::OfChannel("shop".to_owned());
        assert!(shop.sees(customer(1), Some("shop")) && shop.sees(customer(2), Some("shop")));
        assert!(!shop.sees(customer(1), Some("market")) && !shop.sees(customer(1), None));
    }

    #[test]
    fn a_parcel_is_of_its_own_order() {
        let mut world = World::with_stock(&[("berlin", "A", 5)]);
        let (id, other) = (world.confirmed(1, &[("A", 1, 100)]), world.confirmed(2, &[("A", 1, 100)]));
        world.must(&crate::decisions::shipping::PlanShipment { order: id, shipment: shipment(1), warehouse: warehouse("berlin") });
        let pack = PackShipment { shipment: shipment(1) };
        assert_eq!(code(&mut world, &OnOrder::new(other, Sight::All, pack.clone()).parcel(shipment(1))).0, "not_found");
        assert_eq!(world.must(&OnOrder::new(id, Sight::All, pack).parcel(shipment(1))), 1);
    }
}
