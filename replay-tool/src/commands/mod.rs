//! One file per command.

pub(crate) mod at;
pub(crate) mod dead_letters;
pub(crate) mod events;
pub(crate) mod generations;
pub(crate) mod import;
pub(crate) mod manual;
pub(crate) mod parked;
pub(crate) mod rebuild;
pub(crate) mod saga;
pub(crate) mod status;
pub(crate) mod verify;
