use std::path::PathBuf;

/// Whose tokens are believed.
#[derive(Debug, Clone, clap::Args)]
pub struct IdentityArgs {
    /// File of the Ed25519 key of tokens (PEM): the private key where tokens are minted, the public key is enough where they are verified.
    #[arg(long, env = "ORDERLY_TOKEN_KEY_FILE", value_name = "FILE")]
    pub token_key: Option<PathBuf>,
    /// Who mints the tokens (`iss`).
    #[arg(long, env = "ORDERLY_TOKEN_ISSUER", default_value = "orderly")]
    pub token_issuer: String,
    /// Whom the tokens are for (`aud`).
    #[arg(long, env = "ORDERLY_TOKEN_AUDIENCE", default_value = "orderly")]
    pub token_audience: String,
}
