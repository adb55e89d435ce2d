//! Runs `replay`.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::shop::Shop;

pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// One JSON document a line.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.stdout, self.stderr);
        self
    }
}

fn program(url: &str, line: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_replay"));
    program
        .args(line.split_whitespace())
        .env("DATABASE_URL", url)
        .env_remove("READ_DATABASE_URL")
        .env_remove("ORDERLY_LOG")
        .env("ORDERLY_MASTER_KEY", "01".repeat(32))
        .env("ORDERLY_CLAIM_KEY", "02".repeat(32))
        .env("USER", "anna")
        .env_remove("ORDERLY_OPERATOR")
        .stdin(Stdio::null());
    program
}

pub(crate) fn replay_at(url: &str, line: &str) -> Ran {
    let output = program(url, line).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

pub(crate) fn replay(shop: &Shop, line: &str) -> Ran {
    replay_at(&shop.database.url, line)
}

/// How it ends when nobody reads what it says.
pub(crate) fn unread(shop: &Shop, line: &str) -> i32 {
    let mut child = program(&shop.database.url, line).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    child.wait().unwrap().code().unwrap()
}

/// What it logs, when it is to log that.
pub(crate) fn logging(shop: &Shop, line: &str, filter: &str) -> String {
    let output = program(&shop.database.url, line).env("ORDERLY_LOG", filter).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}
