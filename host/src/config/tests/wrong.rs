//! What is told about files that are wrong.

use super::*;

#[test]
fn bad_lines_of_all_files_are_told_at_once_with_advice() {
    assert_eq!(
        wrong(&[
            (
                "/p/buildout.cfg",
                "x = 1\n[buildout]\nextends = a.cfg\nwhat\na: 1\nnope nope = 3\n[my section]\n"
            ),
            ("/p/a.cfg", "[s]\n  indented\n"),
        ]),
        "  Initializing.
missing-header: File contains no section headers.
file: /p/buildout.cfg, line: 1
'x = 1\\n'
 --> /p/buildout.cfg:1:1 `x = 1` no section yet
help: begin with a header such as `[buildout]`
  Initializing.
bad-line: File contains parsing errors: /p/buildout.cfg
\t[line  4]: 'what\\n'
\t[line  5]: 'a: 1\\n'
\t[line  6]: 'nope nope = 3\\n'
\t[line  7]: '[my section]\\n'
 --> /p/buildout.cfg:4:1 `what` neither a header nor an option
 --> /p/buildout.cfg:5:1 `a: 1` neither a header nor an option
 --> /p/buildout.cfg:6:1 `nope nope = 3` neither a header nor an option
 --> /p/buildout.cfg:7:1 `[my section]` neither a header nor an option
help: indent the line if it belongs to the option above it
help: options are written `NAME = VALUE`, with `=` and not `:`
help: an option's name has no blanks, colons, braces or brackets
help: a header is `[NAME]`, and its name has no blanks or brackets
"
    );
    assert_eq!(
        wrong(&[
            ("/p/buildout.cfg", "[buildout]\nextends = a.cfg b.cfg\n"),
            ("/p/a.cfg", "[s]\n  indented\n"),
            ("/p/b.cfg", "[s:'#' == '#']"),
        ]),
        "  Initializing.
bad-line: File contains parsing errors: /p/a.cfg
\t[line  2]: '  indented\\n'
 --> /p/a.cfg:2:1 `  indented` neither a header nor an option
help: an indented line continues the option above it; there is none in this section yet
  Initializing.
missing-header: File contains no section headers.
file: /p/b.cfg, line: 1
\"[s:'#' == '#']\"
 --> /p/b.cfg:1:1 `[s:'#' == '#']` no section yet
help: begin with a header such as `[buildout]`
"
    );
}

#[test]
fn a_file_that_is_no_utf_8_is_told_with_the_byte() {
    let (request, mut files) = given(&[]);
    files.add("/p/buildout.cfg", b"[s]\na = caf\xe9\n".to_vec());
    assert_eq!(
        wrong_by(&request, &mut files),
        "  Initializing.
not-utf-8: /p/buildout.cfg is not UTF-8 text: byte 0xe9 in position 11
 --> /p/buildout.cfg:2:8 `\u{fffd}` this byte
help: save the file as UTF-8
"
    );
}

#[test]
fn a_root_file_that_is_not_there_is_told_as_zc_buildout_does() {
    assert_eq!(
        wrong(&[]),
        "  Initializing.\ncannot-open: Couldn't open /p/buildout.cfg\nnote: there is no such file\nhelp: `buildout init` writes one to begin with; `-c FILE` names another\n"
    );
}

#[test]
fn options_that_steer_reading_are_checked() {
    assert_eq!(
        wrong(&[("/p/buildout.cfg", "[buildout]\nextended-by = a.cfg\noptional-extends = http://x/y\n")]),
        "  Initializing.
extended-by: No-longer supported \"extended-by\" option found in /p/buildout.cfg.
 --> /p/buildout.cfg:2:1 `extended-by`
help: name this file in the `extends` of that one
  Initializing.
optional-extends-url: optional-extends takes no URL: http://x/y
 --> /p/buildout.cfg:3:20 `http://x/y`
help: name it in `extends`
"
    );
    assert_eq!(
        wrong(&[("/p/buildout.cfg", "[buildout]\nextends-cache = ${buildout:directory}/cache\n")]),
        "  Initializing.
extends-cache-reference: extends-cache '${buildout:directory}/cache' may not contain ${section:variable} to expand.
 --> /p/buildout.cfg:2:17 `${buildout:directory}/cache`
help: write the path itself; `~` and relative paths are fine
"
    );
    assert_eq!(
        wrong(&[("/p/buildout.cfg", "[buildout]\nversions = version\n[versions]\n")]),
        "  Initializing.
missing-section: The referenced section, 'version', was not defined.
 --> /p/buildout.cfg:2:12 `version` named here
help: did you mean `versions`?
"
    );
}

#[test]
fn a_directory_in_a_remote_file_must_be_absolute() {
    let (request, mut files) =
        given(&[("/p/buildout.cfg", "[buildout]\nextends = https://example.org/a.cfg\n")]);
    files.remote.insert("https://example.org/a.cfg".into(), b"[buildout]\neggs-directory = eggs\n".into());
    assert_eq!(
        wrong_by(&request, &mut files),
        "  Initializing.
ambiguous-directory: Setting \"eggs-directory\" to a non absolute location (\"eggs\") within a
remote configuration file (\"https://example.org/a.cfg\") is ambiguous.
 --> https://example.org/a.cfg:2:1 `eggs-directory = eggs`
help: write an absolute path
"
    );
}

#[test]
fn an_increment_of_extends_is_an_option_and_a_warning() {
    let (mut request, mut files) = given(&[("/p/buildout.cfg", "[buildout]\nextends += a.cfg\n")]);
    request.assignments.push(Assignment::parse("buildout:extends+=b.cfg").unwrap());
    let configuration = loaded_by(&request, &mut files);
    assert_eq!(value(&configuration, "buildout", "extends"), "a.cfg");
    assert_eq!(
        told(&configuration.warnings, &configuration.sources),
        "extends-increment: `extends` takes no `+=` or `-=`; this does nothing
 --> command line:1:10 `extends`
exit: Done
extends-increment: `extends` takes no `+=` or `-=`; this is an option like any other
 --> /p/buildout.cfg:2:1 `extends`
help: write all files behind one `extends =`
exit: Done
"
    );
}
