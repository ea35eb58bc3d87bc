//! What the fuzz targets `guard` and `recipe-toml` (`host/fuzz`) kept, once more.

use std::path::PathBuf;

/// Written for both: the fuzz target sees it as part of another crate.
#[path = "../../fuzz/src/check/guard.rs"]
#[allow(unreachable_pub, reason = "the fuzz target reaches it")]
mod guard;
#[path = "../../fuzz/src/check/recipe_toml.rs"]
#[allow(unreachable_pub, reason = "the fuzz target reaches it")]
mod recipe_toml;

/// The inputs of a target that break a law.
fn breaking(target: &str, check: fn(&[u8])) -> Vec<PathBuf> {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let files: Vec<_> = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 10, "the corpus is there");
    let breaks = |file: &PathBuf| {
        let bytes = fs_err::read(file).unwrap();
        std::panic::catch_unwind(|| check(&bytes)).is_err()
    };
    files.into_iter().filter(breaks).collect()
}

#[test]
fn every_sequence_of_calls_that_was_kept_keeps_the_laws() {
    assert_eq!(breaking("guard", guard::check), Vec::<PathBuf>::new(), "these break a law");
}

#[test]
fn every_description_that_was_kept_keeps_the_laws() {
    assert_eq!(breaking("recipe-toml", recipe_toml::check), Vec::<PathBuf>::new(), "these break a law");
}
