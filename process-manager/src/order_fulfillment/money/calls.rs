//! What the money's steps do: their commands and calls.

use aggregates::decisions::paying::StartPayment;
use aggregates::ids;
use aggregates::payment::{CapturePayment, VoidPayment};
use aggregates::values::{Money as Amount, PaymentId, ShipmentId};
use gateways::{AuthorizeCall, CaptureCall, VoidCall};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::Money;
use super::attempt::Standing;
use super::share::Stage;
use crate::order_fulfillment::desk::Task;
use crate::order_fulfillment::request::Request;
use crate::order_fulfillment::{Action, Call, Command, GatewayCall};

impl Money {
    pub(super) fn authorize(&self, payment: PaymentId, task: &Task<'_>) -> Option<Action> {
        let (request, call) = self.authorization(payment, task)?;
        Some(request.call(GatewayCall::Authorize(call), task))
    }

    pub(super) fn find_out(&self, payment: PaymentId, task: &Task<'_>) -> Option<Action> {
        let (_, call) = self.authorization(payment, task)?;
        let let_go = VoidPayment { payment, operation: made_by(task.command_id, "operation") };
        Some(Action::Call(Call::FindOut(call, let_go)))
    }

    fn authorization(&self, payment: PaymentId, task: &Task<'_>) -> Option<(Request, AuthorizeCall)> {
        let attempt = self.attempts.get(&payment)?;
        let Standing::Authorizing(request) = attempt.standing else { return None };
        let (amount, currency) = in_units(attempt.amount);
        let (operation, order, method) = (request.operation, task.order.uuid(), attempt.method.clone());
        Some((request, AuthorizeCall { operation, payment: payment.uuid(), order, amount, currency, method }))
    }

    pub(super) fn void(&self, payment: PaymentId, task: &Task<'_>) -> Option<Action> {
        let Standing::Voiding(request) = self.attempts.get(&payment)?.standing else { return None };
        let call = VoidCall { operation: request.operation, payment: payment.uuid() };
        Some(request.call(GatewayCall::Void(call), task))
    }

    pub(super) fn capture(&self, payment: PaymentId, shipment: ShipmentId, task: &Task<'_>) -> Option<Action> {
        let share = self.shares.get(payment, shipment)?;
        let Stage::Requested { request, r#final } = share.stage else { return None };
        let (amount, currency) = in_units(share.amount);
        let (operation, authorization) = (request.operation, self.attempts.get(&payment)?.reference.clone());
        let call = CaptureCall { operation, payment: payment.uuid(), authorization, amount, currency, r#final };
        Some(request.call(GatewayCall::Capture(call), task))
    }

    pub(super) fn capture_payment(&self, payment: PaymentId, shipment: ShipmentId, task: &Task<'_>) -> Option<Action> {
        let amount = self.shares.get(payment, shipment)?.amount;
        let operation = made_by(task.command_id, "operation");
        let r#final = task.gates.all_has_left && self.shares.is_last(payment, shipment);
        Some(Command::new(CapturePayment { payment, shipment, operation, amount, r#final }).into())
    }
}

pub(super) fn start_payment(task: &Task<'_>) -> StartPayment {
    let (payment, operation) = (PaymentId::new(made_by(task.command_id, "payment")), made_by(task.command_id, "authorization"));
    StartPayment { order: task.order, payment, operation, gateway: task.known.gateway.clone() }
}

/// The id of something that a command makes.
pub(super) fn made_by(command_id: Uuid, role: &str) -> Uuid {
    ids::derive(&[&command_id.to_string(), role])
}

fn in_units(amount: Amount) -> (Decimal, String) {
    (amount.amount(), amount.currency().code().to_owned())
}
