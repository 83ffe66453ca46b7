#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ml_board::fuzz::request(data));
