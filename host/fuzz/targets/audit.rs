//! Any bytes as strings in a line of the audit log.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| buildout_fuzz::check::audit::check(bytes));
