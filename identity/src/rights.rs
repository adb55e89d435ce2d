use crate::Role;

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Place an order at list prices.
    PlaceOrder,
    /// Place an order at one's own prices, taxes and channel reference.
    PlaceAtOwnPrices,
    /// Call an order off.
    CancelOrder,
    /// See an order and what became of it.
    ReadOrder,
    /// See a customer's name, addresses, phone and e-mail.
    ReadPersonalData,
    /// Add, price, weigh, activate, pause and discontinue products; open and close warehouses.
    ManageCatalog,
    /// Receive goods.
    ManageStock,
    /// Register, suspend and reinstate customers, set their tier.
    ManageCustomers,
    /// Pack, dispatch, report deliveries, hold orders.
    Fulfill,
    /// Rebuild, pause and rewind projections; retry and discard what is parked.
    Operate,
    /// Read every stream with its actors: the audit trail.
    ReadAll,
    /// Settle by hand what the outside left open.
    Administer,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::PlaceOrder,
        Self::PlaceAtOwnPrices,
        Self::CancelOrder,
        Self::ReadOrder,
        Self::ReadPersonalData,
        Self::ManageCatalog,
        Self::ManageStock,
        Self::ManageCustomers,
        Self::Fulfill,
        Self::Operate,
        Self::ReadAll,
        Self::Administer,
    ];
}

/// How far a right goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// The caller does not have it.
    Nothing,
    /// It has it over what belongs to it.
    Own,
    /// It has it over everything.
    Everything,
}

impl Role {
    /// The table of rights.
    #[must_use]
    pub const fn reach(self, right: Right) -> Reach {
        use Reach::{Everything as All, Nothing as No, Own};
        #[rustfmt::skip]
        let row = match right {
            //                          customer operator auditor service admin
            Right::PlaceOrder =>       [Own,     All,     No,     All,    All],
            Right::PlaceAtOwnPrices => [No,      No,      No,     All,    All],
            Right::CancelOrder =>      [Own,     All,     No,     No,     All],
            Right::ReadOrder =>        [Own,     All,     All,    All,    All],
            Right::ReadPersonalData => [Own,     All,     No,     No,     All],
            Right::ManageCatalog =>    [No,      All,     No,     All,    All],
            Right::ManageStock =>      [No,      All,     No,     All,    All],
            Right::ManageCustomers =>  [No,      All,     No,     All,    All],
            Right::Fulfill =>          [No,      All,     No,     No,     All],
            Right::Operate =>          [No,      All,     No,     No,     All],
            Right::ReadAll =>          [No,      All,     All,    No,     All],
            Right::Administer =>       [No,      No,      No,     No,     All],
        };
        match self {
            Self::Customer => row[0],
            Self::Operator => row[1],
            Self::Auditor => row[2],
            Self::Service => row[3],
            Self::Admin => row[4],
        }
    }

    /// Does the role have the right over anything at all? What it belongs to is for [`Caller::may_act_for`](crate::Caller::may_act_for) to say.
    #[must_use]
    pub const fn may(self, right: Right) -> bool {
        !matches!(self.reach(right), Reach::Nothing)
    }
}
