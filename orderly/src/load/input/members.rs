//! What a .gz holds: its members, one behind the other (RFC 1952), and nothing else.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::lines::GZIP_MAGIC;

/// Bytes behind the last member.
#[derive(Debug, thiserror::Error)]
#[error("other bytes stand behind the end of the .gz")]
pub(super) struct TrailingBytes;

/// The members of a .gz, uncompressed.
pub(super) struct Members<R> {
    /// `None` at the end.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(bytes: R) -> Self {
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
