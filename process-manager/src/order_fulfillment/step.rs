//! The table of steps. A step belongs to the desk that says when it is due and what it does; here stands what everybody may ask of it, a row a step.

use aggregates::values::{PaymentId, ShipmentId, WarehouseCode};
use serde::{Deserialize, Serialize};

/// A step of the process with what it is about: asked for once per cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Of the stock's desk.
    Stock(StockStep),
    /// Of the money's desk.
    Money(MoneyStep),
    /// Of the goods' desk.
    Goods(GoodsStep),
    /// Of the desk that ends an order.
    Ending(EndingStep),
    /// Of nobody's desk: what cannot go on is handed to people.
    Parking(ParkingStep),
}

/// What the stock's desk does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockStep {
    /// Reserve every line, or find out what is missing.
    AllocateStock,
    /// Give it back: the order was not confirmed in time.
    LapseReservation,
}

/// What the money's desk does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyStep {
    /// Open an attempt to pay.
    StartPayment,
    /// Ask the gateway to hold the money.
    Authorize {
        /// The attempt.
        payment: PaymentId,
    },
    /// Find out what became of an authorization that is not answered, and let go of one that the gateway knows nothing of.
    FindOut {
        /// The attempt.
        payment: PaymentId,
    },
    /// Enter what became of an attempt in the order's own book.
    SettleAuthorization {
        /// The attempt.
        payment: PaymentId,
    },
    /// Stock and money are certain.
    ConfirmOrder,
    /// Request a parcel's money.
    CapturePayment {
        /// Of which payment.
        payment: PaymentId,
        /// For which parcel.
        shipment: ShipmentId,
    },
    /// Ask the gateway to take a parcel's money.
    Capture {
        /// Of which payment.
        payment: PaymentId,
        /// For which parcel.
        shipment: ShipmentId,
    },
    /// Request that an attempt's money is let go.
    VoidPayment {
        /// The attempt.
        payment: PaymentId,
    },
    /// Ask the gateway to let go of the money.
    Void {
        /// The attempt.
        payment: PaymentId,
    },
}

/// What the goods' desk does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoodsStep {
    /// Hand a warehouse's lines to a parcel.
    PlanShipment {
        /// Where from.
        warehouse: WarehouseCode,
    },
    /// Pack a parcel.
    PackShipment {
        /// The parcel.
        shipment: ShipmentId,
    },
    /// Request that a carrier is asked to bring a parcel.
    RequestBooking {
        /// The parcel.
        shipment: ShipmentId,
    },
    /// Ask the carrier; with its answer the parcel leaves.
    Book {
        /// The parcel.
        shipment: ShipmentId,
    },
    /// Send a parcel off.
    DispatchShipment {
        /// The parcel.
        shipment: ShipmentId,
    },
    /// Tell the carrier that it need not come: the parcel was called off.
    CancelBooking {
        /// The parcel.
        shipment: ShipmentId,
    },
}

/// What the desk does that ends an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndingStep {
    /// Everything is delivered and paid.
    CompleteOrder,
    /// Begin the way back; the stock is given back with it.
    CancelOrder,
    /// No money is held any more: the end.
    FinishCancelation,
}

/// What is done about a step that cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkingStep {
    /// Let it wait for an operator.
    Park {
        /// Its name.
        step: String,
        /// What it is about.
        subject: String,
    },
    /// Wait for the operator no more: what stood in the way is not to be done any more.
    Resume,
}

/// What is known of a step.
struct Row {
    name: &'static str,
    /// Empty: the order itself.
    subject: String,
    hands: Hands,
    /// The call that it requests: the two are stuck together.
    requests: Option<&'static str>,
}

/// Who takes a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hands {
    /// The process.
    Process,
    /// People, unless fulfillment is automatic.
    People,
}

impl Step {
    /// The table: name, subject, who takes it, which call it requests. A name is for ever: command ids are derived from it, and parked steps are known by it.
    fn row(&self) -> Row {
        use Hands::{People, Process};
        match self {
            Self::Stock(StockStep::AllocateStock) => row("allocate_stock", the_order(), Process, None),
            Self::Stock(StockStep::LapseReservation) => row("lapse_reservation", the_order(), Process, None),

            Self::Money(MoneyStep::StartPayment) => row("start_payment", the_order(), Process, None),
            Self::Money(MoneyStep::Authorize { payment }) => row("authorize", payment.to_string(), Process, None),
            Self::Money(MoneyStep::FindOut { payment }) => row("find_out", payment.to_string(), Process, None),
            Self::Money(MoneyStep::SettleAuthorization { payment }) => row("settle_authorization", payment.to_string(), Process, None),
            Self::Money(MoneyStep::ConfirmOrder) => row("confirm_order", the_order(), Process, None),
            Self::Money(MoneyStep::CapturePayment { payment, shipment }) => {
                row("capture_payment", share(*payment, *shipment), Process, Some("capture"))
            }
            Self::Money(MoneyStep::Capture { payment, shipment }) => row("capture", share(*payment, *shipment), Process, None),
            Self::Money(MoneyStep::VoidPayment { payment }) => row("void_payment", payment.to_string(), Process, Some("void")),
            Self::Money(MoneyStep::Void { payment }) => row("void", payment.to_string(), Process, None),

            Self::Goods(GoodsStep::PlanShipment { warehouse }) => row("plan_shipment", warehouse.to_string(), Process, None),
            Self::Goods(GoodsStep::PackShipment { shipment }) => row("pack_shipment", shipment.to_string(), People, None),
            Self::Goods(GoodsStep::RequestBooking { shipment }) => row("request_booking", shipment.to_string(), People, Some("book")),
            Self::Goods(GoodsStep::Book { shipment }) => row("book", shipment.to_string(), Process, None),
            Self::Goods(GoodsStep::DispatchShipment { shipment }) => row("dispatch_shipment", shipment.to_string(), People, None),
            Self::Goods(GoodsStep::CancelBooking { shipment }) => row("cancel_booking", shipment.to_string(), Process, None),

            Self::Ending(EndingStep::CompleteOrder) => row("complete_order", the_order(), Process, None),
            Self::Ending(EndingStep::CancelOrder) => row("cancel_order", the_order(), Process, None),
            Self::Ending(EndingStep::FinishCancelation) => row("finish_cancelation", the_order(), Process, None),

            // An event makes one step stuck at most, so its id says which park it is.
            Self::Parking(ParkingStep::Park { .. }) => row("park", the_order(), Process, None),
            Self::Parking(ParkingStep::Resume) => row("resume", the_order(), Process, None),
        }
    }

    /// Its stable name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.row().name
    }

    /// What it is about; empty where it is about the order itself.
    #[must_use]
    pub fn subject(&self) -> String {
        self.row().subject
    }

    /// Whether people take it, where fulfillment is not automatic.
    pub(crate) fn is_for_people(&self) -> bool {
        self.row().hands == Hands::People
    }

    /// Whether it, or the call that it requests, goes by this name and is about this; no subject: whatever it is about.
    pub(super) fn is_called(&self, name: &str, subject: Option<&str>) -> bool {
        let row = self.row();
        (row.name == name || row.requests == Some(name)) && subject.is_none_or(|subject| row.subject == subject)
    }
}

impl Step {
    /// Which step waits while another of its order is stuck. What follows from a step is not due before its fact; here stands what would be due beside it. No goods
    /// leave while the money of those that have left cannot be taken; money never waits for goods, and a carrier that was called off is told so whatever is stuck.
    pub(super) fn rests_on(&self, stuck: &Self) -> bool {
        match (self, stuck) {
            (Self::Goods(GoodsStep::CancelBooking { .. }), _) => false,
            (Self::Goods(_), Self::Money(MoneyStep::CapturePayment { .. } | MoneyStep::Capture { .. })) => true,
            (
                Self::Goods(_),
                Self::Money(
                    MoneyStep::StartPayment
                    | MoneyStep::Authorize { .. }
                    | MoneyStep::FindOut { .. }
                    | MoneyStep::SettleAuthorization { .. }
                    | MoneyStep::ConfirmOrder
                    | MoneyStep::VoidPayment { .. }
                    | MoneyStep::Void { .. },
                ),
            ) => false,
            (Self::Goods(_), Self::Stock(_) | Self::Goods(_) | Self::Ending(_) | Self::Parking(_)) => false,
            (Self::Stock(_) | Self::Money(_) | Self::Ending(_) | Self::Parking(_), _) => false,
        }
    }
}

impl Step {
    /// Whether it goes on although the whole process was parked: stock is not held, and no carrier comes, for an order because nobody has seen to it.
    pub(super) fn waits_for_nobody(&self) -> bool {
        match self {
            Self::Stock(StockStep::LapseReservation) | Self::Goods(GoodsStep::CancelBooking { .. }) => true,
            Self::Stock(StockStep::AllocateStock) | Self::Money(_) | Self::Ending(_) | Self::Parking(_) => false,
            Self::Goods(
                GoodsStep::PlanShipment { .. }
                | GoodsStep::PackShipment { .. }
                | GoodsStep::RequestBooking { .. }
                | GoodsStep::Book { .. }
                | GoodsStep::DispatchShipment { .. },
            ) => false,
        }
    }
}

fn row(name: &'static str, subject: String, hands: Hands, requests: Option<&'static str>) -> Row {
    Row { name, subject, hands, requests }
}

fn the_order() -> String {
    String::new()
}

fn share(payment: PaymentId, shipment: ShipmentId) -> String {
    format!("{payment}/{shipment}")
}

impl From<StockStep> for Step {
    fn from(step: StockStep) -> Self {
        Self::Stock(step)
    }
}

impl From<MoneyStep> for Step {
    fn from(step: MoneyStep) -> Self {
        Self::Money(step)
    }
}

impl From<GoodsStep> for Step {
    fn from(step: GoodsStep) -> Self {
        Self::Goods(step)
    }
}

impl From<EndingStep> for Step {
    fn from(step: EndingStep) -> Self {
        Self::Ending(step)
    }
}

impl From<ParkingStep> for Step {
    fn from(step: ParkingStep) -> Self {
        Self::Parking(step)
    }
}
