//! Access to the library's internals for benchmarks and fuzzing: `benches/micro.rs`, `fuzz/`, `tests/fuzz_corpus.rs`.
//! It is not part of the interface: only the feature `internals` makes it public, and it may change at any time.

pub mod fuzz;
pub mod micro;

/// Installs ring as the process's cryptography for TLS, unless another one is installed.
///
/// `pact_verifier`, which the tests need, turns on TLS in reqwest without choosing its cryptography. Without this, no
/// client of reqwest works, not even for `http`.
pub(crate) fn choose_cryptography() {
    _ = rustls::crypto::ring::default_provider().install_default();
}
