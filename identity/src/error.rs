use std::path::PathBuf;

/// Why a caller is not known. At the edge all but the last three are a 401.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No token at all.
    #[error("a bearer token is required")]
    MissingToken,
    /// More than one: nobody could tell whose it is.
    #[error("one authorization header is enough, and no more are allowed")]
    SeveralTokens,
    /// Its header says that more must be understood than is (RFC 7515, `crit`).
    #[error("the token asks for an extension that is not understood here")]
    UnknownExtension,
    /// Not a token, or too long for one.
    #[error("the token is malformed")]
    MalformedToken,
    /// Signed by another method than Ed25519, or not at all.
    #[error("the token is not signed with EdDSA")]
    WrongAlgorithm,
    /// Signed with another key, or altered since.
    #[error("the token's signature does not match")]
    WrongSignature,
    /// It was valid once.
    #[error("the token has expired")]
    Expired,
    /// It will be valid later.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Meant for somebody else.
    #[error("the token is for another audience")]
    WrongAudience,
    /// Minted by somebody else.
    #[error("the token is of another issuer")]
    WrongIssuer,
    /// Something that every token has is not there.
    #[error("the token has no claim {claim}")]
    MissingClaim {
        /// Which.
        claim: String,
    },
    /// Something in it is not understood.
    #[error("the token's claim {claim} is malformed")]
    MalformedClaim {
        /// Which.
        claim: String,
    },
    /// A key file can't be read, or is not one.
    #[error("the token key {path}: {message}", path = path.display())]
    Key {
        /// Where it was looked for.
        path: PathBuf,
        /// What was wrong.
        message: String,
    },
    /// No key file is named.
    #[error("no token key: name its file with --token-key or ORDERLY_TOKEN_KEY_FILE")]
    NoKey,
    /// A token was to be minted with a public key, or with claims that no verifier would accept.
    #[error("the token can't be minted: {message}")]
    NotMinted {
        /// Why.
        message: String,
    },
}
