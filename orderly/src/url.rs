//! Addresses of databases, as they may be shown.

/// A URL that may stand on a screen.
pub(crate) fn without_password(url: &str) -> String {
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
        assert_eq!(without_password("postgres://me:secret@127.0.0.1/db"), "postgres://me@127.0.0.1/db");
        assert_eq!(without_password("postgres:///db"), "postgres:///db");
    }
}
