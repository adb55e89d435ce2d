//! Where the databases are: said, in the environment, or left by `orderly dev` in its data folder.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::outcome::Failure;

/// Where the databases are.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection")]
pub struct Connection {
    /// The log's database; without it, the one that `orderly dev` left in the data folder
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// The read models' database, where it is another one
    #[arg(long, env = "READ_DATABASE_URL", global = true, hide_env_values = true, value_name = "URL")]
    pub read_database_url: Option<String>,

    /// The data folder of `orderly dev`
    #[arg(long, env = "ORDERLY_DATA_DIR", global = true, default_value = ".orderly", value_name = "FOLDER")]
    pub data_dir: PathBuf,
}

/// The addresses and secrets that a command works with.
#[derive(Clone)]
pub(crate) struct Addresses {
    pub(crate) log: String,
    pub(crate) read: String,
    pub(crate) master_key: Option<String>,
    pub(crate) claim_key: Option<String>,
}

impl Connection {
    /// Finds them.
    ///
    /// # Errors
    /// Nothing says where the log is.
    pub(crate) fn addresses(&self) -> Result<Addresses, Failure> {
        let log = match &self.database_url {
            Some(url) => url.clone(),
            None => self.left_by_dev()?,
        };
        let read = self.read_database_url.clone().unwrap_or_else(|| log.clone());
        let secret = |name: &str| std::env::var(name).ok().or_else(|| secret_of(&self.data_dir.join("secrets.env"), name));
        Ok(Addresses { log, read, master_key: secret("ORDERLY_MASTER_KEY"), claim_key: secret("ORDERLY_CLAIM_KEY") })
    }

    fn left_by_dev(&self) -> Result<String, Failure> {
        let file = self.data_dir.join("database-url");
        let text = std::fs::read_to_string(&file).map_err(|problem| {
            let file = file.display();
            Failure::Unreachable(format!(
                "no database: DATABASE_URL is not set, and {file} can't be read ({problem}); is orderly dev running?"
            ))
        })?;
        Ok(text.trim().to_owned())
    }
}

/// A line `NAME=value` of the file in which `orderly dev` keeps its secrets.
fn secret_of(file: &Path, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.trim_start_matches("export ").split_once('=')?;
        (key.trim() == name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_folder(folder: &Path) -> Connection {
        Connection { database_url: None, read_database_url: None, data_dir: folder.to_owned() }
    }

    #[test]
    fn without_an_address_it_is_the_one_that_dev_left() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("database-url"), "postgres://orderly@localhost:5544/orderly\n").unwrap();
        std::fs::write(folder.path().join("secrets.env"), "A=1\nORDERLY_MASTER_KEY=\"ab=\"\n").unwrap();
        let found = in_folder(folder.path()).addresses().unwrap();
        assert_eq!((found.log.as_str(), found.read.as_str()), ("postgres://orderly@localhost:5544/orderly", found.log.as_str()));
        assert_eq!(secret_of(&folder.path().join("secrets.env"), "ORDERLY_MASTER_KEY"), Some("ab=".to_owned()));
    }

    #[test]
    fn nothing_to_connect_to_names_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let failure = in_folder(folder.path()).addresses().err().unwrap();
        assert_eq!(failure.outcome().code(), 3);
        assert!(failure.to_string().contains("DATABASE_URL"));
    }
}
