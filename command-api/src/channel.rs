//! Sales channels: trusted services that name things by references of their own.

use aggregates::decisions::on_order::Sight;
use aggregates::values::ChannelReference;
use identity::{Caller, Right};

use crate::problem::{Kind, Problem};

/// The channel that a caller speaks for, if it is trusted to.
pub(crate) fn channel_of(caller: &Caller) -> Option<&str> {
    let channel = caller.channel.as_deref()?;
    (caller.may(Right::PlaceAtOwnPrices) && caller.may_speak_for(channel)).then_some(channel)
}

/// The caller's own reference for something, if it gave one.
///
/// # Errors
/// 403 for a reference of somebody who is no channel.
pub(crate) fn own_reference(caller: &Caller, reference: Option<&str>) -> Result<Option<ChannelReference>, Problem> {
    let Some(reference) = reference else { return Ok(None) };
    let channel = channel_of(caller).ok_or_else(|| Problem::new(Kind::Forbidden, "only a sales channel has references of its own"))?;
    ChannelReference::new(channel, reference).map(Some).map_err(|error| Problem::parameter("channel_reference", error.to_string()))
}

/// How the caller names something that it makes. What a channel makes it must name: nothing else makes it the channel's own, which sees nothing but that.
///
/// # Errors
/// 403 for a reference of somebody who is no channel, and for a service without one; 400 where one is needed.
pub(crate) fn reference_of(sight: &Sight, caller: &Caller, reference: Option<&str>) -> Result<Option<ChannelReference>, Problem> {
    match (sight, reference) {
        (Sight::Nothing, _) => Err(Problem::forbidden(caller.role)),
        (Sight::OfChannel(_), None) => {
            Err(Problem::field("/channel_reference", "is required: what a channel has not named is not its own"))
        }
        (Sight::All | Sight::Of(_) | Sight::OfChannel(_), reference) => own_reference(caller, reference),
    }
}
