//! The fields of one record, each with the place at which it begins: what an error message must name, and what the `csv`
//! crate does not tell. A quote that is never closed harms its own line only.

use std::borrow::Cow;

use super::fault::Place;

/// A record, taken apart.
#[derive(Debug)]
pub(super) struct Fields {
    /// The texts, without quotes and the space around them.
    pub(super) texts: Vec<String>,
    /// Where each begins.
    pub(super) places: Vec<Place>,
    /// Where the record ends.
    pub(super) end: Place,
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

impl Fields {
    /// Takes a record apart at its commas; a field in quotes may have commas, line breaks, and quotes written twice (RFC 4180).
    pub(super) fn of(record: &str) -> Result<Self, Broken> {
        let mut fields = Self::none(record);
        let (mut rest, mut place) = (record, Place::START);
        loop {
            let (length, text) = if rest.starts_with('"') { quoted(rest, place)? } else { plain(rest) };
            fields.texts.push(text.into_owned());
            fields.places.push(place);
            match rest[length..].strip_prefix(',') {
                Some(after) => {
                    place = place.behind(&rest[..=length]);
                    rest = after;
                }
                None => return Ok(fields),
            }
        }
    }

    /// What a record says most probably that cannot be taken apart properly.
    pub(super) fn by_commas(record: &str) -> Self {
        let texts = record.split(',').map(|text| text.trim_matches(['"', ' ']).to_owned()).collect();
        Self { texts, ..Self::none(record) }
    }

    fn none(record: &str) -> Self {
        Self { texts: Vec::with_capacity(12), places: Vec::with_capacity(12), end: Place::START.behind(record) }
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
        let fields = Fields::of(record).unwrap();
        fields.places.iter().zip(&fields.texts).map(|(place, text)| (place.down, place.column, text.clone())).collect()
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
        assert_eq!(Fields::of(r#"a,"b,c"#).err(), Some(Broken::OpenQuote(Place { down: 0, column: 3 })));
        assert_eq!(Fields::of(r#"a,"b"c,d"#).err(), Some(Broken::TextBehindQuote(Place { down: 0, column: 3 })));
    }
}
