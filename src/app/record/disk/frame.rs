//! [`Frame`]: records that are stored together, and can be told from half of them.
//!
//! A line with the checksum (CRC-32) and the length of what follows, both in eight hex digits; then a line for each record.

use std::io::{self, BufRead, Read};

/// The length of the first line.
const HEAD: usize = 18;

/// A frame that is written.
#[derive(Default)]
pub(crate) struct Frame(Vec<u8>);

impl Frame {
    /// The bytes of a frame of these records.
    pub(crate) fn fill(&mut self, records: &[Vec<u8>]) -> &[u8] {
        const KEPT: usize = 1024 * 1024;
        self.0.clear();
        self.0.shrink_to(KEPT);
        self.0.resize(HEAD, b' ');
        for record in records {
            self.0.extend_from_slice(record);
            self.0.push(b'\n');
        }
        let body = &self.0[HEAD..];
        let head = format!("{:08x} {:08x}\n", crc32fast::hash(body), body.len());
        self.0[..HEAD].copy_from_slice(head.as_bytes());
        &self.0
    }
}

/// What stands at a place of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A whole frame with these bytes behind its head.
    Frame(Vec<u8>),
    /// The end of the file.
    End,
    /// A frame of which the end is missing, or which is damaged, so many bytes from there to the end of the file.
    Torn(u64),
    /// A damaged frame that others follow.
    Damaged,
}

/// Reads the next frame of a file in which `left` bytes are left.
///
/// # Errors
/// The system's.
pub(crate) fn read(file: &mut impl BufRead, left: u64) -> io::Result<Found> {
    if left == 0 {
        return Ok(Found::End);
    }
    let mut head = Vec::with_capacity(HEAD);
    file.take(HEAD as u64).read_to_end(&mut head)?;
    if head.len() < HEAD {
        return Ok(Found::Torn(left));
    }
    let Some((checksum, length)) = parse(&head) else {
        // A file may have its length before it has its bytes, if the machine loses power. These are zeros.
        let is_unwritten = head.last() == Some(&0) && are_zeros(file)?;
        return Ok(if is_unwritten { Found::Torn(left) } else { Found::Damaged });
    };
    let behind = left.saturating_sub(HEAD as u64);
    if length > behind {
        return Ok(Found::Torn(left));
    }
    let mut body = Vec::with_capacity(length as usize);
    file.take(length).read_to_end(&mut body)?;
    if body.len() as u64 == length && crc32fast::hash(&body) == checksum {
        return Ok(Found::Frame(body));
    }
    Ok(if length == behind { Found::Torn(left) } else { Found::Damaged })
}

/// Whether all bytes that are left are zeros.
fn are_zeros(file: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = file.fill_buf()?;
        let length = bytes.len();
        if length == 0 {
            return Ok(true);
        }
        if bytes.iter().any(|byte| *byte != 0) {
            return Ok(false);
        }
        file.consume(length);
    }
}

/// The records of a frame.
pub(crate) fn records(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split(|byte| *byte == b'\n').filter(|record| !record.is_empty())
}

fn parse(head: &[u8]) -> Option<(u32, u64)> {
    let text = str::from_utf8(head).ok()?.strip_suffix('\n')?;
    let (checksum, length) = text.split_once(' ')?;
    let number = |text: &str| u32::from_str_radix(text, 16).ok().filter(|_| text.len() == 8);
    Some((number(checksum)?, number(length)?.into()))
}
