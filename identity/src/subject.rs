use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::IdentityError;

/// A caller's id. It stands in the log for ever, so it is never an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Subject(String);

const LONGEST: usize = 128;

impl FromStr for Subject {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, IdentityError> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for Subject {
    type Error = IdentityError;

    fn try_from(text: String) -> Result<Self, IdentityError> {
        let well_formed = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'@');
        if text.is_empty() || text.len() > LONGEST || !well_formed {
            return Err(IdentityError::MalformedClaim { claim: "sub".to_owned() });
        }
        Ok(Self(text))
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.0
    }
}
