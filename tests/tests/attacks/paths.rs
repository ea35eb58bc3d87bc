//! Paths that lead elsewhere, by text, by links and by what happens meanwhile: the cases PTH and INS.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use buildout_tests::{Site, assert_shows, everything};
use snapbox::str;

/// The actor as part `a`, returning one directory that it makes.
fn made() -> Site {
    Site::actor("install = mkdir parts/a\n    write parts/a/file x\n    return parts/a")
}

#[test]
fn a_buildout_directory_elsewhere_is_refused() {
    for directory in ["..", "../outside", "/", "sub/../.."] {
        let site = Site::new(&format!(
            "[buildout]\nparts = a\ndirectory = {directory}\n[a]\nrecipe = mkdir\npath = new\n"
        ));
        let run = site.run(&[]);
        assert_eq!(run.exit, Some(3), "{directory}: {}", run.stderr);
        assert!(!site.has("../new") && !site.has("../parts"), "{directory}");
    }
}

#[test]
fn a_path_that_came_by_a_reference_or_a_variable_is_judged_like_any_other() {
    for path in ["${lib:up}/outside/new", "${env:UP}/outside/new", "${buildout:directory}/../outside/new"] {
        let site = Site::new(&format!(
            "[buildout]\nparts = a\n[lib]\nup = ..\n[a]\nrecipe = mkdir\npath = {path}\n"
        ));
        site.set("UP", "..");
        let run = site.run(&["--allow-env=UP"]);
        assert_eq!(run.exit, Some(3), "{path}: {}", run.stderr);
        assert!(run.stderr.contains("[ROOT]/outside lies outside the buildout directory"), "{}", run.stderr);
    }
}

#[test]
fn paths_of_other_systems_are_names_here() {
    for name in ["C:x", r"\\srv\s", r"a\..\..\b", "NUL.txt", "con"] {
        let site = Site::new(&format!("[buildout]\nparts = a\n[a]\nrecipe = mkdir\npath = {name}\n"));
        let run = site.run(&["-q"]);
        assert_eq!(run.exit, Some(0), "{name}: {}", run.stderr);
        assert!(site.has(name), "{name} is one name, below the buildout directory");
    }
}

#[test]
fn standard_directories_that_are_links_to_elsewhere_are_refused() {
    for name in ["bin", "eggs", "develop-eggs", "parts"] {
        for target in ["../outside", "[ROOT]/home"] {
            let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = mkdir\npath = parts/a\n");
            site.link(target.replace("[ROOT]", &site.path("..").to_string_lossy()), name);
            let run = site.run(&[]);
            assert_eq!(run.exit, Some(3), "{name} -> {target}: {}", run.stderr);
        }
    }
}

#[test]
fn a_link_in_the_place_of_a_part_is_not_followed() {
    let site = made();
    site.link("../../outside", "parts/a");
    let run = site.run(&[]);
    assert_eq!(run.exit, Some(1), "{}", run.stderr);
    assert!(site.has("parts/a") && !site.has("../outside/new"));
}

#[test]
fn a_template_whose_input_is_a_link_to_a_secret_fails() {
    for target in ["../../outside/secret", "../../home/.netrc"] {
        let site =
            Site::new("[buildout]\nparts = a\n[a]\nrecipe = template\ninput = src/t.in\noutput = parts/t\n");
        site.link(target, "src/t.in");
        let run = site.run(&[]);
        assert!(matches!(run.exit, Some(1 | 3)), "{target}: {}", run.stderr);
        assert!(!site.has("parts/t"), "{target}");
    }
}

#[test]
fn a_recipe_that_copies_a_tree_with_links_gets_nothing_from_outside() {
    let site = Site::actor(
        "install = list src
    try list src/round
    try list src/round/round
    try list src/root
    try list src/up
    try read src/root/etc/passwd
    try read src/up/outside/secret",
    );
    site.write("src/file", "ours").link(".", "src/round").link("/", "src/root").link("../..", "src/up");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: file root round up
a: file root round up
a: file root round up
a: list src/root: io: Operation not permitted
a: list src/up: io: Operation not permitted
a: read src/root/etc/passwd: io: Operation not permitted
a: read src/up/outside/secret: io: Operation not permitted

"#]],
    );
}

#[test]
fn a_link_in_the_place_of_an_installed_directory_is_not_followed() {
    let site = made();
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    fs::remove_dir_all(site.path("parts/a")).expect("it was made");
    site.link("../../outside", "parts/a");
    let run = site.run(&["uninstall"]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert!(site.has("../outside/file"));
}

#[test]
fn a_record_that_names_another_recipe_runs_nothing() {
    let site = made();
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    let bent = site
        .read(".installed.cfg")
        .replace("recipe = actor", "recipe = actor\nuninstall = write parts/evil x")
        .replace("__buildout_signature__ = ", "__buildout_signature__ = sha256:00");
    site.write(".installed.cfg", bent);
    for arguments in [&["uninstall"][..], &["buildout:parts="], &["--adopt", "buildout:parts="]] {
        site.run(arguments);
        assert!(!site.has("parts/evil"), "{arguments:?}");
    }
}

/// Exchanges `parts` with a link to the user's files for as long as the runs last.
#[test]
fn a_directory_that_is_exchanged_with_a_link_meanwhile_leads_nobody_outside() {
    let site = made();
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    fs::create_dir_all(site.path("../outside/a")).expect("there is room");
    site.write("../outside/a/file", "somebody's");
    symlink(site.path("../outside"), site.path("other")).expect("nothing is there");
    let done = AtomicBool::new(false);
    let exchanges = thread::scope(|scope| {
        let exchanging = scope.spawn(|| {
            let mut exchanges = 0_u32;
            while !done.load(Ordering::Relaxed) {
                exchanges += u32::from(exchange(&site.path("parts"), &site.path("other")));
            }
            exchanges
        });
        for round in 0..if everything() { 600 } else { 20 } {
            // Whatever comes of it, `run` fails the test if anything outside changes.
            site.run(if round % 2 == 0 { &["uninstall"] } else { &[] });
        }
        done.store(true, Ordering::Relaxed);
        exchanging.join().expect("it ends")
    });
    assert!(exchanges > 20, "only {exchanges} exchanges");
    assert_eq!(site.read("../outside/a/file"), "somebody's");
}

/// Lets two names change their places at once; whether they did.
fn exchange(one: &Path, other: &Path) -> bool {
    let name = |path: &Path| std::ffi::CString::new(path.as_os_str().as_encoded_bytes()).expect("no NUL");
    let (one, other) = (name(one), name(other));
    // SAFETY: both are texts that end with NUL and live until the call returns.
    let answer = unsafe {
        libc::renameat2(libc::AT_FDCWD, one.as_ptr(), libc::AT_FDCWD, other.as_ptr(), libc::RENAME_EXCHANGE)
    };
    answer == 0
}

#[test]
fn a_script_with_the_name_of_a_program_is_warned_of() {
    let site = Site::actor(
        "install = write bin/sh x\n    write bin/of-our-own x\n    return bin/sh\n    return bin/of-our-own",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: bin/sh has the name of /usr/bin/sh: with [DIR]/bin on your PATH, `sh` starts what this part made

"#]],
    );
}
