//! Components that look for a way out, or for the machine's end: cases WSM and PLT.

use std::fs;

use buildout_tests::{Site, assert_shows, guest};
use snapbox::str;

/// Everything that a guest tries, on a system whose kernel does not find paths beneath a directory for us.
///
/// wasmtime 46 let 80 of such ways lead out there (RUSTSEC-2026-0269).
#[test]
fn there_is_no_way_out_where_the_kernel_does_not_find_paths_beneath_a_directory() {
    let site = Site::actor("init = escape [OUT]\ninstall = escape [OUT]");
    let secret = site.path("../outside/secret").display().to_string();
    site.write("buildout.cfg", site.read("buildout.cfg").replace("[OUT]", &secret));
    site.link(site.path("../outside"), "outside").link("../outside/secret", "secret-link");
    let run = site.run_where(&[(libc::SYS_openat2, libc::ENOSYS)], &[]);
    assert_eq!(run.exit, Some(0), "{run:?}");
    assert_eq!(run.said("a"), ["0 of 357 ways lead out"; 2]);
}

/// Somebody exchanges the file between `init` and `install`.
#[test]
fn a_recipe_that_is_exchanged_during_the_run_is_the_one_that_was_looked_at() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = ./a.wasm\ninit = say waiting\n    sleep 1\ninstall = say installing\n",
    );
    site.write("a.wasm", guest("actor"));
    let run = site.run_while(&[], "a: waiting", "CONT", |_| {
        site.write("new.wasm", guest("meta"));
        fs::rename(site.path("new.wasm"), site.path("a.wasm")).expect("it can be renamed");
    });
    assert_eq!((run.exit, run.said("a")), (Some(0), vec!["waiting", "installing"]), "{}", run.stderr);
    // What was made says so, and the next run sees another recipe.
    let plan = site.run(&["plan"]);
    assert!(plan.stdout.contains("recipe") || plan.exit != Some(0), "{plan:?}");
}

#[test]
fn where_the_kernel_cannot_confine_a_recipe_it_is_refused_unless_its_user_says_otherwise() {
    let site =
        Site::new("[buildout]\nparts = ours theirs\n[ours]\nrecipe = mkdir\n[theirs]\nrecipe = actor\n");
    // Not there at all, and there but turned off.
    for error in [libc::ENOSYS, libc::EOPNOTSUPP] {
        assert_shows(
            site.run_where(&[(libc::SYS_landlock_create_ruleset, error)], &[]),
            str![[r#"
exit 6
-- standard error
While:
  Installing.
  Getting section theirs.
  Initializing section theirs.
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) cannot be confined: this machine's kernel cannot confine files (Landlock 0, 3 is needed)
 --> buildout.cfg:6:10
  |
6 | recipe = actor
  |          ^^^^^ this recipe
help: `--confine=guard` runs such recipes here under buildout's own checks alone; the recipes that are built in need nothing

"#]],
        );
    }
    assert!(!site.has("parts"), "nothing was begun");
    assert_shows(
        site.run_where(&[(libc::SYS_landlock_create_ruleset, libc::ENOSYS)], &["--confine=guard"]),
        str![[r#"
exit 0
-- standard error
Notice: recipes that are not built in run under buildout's own checks alone: if these fail, they can open any file, move files between directories, cut files off, open connections, steer devices, send signals, reach abstract sockets
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing ours.
ours: Creating directory ours
Installing theirs.

"#]],
    );
}

#[test]
fn the_users_policy_says_once_and_for_all_that_the_guard_is_enough_and_the_command_line_says_it_last() {
    let site = Site::actor("install = say done");
    site.write("../home/.config/buildout/policy.toml", "confine = \"guard\"\n");
    let run = |arguments: &[&str]| {
        site.run_where(&[(libc::SYS_landlock_create_ruleset, libc::ENOSYS)], arguments).exit
    };
    assert_eq!((run(&[]), run(&["--confine=strict"])), (Some(0), Some(6)));
}

#[test]
fn recipes_that_are_built_in_need_no_help_of_the_kernel() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = mkdir\n");
    let run = site.run_where(&[(libc::SYS_landlock_create_ruleset, libc::ENOSYS)], &["-q"]);
    assert_eq!((run.exit, &*run.stderr), (Some(0), ""));
}

/// Runs a recipe until it has used up what it may: the end of its story, and that nothing is left of it.
fn used_up(script: &str, limit: &str) -> String {
    let site = Site::actor(&format!("install = mkdir parts/a\n    {script}"));
    let run = site.run(&[limit]);
    assert_eq!(run.exit, Some(5), "{run:?}");
    assert_eq!(site.tree("parts"), "", "what it had made is gone");
    let told = run.stderr.lines().filter(|line| line.starts_with("Error") || line.starts_with("help"));
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_file_that_would_fill_the_disk_ends_its_recipe() {
    let script = ["append parts/a/f 0123456789"; 60].join("\n    ");
    assert_shows(
        used_up(&format!("write parts/a/f x\n    {script}"), "--recipe-limit=written=512"),
        str![[r#"
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: it wrote more than 512 bytes
help: `--recipe-limit=written=SIZE` raises the limit
"#]],
    );
}

#[test]
fn a_sparse_file_counts_as_large_as_it_claims_to_be() {
    assert_shows(
        used_up("write parts/a/f x\n    set-length parts/a/f 1099511627776", "-q"),
        str![[r#"
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: it wrote more than 4 GiB
help: `--recipe-limit=written=SIZE` raises the limit
"#]],
    );
}

#[test]
fn files_without_end_end_their_recipe() {
    assert_shows(
        used_up("write-many parts/a 300", "--recipe-limit=files=200"),
        str![[r#"
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: it made more than 200 files
help: `--recipe-limit=files=NUMBER` raises the limit
"#]],
    );
}

#[test]
fn a_handle_that_is_none_is_a_bug_of_the_recipe_and_not_ours() {
    let mut told = String::new();
    for deed in [
        "raw-sync 999",
        "raw-sync -1",
        "raw-sync 0",
        "raw-drop 999",
        "raw-drop-twice",
        "raw-use-after-drop",
        "raw-answer-outside",
    ] {
        let run = Site::actor(&format!("init = {deed}")).run(&[]);
        let error =
            run.stderr.lines().find_map(|line| line.split_once("…): ")).map_or(&*run.stderr, |(_, why)| why);
        told += &format!("{deed}: exit {}: {error}\n", run.exit.unwrap_or(-1));
    }
    assert_shows(
        told,
        str![[r#"
raw-sync 999: exit 70: unknown handle index 999
raw-sync -1: exit 70: unknown handle index 4294967295
raw-sync 0: exit 70: unknown handle index 0
raw-drop 999: exit 70: unknown handle index 999
raw-drop-twice: exit 70: unknown handle index 1
raw-use-after-drop: exit 70: unknown handle index 1
raw-answer-outside: exit 70: pointer out of bounds

"#]],
    );
}
