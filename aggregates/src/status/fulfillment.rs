use super::words;

words! {
    /// How far an order is fulfilled: derived, never the target of a command.
    FulfillmentStatus:
    /// Nothing is held for it.
    Unfulfilled = "unfulfilled",
    /// Stock is held for it.
    Reserved = "reserved",
    /// Parcels are planned.
    InFulfillment = "in_fulfillment",
    /// A part has left.
    PartiallyShipped = "partially_shipped",
    /// Everything has left.
    Shipped = "shipped",
    /// A part has arrived.
    PartiallyDelivered = "partially_delivered",
    /// Everything has arrived.
    Delivered = "delivered",
    /// Nothing will be sent.
    Canceled = "canceled",
}

/// How far the units of a line are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineUnits {
    /// Ordered.
    pub ordered: u32,
    /// Held in warehouses, those in fulfillment included.
    pub reserved: u32,
    /// In planned shipments.
    pub in_fulfillment: u32,
    /// That left.
    pub shipped: u32,
    /// That arrived.
    pub delivered: u32,
    /// That will never be sent.
    pub canceled: u32,
}

impl LineUnits {
    /// Units for which nothing was decided yet: ordered − canceled − in fulfillment − shipped.
    pub fn open(self) -> u32 {
        self.ordered.saturating_sub(self.canceled + self.in_fulfillment + self.shipped)
    }
}

/// How far an order with these lines is fulfilled. The word is that of the unit that is furthest: what has arrived counts before what has left, that before
/// what is in the house. It is about the units that are still wanted: with the last of them canceled, the order is.
pub fn fulfillment_status(lines: impl IntoIterator<Item = LineUnits>) -> FulfillmentStatus {
    let (mut ordered, mut wanted, mut delivered, mut shipped, mut in_fulfillment, mut reserved) = (0, 0, 0, 0, 0, 0);
    for line in lines {
        ordered += u64::from(line.ordered);
        wanted += u64::from(line.ordered.saturating_sub(line.canceled));
        delivered += u64::from(line.delivered);
        shipped += u64::from(line.shipped);
        in_fulfillment += u64::from(line.in_fulfillment);
        reserved += u64::from(line.reserved);
    }
    match () {
        () if ordered == 0 => FulfillmentStatus::Unfulfilled,
        () if wanted == 0 => FulfillmentStatus::Canceled,
        () if delivered == wanted => FulfillmentStatus::Delivered,
        () if delivered > 0 => FulfillmentStatus::PartiallyDelivered,
        () if shipped == wanted => FulfillmentStatus::Shipped,
        () if shipped > 0 => FulfillmentStatus::PartiallyShipped,
        () if in_fulfillment > 0 => FulfillmentStatus::InFulfillment,
        () if reserved > 0 => FulfillmentStatus::Reserved,
        () => FulfillmentStatus::Unfulfilled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(lines: &[LineUnits]) -> &'static str {
        fulfillment_status(lines.iter().copied()).as_str()
    }

    #[test]
    fn the_furthest_unit_gives_the_word() {
        let of = |reserved, in_fulfillment, shipped, delivered| LineUnits {
            ordered: 4,
            reserved,
            in_fulfillment,
            shipped,
            delivered,
            canceled: 0,
        };
        assert_eq!(status(&[of(0, 0, 0, 0)]), "unfulfilled");
        assert_eq!(status(&[of(4, 0, 0, 0), of(0, 0, 0, 0)]), "reserved");
        assert_eq!(status(&[of(4, 2, 0, 0)]), "in_fulfillment");
        assert_eq!(status(&[of(2, 0, 2, 0)]), "partially_shipped");
        assert_eq!(status(&[of(0, 0, 4, 0)]), "shipped");
        assert_eq!(status(&[of(2, 0, 2, 2)]), "partially_delivered");
        assert_eq!(status(&[of(0, 0, 4, 4)]), "delivered");
    }

    #[test]
    fn units_that_were_canceled_are_not_waited_for() {
        let line = LineUnits { ordered: 4, shipped: 3, delivered: 3, canceled: 1, ..LineUnits::default() };
        assert_eq!((status(&[line]), line.open()), ("delivered", 0));
        assert_eq!(status(&[LineUnits { ordered: 4, canceled: 4, ..LineUnits::default() }]), "canceled");
    }
}
