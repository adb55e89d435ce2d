//! What is refused of payments.

use aggregates::decisions::ending::EndingRefusal;
use aggregates::decisions::paying::PayingRefusal;
use aggregates::decisions::shipping::ShippingRefusal;
use aggregates::payment::{PaymentRefusal, PaymentStatus};
use aggregates::values::{PaymentId, ShipmentId};
use chrono::DateTime;

use super::Page;
use super::samples::{OTHER, PARCEL, PAYMENT, euros};

const WAIT: &str = "Wait: the order's process goes on by itself when the gateway has answered.";

pub(super) fn pages() -> Vec<Page> {
    [attempts(), charges(), settling()].into_iter().flatten().collect()
}

fn attempts() -> Vec<Page> {
    let payment = PaymentId::new(PAYMENT);
    vec![
        Page::of_refusal(&PayingRefusal::PaymentInFlight { payment }, "One attempt to pay is under way, and one is made at a time.", WAIT),
        Page::of_refusal(
            &PayingRefusal::RetryLimitReached { attempts: 3, declines: 3 },
            "The order was tried to be paid as often as it may be.",
            "Place a new order, with another means of payment.",
        ),
        Page::of_refusal(&PayingRefusal::NothingOutstanding, "All that is due is authorized or paid.", "Nothing is to be done."),
        Page::of_refusal(
            &PayingRefusal::PaymentNotFound { payment },
            "The order has no such attempt to pay.",
            "Read the order: it names its payments.",
        ),
        Page::of_refusal(&PayingRefusal::PaymentUndecided { payment }, "The gateway has not said yet what came of the attempt.", WAIT),
    ]
}

fn charges() -> Vec<Page> {
    vec![
        Page::of_refusal(
            &PaymentRefusal::AmountNotPositive { amount: euros(0) },
            "Nothing is taken for nothing.",
            "Ask for a positive amount.",
        ),
        Page::of_refusal(
            &PaymentRefusal::CaptureExceedsAuthorized { available: euros(500), amount: euros(1000) },
            "More is to be taken than the gateway holds.",
            "Take what is left, or have the customer pay the rest by another attempt.",
        ),
        Page::of_refusal(
            &PaymentRefusal::SubjectDone { shipment: ShipmentId::new(PARCEL), operation: OTHER },
            "The money for this parcel is taken, or being taken.",
            "Nothing is to be done.",
        ),
        Page::of_refusal(&PaymentRefusal::VoidPending, "The gateway was asked to let go of the money.", WAIT),
        Page::of_refusal(&PaymentRefusal::CapturePending, "Money is being taken just now.", WAIT),
        Page::of_refusal(
            &PaymentRefusal::AlreadyCaptured { captured: euros(1000) },
            "Money was taken: it cannot be let go of any more.",
            "Give it back by a refund.",
        ),
        Page::of_refusal(
            &PaymentRefusal::AuthorizationLapsed { status: PaymentStatus::Voided },
            "The gateway holds no money for this payment, or none any more.",
            "The order needs a new attempt to pay.",
        ),
        Page::of_refusal(
            &PaymentRefusal::CaptureLimitReached { limit: 100 },
            "Of one payment money is taken so often at most.",
            "Send what is left in fewer parcels.",
        ),
    ]
}

fn settling() -> Vec<Page> {
    let payment = PaymentId::new(PAYMENT);
    let expires_at = DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default();
    vec![
        Page::of_refusal(
            &EndingRefusal::MoneyHeld { payment },
            "An order ends without the customer's money: the gateway still holds some, or has not said whether it does.",
            WAIT,
        ),
        Page::of_refusal(
            &EndingRefusal::PaymentOutstanding { due: euros(2190), captured: euros(1000) },
            "An order is complete when what is due was taken, no less and no more.",
            WAIT,
        ),
        Page::of_refusal(
            &EndingRefusal::PaymentUnsettled { payment },
            "A call to the gateway has no outcome yet, or an authorization is still open.",
            WAIT,
        ),
        Page::of_refusal(
            &ShippingRefusal::AuthorizationLapses { payment, expires_at },
            "Goods leave only when the money for them can still be taken a day later.",
            "The order needs a new attempt to pay before it is sent.",
        ),
    ]
}
