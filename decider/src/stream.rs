use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The name of one stream of events: an aggregate's type and its id, written `type-id`.
///
/// A type never contains a `-`; an id may. Cloning is cheap.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    aggregate_type: Cow<'static, str>,
    aggregate_id: Arc<str>,
}

impl StreamId {
    /// The stream of the aggregate `aggregate_id` of a type that this program knows.
    pub fn new(aggregate_type: &'static str, aggregate_id: impl Into<Arc<str>>) -> Self {
        Self { aggregate_type: Cow::Borrowed(aggregate_type), aggregate_id: aggregate_id.into() }
    }

    /// A stream as it was read from a log, whose type this program may not know.
    pub fn read(aggregate_type: impl Into<String>, aggregate_id: impl Into<Arc<str>>) -> Self {
        Self { aggregate_type: Cow::Owned(aggregate_type.into()), aggregate_id: aggregate_id.into() }
    }

    /// The aggregate's type, such as `stock_item`.
    pub fn aggregate_type(&self) -> &str {
        &self.aggregate_type
    }

    /// The aggregate's id within its type.
    pub fn aggregate_id(&self) -> &str {
        &self.aggregate_id
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.aggregate_type, self.aggregate_id)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no stream's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a stream: expected type-id, such as order-0192f0c1-…")]
pub struct StreamIdError(String);

impl FromStr for StreamId {
    type Err = StreamIdError;

    /// Splits at the first `-`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('-') {
            Some((aggregate_type, id)) if !aggregate_type.is_empty() && !id.is_empty() => Ok(Self::read(aggregate_type, id)),
            Some(_) | None => Err(StreamIdError(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_splits_at_the_first_dash() {
        let stream: StreamId = "stock_item-berlin-1/A-17".parse().unwrap();
        assert_eq!(stream, StreamId::new("stock_item", "berlin-1/A-17"));
        assert_eq!(stream.to_string(), "stock_item-berlin-1/A-17");
        assert!("order".parse::<StreamId>().is_err());
        assert!("-x".parse::<StreamId>().is_err());
        assert!("order-".parse::<StreamId>().is_err());
    }
}
