#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| flowmock::internals::fuzz::seed_document(data));
