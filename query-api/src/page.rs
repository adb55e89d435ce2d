//! Pages in Relay's manner, forward: `first` rows `after` a cursor.

use async_graphql::OutputType;
use async_graphql::connection::{Connection, DefaultConnectionName, DefaultEdgeName, Edge, EmptyFields, EnableNodesField};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use projections::PageRequest;

use crate::errors::QueryError;

/// How many rows a page has where nothing is said.
pub(crate) const DEFAULT_PAGE: usize = 20;

/// The most rows that a page may have.
pub(crate) const MAX_PAGE: usize = projections::MAX_PAGE as usize;

/// A page of rows, with `edges`, `nodes` and `pageInfo`.
pub(crate) type Page<T> = Connection<String, T, EmptyFields, EmptyFields, DefaultConnectionName, DefaultEdgeName, EnableNodesField>;

/// Which page is asked for.
///
/// # Errors
/// `first` is not 1 to [`MAX_PAGE`], or `after` is no cursor.
pub(crate) fn request(first: Option<i32>, after: Option<String>) -> Result<PageRequest, QueryError> {
    let first = match first.map(usize::try_from) {
        None => DEFAULT_PAGE,
        Some(Ok(rows @ 1..=MAX_PAGE)) => rows,
        Some(_) => return Err(QueryError::Argument(format!("first must be 1 to {MAX_PAGE}"))),
    };
    let first = u32::try_from(first).expect("a page has at most 200 rows");
    Ok(PageRequest { first, after: after.as_deref().map(opened).transpose()? })
}

/// A page of what was read, each row as it is shown.
pub(crate) fn page<R, T: OutputType>(found: projections::Page<R>, request: &PageRequest, show: impl Fn(R) -> T) -> Page<T> {
    let mut page = Page::new(request.after.is_some(), found.has_next);
    page.edges.extend(found.rows.into_iter().map(|(cursor, row)| Edge::new(opaque(&cursor), show(row))));
    page
}

/// Callers must not build cursors: what is in them may change.
fn opaque(cursor: &str) -> String {
    URL_SAFE_NO_PAD.encode(cursor)
}

fn opened(cursor: &str) -> Result<String, QueryError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|text| !text.contains('\0')).ok_or_else(QueryError::not_a_cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_gives_its_key_back() {
        assert_eq!(opened(&opaque("berlin/A-17")).unwrap(), "berlin/A-17");
        assert!(opened("?").is_err());
        assert!(opened(&opaque("a\0b")).is_err());
    }

    #[test]
    fn a_page_has_1_to_200_rows() {
        assert_eq!(request(None, None).unwrap().first, 20);
        assert_eq!(request(Some(200), None).unwrap().first, 200);
        for wrong in [0, -1, 201] {
            assert!(request(Some(wrong), None).is_err());
        }
    }
}
