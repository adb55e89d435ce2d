//! Results on stdout, in the form that was asked for; nothing else goes there.

use std::fmt::Display;
use std::io::{self, Write};

use anstream::AutoStream;
use clap::{Args, ValueEnum};
use serde::Serialize;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// One JSON document a line
    Jsonl,
}

/// When to color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How the program writes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// How results are written
    #[arg(short = 'o', long, global = true, value_enum, default_value_t = Format::Text)]
    pub output: Format,

    /// When to color
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

impl OutputArgs {
    /// Writes a result. Nobody reading any more is no failure.
    ///
    /// # Errors
    /// Stdout can't be written, the disk behind it full for instance.
    pub fn write<T: Display + Serialize>(&self, result: &T) -> io::Result<()> {
        let text = match self.output {
            Format::Text => result.to_string(),
            Format::Json => serde_json::to_string_pretty(result)?,
            Format::Jsonl => serde_json::to_string(result)?,
        };
        self.lines(&text)
    }

    /// Writes text as it is.
    ///
    /// # Errors
    /// As [`OutputArgs::write`].
    pub fn lines(&self, text: &str) -> io::Result<()> {
        let stdout = io::stdout();
        let mut out = match self.color {
            Color::Auto => AutoStream::auto(stdout),
            Color::Always => AutoStream::always(stdout),
            Color::Never => AutoStream::never(stdout),
        };
        match writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }
}
