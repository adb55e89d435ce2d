use crate::IdentityError;

/// The token in the values of a request's `Authorization` headers (RFC 6750).
///
/// # Errors
/// [`IdentityError::MissingToken`] if there is no header or it is of another scheme; [`IdentityError::SeveralTokens`] if there are several: what one part of a
/// system takes for the caller must be what all others do.
pub fn bearer_token<'a>(authorizations: impl IntoIterator<Item = &'a [u8]>) -> Result<&'a str, IdentityError> {
    let mut values = authorizations.into_iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Err(IdentityError::MissingToken),
        (Some(_), Some(_)) => return Err(IdentityError::SeveralTokens),
        (Some(value), None) => std::str::from_utf8(value).map_err(|_| IdentityError::MalformedToken)?,
    };
    let (scheme, token) = value.split_once(' ').ok_or(IdentityError::MissingToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(IdentityError::MissingToken);
    }
    Ok(token.trim())
}
