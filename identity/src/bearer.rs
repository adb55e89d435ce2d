use crate::IdentityError;

/// The token in the value of an `Authorization` header (RFC 6750).
///
/// # Errors
/// [`IdentityError::MissingToken`] if there is no header or it is of another scheme.
pub fn bearer_token(authorization: Option<&str>) -> Result<&str, IdentityError> {
    let (scheme, token) = authorization.and_then(|value| value.split_once(' ')).ok_or(IdentityError::MissingToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(IdentityError::MissingToken);
    }
    Ok(token.trim())
}
