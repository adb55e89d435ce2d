//! The secrets of a development stack, made at the first start and kept in its data folder.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use event_store::SecretKey;
use gateways::WebhookSecret;

/// The file that holds them, as lines `NAME=value`.
pub const FILE: &str = "secrets.env";

/// The file that holds the key of tokens.
pub const TOKEN_KEY_FILE: &str = "token-key.pem";

const MASTER_KEY: &str = "ORDERLY_MASTER_KEY";
const CLAIM_KEY: &str = "ORDERLY_CLAIM_KEY";
const WEBHOOK_SECRET: &str = "ORDERLY_CARRIER_WEBHOOK_SECRET";
const POSTGRES_PASSWORD: &str = "ORDERLY_POSTGRES_PASSWORD";

/// What only this stack knows. The environment wins over the file.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Wraps the keys of personal data.
    pub master_key: SecretKey,
    /// Hashes claimed addresses.
    pub claim_key: SecretKey,
    /// Signs what the simulated carrier reports.
    pub webhook_secret: WebhookSecret,
    /// The password of the embedded Postgres.
    pub postgres_password: String,
}

/// Why there are no secrets.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The file cannot be read or written.
    #[error("{path}: {source}; check its owner and rights", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A secret is missing or is none.
    #[error("{name} in {path} is missing or malformed ({reason}); restore the file: what was sealed with it can't be read without it", path = .path.display())]
    Malformed {
        /// Which.
        name: &'static str,
        /// Where it was looked for.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Secrets {
    /// Reads the secrets of a data folder, which are made first if they are not there. Several processes may do this at once:
    /// all have the same.
    ///
    /// # Errors
    /// The file cannot be read or written, or lacks one of them.
    pub fn load_or_create(data_dir: &Path) -> Result<Self, SecretsError> {
        let path = data_dir.join(FILE);
        let failed = |source| SecretsError::File { path: path.clone(), source };
        fs::create_dir_all(data_dir).map_err(failed)?;
        if !path.exists() {
            create(&path, &[MASTER_KEY, CLAIM_KEY, WEBHOOK_SECRET, POSTGRES_PASSWORD], "").map_err(failed)?;
        }
        let text = fs::read_to_string(&path).map_err(failed)?;
        Reader { text: &text, path: &path }.read()
    }
}

struct Reader<'a> {
    text: &'a str,
    path: &'a Path,
}

impl Reader<'_> {
    fn read(&self) -> Result<Secrets, SecretsError> {
        Ok(Secrets {
            master_key: self.secret(MASTER_KEY)?,
            claim_key: self.secret(CLAIM_KEY)?,
            webhook_secret: self.secret(WEBHOOK_SECRET)?,
            postgres_password: self.secret(POSTGRES_PASSWORD)?,
        })
    }

    fn secret<T: std::str::FromStr<Err: std::fmt::Display>>(&self, name: &'static str) -> Result<T, SecretsError> {
        let malformed = |reason: String| SecretsError::Malformed { name, path: self.path.to_owned(), reason };
        let line = self.text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned);
        let text = std::env::var(name).ok().or(line).ok_or_else(|| malformed("there is no such line".to_owned()))?;
        text.trim().parse().map_err(|error: T::Err| malformed(error.to_string()))
    }
}

/// Writes the secrets that the roles share, and further lines, to a file that is not there yet.
///
/// # Errors
/// It cannot be written.
pub(crate) fn create_for_roles(path: &Path, more: &str) -> Result<(), SecretsError> {
    create(path, &[MASTER_KEY, CLAIM_KEY, WEBHOOK_SECRET], more).map_err(|source| SecretsError::File { path: path.to_owned(), source })
}

/// Written whole under another name first, and linked to its own only if nobody else was faster.
fn create(path: &Path, names: &[&str], more: &str) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&draft)?;
    for name in names {
        writeln!(file, "{name}={}", random()?)?;
    }
    file.write_all(more.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn random() -> io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn secrets_are_made_once_and_only_for_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let first = Secrets::load_or_create(folder.path()).unwrap();
        let again = Secrets::load_or_create(folder.path()).unwrap();
        assert_eq!(first.postgres_password, again.postgres_password);
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_lost_secret_is_named_and_never_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), format!("{MASTER_KEY}={}\n", random().unwrap())).unwrap();
        let error = Secrets::load_or_create(folder.path()).unwrap_err();
        assert!(error.to_string().contains(CLAIM_KEY), "{error}");
    }
}
