//! Addresses as they may be shown.

/// A URL that may stand on a screen: without a password, and without its query, in which one may stand as well.
pub(crate) fn without_password(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((credentials, place)) => format!("{scheme}://{}@{place}", credentials.split(':').next().unwrap_or_default()),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_left_out() {
        for (url, shown) in [
            ("postgres://me:secret@127.0.0.1/db", "postgres://me@127.0.0.1/db"),
            ("postgres:///db", "postgres:///db"),
            ("postgres://h/db?user=a&password=s", "postgres://h/db"),
            ("postgres://h:5432/db?application_name=a@b", "postgres://h:5432/db"),
            ("http://me:secret@gateway/v1?token=s", "http://me@gateway/v1"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
