//! Any bytes as `.installed.cfg`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| buildout_fuzz::check::installed::check(bytes));
