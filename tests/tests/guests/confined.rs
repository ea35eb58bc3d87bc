//! What the kernel holds when the guard of the file system does not.

use std::fs;
use std::time::{Duration, Instant};

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn with_its_guard_turned_off_a_recipe_still_reaches_only_what_it_may() {
    let site = Site::actor(
        "install = try set-mode 600 src/code
    try write src/planted x
    try write src/code x
    try append src/code x
    try truncate src/code
    try unlink src/code
    try rename src/code parts/stolen
    try hard-link src/code parts/linked
    try mkdir src/made
    try rmdir src/empty
    try wasi-symlink code src/link
    try symlink /etc/passwd parts/link
    try write .git/hooks x
    try write buildout.cfg x
    try read .env
    try read src/code
    try mkdir parts/a
    write parts/a/f mine
    read parts/a/f",
    );
    site.write("src/code", "code")
        .write("src/empty/.keep", "")
        .write(".env", "secret")
        .write(".git/config", "");
    fs::remove_file(site.path("src/empty/.keep")).expect("it was just made");
    site.set("BUILDOUT_FAULT", "unguarded");
    let before = site.tree("src");
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
a: write src/planted x: io: Operation not permitted
a: write src/code x: io: Operation not permitted
a: append src/code x: io: Operation not permitted
a: truncate src/code: io: Operation not permitted
a: unlink src/code: io: Operation not permitted
a: rename src/code parts/stolen: io: Operation not permitted
a: hard-link src/code parts/linked: io: Operation not permitted
a: mkdir src/made: io: Operation not permitted
a: rmdir src/empty: io: Operation not permitted
a: wasi-symlink code src/link: io: Operation not permitted
a: symlink /etc/passwd parts/link: denied: [DIR]/parts/link: Operation not permitted (os error 1)
a: write .git/hooks x: io: Operation not permitted
a: write buildout.cfg x: io: Operation not permitted
a: read .env: io: No such file or directory
a: code
a: mine

"#]],
    );
    assert_eq!(site.tree("src").replace("600", "644"), before, "of the source, only a mode was changed");
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/
a/f 644 "mine"

"#]],
    );
}

#[test]
fn the_thread_of_a_recipe_that_did_not_come_with_us_has_given_up_its_rights_for_good() {
    let site = Site::actor("install = say here\n    sleep 60");
    let mut seen = String::new();
    let run = site.run_while(&[], "a: here", "INT", |process| {
        let until = Instant::now() + Duration::from_secs(10);
        while seen.is_empty() && Instant::now() < until {
            for task in fs::read_dir(format!("/proc/{process}/task")).expect("it runs").flatten() {
                let file = |name| fs::read_to_string(task.path().join(name)).unwrap_or_default();
                let status = file("status");
                // One that has ended meanwhile says nothing.
                let Some(rights) = status.lines().find(|line| line.starts_with("NoNewPrivs")) else {
                    continue;
                };
                if file("comm").trim() == "recipe" {
                    seen = rights.to_owned();
                } else {
                    assert_eq!(rights, "NoNewPrivs:\t0", "no other thread: {}", file("comm"));
                }
            }
        }
    });
    assert_eq!(seen, "NoNewPrivs:\t1");
    assert_eq!(run.exit, Some(130));
}
