//! The fields of one record, each with the place at which it begins: what an error message must name, and what the
//! `csv` crate does not tell. A quote that is never closed harms its own line only.

use std::borrow::Cow;

/// A place in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// How many lines behind the first of the record.
    pub(super) down: u64,
    /// The character in that line, from 1.
    pub(super) column: usize,
}

impl Place {
    /// Where a record begins.
    pub(super) const START: Self = Self { down: 0, column: 1 };

    /// Where this is once the text was passed.
    pub(super) fn behind(self, text: &str) -> Self {
        match text.rsplit_once('\n') {
            None => Self { column: self.column + text.chars().count(), ..self },
            Some((before, last)) => {
                let breaks = 1 + before.matches('\n').count() as u64;
                Self { down: self.down + breaks, column: 1 + last.chars().count() }
            }
        }
    }
}

/// A field of a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// Where it begins.
    pub(super) place: Place,
    /// Its text, without quotes and the space around it.
    pub(super) text: Cow<'a, str>,
}

/// Why a record cannot be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// A quote that is not closed, and where it stands.
    OpenQuote(Place),
    /// A quoted field that goes on behind its quote, and where it begins.
    TextBehindQuote(Place),
}

impl Broken {
    pub(super) fn place(self) -> Place {
        match self {
            Self::OpenQuote(place) | Self::TextBehindQuote(place) => place,
        }
    }

    pub(super) fn message(self) -> &'static str {
        match self {
            Self::OpenQuote(_) => "a quote is not closed",
            Self::TextBehindQuote(_) => "text stands behind the closing quote",
        }
    }
}

/// Takes a record apart at its commas; a field in quotes may have commas, line breaks, and quotes written twice (RFC 4180).
pub(super) fn split(record: &str) -> Result<Vec<Field<'_>>, Broken> {
    let mut fields = Vec::with_capacity(10);
    let (mut rest, mut place) = (record, Place::START);
    loop {
        let (length, text) = if rest.starts_with('"') { quoted(rest, place)? } else { plain(rest) };
        fields.push(Field { place, text });
        match rest[length..].strip_prefix(',') {
            Some(after) => {
                place = place.behind(&rest[..=length]);
                rest = after;
            }
            None => return Ok(fields),
        }
    }
}

fn plain(rest: &str) -> (usize, Cow<'_, str>) {
    let text = rest.split(',').next().unwrap_or_default();
    (text.len(), Cow::Borrowed(text.trim()))
}

/// The length with its quotes and the space behind them, and the text between them.
fn quoted(rest: &str, place: Place) -> Result<(usize, Cow<'_, str>), Broken> {
    let mut end = 1;
    loop {
        end += rest[end..].find('"').ok_or(Broken::OpenQuote(place))? + 1;
        if !rest[end..].starts_with('"') {
            break;
        }
        end += 1;
    }
    let text = rest[1..end - 1].replace("\"\"", "\"");
    let length = end + rest[end..].find(',').unwrap_or(rest.len() - end);
    if rest[end..length].trim().is_empty() { Ok((length, Cow::Owned(text))) } else { Err(Broken::TextBehindQuote(place)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(record: &str) -> Vec<(u64, usize, String)> {
        let fields = split(record).unwrap().into_iter();
        fields.map(|field| (field.place.down, field.place.column, field.text.into_owned())).collect()
    }

    fn expect(fields: &[(usize, &str)]) -> Vec<(u64, usize, String)> {
        fields.iter().map(|(column, text)| (0, *column, (*text).to_owned())).collect()
    }

    #[test]
    fn fields_know_where_they_begin() {
        assert_eq!(texts("a,bc,,d"), expect(&[(1, "a"), (3, "bc"), (6, ""), (7, "d")]));
        assert_eq!(texts("é,b"), expect(&[(1, "é"), (3, "b")]));
        assert_eq!(texts(""), expect(&[(1, "")]));
    }

    #[test]
    fn quotes_protect_commas_and_quotes() {
        assert_eq!(texts(r#""a,b","say ""hi""" ,c"#), expect(&[(1, "a,b"), (7, r#"say "hi""#), (21, "c")]));
    }

    #[test]
    fn behind_a_line_break_columns_are_those_of_the_next_line() {
        let wanted = [(0, 1, "a"), (0, 3, "b\n\nc"), (2, 4, "d")].map(|(down, column, text)| (down, column, text.to_owned()));
        assert_eq!(texts("a,\"b\n\nc\",d"), wanted);
    }

    #[test]
    fn a_broken_quote_is_found_where_it_stands() {
        assert_eq!(split(r#"a,"b,c"#), Err(Broken::OpenQuote(Place { down: 0, column: 3 })));
        assert_eq!(split(r#"a,"b"c,d"#), Err(Broken::TextBehindQuote(Place { down: 0, column: 3 })));
    }
}
