//! Results on stdout, as `replay` writes them; nobody reading any more is no failure.

use std::collections::BTreeMap;

use replay_tool::{Failure, Output, Show};
pub(crate) use replay_tool::{Format, OutputArgs};
use serde::Serialize;

/// Writes a result in the form that was asked for.
///
/// # Errors
/// Stdout can't be written, the disk behind it full for instance.
pub(crate) fn write(args: &OutputArgs, result: &impl Show) -> Result<(), Failure> {
    match Output::stdout(args).whole(result) {
        Err(Failure::OutputClosed) => Ok(()),
        written => written,
    }
}

/// Writes text as it is, whatever form was asked for.
///
/// # Errors
/// As [`write()`].
pub(crate) fn lines(args: &OutputArgs, text: &str) -> Result<(), Failure> {
    self::text(&OutputArgs { output: Format::Text, ..args.clone() }, "text", text)
}

/// Writes a text that is the whole result: as it is, or as the one member of a document.
///
/// # Errors
/// As [`write()`].
pub(crate) fn text(args: &OutputArgs, name: &'static str, text: &str) -> Result<(), Failure> {
    write(args, &Text(BTreeMap::from([(name, text)])))
}

#[derive(Serialize)]
#[serde(transparent)]
struct Text<'a>(BTreeMap<&'static str, &'a str>);

impl Show for Text<'_> {
    fn text(&self) -> String {
        self.0.values().map(|text| format!("{}\n", text.trim_end())).collect()
    }
}
