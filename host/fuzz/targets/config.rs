//! Any bytes as configuration files.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| buildout_fuzz::check::config::check(bytes));
