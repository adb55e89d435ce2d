//! From a step to the very command or call: everything in it follows from the facts and from the command's id.

use aggregates::ids;
use aggregates::order::{
    AllocateStock, CancelOrder, CompleteOrder, ConfirmOrder, FinishCancelation, PlanShipment, SettleAuthorization, StartPayment,
};
use aggregates::payment::{CapturePayment, VoidPayment};
use aggregates::process::ParkProcess;
use aggregates::shipment::{DispatchShipment, PackShipment, ShipmentMethod};
use aggregates::values::{Money, OrderId, PaymentId, ShipmentId, WarehouseCode};
use chrono::TimeDelta;
use gateways::{AuthorizeCall, BookCall, CaptureCall, VoidCall};
use uuid::Uuid;

use super::facts::{OWN_OUTCOME, Parcel, Payment, Share, ShareStage, Standing};
use super::{Action, Asked, Call, Command, Effect, GatewayCall, OrderFulfillment, Step, reasons};

/// How long an unconfirmed order holds its stock.
const RESERVATION: TimeDelta = TimeDelta::minutes(30);

impl OrderFulfillment {
    /// What a step that was asked for does; `None` if the facts for it are not there, which they are whenever it is due.
    #[must_use]
    pub fn effect(&self, order: OrderId, asked: &Asked) -> Option<Effect> {
        let command_id = asked.command_id(order);
        let action = self.action(order, asked, command_id)?;
        Some(Effect { order, command_id, cause: asked.cause, requested_at: asked.at, step: asked.step.clone(), action })
    }

    fn action(&self, order: OrderId, asked: &Asked, id: Uuid) -> Option<Action> {
        let command = match &asked.step {
            Step::Authorize { payment } => return Some(self.authorize(order, *payment)?.into()),
            Step::Capture { payment, shipment } => return Some(self.capture(*payment, *shipment)?.into()),
            Step::Void { payment } => return Some(self.void(*payment)?.into()),
            Step::DispatchShipment { shipment } => return self.dispatch(order, *shipment, asked),
            Step::AllocateStock => Command::AllocateStock(AllocateStock { order, warehouses: vec![], until: asked.at + RESERVATION }),
            Step::StartPayment => Command::StartPayment(start_payment(order, id)),
            Step::SettleAuthorization { payment } => Command::SettleAuthorization(SettleAuthorization { order, payment: *payment }),
            Step::ConfirmOrder => Command::ConfirmOrder(ConfirmOrder { order }),
            Step::PlanShipment { warehouse } => Command::PlanShipment(plan(order, warehouse, id)),
            Step::PackShipment { shipment } => Command::PackShipment(PackShipment { shipment: *shipment }),
            Step::CapturePayment { payment, shipment } => Command::CapturePayment(self.capture_payment(*payment, *shipment, id)?),
            Step::CompleteOrder => Command::CompleteOrder(CompleteOrder { order }),
            Step::CancelOrder => Command::CancelOrder(self.cancel(order)),
            Step::VoidPayment { payment } => Command::VoidPayment(VoidPayment { payment: *payment, operation: made_by(id, "operation") }),
            Step::FinishCancelation => Command::FinishCancelation(FinishCancelation { order }),
            Step::Park => Command::ParkProcess(self.park(order)?),
        };
        Some(command.into())
    }

    fn attempt(&self, payment: PaymentId) -> Option<&Payment> {
        self.facts.payments.get(&payment)
    }

    fn share(&self, payment: PaymentId, shipment: ShipmentId) -> Option<&Share> {
        self.facts.shares.iter().find(|share| share.payment == payment && share.shipment == shipment)
    }

    fn authorize(&self, order: OrderId, payment: PaymentId) -> Option<GatewayCall> {
        let attempt = self.attempt(payment)?;
        let Standing::Authorizing { operation } = attempt.standing else { return None };
        let (amount, currency) = in_units(attempt.amount);
        let method = attempt.method.clone();
        Some(GatewayCall::Authorize(AuthorizeCall { operation, payment: payment.uuid(), order: order.uuid(), amount, currency, method }))
    }

    fn void(&self, payment: PaymentId) -> Option<GatewayCall> {
        let Standing::Voiding { operation } = self.attempt(payment)?.standing else { return None };
        Some(GatewayCall::Void(VoidCall { operation, payment: payment.uuid() }))
    }

    fn capture(&self, payment: PaymentId, shipment: ShipmentId) -> Option<GatewayCall> {
        let share = self.share(payment, shipment)?;
        let ShareStage::Requested { operation, r#final } = share.stage else { return None };
        let (amount, currency) = in_units(share.amount);
        let authorization = self.attempt(payment)?.reference.clone();
        Some(GatewayCall::Capture(CaptureCall { operation, payment: payment.uuid(), authorization, amount, currency, r#final }))
    }

    fn capture_payment(&self, payment: PaymentId, shipment: ShipmentId, id: Uuid) -> Option<CapturePayment> {
        let amount = self.share(payment, shipment)?.amount;
        let (operation, r#final) = (made_by(id, "operation"), self.facts.is_final_share(payment, shipment));
        Some(CapturePayment { payment, shipment, operation, amount, r#final })
    }

    fn dispatch(&self, order: OrderId, shipment: ShipmentId, asked: &Asked) -> Option<Action> {
        let parcel = self.facts.shipments.get(&shipment)?;
        let command = DispatchShipment { shipment, order, carrier: None, at: asked.at };
        Some(match parcel.method {
            ShipmentMethod::Pickup | ShipmentMethod::None => Command::DispatchShipment(command).into(),
            ShipmentMethod::Carrier => Action::Call(Call::BookAndDispatch(self.book(order, shipment, parcel), command)),
        })
    }

    fn book(&self, order: OrderId, shipment: ShipmentId, parcel: &Parcel) -> BookCall {
        let country = self.facts.destination.as_ref().map(ToString::to_string);
        let (warehouse, weight_grams) = (parcel.warehouse.to_string(), parcel.weight_grams);
        BookCall { shipment: shipment.uuid(), order: order.uuid(), warehouse, country, weight_grams }
    }

    fn cancel(&self, order: OrderId) -> CancelOrder {
        CancelOrder { order, outcome: OWN_OUTCOME, reason: reasons::rejection(&self.facts) }
    }

    fn park(&self, order: OrderId) -> Option<ParkProcess> {
        let stuck = self.facts.stuck.clone()?;
        Some(ParkProcess { order, step: stuck.step, cause: stuck.cause })
    }
}

fn start_payment(order: OrderId, id: Uuid) -> StartPayment {
    StartPayment { order, payment: PaymentId::new(made_by(id, "payment")), operation: made_by(id, "authorization"), gateway: String::new() }
}

fn plan(order: OrderId, warehouse: &WarehouseCode, id: Uuid) -> PlanShipment {
    PlanShipment { order, shipment: ShipmentId::new(made_by(id, "shipment")), warehouse: warehouse.clone() }
}

fn in_units(money: Money) -> (rust_decimal::Decimal, String) {
    (money.amount(), money.currency().code().to_owned())
}

/// The id of something that a command makes.
fn made_by(command_id: Uuid, role: &str) -> Uuid {
    ids::derive(&[&command_id.to_string(), role])
}
