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

/// A list that is read in pages. Its name is in its cursors: one of another list is none of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct List(&'static str);

impl List {
    pub(crate) const ORDERS: Self = Self("orders");
    pub(crate) const CUSTOMERS: Self = Self("customers");
    pub(crate) const PRODUCTS: Self = Self("products");
    pub(crate) const STOCK: Self = Self("stock");

    /// Callers must not build cursors: what is in them may change.
    fn opaque(self, cursor: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{cursor}", self.0))
    }

    fn opened(self, cursor: &str) -> Result<String, QueryError> {
        let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let key = text.as_deref().and_then(|text| text.strip_prefix(self.0)?.strip_prefix(':'));
        key.filter(|key| !key.is_empty() && !key.contains('\0')).map(str::to_owned).ok_or_else(QueryError::not_a_cursor)
    }
}

/// Which page of a list is asked for.
///
/// # Errors
/// `first` is not 1 to [`MAX_PAGE`], or `after` is no cursor of the list.
pub(crate) fn request(list: List, first: Option<i32>, after: Option<String>) -> Result<PageRequest, QueryError> {
    let first = match first.map(usize::try_from) {
        None => DEFAULT_PAGE,
        Some(Ok(rows @ 1..=MAX_PAGE)) => rows,
        Some(_) => return Err(QueryError::Argument(format!("first must be 1 to {MAX_PAGE}"))),
    };
    let first = u32::try_from(first).expect("a page has at most 200 rows");
    Ok(PageRequest { first, after: after.as_deref().map(|cursor| list.opened(cursor)).transpose()? })
}

/// A page of what was read, each row as it is shown.
pub(crate) fn page<R, T: OutputType>(list: List, found: projections::Page<R>, request: &PageRequest, show: impl Fn(R) -> T) -> Page<T> {
    let mut page = Page::new(request.after.is_some(), found.has_next);
    page.edges.extend(found.rows.into_iter().map(|(cursor, row)| Edge::new(list.opaque(&cursor), show(row))));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_gives_its_key_back() {
        let list = List::STOCK;
        assert_eq!(list.opened(&list.opaque("berlin/A-17")).unwrap(), "berlin/A-17");
        for wrong in ["", "?", &list.opaque("a\0b"), &list.opaque(""), &URL_SAFE_NO_PAD.encode("berlin/A-17")] {
            assert!(list.opened(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_cursor_of_another_list_is_none() {
        let lists = [List::ORDERS, List::CUSTOMERS, List::PRODUCTS, List::STOCK];
        for (one, other) in lists.into_iter().flat_map(|one| lists.map(|other| (one, other))) {
            assert_eq!(other.opened(&one.opaque("a")).is_ok(), one == other, "{one:?} in {other:?}");
        }
    }

    #[test]
    fn a_page_has_1_to_200_rows() {
        assert_eq!(request(List::ORDERS, None, None).unwrap().first, 20);
        assert_eq!(request(List::ORDERS, Some(200), None).unwrap().first, 200);
        for wrong in [0, -1, 201] {
            assert!(request(List::ORDERS, Some(wrong), None).is_err());
        }
    }
}
