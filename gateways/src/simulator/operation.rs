use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{AuthorizeCall, CaptureCall, VoidCall};

/// What the gateway is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Operation {
    Authorize(AuthorizeCall),
    Capture(CaptureCall),
    Void(VoidCall),
}

/// A hash of what was asked.
pub(super) type Fingerprint = [u8; 32];

impl Operation {
    pub(super) const fn id(&self) -> Uuid {
        match self {
            Self::Authorize(call) => call.operation,
            Self::Capture(call) => call.operation,
            Self::Void(call) => call.operation,
        }
    }

    pub(super) const fn payment(&self) -> Uuid {
        match self {
            Self::Authorize(call) => call.payment,
            Self::Capture(call) => call.payment,
            Self::Void(call) => call.payment,
        }
    }

    /// The order, where the call names it.
    pub(super) const fn order(&self) -> Option<Uuid> {
        match self {
            Self::Authorize(call) => Some(call.order),
            Self::Capture(_) | Self::Void(_) => None,
        }
    }

    pub(super) fn method(&self) -> Option<&str> {
        match self {
            Self::Authorize(call) => call.method.as_deref(),
            Self::Capture(_) | Self::Void(_) => None,
        }
    }

    /// 10.0 and 10.00 are the same content.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        let mut same = self.clone();
        match &mut same {
            Self::Authorize(call) => call.amount = call.amount.normalize(),
            Self::Capture(call) => call.amount = call.amount.normalize(),
            Self::Void(_) => {}
        }
        fingerprint(&same)
    }
}

/// Of anything that is asked under an id.
pub(super) fn fingerprint(content: &impl Serialize) -> Fingerprint {
    let bytes = serde_json::to_vec(content).expect("a call of plain fields has a JSON form");
    Sha256::digest(bytes).into()
}
