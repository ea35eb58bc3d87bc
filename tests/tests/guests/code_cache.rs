//! Compiled code that somebody touched: it is compiled anew, and the run works.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use buildout_tests::Site;

/// A buildout that has run once, and the one entry of its code cache.
fn after_a_run() -> (Site, PathBuf) {
    let site = Site::actor("init = say alive").with_own_cache();
    assert_eq!(site.run(&["plan"]).exit, Some(0));
    let first = |directory: PathBuf| {
        fs::read_dir(directory)
            .expect("it is there")
            .next()
            .expect("something is in it")
            .expect("it can be read")
            .path()
    };
    let entry = first(first(site.code_cache()));
    assert_eq!(entry.extension().expect("it has one"), "cwasm");
    (site, entry)
}

/// Whether the next run compiles, and works.
fn compiles_again(site: &Site) -> bool {
    let told = site.run_raw(&["plan"]);
    assert!(told.contains("a: alive"), "{told}");
    told.contains("Compiling recipe actor")
}

#[test]
fn code_that_was_kept_is_used_again() {
    let (site, _) = after_a_run();
    assert!(!compiles_again(&site));
}

#[test]
fn code_with_any_flipped_bit_is_compiled_anew() {
    let (site, entry) = after_a_run();
    let sound = fs::read(&entry).expect("it can be read");
    for at in [0, 31, 32, 40, 200, sound.len() / 3, sound.len() / 2, sound.len() - 1] {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        fs::write(&entry, &bytes).expect("it is ours");
        assert!(compiles_again(&site), "byte {at} of {}", sound.len());
        assert!(!compiles_again(&site), "and was kept");
    }
}

#[test]
fn code_that_is_cut_off_empty_or_something_else_is_compiled_anew() {
    let (site, entry) = after_a_run();
    let sound = fs::read(&entry).expect("it can be read");
    for bytes in [&sound[..sound.len() / 2], &sound[..10], b"", b"#!/bin/sh\n", &sound[32..]] {
        fs::write(&entry, bytes).expect("it is ours");
        assert!(compiles_again(&site), "{} bytes", bytes.len());
    }
    fs::remove_file(&entry).expect("it is there");
    fs::create_dir(&entry).expect("nothing is there");
    assert!(compiles_again(&site), "a directory");
}

#[test]
fn code_that_others_may_write_or_that_is_a_link_is_compiled_anew() {
    let (site, entry) = after_a_run();
    fs::set_permissions(&entry, fs::Permissions::from_mode(0o666)).expect("it is ours");
    assert!(compiles_again(&site));
    let elsewhere = site.path("../elsewhere");
    fs::rename(&entry, &elsewhere).expect("one file system");
    symlink(&elsewhere, &entry).expect("nothing is there");
    assert!(compiles_again(&site));
}

#[test]
fn code_under_another_users_key_is_compiled_anew() {
    let (site, _) = after_a_run();
    site.write("../state/buildout/key", "the key of another user of the tests");
    assert!(compiles_again(&site));
}

#[test]
fn code_that_comes_with_a_project_is_not_looked_at() {
    let (site, entry) = after_a_run();
    let code = fs::read(&entry).expect("it can be read");
    fs::remove_file(&entry).expect("it is there");
    let name = entry.file_name().expect("it has one").to_str().expect("it is text");
    for place in [".buildout/cache", ".buildout/code", "parts"] {
        site.write(&format!("{place}/{name}"), &code).write(&format!("{place}/actor.cwasm"), &code);
    }
    assert!(compiles_again(&site));
}

#[test]
fn a_cache_inside_the_project_is_not_used_and_that_is_said() {
    let (site, _) = after_a_run();
    site.set("XDG_CACHE_HOME", &site.path(".cache").display().to_string());
    let told = site.run_raw(&["plan"]);
    assert!(told.contains("compiled recipes are not kept: the cache directory"), "{told}");
    assert!(told.contains("a: alive"), "{told}");
    assert_eq!(fs::read_dir(site.path(".cache/buildout/code")).map_or(0, Iterator::count), 0);
}

#[test]
fn a_cache_that_others_may_write_is_not_used_and_that_is_said() {
    let (site, _) = after_a_run();
    fs::set_permissions(site.code_cache(), fs::Permissions::from_mode(0o777)).expect("it is ours");
    let told = site.run_raw(&["plan"]);
    assert!(told.contains("others may write it"), "{told}");
    assert!(told.contains("a: alive"), "{told}");
}
