//! What a guest can see of the machine.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn the_clocks_of_init_stand_at_1980_and_those_of_install_go() {
    let site = Site::actor("init = time\n    elapsed\ninstall = elapsed");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: seconds since 1970: 315532800, on a 1980-01-01 day
a: time stands still
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: time passes

"#]],
    );
    let run = Site::actor("install = time").run(&[]);
    assert!(run.said("a")[0].ends_with("on a later day"), "{run:?}");
}

#[test]
fn the_random_numbers_of_init_repeat_for_a_part_and_those_of_install_do_not() {
    let site = Site::new(
        "[buildout]\nparts = a b\n[a]\nrecipe = actor\ninit = random\n[b]\nrecipe = actor\ninit = random\ninstall = random\n    time\nupdate = random\n",
    );
    let (first, again) = (raw(&site, &["plan"]), raw(&site, &["plan"]));
    assert_eq!(first, again, "they repeat in every run");
    let [a, b] = &first[..] else { panic!("two parts say something: {first:?}") };
    assert_ne!(a, b, "but not for another part");
    let installed = raw(&site, &["install", "b"]);
    let updated = raw(&site, &["install", "b"]);
    assert_ne!(installed.last(), updated.last(), "and in `install` nobody can know them");
}

/// The random numbers that were printed.
fn raw(site: &Site, arguments: &[&str]) -> Vec<String> {
    let run = site.run_raw(arguments);
    run.lines()
        .filter_map(|line| line.split_once(": random "))
        .map(|(_, numbers)| numbers.to_owned())
        .collect()
}

#[test]
fn no_environment_no_arguments_no_input_and_no_working_directory_are_visible() {
    let look = "environment\n    arguments\n    stdin\n    working-directory\n    directories";
    let site = Site::actor(&format!("init = {look}\ninstall = {look}"));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: environment: nothing
a: 0 arguments
a: standard input: Ok("")
a: no working directory
a: directories: [DIR]
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: environment: nothing
a: 0 arguments
a: standard input: Ok("")
a: no working directory
a: directories: [DIR]

"#]],
    );
}

#[test]
fn the_network_is_denied_in_every_call() {
    let site = Site::actor("init = network 127.0.0.1:1\ninstall = network 127.0.0.1:1");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: resolve: denied
a: connect: denied
a: listen: denied
a: send: denied
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: resolve: denied
a: connect: denied
a: listen: denied
a: send: denied

"#]],
    );
}

#[test]
fn there_is_no_way_out_of_the_directories_that_were_given() {
    let site = Site::actor("init = escape [OUT]\ninstall = escape [OUT]");
    let secret = site.path("../outside/secret").display().to_string();
    let configuration = site.read("buildout.cfg").replace("[OUT]", &secret);
    site.write("buildout.cfg", configuration);
    site.link(site.path("../outside"), "outside").link("../outside/secret", "secret-link");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: 0 of 357 ways lead out
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: 0 of 357 ways lead out

"#]],
    );
}

#[test]
fn facts_are_those_of_this_machine_and_this_run() {
    let site =
        Site::actor("init = facts\n    fact os\n    fact path-separator\n    fact buildout-version\n    run");
    assert_shows(
        site.run(&["-o", "plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: os arch abi exe-suffix path-separator buildout-version
a: os = Some("linux")
a: path-separator = Some(":")
a: buildout-version = Some("0.1.0")
a: offline true, newest false, verbosity 0

"#]],
    );
    assert_shows(
        site.run(&["-n", "plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: os arch abi exe-suffix path-separator buildout-version
a: os = Some("linux")
a: path-separator = Some(":")
a: buildout-version = Some("0.1.0")
a: offline false, newest true, verbosity 0

"#]],
    );
}

#[test]
fn every_call_gets_a_fresh_instance() {
    let site = Site::actor("init = count\ninstall = count\nupdate = count");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: 1
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: 1

"#]],
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: 1
Updating a.
a: 1

"#]],
    );
}

#[test]
fn a_temporary_directory_is_empty_takes_everything_and_is_gone_afterwards() {
    let site = Site::actor(
        "install = temporary\n    mkdir TMP/d\n    write TMP/d/f text\n    rename TMP/d TMP/e\n    read TMP/e/f\n    set-mode 700 TMP/e/f\n    mkdir parts/a\n    rename TMP/e/f parts/a/f\n    return parts/a",
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
a: a temporary directory, empty
a: text

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/
a/f 700 "text"

"#]],
    );
    assert_shows(
        site.tree(".buildout"),
        str![[r#"
.gitignore 644 "*\n"
lock 644 ""

"#]],
    );
}

#[test]
fn a_temporary_directory_is_gone_after_a_trap_as_well_and_not_given_in_init() {
    let site = Site::actor("install = temporary\n    write TMP/f text\n    trap");
    assert_eq!(site.run(&[]).exit, Some(70));
    assert_shows(
        site.tree(".buildout"),
        str![[r#"
.gitignore 644 "*\n"
lock 644 ""

"#]],
    );
    assert_shows(
        Site::actor("init = try temporary").run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: temporary: phase: `files.temporary-directory` cannot be called in `init`

"#]],
    );
}

#[test]
fn a_file_whose_name_is_not_utf8_is_an_error_of_kind_io() {
    use std::os::unix::ffi::OsStrExt as _;
    let site = Site::actor("init = try list odd\n    list plain");
    site.write("odd/x", "").write("plain/x", "");
    let odd = site.path("odd").join(std::ffi::OsStr::from_bytes(b"\xff"));
    std::fs::write(odd, "").expect("this file system takes any name");
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: list odd: io: Illegal byte sequence
a: x

"#]],
    );
}

#[test]
fn a_relative_path_is_an_error() {
    let site = Site::actor(
        "init = try read raw:buildout.cfg\n    try mode raw:buildout.cfg\n    try read-link raw:./x\ninstall = try symlink x raw:parts/a\n    try set-mode 700 raw:parts\n    try write raw:parts/a x",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: read raw:buildout.cfg: io: No such file or directory
a: mode raw:buildout.cfg: user: buildout.cfg: the path is not absolute
a: read-link raw:./x: user: ./x: the path is not absolute
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: symlink x raw:parts/a: user: parts/a: the path is not absolute
a: set-mode 700 raw:parts: user: parts: the path is not absolute
a: write raw:parts/a x: io: No such file or directory

"#]],
    );
    assert_shows(site.tree("parts"), str![]);
}
