use crate::Role;

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Place an order at list prices.
    PlaceOrder,
    /// Place an order at one's own prices and taxes: for the channel that a token names.
    PlaceAtOwnPrices,
    /// Call an order off.
    CancelOrder,
    /// See an order and what became of it.
    ReadOrder,
    /// See that a customer is there, may order, and has which tier.
    ReadCustomer,
    /// See a customer's name, addresses, phone and e-mail.
    ReadPersonalData,
    /// Register customers: for the channel that a token names, or for the shop.
    RegisterCustomer,
    /// Suspend and reinstate customers, set their tier.
    ManageCustomers,
    /// Add, price, weigh, activate, pause and discontinue products.
    ManageCatalog,
    /// Open, maintain and close warehouses.
    ManageWarehouses,
    /// Receive goods.
    ManageStock,
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
    pub const ALL: [Self; 15] = [
        Self::PlaceOrder,
        Self::PlaceAtOwnPrices,
        Self::CancelOrder,
        Self::ReadOrder,
        Self::ReadCustomer,
        Self::ReadPersonalData,
        Self::RegisterCustomer,
        Self::ManageCustomers,
        Self::ManageCatalog,
        Self::ManageWarehouses,
        Self::ManageStock,
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
    /// It has it over what belongs to it: a customer, itself and its orders; a service, the customers and orders of the channel that its token names.
    Own,
    /// It has it over everything.
    Everything,
}

impl Role {
    /// The table of rights. A service may be granted more: [`Grant`](crate::Grant).
    #[must_use]
    pub const fn reach(self, right: Right) -> Reach {
        use Reach::{Everything as All, Nothing as No, Own};
        #[rustfmt::skip]
        let row = match right {
            //                          customer operator auditor service admin
            Right::PlaceOrder =>       [Own,     All,     No,     Own,    All],
            Right::PlaceAtOwnPrices => [No,      No,      No,     Own,    All],
            Right::CancelOrder =>      [Own,     All,     No,     Own,    All],
            Right::ReadOrder =>        [Own,     All,     All,    Own,    All],
            Right::ReadCustomer =>     [Own,     All,     All,    Own,    All],
            Right::ReadPersonalData => [Own,     All,     No,     No,     All],
            Right::RegisterCustomer => [No,      All,     No,     Own,    All],
            Right::ManageCustomers =>  [No,      All,     No,     No,     All],
            Right::ManageCatalog =>    [No,      All,     No,     No,     All],
            Right::ManageWarehouses => [No,      All,     No,     No,     All],
            Right::ManageStock =>      [No,      All,     No,     No,     All],
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

    /// Does the role have the right over anything at all? What is its own is for who reads or decides to say.
    #[must_use]
    pub const fn may(self, right: Right) -> bool {
        !matches!(self.reach(right), Reach::Nothing)
    }
}
