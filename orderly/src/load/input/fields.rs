//! The fields of one line, each with the character at which it begins: what an error message must name, and what the
//! `csv` crate does not tell. A quote that is never closed harms its own line only.

use std::borrow::Cow;

/// A field of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// The character at which it begins, from 1.
    pub(super) column: usize,
    /// Its text, without quotes and the space around it.
    pub(super) text: Cow<'a, str>,
}

/// A quote that is never closed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OpenQuote {
    /// The character where it stands, from 1.
    pub(super) column: usize,
}

/// Takes a line apart at its commas; a field in quotes may have commas, and quotes written twice (RFC 4180).
pub(super) fn split(line: &str) -> Result<Vec<Field<'_>>, OpenQuote> {
    let mut fields = Vec::with_capacity(10);
    let (mut rest, mut column) = (line, 1);
    loop {
        let (length, text) = if rest.starts_with('"') { quoted(rest).ok_or(OpenQuote { column })? } else { plain(rest) };
        fields.push(Field { column, text });
        column += rest[..length].chars().count() + 1;
        match rest[length..].strip_prefix(',') {
            Some(after) => rest = after,
            None => return Ok(fields),
        }
    }
}

fn plain(rest: &str) -> (usize, Cow<'_, str>) {
    let text = rest.split(',').next().unwrap_or_default();
    (text.len(), Cow::Borrowed(text.trim()))
}

/// The length with its quotes, up to the next comma, and the text between them.
fn quoted(rest: &str) -> Option<(usize, Cow<'_, str>)> {
    let mut end = 1;
    loop {
        end += rest[end..].find('"')? + 1;
        if !rest[end..].starts_with('"') {
            break;
        }
        end += 1;
    }
    let text = rest[1..end - 1].replace("\"\"", "\"");
    let length = end + rest[end..].find(',').unwrap_or(rest.len() - end);
    Some((length, Cow::Owned(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<(usize, String)> {
        split(line).unwrap().into_iter().map(|field| (field.column, field.text.into_owned())).collect()
    }

    fn expect(fields: &[(usize, &str)]) -> Vec<(usize, String)> {
        fields.iter().map(|(column, text)| (*column, (*text).to_owned())).collect()
    }

    #[test]
    fn fields_know_where_they_begin() {
        assert_eq!(texts("a,bc,,d"), expect(&[(1, "a"), (3, "bc"), (6, ""), (7, "d")]));
        assert_eq!(texts("é,b"), expect(&[(1, "é"), (3, "b")]));
        assert_eq!(texts(""), expect(&[(1, "")]));
    }

    #[test]
    fn quotes_protect_commas_and_quotes() {
        assert_eq!(texts(r#""a,b","say ""hi""",c"#), expect(&[(1, "a,b"), (7, r#"say "hi""#), (20, "c")]));
    }

    #[test]
    fn an_open_quote_is_found_where_it_stands() {
        assert_eq!(split(r#"a,"b,c"#), Err(OpenQuote { column: 3 }));
    }
}
