use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;
use replay_tool::Show;
use serde::Serialize;

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

/// Where the pages were written; people know, they named it.
#[derive(Serialize)]
struct Pages {
    folder: String,
}

impl Show for Pages {
    fn text(&self) -> String {
        String::new()
    }
}

/// Prints completions of a program for a shell.
///
/// # Errors
/// Stdout can't be written.
pub(crate) fn completions(args: &CompletionsArgs, mut program: Command, output: &OutputArgs) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "orderly", &mut script);
    output::text(output, "script", &String::from_utf8_lossy(&script))?;
    Ok(Outcome::Done)
}

/// Prints the manual page of a program, or writes all of them to a folder.
///
/// # Errors
/// Stdout or the folder can't be written.
pub(crate) fn man(args: &ManArgs, program: Command, output: &OutputArgs) -> anyhow::Result<Outcome> {
    match &args.dir {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            clap_mangen::generate_to(program, folder)?;
            output::write(output, &Pages { folder: folder.display().to_string() })?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(program).render(&mut page)?;
            output::text(output, "page", &String::from_utf8_lossy(&page))?;
        }
    }
    Ok(Outcome::Done)
}
