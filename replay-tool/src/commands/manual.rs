//! `completions` and `man`: what clap knows, written out.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::outcome::{Failure, Outcome};

/// Completions on stdout.
pub(crate) fn completions(shell: Shell) -> Outcome {
    clap_complete::generate(shell, &mut Cli::command(), "replay", &mut std::io::stdout());
    Outcome::Done
}

/// `replay.1`, `replay-status.1` … in a folder.
pub(crate) fn pages(folder: &Path) -> Result<Outcome, Failure> {
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .map_err(|problem| Failure::Refused(format!("{}: {problem}", folder.display())))?;
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page() {
        let folder = tempfile::tempdir().unwrap();
        pages(folder.path()).unwrap();
        for name in ["replay.1", "replay-status.1", "replay-rebuild.1", "replay-verify.1"] {
            assert!(folder.path().join(name).exists(), "{name}");
        }
    }
}
