//! Machines that lack a layer of the sandbox for programs: the cases PLT.
//!
//! The layer is there; a filter has the system say that it is not.

use std::io::{self, Write as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use buildout_tests::{Denied, Site, assert_shows};
use snapbox::str;

const VILLAIN: &str = env!("CARGO_BIN_EXE_villain");

/// The second is one that bubblewrap cannot do without either.
const NO_NAMESPACES: &[Denied] = &[(libc::SYS_unshare, libc::EPERM), (libc::SYS_pivot_root, libc::EPERM)];
/// As where only programs that the system knows may make namespaces.
const NO_NAMESPACES_OF_OUR_OWN: &[Denied] = &[(libc::SYS_unshare, libc::EPERM)];
const NO_MOUNTS: &[Denied] = &[(libc::SYS_mount, libc::EPERM)];
const NO_LANDLOCK: &[Denied] = &[(libc::SYS_landlock_create_ruleset, libc::ENOSYS)];
const LANDLOCK_OFF: &[Denied] = &[(libc::SYS_landlock_create_ruleset, libc::EOPNOTSUPP)];
const NO_FILTERS: &[Denied] = &[(libc::SYS_seccomp, libc::EINVAL)];

/// A part `a` that starts the villain.
fn site(deed: &str) -> Site {
    Site::new(&format!(
        "[buildout]\nparts = a\n\n[a]\nrecipe = actor:program\nprogram = {VILLAIN}\n\
         install = mkdir parts/a\n    start ${{:program}} {deed}\n    return parts/a\n"
    ))
}

fn flags() -> [String; 3] {
    // A guest of the tests is not ours either: where there is no Landlock, its own checks must do.
    [format!("--allow-run={VILLAIN}"), "--allow-env=CC".to_owned(), "--confine=guard".to_owned()]
}

fn run(site: &Site, denied: &[Denied], more: &[&str]) -> buildout_tests::Run {
    let flags = flags();
    let arguments: Vec<&str> = flags.iter().map(String::as_str).chain(more.iter().copied()).collect();
    let mut run = site.run_where(denied, &arguments);
    run.stderr = run.stderr.replace(VILLAIN, "[VILLAIN]");
    run
}

#[test]
fn a_program_is_not_started_where_a_layer_is_missing_and_the_message_names_three_ways_out() {
    for denied in [NO_NAMESPACES, NO_MOUNTS, NO_LANDLOCK, LANDLOCK_OFF, NO_FILTERS] {
        let site = site("bits");
        let run = run(&site, denied, &[]);
        assert_eq!(run.exit, Some(6), "{denied:?}: {}", run.stderr);
        assert_eq!(run.said("a"), [""; 0], "{denied:?}: it was started");
        assert!(run.stderr.contains("it was not started"), "{}", run.stderr);
        assert!(run.stderr.contains("help: one of three: "), "{}", run.stderr);
        assert!(!site.has("parts/a"));
    }
    assert_shows(
        run(&site("bits"), NO_NAMESPACES, &[]),
        str![[r#"
exit 6
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Removed what a had made.
While:
  Installing a.
Error: this machine cannot confine `[VILLAIN]` (namespaces: unshare: Operation not permitted (os error 1)); it was not started
 --> buildout.cfg:4:2
  |
4 | [a]
  |  ^
help: one of three: let this user make namespaces, or install `bubblewrap` (`buildout doctor` tells what is missing); run it where they can be had; or accept with `--process-tier=landlock` that a program can see which files there are, change permissions and times of your files, read the command lines of other programs, use more memory together than one program may

"#]],
    );
}

#[test]
fn a_weaker_tier_that_the_user_accepted_runs_it_and_says_what_leaks() {
    let site = site("bits");
    let run = run(&site, NO_NAMESPACES, &["--process-tier=landlock"]);
    assert_shows(
        run,
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Programs are not confined strictly; they can see which files there are, change permissions and times of your files, read the command lines of other programs, use more memory together than one program may
a: chmod: denied
a: fchmod: denied
a: fchmodat: denied
a: fchmodat2: denied
a: open: denied
a: mkdir: denied
a: mknod: denied
a: a device: denied

"#]],
    );
}

#[test]
fn the_users_policy_accepts_a_tier_and_a_flag_beats_it() {
    let site = site("bits");
    site.write("../home/.config/buildout/policy.toml", "process = \"landlock\"\n");
    let ran = run(&site, NO_NAMESPACES, &[]);
    assert_eq!(ran.exit, Some(0), "{}", ran.stderr);
    let ran = run(&self::site("bits"), NO_NAMESPACES, &["--process-tier=strict"]);
    assert_eq!(ran.exit, Some(6), "{}", ran.stderr);
}

#[test]
fn the_weaker_tier_still_holds_files_and_network() {
    let outside = site("x");
    let place = outside.path("../outside").canonicalize().unwrap();
    let site = site(&format!("files {}", place.display()));
    std::fs::write(site.path("../home/secret"), "CANARY").unwrap();
    let ran = run(&site, NO_NAMESPACES, &["--process-tier=landlock"]);
    assert_eq!(ran.exit, Some(0), "{}", ran.stderr);
    let worked: Vec<&str> = ran.said("a").into_iter().filter(|line| line.ends_with("WORKED")).collect();
    // What it says that it leaks: that there is a file, and whose it is not.
    assert_shows(
        worked.join("\n"),
        str![[r#"
see: WORKED
mode: WORKED
time by path: WORKED
"#]],
    );
}

#[test]
fn the_weaker_tier_ends_all_that_a_program_has_started() {
    let site = site("outlive late");
    let ran = run(&site, NO_NAMESPACES, &["--process-tier=landlock"]);
    assert_eq!(ran.exit, Some(0), "{}", ran.stderr);
    thread::sleep(Duration::from_millis(800));
    assert!(!site.has("parts/a/late"));
    let ran = run(&self::site("stubborn"), NO_NAMESPACES, &["--process-tier=landlock", "--run-time-limit=1"]);
    assert_eq!(ran.exit, Some(5), "{}", ran.stderr);
}

#[test]
fn a_program_runs_without_any_layer_only_if_the_user_says_so() {
    let all = [NO_NAMESPACES, NO_LANDLOCK, NO_FILTERS].concat();
    let ran = run(&site("bits"), &all, &["--process-tier=landlock"]);
    assert_eq!(ran.exit, Some(6), "{}", ran.stderr);
    let ran = run(&site("flood"), &all, &["--process-tier=none"]);
    assert_eq!(ran.exit, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("Programs are not confined strictly; they can do everything that you can do"),
        "{}",
        ran.stderr
    );
}

#[test]
fn no_word_of_the_project_lowers_the_tier() {
    let site = site("bits");
    for option in ["sandbox = off", "process-tier = none", "process = none"] {
        let text = site.read("buildout.cfg").replace("parts = a\n", &format!("parts = a\n{option}\n"));
        let lowered = Site::new(&text);
        let ran = run(&lowered, NO_NAMESPACES, &[]);
        assert_eq!(ran.exit, Some(6), "{option}: {}", ran.stderr);
    }
}

#[test]
fn doctor_tells_of_each_layer_whether_it_is_there() {
    let site = Site::new("[buildout]\nparts =\n");
    for (denied, line, exit) in [
        (NO_NAMESPACES, "  namespaces              no (unshare: Operation not permitted", 6),
        (NO_MOUNTS, "  namespaces              no (mount /: Operation not permitted", 6),
        (NO_LANDLOCK, "  Landlock                no (this kernel has none, or it is turned off)", 6),
        (NO_FILTERS, "  filter of system calls  no (Invalid argument", 6),
        (&[], "programs can be confined: strict, landlock, none", 0),
    ] {
        let run = site.run_where(denied, &["doctor", "--tier=strict"]);
        assert_eq!(run.exit, Some(exit), "{denied:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(line), "{denied:?}: {}", run.stdout);
        assert_eq!(site.run_where(denied, &["doctor"]).exit, Some(0));
    }
}

#[test]
fn an_old_landlock_that_lacks_rights_is_none() {
    for version in 1..=2 {
        let answered = |arguments: &[&str]| {
            site("bits").run_answered(libc::SYS_landlock_create_ruleset, version, arguments)
        };
        let flags = flags();
        let mut all: Vec<&str> = flags.iter().map(String::as_str).collect();
        let run = answered(&all);
        assert_eq!(run.exit, Some(6), "version {version}: {}", run.stderr);
        assert_eq!(run.said("a"), [""; 0], "version {version}: it was started");
        // A recipe that is not ours needs it as well.
        all.retain(|flag| *flag != "--confine=guard");
        let run = answered(&all);
        assert_eq!(run.exit, Some(6), "version {version}: {}", run.stderr);
        let run = answered(&["doctor"]);
        assert!(run.stdout.contains(&format!("version {version}, ")), "{}", run.stdout);
    }
}

#[test]
fn where_bubblewrap_may_make_namespaces_it_makes_them() {
    if !Path::new("/usr/bin/bwrap").exists() {
        // Past what `cargo test` catches, as it shows nothing of a test that passes.
        let said = writeln!(io::stderr(), "left out: there is no bubblewrap here");
        return said.expect("standard error can be written");
    }
    let outside = site("x");
    let place = outside.path("../outside").canonicalize().unwrap();
    for deed in [format!("files {}", place.display()), "bits".to_owned()] {
        let strictly = run(&site(&deed), &[], &[]);
        let run = run(&site(&deed), NO_NAMESPACES_OF_OUR_OWN, &[]);
        assert_eq!((run.exit, run.said("a")), (strictly.exit, strictly.said("a")), "{deed}: {}", run.stderr);
    }
    let ran = run(&site("stubborn"), NO_NAMESPACES_OF_OUR_OWN, &["--run-time-limit=1"]);
    assert_eq!(ran.exit, Some(5), "{}", ran.stderr);
    let doctor = outside.run_where(NO_NAMESPACES_OF_OUR_OWN, &["doctor", "--tier=strict"]);
    assert_eq!(doctor.exit, Some(0), "{}", doctor.stdout);
    assert!(doctor.stdout.contains("namespaces              yes, by bubblewrap"), "{}", doctor.stdout);
}
