#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| flowmock::internals::fuzz::json_patch(data));
