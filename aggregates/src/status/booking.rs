use super::words;

words! {
    /// How far a parcel is with a carrier.
    BookingStage:
    /// No carrier was asked.
    None = "none",
    /// One was asked and has not answered.
    Requested = "requested",
    /// It brings the parcel.
    Booked = "booked",
    /// It refused to.
    Failed = "failed",
    /// The booking was called off.
    Canceled = "canceled",
    /// It was called off too late: the carrier keeps the parcel.
    Kept = "kept",
}
