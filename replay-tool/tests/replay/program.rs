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

pub(crate) fn replay_at(url: &str, line: &str) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_replay"))
        .args(line.split_whitespace())
        .env("DATABASE_URL", url)
        .env_remove("READ_DATABASE_URL")
        .env("ORDERLY_MASTER_KEY", "01".repeat(32))
        .env("ORDERLY_CLAIM_KEY", "02".repeat(32))
        .env("USER", "anna")
        .env_remove("ORDERLY_OPERATOR")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

pub(crate) fn replay(shop: &Shop, line: &str) -> Ran {
    replay_at(&shop.database.url, line)
}
