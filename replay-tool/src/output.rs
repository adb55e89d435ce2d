//! Results on stdout, in the form that was asked for; nothing else goes there.

use std::io::{IsTerminal, Write};

use anstream::AutoStream;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::outcome::Failure;

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

    /// No progress
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

impl OutputArgs {
    /// Whether to color what is written there.
    pub fn colors(&self, to: &impl IsTerminal) -> bool {
        match self.color {
            Color::Auto => to.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
            Color::Always => true,
            Color::Never => false,
        }
    }
}

/// Something that can be shown to people as well as to programs.
pub trait Show: Serialize {
    /// Lines for people, each ending with a newline.
    fn text(&self) -> String;
}

/// Where results go.
pub struct Output {
    out: Box<dyn Write + Send>,
    format: Format,
    written: usize,
    terminal: bool,
}

impl Output {
    /// Standard output.
    pub fn stdout(args: &OutputArgs) -> Self {
        let stdout = std::io::stdout();
        let terminal = stdout.is_terminal();
        let out = match args.color {
            Color::Auto => AutoStream::auto(stdout),
            Color::Always => AutoStream::always(stdout),
            Color::Never => AutoStream::never(stdout),
        };
        Self { out: Box::new(out), format: args.output, written: 0, terminal }
    }

    #[cfg(test)]
    pub(crate) fn to(out: impl Write + Send + 'static, format: Format) -> Self {
        let out: Box<dyn Write + Send> = Box::new(out);
        Self { out: Box::new(AutoStream::never(out)), format, written: 0, terminal: false }
    }

    /// Whether people read it as it comes.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal && self.format == Format::Text
    }

    /// Writes one result. A JSON document of many is an array, written as they come.
    pub(crate) fn item<T: Show>(&mut self, item: &T) -> Result<(), Failure> {
        let separator = if self.written == 0 { "[\n" } else { ",\n" };
        self.written += 1;
        match self.format {
            Format::Text => self.out.write_all(item.text().as_bytes())?,
            Format::Jsonl => writeln!(self.out, "{}", json(item))?,
            Format::Json => write!(self.out, "{separator}{}", json(item))?,
        }
        Ok(self.out.flush()?)
    }

    /// Ends what [`Output::item`] began.
    pub(crate) fn end(&mut self) -> Result<(), Failure> {
        if self.format == Format::Json {
            self.out.write_all(if self.written == 0 { b"[]\n" } else { b"\n]\n" })?;
        }
        Ok(self.out.flush()?)
    }

    /// Writes the one result of a command.
    ///
    /// # Errors
    /// The output can't be written, or nobody reads it any more.
    pub fn whole<T: Show>(&mut self, whole: &T) -> Result<(), Failure> {
        match self.format {
            Format::Text => self.out.write_all(whole.text().as_bytes())?,
            Format::Json => writeln!(self.out, "{}", serde_json::to_string_pretty(whole).expect(SPEAKABLE))?,
            Format::Jsonl => writeln!(self.out, "{}", json(whole))?,
        }
        Ok(self.out.flush()?)
    }

    /// Clears the screen, where there is one.
    pub(crate) fn clear(&mut self) -> Result<(), Failure> {
        match self.is_terminal() {
            true => Ok(self.out.write_all(b"\x1b[2J\x1b[H")?),
            false => Ok(()),
        }
    }
}

const SPEAKABLE: &str = "results are made of what JSON can say";

fn json(item: &impl Serialize) -> String {
    serde_json::to_string(item).expect(SPEAKABLE)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[derive(Serialize)]
    struct Thing(u8);

    impl Show for Thing {
        fn text(&self) -> String {
            format!("thing {}\n", self.0)
        }
    }

    fn written(format: Format, things: u8) -> String {
        let out = Written::default();
        let mut output = Output::to(out.clone(), format);
        (1..=things).for_each(|thing| output.item(&Thing(thing)).unwrap());
        output.end().unwrap();
        String::from_utf8(out.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn many_results_are_lines_or_one_array() {
        assert_eq!(written(Format::Text, 2), "thing 1\nthing 2\n");
        assert_eq!(written(Format::Jsonl, 2), "1\n2\n");
        assert_eq!(written(Format::Json, 2), "[\n1,\n2\n]\n");
        assert_eq!(written(Format::Json, 0), "[]\n");
    }
}
