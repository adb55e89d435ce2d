use crate::claims::Claims;
use crate::{Grant, Reach, Right, Role, Whose};

/// Who is calling, proven by its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Its id: a customer's is the customer's UUID.
    pub subject: String,
    /// What it is to the shop.
    pub role: Role,
    /// The sales channel it speaks for.
    pub channel: Option<String>,
    /// What it was granted beside the rights of its role; of no meaning but for a service.
    pub grants: Vec<Grant>,
}

impl Caller {
    /// Who a token says its bearer is, without any proof: for clients, who look at their own.
    #[must_use]
    pub fn claimed_by(token: &str) -> Option<Self> {
        jsonwebtoken::dangerous::insecure_decode_claims::<Claims>(token).ok().map(Self::from)
    }

    /// As the log names it: `role:subject`.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("{}:{}", self.role, self.subject)
    }

    /// How far it has the right.
    #[must_use]
    pub fn reach(&self, right: Right) -> Reach {
        let granted = self.role == Role::Service && self.grants.iter().any(|grant| grant.gives().contains(&right));
        if granted { Reach::Everything } else { self.role.reach(right) }
    }

    /// Does it have the right over anything at all?
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        self.reach(right) != Reach::Nothing
    }

    /// Whose things there are for it, with a right that reaches so far: a customer's own, those of the channel that a service speaks for. Whoever else has a right
    /// over its own alone owns nothing.
    #[must_use]
    pub fn whose(&self, reach: Reach) -> Whose<'_> {
        match (reach, self.role, self.channel.as_deref()) {
            (Reach::Everything, _, _) => Whose::Everybodys,
            (Reach::Own, Role::Customer, _) => Whose::Customers(&self.subject),
            (Reach::Own, Role::Service, Some(channel)) => Whose::Channels(channel),
            (Reach::Own, Role::Service, None) | (Reach::Own, Role::Operator | Role::Auditor | Role::Admin, _) | (Reach::Nothing, _, _) => {
                Whose::Nobodys
            }
        }
    }

    /// May it place orders, or register customers, in the name of a channel?
    #[must_use]
    pub fn may_speak_for(&self, channel: &str) -> bool {
        match self.role {
            Role::Admin => true,
            Role::Service => self.channel.as_deref() == Some(channel),
            Role::Customer | Role::Operator | Role::Auditor => false,
        }
    }
}

impl From<Claims> for Caller {
    fn from(claims: Claims) -> Self {
        Self { subject: claims.sub.into(), role: claims.role, channel: claims.channel, grants: claims.grants }
    }
}
