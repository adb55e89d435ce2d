//! Payment methods that make the simulated gateway do something else than say yes.

/// Declined, always.
pub const DECLINED: &str = "card_declined";
/// Declined for lack of money, always.
pub const INSUFFICIENT_FUNDS: &str = "card_insufficient_funds";
/// The first authorization is not answered and does not take effect; the next try does.
pub const TIMEOUT_BEFORE: &str = "card_timeout_before";
/// The first authorization takes effect and is not answered.
pub const TIMEOUT_AFTER: &str = "card_timeout_after";
/// The first authorization is turned away with 503.
pub const UNAVAILABLE: &str = "card_unavailable";
/// No authorization ever takes effect or is answered.
pub const SILENT: &str = "card_silent";
/// Authorizes one unit of the currency more than was asked.
pub const OTHER_AMOUNT: &str = "card_other_amount";
/// Authorized, but nothing can be captured.
pub const CAPTURE_FAILS: &str = "card_capture_fails";
/// Authorized, but nobody can void it.
pub const VOID_FAILS: &str = "card_void_fails";
