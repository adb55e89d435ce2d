//! `completions` and `man`: what clap knows, written out.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;
use serde::Serialize;

use crate::cli::Cli;
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, Show};

/// Completions for a shell.
#[derive(Serialize)]
struct Script {
    shell: String,
    script: String,
}

impl Show for Script {
    fn text(&self) -> String {
        self.script.clone()
    }
}

/// Completions on stdout.
pub(crate) fn completions(shell: Shell, output: &mut Output) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "replay", &mut script);
    output.whole(&Script { shell: shell.to_string(), script: String::from_utf8_lossy(&script).into_owned() })?;
    Ok(Outcome::Done)
}

/// The pages that were written.
#[derive(Serialize)]
struct Pages {
    folder: String,
    pages: Vec<String>,
}

impl Show for Pages {
    /// People asked for files, and look for them in the folder.
    fn text(&self) -> String {
        String::new()
    }
}

/// `replay.1`, `replay-status.1` … in a folder.
pub(crate) fn pages(folder: &Path, output: &mut Output) -> Result<Outcome, Failure> {
    let written =
        std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Cli::command(), folder)).and_then(|()| names(folder));
    let pages = written.map_err(|problem| Failure::Refused(format!("{}: {problem}", folder.display())))?;
    output.whole(&Pages { folder: folder.display().to_string(), pages })?;
    Ok(Outcome::Done)
}

fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let names = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    let mut pages: Vec<String> = names.collect::<Result<_, _>>()?;
    pages.retain(|name| name.starts_with("replay") && name.ends_with(".1"));
    pages.sort();
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Format;

    #[test]
    fn every_command_has_a_page() {
        let folder = tempfile::tempdir().unwrap();
        pages(folder.path(), &mut Output::to(std::io::sink(), Format::Text)).unwrap();
        for name in ["replay.1", "replay-status.1", "replay-rebuild.1", "replay-verify.1", "replay-dead-letters-discard.1"] {
            assert!(folder.path().join(name).exists(), "{name}");
        }
    }
}
