//! Sections that count or not.

use super::*;

#[test]
fn a_section_that_does_not_count_leaves_nothing_behind() {
    let configuration = loaded(&[(
        "/p/buildout.cfg",
        "[s:windows]\na = no\n  more\n[buildout]\n[buildout:linux]\nx = 1\n[s:linux]\na = yes\n[s]\nb = 1\n[s:python2]\nb = 2\n",
    )]);
    assert_eq!(expanded(&configuration, "s"), "a = \"yes\"\nb = \"1\"\n");
    assert_eq!(value(&configuration, "buildout", "x"), "1");
    assert!(configuration.warnings.is_empty());
}

#[test]
fn a_condition_can_choose_what_is_extended() {
    let configuration = loaded(&[
        ("/p/buildout.cfg", "[buildout:linux]\nextends = lin.cfg\n[buildout:windows]\nextends = win.cfg\n"),
        ("/p/lin.cfg", "[s]\nos = lin\n"),
    ]);
    assert_eq!(value(&configuration, "s", "os"), "lin");
}

#[test]
fn only_looking_up_a_section_with_an_unsupported_condition_is_an_error() {
    let configuration = loaded(&[(
        "/p/buildout.cfg",
        "[buildout]\n[gcc]\na = 1\n[gcc:os.path.isdir('/x')]\na = 2\n[user]\n<= gcc\n[other]\n",
    )]);
    assert_eq!(
        told(&configuration.warnings, &configuration.sources),
        "unsupported-condition: [gcc] is left out, as its condition is unsupported: unknown name `os.path.isdir`
 --> /p/buildout.cfg:4:6 `os.path.isdir('/x')` conditions are not Python here
help: a condition is an environment marker such as `python_version >= \"3.8\"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`
exit: Done
"
    );
    assert_eq!(expanded(&configuration, "other"), "");
    let error = "unsupported-condition: unsupported condition: unknown name `os.path.isdir`
 --> /p/buildout.cfg:4:6 `os.path.isdir('/x')` decides whether this `[gcc]` counts
note: conditions are not Python here
help: a condition is an environment marker such as `python_version >= \"3.8\"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`
";
    assert_eq!(expanded(&configuration, "gcc"), error);
    assert_eq!(expanded(&configuration, "user"), error, "a macro looks it up too");
}

#[test]
fn all_variables_that_were_not_granted_are_told_in_one_table() {
    let (mut request, mut files) = given(&[
        ("/p/buildout.cfg", "[buildout]\nextends = a.cfg\n[s:env.HOME == '/root' or env.CI]\n"),
        ("/p/a.cfg", "[t:env.USER]\n[t:env.HOME]\n"),
    ]);
    request.environment.insert("CI".to_owned(), None);
    assert_eq!(
        wrong_by(&request, &mut files),
        "  Initializing.
environment-not-granted: conditions ask for 2 environment variables that were not granted
 --> /p/buildout.cfg:3:4 `env.HOME == '/root' or env.CI` reads `HOME`
 --> /p/a.cfg:1:4 `env.USER` reads `USER`
 --> /p/a.cfg:2:4 `env.HOME` reads `HOME`
help: allow it with `--allow-env=HOME`
help: allow it with `--allow-env=USER`
exit: Denied
"
    );
    request.environment.insert("HOME".to_owned(), Some("/root".to_owned()));
    request.environment.insert("USER".to_owned(), Some(String::new()));
    let configuration = loaded_by(&request, &mut files);
    assert_eq!(configuration.names().collect::<Vec<_>>(), ["buildout", "t", "s", "versions"]);
}
