//! Any bytes as a component, or what it says of itself.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| buildout_fuzz::check::recipe_toml::check(bytes));
