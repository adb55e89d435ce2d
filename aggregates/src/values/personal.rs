use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Something about a person. The log replaces it by a sealed box before it is stored, and only a reader who may see it opens the box.
///
/// In JSON it is `{"$personal": {"subject", "value"}}` when it comes from an edge, and whatever the log made of it (`{"$sealed": {…}}`) afterwards.
#[derive(Debug, Clone, PartialEq)]
pub enum Personal<T> {
    /// In clear: on its way into the log, or opened by a reader.
    Clear {
        /// Whose key seals it: the customer's id.
        subject: String,
        /// What it is.
        value: T,
    },
    /// As the log holds it. Aggregates carry it along and never look inside.
    Sealed(serde_json::Value),
}

#[derive(Serialize, Deserialize)]
struct Clear<T> {
    subject: String,
    value: T,
}

#[derive(Serialize)]
struct ClearMarker<'a, T> {
    #[serde(rename = "$personal")]
    personal: ClearRef<'a, T>,
}

#[derive(Serialize)]
struct ClearRef<'a, T> {
    subject: &'a str,
    value: &'a T,
}

impl<T> Personal<T> {
    /// Something about the person `subject`, in clear.
    pub fn of(subject: impl Into<String>, value: T) -> Self {
        Self::Clear { subject: subject.into(), value }
    }

    /// What it is, where it is in clear.
    pub fn clear(&self) -> Option<&T> {
        match self {
            Self::Clear { value, .. } => Some(value),
            Self::Sealed(_) => None,
        }
    }
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Clear { subject, value } => ClearMarker { personal: ClearRef { subject, value } }.serialize(serializer),
            Self::Sealed(sealed) => sealed.serialize(serializer),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut json = serde_json::Value::deserialize(deserializer)?;
        match json.get_mut("$personal").map(serde_json::Value::take) {
            Some(personal) => {
                let Clear { subject, value } = serde_json::from_value(personal).map_err(serde::de::Error::custom)?;
                Ok(Self::Clear { subject, value })
            }
            None => Ok(Self::Sealed(json)),
        }
    }
}
