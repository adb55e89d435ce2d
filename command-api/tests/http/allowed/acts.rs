//! What happens in the histories, in any order.

use aggregates::decisions::ending::{CompleteOrder, FinishCancelation};
use aggregates::decisions::paying::SettleAuthorization;
use aggregates::decisions::placing::ConfirmOrder;
use aggregates::decisions::shipping::{RecordBooking, RecordDelivery, RequestBooking};
use aggregates::decisions::stocking::{LapseReservation, ReceiveStock};
use aggregates::order::Order;
use aggregates::payment::{
    AuthorizationOutcome, CaptureOutcome, CapturePayment, Payment, RecordAuthorization, RecordCapture, RecordVoid, VoidOutcome, VoidPayment,
};
use aggregates::process::ParkProcess;
use aggregates::shipment::{BookingOutcome, PackShipment};
use aggregates::values::StockItemId;
use aggregates::warehouse::OpenWarehouse;
use chrono::TimeDelta;
use decider::Decision;
use decider::in_memory::InMemoryLog;
use proptest::prelude::*;

use super::words::*;

/// How many steps the usual way of an order has here.
pub(super) const WAY: usize = 11;

/// Something that happens to an order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    Place {
        method: u8,
    },
    Allocate,
    Lapse,
    Pay {
        attempt: u128,
    },
    Authorize {
        attempt: u128,
        off_by: i64,
        hours: Option<i64>,
    },
    Decline {
        attempt: u128,
    },
    Settle {
        attempt: u128,
    },
    Confirm,
    Plan {
        warehouse: usize,
    },
    Pack {
        parcel: u128,
    },
    /// A carrier is asked, and perhaps answers: no, yes.
    Book {
        parcel: u128,
        answer: Option<bool>,
    },
    Dispatch {
        parcel: u128,
    },
    Deliver {
        parcel: u128,
    },
    Arrive {
        parcel: u128,
    },
    Capture {
        attempt: u128,
        parcel: u128,
    },
    Void {
        attempt: u128,
    },
    Cancel,
    Finish,
    Complete,
    Park,
    Resume,
    /// The way that orders go, this far: so that histories get somewhere.
    Far {
        steps: usize,
        method: u8,
    },
}

pub(super) fn any_act() -> impl Strategy<Value = Act> {
    let (attempt, parcel, method) = (0..2u128, 0..2u128, 0..3u8);
    let off_by = prop_oneof![12 => Just(0i64), 1 => Just(-1i64), 1 => Just(1i64)];
    let hours = prop_oneof![4 => Just(None), 4 => Just(Some(100)), 2 => Just(Some(20))];
    prop_oneof![
        2 => method.clone().prop_map(|method| Act::Place { method }),
        2 => Just(Act::Allocate),
        1 => Just(Act::Lapse),
        2 => attempt.clone().prop_map(|attempt| Act::Pay { attempt }),
        3 => (attempt.clone(), off_by, hours).prop_map(|(attempt, off_by, hours)| Act::Authorize { attempt, off_by, hours }),
        1 => attempt.clone().prop_map(|attempt| Act::Decline { attempt }),
        2 => attempt.clone().prop_map(|attempt| Act::Settle { attempt }),
        2 => Just(Act::Confirm),
        3 => (0..2usize).prop_map(|warehouse| Act::Plan { warehouse }),
        3 => parcel.clone().prop_map(|parcel| Act::Pack { parcel }),
        2 => (parcel.clone(), any::<Option<bool>>()).prop_map(|(parcel, answer)| Act::Book { parcel, answer }),
        3 => parcel.clone().prop_map(|parcel| Act::Dispatch { parcel }),
        2 => parcel.clone().prop_map(|parcel| Act::Deliver { parcel }),
        1 => parcel.clone().prop_map(|parcel| Act::Arrive { parcel }),
        2 => (attempt.clone(), parcel).prop_map(|(attempt, parcel)| Act::Capture { attempt, parcel }),
        1 => attempt.prop_map(|attempt| Act::Void { attempt }),
        1 => Just(Act::Cancel),
        1 => Just(Act::Finish),
        2 => Just(Act::Complete),
        1 => Just(Act::Park),
        1 => Just(Act::Resume),
        6 => (1..=WAY, method).prop_map(|(steps, method)| Act::Far { steps, method }),
    ]
}

pub(super) struct Shop {
    pub(super) log: InMemoryLog,
}

impl Shop {
    pub(super) fn open() -> Self {
        let mut log = InMemoryLog::default();
        log.execute(&register()).unwrap();
        for (priority, code) in (0..).zip(WAREHOUSES) {
            log.execute(&OpenWarehouse { warehouse: warehouse(code), name: code.to_owned(), priority }).unwrap();
        }
        for sku in ["A", "B"] {
            log.execute(&add(sku)).unwrap();
        }
        for (code, sku_text, units) in [("berlin", "A", 3), ("munich", "A", 1), ("munich", "B", 4)] {
            let item = StockItemId { warehouse: warehouse(code), sku: sku(sku_text) };
            log.execute(&ReceiveStock { item, document: None, quantity: quantity(units) }).unwrap();
        }
        Self { log }
    }

    /// Whatever comes of it: a refusal is an answer.
    fn run<D: Decision>(&mut self, decision: &D) {
        drop(self.log.execute(decision));
    }

    pub(super) fn act(&mut self, n: u128, act: Act) {
        let order = order(n);
        match act {
            Act::Place { method } => self.run(&place(n, method)),
            Act::Allocate => self.run(&allocate(order)),
            Act::Lapse => {
                let until = self.log.state::<Order>(&order.to_string()).reserved_until().unwrap_or_else(now);
                self.run(&LapseReservation { order, until });
            }
            Act::Pay { attempt } => self.run(&pay(n, attempt)),
            Act::Authorize { attempt, off_by, hours } => self.authorize(n, attempt, off_by, hours),
            Act::Decline { attempt } => {
                let outcome = AuthorizationOutcome::Declined { code: "insufficient_funds".to_owned() };
                self.run(&RecordAuthorization { payment: payment(n, attempt), operation: operation(n, attempt), outcome });
            }
            Act::Settle { attempt } => self.run(&SettleAuthorization { order, payment: payment(n, attempt) }),
            Act::Confirm => self.run(&ConfirmOrder { order }),
            Act::Plan { warehouse: code } => self.run(&plan(n, code)),
            Act::Pack { parcel } => self.run(&PackShipment { shipment: shipment(n, parcel) }),
            Act::Book { parcel, answer } => {
                let (shipment, operation, at) = (shipment(n, parcel), operation(n, 40 + parcel), now());
                self.run(&RequestBooking { shipment, order, operation, carrier: "dhl".to_owned(), at });
                let outcome = answer.map(|yes| match yes {
                    true => BookingOutcome::Booked(booking()),
                    false => BookingOutcome::Failed { code: "too_heavy".to_owned() },
                });
                if let Some(outcome) = outcome {
                    self.run(&RecordBooking { shipment, order, operation, outcome, at });
                }
            }
            Act::Dispatch { parcel } => {
                let parcel = shipment(n, parcel);
                self.run(&dispatch(order, parcel, self.method(parcel)));
            }
            Act::Deliver { parcel } => self.run(&deliver(order, shipment(n, parcel))),
            Act::Arrive { parcel } => {
                self.run(&RecordDelivery { shipment: shipment(n, parcel), order, delivered_at: now(), carrier: Some(booking()) });
            }
            Act::Capture { attempt, parcel } => self.capture(n, attempt, parcel),
            Act::Void { attempt } => {
                let (payment, operation) = (payment(n, attempt), operation(n, attempt + 20));
                self.run(&VoidPayment { payment, operation });
                self.run(&RecordVoid { payment, operation, outcome: VoidOutcome::Voided });
            }
            Act::Cancel => self.run(&cancel(order)),
            Act::Finish => self.run(&FinishCancelation { order }),
            Act::Complete => self.run(&CompleteOrder { order }),
            // A process begins with its order.
            Act::Park if !self.log.state::<Order>(&order.to_string()).exists() => {}
            Act::Park => self.run(&ParkProcess { order, step: "confirm_order".to_owned(), subject: None, cause: "stuck".to_owned() }),
            Act::Resume => self.run(&resume(order)),
            Act::Far { steps, method } => self.go(n, steps, method),
        }
    }

    pub(super) fn go(&mut self, n: u128, steps: usize, method: u8) {
        let way: [Act; WAY] = [
            Act::Place { method },
            Act::Allocate,
            Act::Pay { attempt: 0 },
            Act::Authorize { attempt: 0, off_by: 0, hours: Some(100) },
            Act::Settle { attempt: 0 },
            Act::Confirm,
            Act::Plan { warehouse: 1 },
            Act::Pack { parcel: 1 },
            Act::Dispatch { parcel: 1 },
            Act::Plan { warehouse: 0 },
            Act::Pack { parcel: 0 },
        ];
        for act in &way[..steps] {
            self.act(n, *act);
        }
    }

    fn authorize(&mut self, n: u128, attempt: u128, off_by: i64, hours: Option<i64>) {
        let Some(wanted) = self.log.state::<Payment>(&payment(n, attempt).to_string()).amount() else { return };
        let expires_at = hours.map(|hours| now() + TimeDelta::hours(hours));
        let outcome =
            AuthorizationOutcome::Authorized { amount: eur(wanted.minor() + off_by), expires_at, gateway_reference: "a-1".to_owned() };
        self.run(&RecordAuthorization { payment: payment(n, attempt), operation: operation(n, attempt), outcome });
    }

    fn capture(&mut self, n: u128, attempt: u128, parcel: u128) {
        let (paying, operation) = (payment(n, attempt), operation(n, 40 + attempt * 2 + parcel));
        let Some(amount) = self.log.state::<Payment>(&paying.to_string()).authorized() else { return };
        self.run(&CapturePayment { payment: paying, shipment: shipment(n, parcel), operation, amount, r#final: true });
        let outcome = CaptureOutcome::Captured { amount, gateway_reference: "c-1".to_owned() };
        self.run(&RecordCapture { payment: paying, operation, outcome });
    }
}
