use serde::{Deserialize, Serialize};

/// A customer's tier: what it takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// 0 %.
    #[default]
    Bronze,
    /// 5 %.
    Silver,
    /// 10 %.
    Gold,
    /// 15 %.
    Platinum,
}
