//! zc.buildout's letters, alone and combined, and what is wrong with others.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

const OPTIONS: &str = "[buildout]\nparts = a\n[a]\nrecipe = debug\nnewest = ${buildout:newest}\n\
                       offline = ${buildout:offline}\nsocket-timeout = ${buildout:socket-timeout}\n";

/// The lines of the options that a run shows.
fn shown(site: &Site, arguments: &[&str]) -> String {
    let run = site.run(arguments);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    let lines = run.stderr.lines().chain(run.stdout.lines());
    lines
        .filter(|line| line.starts_with("a:") || line.starts_with("  "))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn every_letter_does_what_it_does_in_zc_buildout() {
    let site = Site::new(OPTIONS);
    site.write("other.cfg", format!("{OPTIONS}name = other\n"));
    assert_shows(
        shown(&site, &["-oNt", "7"]),
        str![[r#"
a:   newest="false"
a:   offline="true"
a:   recipe="debug"
a:   socket-timeout="7"

"#]],
    );
    assert_shows(
        shown(&site, &["-nOvcother.cfg"]),
        str![[r#"
  because option `name` is new: 'other' (other.cfg:8:8)
  because option `newest` changed: 'false' → 'true' (other.cfg:5:10)
  because option `offline` changed: 'true' → 'false' (other.cfg:6:11)
  because option `socket-timeout` changed: '7' → '' (other.cfg:7:18)
  because option `name` is new: 'other' (other.cfg:8:8)
  because option `newest` changed: 'false' → 'true' (other.cfg:5:10)
  because option `offline` changed: 'true' → 'false' (other.cfg:6:11)
  because option `socket-timeout` changed: '7' → '' (other.cfg:7:18)
a:   name="other"
a:   newest="true"
a:   offline="false"
a:   recipe="debug"
a:   socket-timeout=""

"#]],
    );
}

#[test]
fn q_and_v_are_counted() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = debug\n");
    assert_eq!(site.run(&["-qq"]).stderr, "", "nothing but errors");
    site.write("buildout.cfg", "[buildout]\nparts = a\n[a]\nrecipe = debug\nx = 1\n");
    assert_shows(
        site.run(&["-q"]),
        str![[r#"
exit 0

"#]],
    );
    site.write("buildout.cfg", "[buildout]\nparts = a\n[a]\nrecipe = debug\nx = 2\n");
    assert_shows(
        site.run(&["-vvv"]),
        str![[r#"
exit 0
-- standard error

Configuration data:
[a]
recipe = debug
x = 2
[buildout]
allow-hosts = *
allow-picked-versions = true
allow-unknown-extras = false
bin-directory = [DIR]/bin
develop-eggs-directory = [DIR]/develop-eggs
directory = [DIR]
eggs-directory = [DIR]/eggs/v5
eggs-directory-version = v5
find-links = 
install-from-cache = false
installed = [DIR]/.installed.cfg
log-format = 
log-level = INFO
newest = true
offline = false
parts = a
parts-directory = [DIR]/parts
prefer-final = true
python = buildout
show-picked-versions = false
socket-timeout = 
update-versions-file = 
use-dependency-links = true
verbosity = 30
versions = versions

Uninstalling a.
  because option `x` changed: '1' → '2' (buildout.cfg:5:5)
Installing a.
  because option `x` changed: '1' → '2' (buildout.cfg:5:5)
a:   recipe="debug"
a:   x="2"

"#]],
    );
}

#[test]
fn capital_u_leaves_the_users_own_defaults_out() {
    let site = Site::new("[buildout]\nparts =\n");
    site.write("../home/.buildout/default.cfg", "[mine]\nx = 1\n");
    assert_eq!(site.run(&["query", "mine:x"]).stdout, "1\n");
    assert_shows(
        site.run(&["-U", "query", "mine:x"]),
        str![[r#"
exit 1
-- standard error
Error: Section not found: mine

"#]],
    );
}

#[test]
fn typing_errors_are_answered_with_what_was_meant() {
    let site = Site::new("[buildout]\nparts =\n");
    for typed in
        [&["instal"][..], &["--offlin"], &["bootstrp"], &["plan", "--chek"], &["install", "--check"], &["-x"]]
    {
        let run = site.run(typed);
        assert_eq!(run.exit, Some(2), "{typed:?}");
        site.write(
            "told",
            format!(
                "{}$ buildout {}\n{}",
                if site.has("told") { site.read("told") } else { String::new() },
                typed.join(" "),
                run.stderr
            ),
        );
    }
    assert_shows(
        site.read("told"),
        str![[r#"
$ buildout instal
Error: invalid command: instal
help: did you mean `install`?
$ buildout --offlin
Error: Invalid option --
help: did you mean `--offline`?
$ buildout bootstrp
Error: invalid command: bootstrp
help: did you mean `bootstrap`?
$ buildout plan --chek
Error: Invalid option --
help: did you mean `--check`?
$ buildout install --check
Error: Invalid option --
help: `install` does not take `--check`, which is for `plan`
$ buildout -x
Error: Invalid option -x
help: `buildout --help` lists what there is instead of `-x`

"#]],
    );
}

#[test]
fn a_variable_that_does_not_count_is_said() {
    let site = Site::new("[buildout]\nparts =\n");
    let own = format!("recipes:{}", site.path("more").display());
    site.set("BUILDOUT_RECIPES", &own);
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
no parts
-- standard error
Notice: `BUILDOUT_RECIPES` is ignored: `recipes` is not an absolute path

"#]],
    );
    assert_eq!(site.run(&["-q", "plan"]).stderr, "");
    assert_eq!(site.run(&["--help"]).stderr, "");
}

#[test]
fn a_state_directory_that_is_refused_is_not_made() {
    let site = Site::actor("");
    assert_shows(
        site.run(&["--state-dir=state", "install"]),
        str![[r#"
exit 2
-- standard error
Notice: compiled recipes are not kept: the key [DIR]/state/key would lie inside the project
Error: The state directory [DIR]/state lies inside [DIR]
help: what comes with a project must not say what may be removed: give another `--state-dir`

"#]],
    );
    assert!(!site.has("state"));
}
