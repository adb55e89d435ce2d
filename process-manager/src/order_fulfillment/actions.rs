//! From a step to the very command or call: everything in it follows from the facts and from the command's id.

use aggregates::decisions::ending::{CancelOrder, CompleteOrder, FinishCancelation};
use aggregates::decisions::paying::{SettleAuthorization, StartPayment};
use aggregates::decisions::placing::ConfirmOrder;
use aggregates::decisions::shipping::{DispatchShipment, PlanShipment};
use aggregates::decisions::stocking::AllocateStock;
use aggregates::ids;
use aggregates::payment::{CapturePayment, VoidPayment};
use aggregates::process::{ParkProcess, ResumeProcess};
use aggregates::shipment::{PackShipment, ShipmentMethod};
use aggregates::values::{Money, OrderId, PaymentId, ShipmentId, WarehouseCode};
use chrono::TimeDelta;
use gateways::{AuthorizeCall, BookCall, CaptureCall, VoidCall};
use uuid::Uuid;

use super::facts::{OWN_OUTCOME, Parcel, Payment, Request, Share, ShareStage, Standing};
use super::{Action, Asked, Call, Command, Effect, GatewayCall, OrderFulfillment, Step, reasons};

/// Why a process that waits for an operator goes on by itself.
const CALLED_OFF: &str = "the order was called off";

/// How long an unconfirmed order holds its stock.
const RESERVATION: TimeDelta = TimeDelta::minutes(30);

impl OrderFulfillment {
    /// What a step that was asked for does; `None` if the facts for it are not there, which they are whenever it is due.
    #[must_use]
    pub fn effect(&self, order: OrderId, asked: &Asked) -> Option<Effect> {
        let command_id = asked.command_id(order);
        let action = self.action(order, asked, command_id)?;
        Some(Effect { order, command_id, cause: asked.cause, step: asked.step.clone(), failures: self.failures(&asked.step), action })
    }

    fn action(&self, order: OrderId, asked: &Asked, id: Uuid) -> Option<Action> {
        let command = match &asked.step {
            Step::Authorize { payment } => return Some(asked.call(self.authorize(order, *payment)?)),
            Step::Capture { payment, shipment } => return Some(asked.call(self.capture(*payment, *shipment)?)),
            Step::Void { payment } => return Some(asked.call(self.void(*payment)?)),
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
            Step::Resume => Command::ResumeProcess(ResumeProcess { order, reason: CALLED_OFF.to_owned() }),
        };
        Some(command.into())
    }

    /// How often the gateway refused what a step leads to.
    fn failures(&self, step: &Step) -> u32 {
        match step {
            Step::CapturePayment { payment, shipment } => self.share(*payment, *shipment).map_or(0, |share| share.failures),
            Step::VoidPayment { payment } => self.attempt(*payment).map_or(0, |attempt| attempt.failed_voids),
            Step::AllocateStock
            | Step::StartPayment
            | Step::Authorize { .. }
            | Step::SettleAuthorization { .. }
            | Step::ConfirmOrder
            | Step::PlanShipment { .. }
            | Step::PackShipment { .. }
            | Step::DispatchShipment { .. }
            | Step::Capture { .. }
            | Step::CompleteOrder
            | Step::CancelOrder
            | Step::Void { .. }
            | Step::FinishCancelation
            | Step::Park
            | Step::Resume => 0,
        }
    }

    fn attempt(&self, payment: PaymentId) -> Option<&Payment> {
        self.facts.payments.get(&payment)
    }

    fn share(&self, payment: PaymentId, shipment: ShipmentId) -> Option<&Share> {
        self.facts.shares.iter().find(|share| share.payment == payment && share.shipment == shipment)
    }

    fn authorize(&self, order: OrderId, payment: PaymentId) -> Option<(GatewayCall, Request)> {
        let attempt = self.attempt(payment)?;
        let Standing::Authorizing(request) = attempt.standing else { return None };
        let (amount, currency) = in_units(attempt.amount);
        let (operation, method) = (request.operation, attempt.method.clone());
        let call = AuthorizeCall { operation, payment: payment.uuid(), order: order.uuid(), amount, currency, method };
        Some((GatewayCall::Authorize(call), request))
    }

    fn void(&self, payment: PaymentId) -> Option<(GatewayCall, Request)> {
        let Standing::Voiding(request) = self.attempt(payment)?.standing else { return None };
        Some((GatewayCall::Void(VoidCall { operation: request.operation, payment: payment.uuid() }), request))
    }

    fn capture(&self, payment: PaymentId, shipment: ShipmentId) -> Option<(GatewayCall, Request)> {
        let share = self.share(payment, shipment)?;
        let ShareStage::Requested { request, r#final } = share.stage else { return None };
        let (amount, currency) = in_units(share.amount);
        let (operation, authorization) = (request.operation, self.attempt(payment)?.reference.clone());
        let call = CaptureCall { operation, payment: payment.uuid(), authorization, amount, currency, r#final };
        Some((GatewayCall::Capture(call), request))
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

impl Asked {
    /// A call is made again if something else than its own request asks for it.
    fn call(&self, (call, request): (GatewayCall, Request)) -> Action {
        Action::Call(Call::Gateway { call, requested_at: request.at, again: self.cause != request.event })
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
