use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::exit::Outcome;
use crate::output::{self, OutputArgs};

/// Settings of `orderly completions`.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// For which shell
    shell: Shell,
}

/// Settings of `orderly man`.
#[derive(Debug, Clone, Args)]
pub struct ManArgs {
    /// Write the pages of all commands here
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

/// Prints completions for a shell.
///
/// # Errors
/// Stdout can't be written.
pub(crate) fn completions(args: &CompletionsArgs, output: &OutputArgs) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "orderly", &mut script);
    output::lines(output, &String::from_utf8_lossy(&script))?;
    Ok(Outcome::Done)
}

/// Prints the manual page, or writes all of them to a folder.
///
/// # Errors
/// Stdout or the folder can't be written.
pub(crate) fn man(args: &ManArgs, output: &OutputArgs) -> anyhow::Result<Outcome> {
    match &args.dir {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            clap_mangen::generate_to(Cli::command(), folder)?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            output::lines(output, &String::from_utf8_lossy(&page))?;
        }
    }
    Ok(Outcome::Done)
}
