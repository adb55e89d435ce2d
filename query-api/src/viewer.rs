//! What a caller may see. The rights themselves stand in [`identity::Role::reach`].

use aggregates::values::CustomerId;
use async_graphql::Context;
use identity::{Caller, Reach, Right};

use crate::errors::QueryError;

/// The caller of a query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Viewer<'a>(&'a Caller);

impl<'a> Viewer<'a> {
    /// Whoever asks this query.
    pub(crate) fn of(context: &Context<'a>) -> Self {
        Self(context.data_unchecked::<Caller>())
    }

    /// Everybody's orders, or only one's own.
    ///
    /// # Errors
    /// Not even that.
    pub(crate) fn orders(self) -> Result<Whose, QueryError> {
        match self.0.role.reach(Right::ReadOrder) {
            Reach::Everything => Ok(Whose::Everybody),
            Reach::Own => self.0.subject.parse().map(Whose::Of).map_err(|_| QueryError::Forbidden("the token's subject is no customer")),
            Reach::Nothing => Err(QueryError::Forbidden("your role may not see orders")),
        }
    }

    /// Whether the caller may see the name, addresses, phone and e-mail of a customer.
    pub(crate) fn sees_personal_data_of(self, customer: CustomerId) -> bool {
        self.0.may_act_for(Right::ReadPersonalData, &customer.to_string())
    }

    /// Whether the caller works for the shop: sees notes that are not for customers.
    pub(crate) fn is_staff(self) -> bool {
        self.0.role.reach(Right::ReadOrder) == Reach::Everything
    }

    /// What is not a customer's business.
    ///
    /// # Errors
    /// The caller is one.
    pub(crate) fn must_be_staff(self) -> Result<(), QueryError> {
        if self.is_staff() { Ok(()) } else { Err(QueryError::Forbidden("customers see only their own orders, themselves and products")) }
    }

    /// A search by personal data finds everybody.
    ///
    /// # Errors
    /// The caller may not.
    pub(crate) fn must_see_everybodys_personal_data(self) -> Result<(), QueryError> {
        match self.0.role.reach(Right::ReadPersonalData) {
            Reach::Everything => Ok(()),
            Reach::Own | Reach::Nothing => Err(QueryError::Forbidden("your role may not search by personal data")),
        }
    }

    /// The shop's figures.
    ///
    /// # Errors
    /// The caller may not see them.
    pub(crate) fn must_see_figures(self) -> Result<(), QueryError> {
        if self.0.may(Right::ReadAll) { Ok(()) } else { Err(QueryError::Forbidden("your role may not see the shop's sales")) }
    }
}

/// Whose things a caller sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// All.
    Everybody,
    /// This customer's only.
    Of(CustomerId),
}

impl Whose {
    /// Whether this customer's things are among them.
    pub(crate) fn includes(self, customer: CustomerId) -> bool {
        match self {
            Self::Everybody => true,
            Self::Of(own) => own == customer,
        }
    }
}
