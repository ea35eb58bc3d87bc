//! What the fuzz target `audit` (`host/fuzz`) kept, once more.

/// Written for both: the fuzz target sees it as part of another crate.
#[path = "../../fuzz/src/check/audit.rs"]
#[allow(unreachable_pub, reason = "the fuzz target reaches it")]
mod check;

#[test]
fn every_input_that_was_kept_keeps_the_laws() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/audit");
    let files: Vec<_> = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 10, "the corpus is there");
    let breaks = |file: &&std::path::PathBuf| {
        let bytes = fs_err::read(file).unwrap();
        std::panic::catch_unwind(|| check::check(&bytes)).is_err()
    };
    assert_eq!(files.iter().filter(breaks).collect::<Vec<_>>(), [""; 0], "these break a law");
}
