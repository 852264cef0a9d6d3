//! [`Inflater`]: inflates a gzip body in pieces of bounded size.

use flate2::write::MultiGzDecoder;
use hyper::body::Bytes;
use std::io::{self, Write};

/// The number of compressed bytes that are inflated at a time. They inflate to at most a thousand times as much, 256 KiB,
/// so a body that exceeds its limit is noticed early.
const STEP: usize = 256;

/// Inflates one body.
pub(crate) struct Inflater {
    decoder: MultiGzDecoder<Vec<u8>>,
    /// Compressed bytes that have arrived and are not inflated yet.
    input: Bytes,
    /// Whether any compressed bytes have arrived.
    has_begun: bool,
}

impl Inflater {
    /// An inflater without input.
    pub(crate) fn new() -> Self {
        Self { decoder: MultiGzDecoder::new(Vec::new()), input: Bytes::new(), has_begun: false }
    }

    /// Takes the next compressed bytes. All earlier bytes must have been inflated.
    pub(crate) fn push(&mut self, input: Bytes) {
        self.has_begun |= !input.is_empty();
        self.input = input;
    }

    /// The next piece of the body; `None` if more compressed bytes are needed.
    ///
    /// # Errors
    /// If the bytes are not gzip.
    pub(crate) fn next_piece(&mut self) -> io::Result<Option<Bytes>> {
        while !self.input.is_empty() {
            let step = self.input.split_to(STEP.min(self.input.len()));
            self.decoder.write_all(&step)?;
            let piece = std::mem::take(self.decoder.get_mut());
            if !piece.is_empty() {
                return Ok(Some(piece.into()));
            }
        }
        Ok(None)
    }

    /// The last piece, which may be empty. No bytes at all are an empty body.
    ///
    /// # Errors
    /// If the compressed bytes are incomplete, or their checksum does not match.
    pub(crate) fn finish(&mut self) -> io::Result<Bytes> {
        if self.has_begun {
            self.decoder.try_finish()?;
        }
        Ok(std::mem::take(self.decoder.get_mut()).into())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    /// Compresses `bytes` with gzip.
    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Inflates `gzip`, which arrives in frames of `frame` bytes.
    fn inflated(gzip: &[u8], frame: usize) -> io::Result<Vec<u8>> {
        let (mut inflater, mut all) = (Inflater::new(), Vec::new());
        for frame in gzip.chunks(frame) {
            inflater.push(Bytes::copy_from_slice(frame));
            while let Some(piece) = inflater.next_piece()? {
                assert!(piece.len() <= 512 * 1024, "{}", piece.len());
                all.extend_from_slice(&piece);
            }
        }
        all.extend_from_slice(&inflater.finish()?);
        Ok(all)
    }

    #[test]
    fn zeros_that_compress_a_thousandfold_come_in_small_pieces() {
        let zeros = vec![0; 10_000_000];
        assert!(inflated(&gzip(&zeros), 1_000_000).unwrap() == zeros);
    }

    #[test]
    fn malformed_or_incomplete_gzip_is_an_error() {
        let whole = gzip(b"hello, hello, hello");
        for length in 1..whole.len() {
            assert!(inflated(&whole[..length], 7).is_err(), "{length}");
        }
        assert_eq!(inflated(b"", 7).unwrap(), b"");
        assert!(inflated(b"{\"name\": \"orders\"}", 7).is_err());
        let mut changed = whole.clone();
        *changed.iter_mut().rev().nth(5).unwrap() ^= 1;
        assert!(inflated(&changed, 7).is_err());
        assert!(inflated(&[&whole[..], b"{}{}{}{}{}{}"].concat(), 7).is_err());
    }

    proptest! {
        #[test]
        fn bytes_come_back_however_they_arrive(
            bytes in prop::collection::vec(any::<u8>(), 0..5000), frame in 1_usize..600,
        ) {
            prop_assert_eq!(inflated(&gzip(&bytes), frame).unwrap(), bytes);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
            _ = inflated(&[&b"\x1f\x8b\x08\x00"[..], &bytes].concat(), 100);
        }
    }
}
