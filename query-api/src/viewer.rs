//! What a caller may see. The rights themselves stand in [`identity::FIELDS`].

use aggregates::decisions::on_order::Sight;
use aggregates::values::CustomerId;
use async_graphql::Context;
use identity::{Caller, Reach, Right, Whose, field};

use crate::errors::QueryError;

/// The caller of a query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Viewer<'a>(&'a Caller);

impl<'a> Viewer<'a> {
    /// Whoever asks this query.
    pub(crate) fn of(context: &Context<'a>) -> Self {
        Self(context.data_unchecked::<Caller>())
    }

    /// Whoever asks for a field, and whose things there are for them in it.
    ///
    /// # Errors
    /// The field is not for them, or for nobody.
    pub(crate) fn asking(context: &Context<'a>, of: &str, name: &str) -> Result<(Self, Sight), QueryError> {
        let viewer = Self::of(context);
        match viewer.sight(of, name) {
            Sight::Nothing => Err(QueryError::Forbidden("this is not for callers with your role and channel")),
            sight @ (Sight::All | Sight::Of(_) | Sight::OfChannel(_)) => Ok((viewer, sight)),
        }
    }

    /// Whether they see this field of what belongs to a customer, where the rest of it is seen.
    pub(crate) fn sees(self, of: &str, name: &str, owner: CustomerId) -> bool {
        self.sight(of, name).sees(owner, None)
    }

    /// A search by personal data finds everybody.
    ///
    /// # Errors
    /// They may not see everybody's.
    pub(crate) fn must_see_everybodys_personal_data(self) -> Result<(), QueryError> {
        match self.0.reach(Right::ReadPersonalData) {
            Reach::Everything => Ok(()),
            Reach::Own | Reach::Nothing => Err(QueryError::Forbidden("your role may not search by personal data")),
        }
    }

    fn sight(self, of: &str, name: &str) -> Sight {
        let reach = field(of, name).map_or(Reach::Nothing, |field| field.who.reach(self.0));
        match self.0.whose(reach) {
            Whose::Everybodys => Sight::All,
            Whose::Customers(id) => id.parse().map_or(Sight::Nothing, Sight::Of),
            Whose::Channels(channel) => Sight::OfChannel(channel.to_owned()),
            Whose::Nobodys => Sight::Nothing,
        }
    }
}
