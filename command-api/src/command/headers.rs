use axum::http::{HeaderMap, HeaderName, header};
use event_store::Expected;

use super::if_match;

use crate::problem::{FieldError, Problem};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What the headers of a command say.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct CommandHeaders {
    /// The client's own name for this command.
    pub(crate) idempotency_key: Option<String>,
    /// The versions that it may have.
    pub(crate) if_match: Option<Expected>,
    /// Which trace it belongs to.
    pub(crate) traceparent: Option<String>,
}

impl CommandHeaders {
    /// Reads them, or says what is wrong with each.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let key = only(headers, &IDEMPOTENCY_KEY).and_then(|key| key.map(parse_key).transpose());
        let if_match = if_match::read(headers.get_all(header::IF_MATCH).iter().map(|value| value.as_bytes()));
        match (key, if_match) {
            (Ok(idempotency_key), Ok(if_match)) => Ok(Self { idempotency_key, if_match, traceparent: traceparent(headers) }),
            (key, if_match) => {
                let wrong = |name: &str, detail: String| FieldError { pointer: None, parameter: Some(name.to_owned()), detail };
                let errors = [key.err().map(|e| wrong("Idempotency-Key", e)), if_match.err().map(|e| wrong("If-Match", e))];
                Err(Problem::invalid(errors.into_iter().flatten().collect()))
            }
        }
    }
}

/// A header that may be there once. What is not visible ASCII is as wrong as an empty text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, String> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => Ok(Some(value.to_str().unwrap_or_default())),
        (Some(_), Some(_)) => Err("is given twice".to_owned()),
    }
}

fn parse_key(key: &str) -> Result<String, String> {
    if (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(key.to_owned());
    }
    Err("must have 1 to 255 visible ASCII characters".to_owned())
}

/// A trace that is not well formed is not worth an error: it is left out.
fn traceparent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(TRACEPARENT)?.to_str().ok()?;
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    let well_formed = lengths == [2, 32, 16, 2] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    well_formed.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(pairs: &[(&'static str, &'static str)]) -> Result<CommandHeaders, Problem> {
        let pairs = pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        CommandHeaders::read(&pairs.collect())
    }

    #[test]
    fn headers_are_read_into_what_they_mean() {
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let headers = read(&[("idempotency-key", "a-1"), ("if-match", "\"3\""), ("traceparent", trace)]).unwrap();
        assert_eq!((headers.idempotency_key.as_deref(), headers.if_match), (Some("a-1"), Some(Expected::OneOf(vec![3]))));
        assert_eq!(headers.traceparent.as_deref(), Some(trace));
        assert_eq!(read(&[("traceparent", "nonsense")]).unwrap(), CommandHeaders::default());
    }

    #[test]
    fn a_key_with_a_space_and_a_version_without_quotes_are_refused() {
        for pair in [("idempotency-key", "a b"), ("idempotency-key", ""), ("if-match", "3"), ("if-match", "")] {
            assert!(read(&[pair]).is_err(), "{pair:?}");
        }
    }
}
