//! The lines of a file, plain or compressed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;

use super::error::{InputError, TrailingBytes};

/// The most bytes of one line: beyond it, this is no CSV.
const LONGEST_LINE_BYTES: u64 = 1 << 20;

/// How a .gz begins.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A file's lines, one after the other, in one buffer.
pub(super) struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    buffer: Vec<u8>,
    number: u64,
}

impl Lines {
    /// Opens a file; what begins like a .gz or is named so is uncompressed.
    pub(super) fn open(path: &Path) -> Result<Self, InputError> {
        Ok(Self { path: path.to_owned(), reader: Box::new(BufReader::with_capacity(1 << 16, open(path)?)), buffer: Vec::new(), number: 0 })
    }

    /// The next line with its number, without its end. An empty one is passed over.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &str)>, InputError> {
        while self.read()? {
            if self.trimmed() > 0 {
                return self.text().map(Some);
            }
        }
        Ok(None)
    }

    fn read(&mut self) -> Result<bool, InputError> {
        self.buffer.clear();
        let mut bounded = self.reader.as_mut().take(LONGEST_LINE_BYTES + 1);
        let length = bounded.read_until(b'\n', &mut self.buffer).map_err(|error| InputError::reading(&self.path, self.number, error))?;
        self.number += 1;
        if length as u64 > LONGEST_LINE_BYTES {
            return Err(InputError::LineTooLong { path: self.path.clone(), line: self.number, limit: LONGEST_LINE_BYTES });
        }
        Ok(length > 0)
    }

    /// Cuts off the line's end, and the byte order mark that some spreadsheets write first.
    fn trimmed(&mut self) -> usize {
        while self.buffer.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            self.buffer.pop();
        }
        if self.number == 1 && self.buffer.starts_with("\u{feff}".as_bytes()) {
            self.buffer.drain(.."\u{feff}".len());
        }
        self.buffer.len()
    }

    fn text(&self) -> Result<(u64, &str), InputError> {
        let text = std::str::from_utf8(&self.buffer).map_err(|_| InputError::NotUtf8 { path: self.path.clone(), line: self.number })?;
        Ok((self.number, text))
    }
}

/// The bytes of a file, uncompressed.
fn open(path: &Path) -> Result<Box<dyn Read + Send>, InputError> {
    let cannot = |source| InputError::Open { path: path.to_owned(), source };
    let mut reader = BufReader::new(File::open(path).map_err(cannot)?);
    let start = reader.fill_buf().map_err(cannot)?;
    if start.is_empty() {
        return Err(InputError::Empty { path: path.to_owned() });
    }
    if start.starts_with(&GZIP_MAGIC) || path.extension().is_some_and(|extension| extension == "gz") {
        return Ok(Box::new(Members::new(reader)));
    }
    Ok(Box::new(reader))
}

/// Whether a file is there and can be read.
///
/// # Errors
/// It cannot, or it is empty.
pub fn check_readable(path: &Path) -> Result<(), InputError> {
    open(path).map(drop)
}

/// What a .gz holds, uncompressed: its members, one behind the other (RFC 1952), and nothing else.
struct Members<R> {
    /// `None` at the end.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    fn new(bytes: R) -> Self {
        Self { member: Some(GzDecoder::new(bytes)) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            self.member = next(self.member.take())?;
        }
        Ok(0)
    }
}

/// The member behind one that was read to its end.
fn next<R: BufRead>(member: Option<GzDecoder<R>>) -> io::Result<Option<GzDecoder<R>>> {
    let Some(mut bytes) = member.map(GzDecoder::into_inner) else { return Ok(None) };
    match bytes.fill_buf()?.first() {
        None => Ok(None),
        Some(first) if *first == GZIP_MAGIC[0] => Ok(Some(GzDecoder::new(bytes))),
        Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, TrailingBytes)),
    }
}
