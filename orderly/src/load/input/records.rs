//! The records of a file: a line each, or several where a quoted field has line breaks in it.

use std::collections::VecDeque;

use super::error::InputError;
use super::fields::{Broken, Fields};
use super::lines::Lines;

/// So many lines are looked at for the end of a quote.
const MOST_LINES: usize = 20;

/// A file's records, one after the other.
pub(super) struct Records {
    lines: Lines,
    /// How many fields a record has.
    fields: usize,
    /// Lines that were read for a quote that they do not close.
    ahead: VecDeque<(u64, String)>,
}

impl Records {
    /// What stands behind the header.
    pub(super) fn behind_header(lines: Lines, fields: usize) -> Self {
        Self { lines, fields, ahead: VecDeque::new() }
    }

    /// The next record with the number of its first line.
    pub(super) fn next(&mut self) -> Result<Option<(u64, String)>, InputError> {
        let Some((number, line)) = self.line()? else { return Ok(None) };
        if matches!(Fields::of(&line), Err(Broken::OpenQuote(_)))
            && let Some(joined) = self.joined(number, &line)?
        {
            return Ok(Some((number, joined)));
        }
        Ok(Some((number, line)))
    }

    fn line(&mut self) -> Result<Option<(u64, String)>, InputError> {
        match self.ahead.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.read(),
        }
    }

    fn read(&mut self) -> Result<Option<(u64, String)>, InputError> {
        Ok(self.lines.next()?.map(|(number, line)| (number, line.to_owned())))
    }

    /// The line and those behind it up to the end of its quote, if that makes a record. Otherwise somebody forgot to close a quote: that
    /// harms its own line only, and the others are read by themselves.
    fn joined(&mut self, number: u64, line: &str) -> Result<Option<String>, InputError> {
        let (mut record, mut last) = (line.to_owned(), number);
        for taken in 0..MOST_LINES {
            if taken == self.ahead.len() {
                let Some(next) = self.read()? else { return Ok(None) };
                self.ahead.push_back(next);
            }
            let (number, line) = &self.ahead[taken];
            // Empty lines are passed over elsewhere, but these stand in a field.
            (last..*number).for_each(|_| record.push('\n'));
            record.push_str(line);
            last = *number;
            match Fields::of(&record) {
                Err(Broken::OpenQuote(_)) => {}
                Ok(found) if found.texts.len() == self.fields => {
                    self.ahead.drain(..=taken);
                    return Ok(Some(record));
                }
                Ok(_) | Err(Broken::TextBehindQuote(_)) => return Ok(None),
            }
        }
        Ok(None)
    }
}
