//! What is offered is done, and what is not offered is not: for every command on an order, every role and every state that a history can lead to.

mod acts;
mod words;

use std::collections::BTreeSet;

use aggregates::decisions::allowed::OrderInFull;
use aggregates::decisions::on_order::{OnOrder, Sight};
use aggregates::decisions::shipping::PlanShipment;
use aggregates::order::Order;
use aggregates::payment::Payment;
use aggregates::process::Process;
use aggregates::shipment::{PackShipment, Shipment, ShipmentMethod};
use aggregates::values::{CustomerId, ShipmentId};
use command_api::catalogue::{Allowed, Kind, Line, allowed_commands, lines};
use decider::{Decision, Refusal, RefusalClass};
use identity::{Caller, Role};
use proptest::prelude::*;
use uuid::Uuid;

use acts::{Act, Shop, WAY, any_act};
use words::*;

const ORDERS: u128 = 2;

impl Shop {
    /// What an order offers to a caller.
    fn offered(&self, n: u128, caller: &Caller) -> Vec<&'static str> {
        let order: Order = self.log.state(&order(n).to_string());
        let parcels: Vec<_> = order.shipments().map(|(id, _)| (id, self.log.state::<Shipment>(&id.to_string()))).collect();
        let payments: Vec<_> =
            order.payments().iter().map(|attempt| (attempt.payment, self.log.state::<Payment>(&attempt.payment.to_string()))).collect();
        let process: Process = self.log.state(&self::order(n).to_string());
        let whole = OrderInFull { order: &order, parcels: &parcels, payments: &payments, process: &process, at: now() };
        allowed_commands(caller, whole)
    }

    /// Whether a command on an order, with any parcel and warehouse, would do something for somebody who sees so much.
    fn would_do(&mut self, n: u128, word: &str, sight: &Sight) -> bool {
        let id = order(n);
        let parcels: Vec<_> = self.log.state::<Order>(&id.to_string()).shipments().map(|(parcel, _)| parcel).collect();
        match word {
            "cancel" => self.does(&OnOrder::new(id, sight.clone(), cancel(id))),
            "resume" => self.does(&OnOrder::new(id, sight.clone(), resume(id))),
            "plan_shipment" => WAREHOUSES.iter().any(|code| {
                let shipment = ShipmentId::new(Uuid::from_u128(0xf0));
                self.does(&OnOrder::new(id, sight.clone(), PlanShipment { order: id, shipment, warehouse: warehouse(code) }))
            }),
            "pack_shipment" => {
                parcels.iter().any(|parcel| self.does(&OnOrder::new(id, sight.clone(), PackShipment { shipment: *parcel }).parcel(*parcel)))
            }
            "dispatch_shipment" => parcels.iter().any(|parcel| {
                let dispatch = dispatch(id, *parcel, self.method(*parcel));
                self.does(&OnOrder::new(id, sight.clone(), dispatch).parcel(*parcel))
            }),
            "record_delivery" => {
                parcels.iter().any(|parcel| self.does(&OnOrder::new(id, sight.clone(), deliver(id, *parcel)).parcel(*parcel)))
            }
            other => panic!("{other} is in the catalogue: say here how it is asked"),
        }
    }

    /// How a parcel goes.
    fn method(&self, parcel: ShipmentId) -> Option<ShipmentMethod> {
        self.log.state::<Shipment>(&parcel.to_string()).planned().map(|planned| planned.method)
    }

    fn does<D: Decision>(&mut self, decision: &OnOrder<D>) -> bool {
        match self.log.would(decision) {
            Ok(changes) => !changes.is_empty(),
            Err(refusal) => {
                assert!(matches!(refusal.class(), RefusalClass::State | RefusalClass::NotFound), "refused for its values: {refusal}");
                false
            }
        }
    }
}

fn callers() -> Vec<(Caller, Sight)> {
    let caller = |role, subject: String| Caller { subject, role, channel: None, grants: Vec::new() };
    let mut callers: Vec<_> = [Role::Operator, Role::Auditor, Role::Admin].map(|role| (caller(role, "x".to_owned()), Sight::All)).into();
    callers.push((caller(Role::Customer, customer().to_string()), Sight::Of(customer())));
    let shop = Caller { channel: Some(CHANNEL.to_owned()), ..caller(Role::Service, "x".to_owned()) };
    callers.push((shop, Sight::OfChannel(CHANNEL.to_owned())));
    callers
}

fn on_orders() -> impl Iterator<Item = (&'static Line, &'static str)> {
    lines().filter_map(|line| match line.allowed {
        Allowed::OnOrder { word, .. } => Some((line, word)),
        Allowed::Always | Allowed::While(_) => None,
    })
}

#[test]
fn every_command_on_an_order_is_offered_while_it_stands_so() {
    for line in lines().filter(|line| line.kind == Kind::Command && line.path.contains("{order}")) {
        assert!(matches!(line.allowed, Allowed::OnOrder { .. }), "{} does not say when", line.name);
    }
}

#[test]
fn in_its_life_an_order_offers_every_command() {
    let (mut shop, admin) = (Shop::open(), Caller { subject: "root".to_owned(), role: Role::Admin, channel: None, grants: Vec::new() });
    let mut offered = BTreeSet::new();
    for steps in 1..=WAY {
        shop.go(1, steps, 0);
        offered.extend(shop.offered(1, &admin));
    }
    shop.act(1, Act::Park);
    offered.extend(shop.offered(1, &admin));
    assert_eq!(offered, on_orders().map(|(_, word)| word).collect());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_offered_is_done_and_what_is_not_is_refused(acts in prop::collection::vec((1..=ORDERS, any_act()), 1..40)) {
        let (mut shop, callers) = (Shop::open(), callers());
        for (n, act) in acts {
            shop.act(n, act);
            for (caller, sight) in &callers {
                let offered = shop.offered(n, caller);
                for (line, word) in on_orders() {
                    let done = line.who.admits(caller) && shop.would_do(n, word, sight);
                    prop_assert_eq!(offered.contains(&word), done, "{} for {} after {:?}", word, caller.role, act);
                }
            }
            for stranger in [Sight::Of(CustomerId::new(Uuid::from_u128(0xee))), Sight::OfChannel("another".to_owned())] {
                for (_, word) in on_orders() {
                    prop_assert!(!shop.would_do(n, word, &stranger), "{word} on another's order");
                }
            }
        }
    }
}
