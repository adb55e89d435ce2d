use crate::{Caller, Reach, Right, Role};

/// Who may ask for something. Over what, if a right is only over what is one's own, the decision or the read itself says: to others it does not exist.
#[derive(Debug, Clone, Copy)]
pub enum Who {
    /// Callers with one of these rights.
    Having(&'static [Right]),
    /// Every caller with a token.
    Everybody,
    /// A machine that signs what it sends; it has no token.
    Signed,
}

impl Who {
    /// Whether this caller may.
    #[must_use]
    pub fn admits(self, caller: &Caller) -> bool {
        self.reach(caller) != Reach::Nothing
    }

    /// How far this caller may.
    #[must_use]
    pub fn reach(self, caller: &Caller) -> Reach {
        self.furthest(|right| caller.reach(right))
    }

    /// How far callers of this role may, whatever their tokens carry beside it.
    #[must_use]
    pub fn reach_of(self, role: Role) -> Reach {
        self.furthest(|right| role.reach(right))
    }

    fn furthest(self, reach: impl Fn(Right) -> Reach) -> Reach {
        match self {
            Self::Having(rights) => rights.iter().map(|right| reach(*right)).max().unwrap_or(Reach::Nothing),
            Self::Everybody => Reach::Everything,
            Self::Signed => Reach::Nothing,
        }
    }
}
