//! Ways into the library for what measures and fuzzes it: `benches/micro.rs`, `fuzz/`, `tests/fuzz_corpus.rs`. No part
//! of its interface: the feature `internals` alone makes it public, and nothing here keeps its form.

pub mod fuzz;
pub mod micro;

/// Chooses ring as the process's cryptography for TLS, unless somebody has chosen already.
///
/// `pact_verifier`, which the tests need, turns on TLS in reqwest without choosing its cryptography: then no client of
/// reqwest's can be made until somebody has, not even one for `http`.
pub(crate) fn choose_cryptography() {
    _ = rustls::crypto::ring::default_provider().install_default();
}
