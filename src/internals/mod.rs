//! Ways into the library for what measures and fuzzes it: `benches/micro.rs`, `fuzz/`, `tests/fuzz_corpus.rs`. No part
//! of its interface: the feature `internals` alone makes it public, and nothing here keeps its form.

pub mod fuzz;
pub mod micro;
