use super::{Claim, ClaimTaken};

/// Somebody else has it, or the same holder with another content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The stream that holds it.
    pub holder: String,
}

impl Claim {
    /// Takes it for `holder`; nothing if the same holder has it with the same content already.
    ///
    /// # Errors
    /// [`Held`] by another, or with another content.
    pub fn take(&self, holder: &str, content: Option<String>) -> Result<Option<ClaimTaken>, Held> {
        match &self.holder {
            None => Ok(Some(ClaimTaken { holder: holder.to_owned(), content })),
            Some(current) if current == holder && self.content == content => Ok(None),
            Some(current) => Err(Held { holder: current.clone() }),
        }
    }
}
