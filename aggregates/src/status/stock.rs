/// Units that a new order can have: what is on hand and not held for others. A closed warehouse hands nothing out any more, whatever lies in it.
pub fn available_units(on_hand: u64, reserved: u64, is_closed: bool) -> u64 {
    if is_closed { 0 } else { on_hand.saturating_sub(reserved) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_closed_warehouse_has_is_not_available() {
        assert_eq!((available_units(5, 2, false), available_units(5, 2, true), available_units(2, 5, false)), (3, 0, 0));
    }
}
