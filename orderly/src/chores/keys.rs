use std::fmt::Write;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use identity::TokenKey;
use replay_tool::Show;
use serde::Serialize;

use crate::exit::{Failure, Outcome};
use crate::output::{self, OutputArgs};
use crate::secrets::{self, TOKEN_KEY_FILE};

/// What the roles read of it.
const PUBLIC_KEY_FILE: &str = "token-key.public.pem";

/// What their environment is made of.
const ENVIRONMENT_FILE: &str = "orderly.env";

/// Settings of `orderly keys`.
#[derive(Debug, Clone, Args)]
pub struct KeysArgs {
    /// Where they are written; made where it is not there
    #[arg(long, default_value = "keys", value_name = "FOLDER")]
    dir: PathBuf,
}

/// What was made.
#[derive(Debug, Serialize)]
struct Made {
    environment: PathBuf,
    token_key: PathBuf,
    public_token_key: PathBuf,
}

/// Makes the secrets and the key of tokens that the roles need, once: what is there is never overwritten.
///
/// # Errors
/// Some of it is there already, or the folder can't be written.
pub(crate) fn keys(args: &KeysArgs, output: &OutputArgs) -> anyhow::Result<Outcome> {
    std::fs::create_dir_all(&args.dir)?;
    let folder = args.dir.canonicalize()?;
    let at = |name: &str| folder.join(name);
    let made = Made { environment: at(ENVIRONMENT_FILE), token_key: at(TOKEN_KEY_FILE), public_token_key: at(PUBLIC_KEY_FILE) };
    if let Some(there) = [&made.environment, &made.token_key, &made.public_token_key].into_iter().find(|path| path.exists()) {
        let message = format!(
            "{} is there already and stays as it is: what was sealed with its keys can't be read without them; for other keys name another folder with --dir",
            there.display()
        );
        return Err(Failure::Refused(message).into());
    }
    let key = TokenKey::generate();
    key.save(&made.token_key)?;
    OpenOptions::new().write(true).create_new(true).open(&made.public_token_key)?.write_all(key.public_pem()?.as_bytes())?;
    let public = format!("ORDERLY_TOKEN_KEY_FILE={}\n", quoted(&made.public_token_key));
    secrets::create_for_roles(&made.environment, &public)?;
    output::write(output, &made)?;
    Ok(Outcome::Done)
}

/// As a shell reads it as one word, whatever the folder is called.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

impl Show for Made {
    fn text(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{}   the environment of every role: the same for all, a secret, and worth a backup",
            self.environment.display()
        );
        let _ = writeln!(text, "{}   mints tokens (`orderly token --token-key`): keep it away from the roles", self.token_key.display());
        let _ = writeln!(text, "{}   with which the roles verify them", self.public_token_key.display());
        text
    }
}
