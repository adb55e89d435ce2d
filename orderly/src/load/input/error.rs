use std::io;
use std::path::{Path, PathBuf};

/// Bytes behind the last member of a .gz, as an error of reading it.
#[derive(Debug, thiserror::Error)]
#[error("other bytes stand behind the end of the .gz")]
pub(super) struct TrailingBytes;

/// Why a file cannot be used at all: nothing is sent.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// There is no such file, or it may not be read.
    #[error("{path}: {source}", path = .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Nothing in it.
    #[error("{path}: the file is empty; expected a header and rows", path = .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A header and nothing else.
    #[error("{path}: the file has a header and no rows", path = .path.display())]
    NoRows {
        /// The file.
        path: PathBuf,
    },
    /// The first line does not name the columns.
    #[error("{path}:1: wrong header: {reason}", path = .path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// What is missing or unknown.
        reason: String,
    },
    /// Bytes that are no text.
    #[error("{path}:{line}: the bytes are not UTF-8", path = .path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
    },
    /// A line that no CSV has.
    #[error("{path}:{line}: the line is longer than {limit} bytes", path = .path.display())]
    LineTooLong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The most bytes that a line may have.
        limit: u64,
    },
    /// A compressed file that was cut off.
    #[error("{path}: the .gz ends in the middle (after line {line}); copy it again", path = .path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The last line that could be read.
        line: u64,
    },
    /// A compressed file with something else behind it.
    #[error("{path}: other bytes stand behind the end of the .gz (after line {line}); make or copy it again", path = .path.display())]
    Trailing {
        /// The file.
        path: PathBuf,
        /// The last line of the .gz.
        line: u64,
    },
    /// Bytes that cannot be read or uncompressed.
    #[error("{path}: unreadable after line {line}: {source}", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The last line that could be read.
        line: u64,
        /// What the system or the decoder said.
        source: io::Error,
    },
}

impl InputError {
    /// A failure to read on after a line.
    pub(super) fn reading(path: &Path, line: u64, source: io::Error) -> Self {
        let path = path.to_owned();
        if source.kind() == io::ErrorKind::UnexpectedEof {
            return Self::Truncated { path, line };
        }
        if source.get_ref().is_some_and(|error| error.is::<TrailingBytes>()) {
            return Self::Trailing { path, line };
        }
        Self::Unreadable { path, line, source }
    }

    /// Whether the file is not there at all.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Open { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}
