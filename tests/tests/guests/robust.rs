//! Surroundings that are not as usual: disks, names, masks, streams, times.
//!
//! Rules: `security.md` INS-08, ROB-05, 06, 12 to 16. A mount of one test is seen by its run alone: each has a mount
//! namespace of its own. Where the machine gives none, the test says that it is skipped.

use std::fs::{self, File, FileTimes};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use buildout_tests::{Run, Site, assert_shows};
use snapbox::str;

/// Whether a process can mount for itself alone; else the reader is told.
fn mounts() -> bool {
    let can = Command::new("/usr/bin/unshare").args(["-r", "-m", "/bin/true"]).status();
    let can = can.is_ok_and(|status| status.success());
    if !can {
        // Past what `cargo test` catches, as it shows nothing of a test that passes.
        let said = writeln!(io::stderr(), "skipped: this machine lets no process mount for itself");
        said.expect("standard error can be written");
    }
    can
}

/// Runs with these mounts, which are gone afterwards.
fn with_mounts(site: &Site, mounts: &str, arguments: &[&str]) -> Run {
    let path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin; export PATH";
    let inside = format!("{path}; ({mounts}) || exit 99; exec \"$0\" \"$@\"");
    let before = format!("exec /usr/bin/unshare -r -m /bin/sh -c '{inside}' \"$0\" \"$@\"");
    let run = site.run_after(&before, arguments);
    assert_ne!(run.exit, Some(99), "nothing could be mounted: {}", run.stderr);
    run
}

/// A buildout with the part `a`, one file of 3 MiB.
fn large() -> Site {
    let site =
        Site::new("[buildout]\nparts = a\n[a]\nrecipe = template\ninput = large.in\noutput = parts/large\n");
    site.write("large.in", "0123456789abcdef".repeat(3 << 16));
    site
}

#[test]
fn a_full_disk_is_said_to_be_full_and_leaves_no_half_of_a_part() {
    if !mounts() {
        return;
    }
    let site = large();
    site.write("parts/.keep", "");
    let full = format!("mount -t tmpfs -o size=1m none {}", site.path("parts").display());
    assert_shows(
        with_mounts(&site, &full, &[]),
        str![[r#"
exit 1
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: Writing [DIR]/parts/large
Removed what a had made.
While:
  Installing a.
Error: [DIR]/parts/large: I/O error
 --> buildout.cfg:3:2
  |
3 | [a]
  |  ^
note: the system refused a write: No space left on device (os error 28)

"#]],
    );
    assert_eq!(site.run(&["-q"]).exit, Some(0), "with room it is made");
    assert_eq!(site.read("parts/large").len(), 3 << 20);
}

#[test]
fn a_project_that_cannot_be_written_is_said_to_be_so_and_can_be_looked_at() {
    if !mounts() {
        return;
    }
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = mkdir\npath = made\n");
    let project = site.path("").canonicalize().expect("it is there");
    let project = project.display();
    let read_only =
        format!("mount --bind {project} {project} && mount -o remount,ro,bind {project} && cd {project}");
    assert_shows(
        with_mounts(&site, &read_only, &[]),
        str![[r#"
exit 1
-- standard error
Error: Cannot use [DIR]/.buildout: Read-only file system (os error 30)

"#]],
    );
    assert_shows(
        with_mounts(&site, &read_only, &["plan"]),
        str![[r#"
exit 1
-- standard output
install a
  it is not installed
-- standard error
Error: Cannot write in [DIR]: Read-only file system (os error 30)
note: nothing was begun
help: run as the user whose directory it is, or make it writable

"#]],
    );
    assert_shows(
        with_mounts(&site, &read_only, &["query", "a:path"]),
        str![[r#"
exit 0
-- standard output
[DIR]/made

"#]],
    );
}

#[test]
fn a_home_that_cannot_be_written_costs_the_cache_and_no_more() {
    if !mounts() {
        return;
    }
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = mkdir\npath = made\n").with_own_cache();
    let cache = site.path("../cache").canonicalize().expect("it is there");
    let cache = cache.display();
    let read_only = format!("mount --bind {cache} {cache} && mount -o remount,ro,bind {cache}");
    assert_shows(
        with_mounts(&site, &read_only, &[]),
        str![[r#"
exit 0
-- standard error
Notice: compiled recipes are not kept: failed to create directory `[ROOT]/cache/buildout/code`: Read-only file system (os error 30)
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: Creating directory made

"#]],
    );
    assert!(site.has("made"));
}

#[test]
fn times_of_another_age_are_times_like_others() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = template\ninput = t.in\noutput = t\n");
    site.write("t.in", "text");
    for seconds in [0, 1 << 31, 4_102_444_800_u64] {
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        for path in ["buildout.cfg", "t.in", "t", ".installed.cfg"] {
            if let Ok(file) = File::open(site.path(path)) {
                file.set_times(FileTimes::new().set_accessed(then).set_modified(then)).expect("it is ours");
            }
        }
        let run = site.run(&["-q"]);
        assert_eq!((run.exit, run.stderr.as_str()), (Some(0), ""), "{seconds} s");
        assert_eq!(site.read("t"), "text");
    }
}

#[test]
fn names_that_few_people_would_choose_are_names_like_others() {
    for name in [
        "with blank",
        "quo'te",
        "dou\"ble",
        "per%cent",
        "do$lar",
        "#hash",
        "ümläut",
        "a\tb",
        &"n".repeat(200),
    ] {
        let site = Site::new(
            "[buildout]\nparts = a\n[a]\nrecipe = template\ninline = ${buildout:directory}\noutput = etc/out\n",
        );
        let inner = site.path(name);
        fs::create_dir(&inner).expect("it can have this name");
        fs::rename(site.path("buildout.cfg"), inner.join("buildout.cfg")).expect("it is there");
        let file = format!("{name}/buildout.cfg");
        let run = site.run(&["-q", "-c", &file]);
        assert_eq!((run.exit, run.stderr.as_str()), (Some(0), ""), "{name:?}");
        let inner = inner.canonicalize().expect("it is there");
        assert_eq!(
            fs::read_to_string(inner.join("etc/out")).expect("it was made"),
            inner.to_str().expect("text")
        );
        let again = site.run(&["-q", "-c", &file, "plan", "--check"]);
        assert_eq!(again.exit, Some(0), "{name:?}: {}", again.stderr);
        assert_eq!(site.run(&["-q", "-c", &file, "uninstall"]).exit, Some(0), "{name:?}");
        assert!(!inner.join("etc/out").exists());
    }
}

#[test]
fn a_directory_whose_name_is_no_text_is_an_error_that_says_so() {
    let site = Site::new("[buildout]\nparts =\n");
    let name = std::ffi::OsStr::from_bytes(b"no-\xff-text");
    fs::create_dir(site.path("").join(Path::new(name))).expect("it can have this name");
    assert_shows(
        site.run_after("cd no-*", &[]),
        str![[r#"
exit 1
-- standard error
Error: The current directory's name is not UTF-8: [DIR]/no-�-text
help: go there under another name, or rename it

"#]],
    );
    assert_shows(
        site.run_after("/bin/mkdir gone; cd gone; /bin/rmdir ../gone", &["plan"]),
        str![[r#"
exit 1
-- standard error
Error: The current directory cannot be used: No such file or directory (os error 2)

"#]],
    );
}

#[test]
fn an_installed_cfg_with_carriage_returns_is_read() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = mkdir\npath = made\n");
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    site.write(".installed.cfg", site.read(".installed.cfg").replace('\n', "\r\n"));
    // Another program wrote it, so it is foreign; what it says is understood all the same.
    assert_shows(
        site.run(&["--adopt"]),
        str![[r#"
exit 0
-- standard error
Taking over a: 1 file or directory counts as made by it.
  [DIR]/made

"#]],
    );
}

#[test]
fn streams_that_are_closed_or_broken_end_a_run_without_a_panic_and_no_half() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = mkdir\npath = made\n");
    for (before, arguments) in [
        ("exec >&-", &["annotate"][..]),
        ("exec 2>&-", &["-v"]),
        ("exec >&- 2>&-", &["-v", "plan"]),
        ("exec >/dev/full", &["annotate"]),
        ("exec 2>/dev/full", &["-v"]),
    ] {
        let run = site.run_after(before, arguments);
        assert!(matches!(run.exit, Some(0 | 1)), "{before}: {:?} {}", run.exit, run.stderr);
        assert!(!run.stderr.contains("panicked"), "{before}: {}", run.stderr);
    }
    let run = site.run_after("\"$0\" annotate 2>&1 | /usr/bin/head -1; exec", &["plan", "--check"]);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert_eq!(site.run(&["-q", "plan", "--check"]).exit, Some(0), "the part stands, and is known to");
}

#[test]
fn the_mask_of_the_process_counts_for_what_is_made() {
    for (mask, directory, file) in [("000", "777", "666"), ("022", "755", "644"), ("077", "700", "600")] {
        let site = Site::new(
            "[buildout]\nparts = a b\n[a]\nrecipe = mkdir\npath = made\n[b]\nrecipe = template\ninline = x\noutput = out\n",
        );
        let run = site.run_after(&format!("umask {mask}"), &["-q"]);
        assert_eq!(run.exit, Some(0), "{}", run.stderr);
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path| {
            format!("{:o}", site.path(path).metadata().expect("it was made").permissions().mode() & 0o777)
        };
        assert_eq!((mode("made"), mode("out")), (directory.to_owned(), file.to_owned()), "umask {mask}");
    }
}

#[test]
fn a_record_of_a_million_paths_ends_at_a_limit_and_not_in_memory() {
    let site = Site::new("[buildout]\nparts =\n");
    let paths: String = (0..1_000_000).map(|number| format!("\n\tparts/{number:060}")).collect();
    site.write(
        ".installed.cfg",
        format!("[buildout]\nparts = a\n\n[a]\n__buildout_installed__ ={paths}\nrecipe = mkdir\n"),
    );
    assert_shows(
        site.run(&["--adopt"]),
        str![[r#"
exit 7
-- standard error
Error: Cannot read the installed parts from [DIR]/.installed.cfg: longer than 64 MiB
help: bring the file back from a copy, or move it away (`mv [DIR]/.installed.cfg [DIR]/.installed.cfg.broken`): then all parts are installed anew and nothing is removed

"#]],
    );
}

#[test]
fn little_memory_few_files_and_few_processes_are_said_to_be_the_systems_word() {
    for (limit, most) in [("-v 3000000", 1), ("-n 16", 1), ("-s 64", 0)] {
        let site = Site::actor("install = mkdir parts/a\n    write parts/a/file x\n    return parts/a");
        let run = site.run_after(&format!("ulimit {limit}"), &[]);
        assert!(run.exit.is_some_and(|exit| exit <= most), "{limit}: {run:?}");
        assert!(!run.stderr.contains("bug"), "{limit}: {}", run.stderr);
        assert_eq!(site.run(&["-q"]).exit, Some(0), "{limit}: with more of it the run goes on");
    }
}
