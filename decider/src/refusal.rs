use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Why the domain said no. An expected answer, never a failure of the machinery.
///
/// Serialized as a flat object of the values that stood in the way (internally tagged with `code`), displayed as one sentence.
pub trait Refusal: std::error::Error + Serialize + Send + Sync + 'static {
    /// What kind of no it is.
    fn class(&self) -> RefusalClass;
}

/// The kinds of no, as far as a caller can act on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalClass {
    /// The aggregate does not exist (or is not the caller's to see).
    NotFound,
    /// The state does not allow it now: another state may.
    State,
    /// The values asked for can never be accepted.
    Value,
    /// The caller's precondition (`If-Match`) does not hold.
    Precondition,
}

/// A refusal as it is stored under its idempotency key and shown at the edges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusalDocument {
    /// Stable name in snake_case, such as `insufficient_stock`.
    pub code: String,
    /// What kind of no it is.
    pub class: RefusalClass,
    /// One sentence with the values.
    pub message: String,
    /// The values that stood in the way, by name.
    pub details: Map<String, Value>,
}

impl RefusalDocument {
    /// The document of a refusal.
    pub fn of(refusal: &impl Refusal) -> Self {
        let mut details = match serde_json::to_value(refusal) {
            Ok(Value::Object(details)) => details,
            Ok(Value::String(code)) => Map::from_iter([("code".to_owned(), Value::String(code))]),
            Ok(_) | Err(_) => Map::new(),
        };
        let code = match details.remove("code") {
            Some(Value::String(code)) => code,
            Some(_) | None => "refused".to_owned(),
        };
        Self { code, class: refusal.class(), message: refusal.to_string(), details }
    }
}

impl std::fmt::Display for RefusalDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
