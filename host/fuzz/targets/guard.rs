//! Any bytes as calls on files.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| buildout_fuzz::check::guard::check(bytes));
