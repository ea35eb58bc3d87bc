//! Which files are read, in which order, and which are not.

use super::*;

#[test]
fn names_are_relative_to_the_file_that_has_them_and_count_depth_first() {
    let (request, mut files) = given(&[
        ("/p/buildout.cfg", "[buildout]\nextends = sub/a.cfg b.cfg\n[s]\nown = top\n"),
        ("/p/sub/a.cfg", "[buildout]\nextends = deep/c.cfg ../up.cfg\n[s]\nv = a\n"),
        ("/p/sub/deep/c.cfg", "[buildout]\nextends = ../../up.cfg\n[s]\nv = c\n"),
        ("/p/up.cfg", "[s]\nv = up\n"),
        ("/p/b.cfg", "[s]\nown = b\n"),
    ]);
    let configuration = loaded_by(&request, &mut files);
    assert_eq!(
        files.reads,
        ["/p/buildout.cfg", "/p/sub/a.cfg", "/p/sub/deep/c.cfg", "/p/up.cfg", "/p/b.cfg"]
    );
    assert_eq!(
        annotated(&configuration, "s"),
        r#"own = "top"
    SET "b" b.cfg:2
    OVERRIDE "top" buildout.cfg:4
v = "a"
    SET "up" sub/deep/../../up.cfg:2
    OVERRIDE "c" sub/deep/c.cfg:4
    OVERRIDE "up" sub/deep/../../up.cfg:2
    OVERRIDE "a" sub/a.cfg:4
"#
    );
    assert!(configuration.section("buildout").unwrap().get("extends").is_none());
}

#[test]
fn optional_files_are_relative_to_their_file_and_may_be_missing() {
    let configuration = loaded(&[
        ("/p/buildout.cfg", "[buildout]\nextends = sub/a.cfg\noptional-extends = none.cfg\n"),
        ("/p/sub/a.cfg", "[buildout]\noptional-extends = local.cfg\n[s]\nv = a\nw += a\n"),
        ("/p/sub/local.cfg", "[s]\nv = local\nw = local\n"),
    ]);
    assert_eq!(expanded(&configuration, "s"), "v = \"a\"\nw = \"local\\na\"\n");
}

#[test]
fn a_circle_is_found_whatever_it_is_called() {
    assert_eq!(
        wrong(&[
            ("/p/buildout.cfg", "[buildout]\nextends = a.cfg\n"),
            ("/p/a.cfg", "[buildout]\nextends = sub/../b.cfg\n"),
            ("/p/b.cfg", "[buildout]\nextends = ./a.cfg\n"),
        ]),
        "  Initializing.
recursive-extends: Recursive file include ['/p/buildout.cfg', '/p/a.cfg', '/p/sub/../b.cfg'] /p/sub/.././a.cfg
 --> /p/sub/../b.cfg:2:11 `./a.cfg` and so it goes round
 --> /p/a.cfg:2:11 `sub/../b.cfg` extended from here
help: take this name out of `extends`, or another one on the way
"
    );
}

#[test]
fn every_missing_file_is_told_with_who_asked_for_it() {
    assert_eq!(
        wrong(&[
            ("/p/buildout.cfg", "[buildout]\nextends = nope.cfg\n   ${buildout:directory}/a.cfg sub/a.cfg\n"),
            ("/p/sub/a.cfg", "[buildout]\nextends = ~/b.cfg\n"),
        ]),
        "  Initializing.
cannot-open: Couldn't open /p/nope.cfg
 --> /p/buildout.cfg:2:11 `nope.cfg` extended here
note: there is no such file
  Initializing.
cannot-open: Couldn't open /p/${buildout:directory}/a.cfg
 --> /p/buildout.cfg:3:4 `${buildout:directory}/a.cfg` extended here
note: there is no such file
help: `extends` is read before anything is substituted; write the path itself
  Initializing.
cannot-open: Couldn't open /p/sub/~/b.cfg
 --> /p/sub/a.cfg:2:11 `~/b.cfg` extended here
note: there is no such file
help: `~` means nothing in `extends`; write the path itself
"
    );
}

#[test]
fn all_remote_files_are_told_at_once() {
    let files = [
        ("/p/buildout.cfg", "[buildout]\nextends = https://example.org/a.cfg b.cfg\n"),
        (
            "/p/b.cfg",
            "[buildout]\nextends = https://example.org/a.cfg\n   http://example.org/c.cfg\n[s]\nv = 1\n",
        ),
    ];
    let configuration = loaded(&files);
    assert_eq!(
        value(&configuration, "s", "v"),
        "1",
        "what is there can be looked through for more that is missing"
    );
    let missing: Vec<&str> = configuration.not_served.iter().map(|(url, _)| url.as_str()).collect();
    let (one, other) = ("https://example.org/a.cfg", "http://example.org/c.cfg");
    assert_eq!(missing, [one, one, other]);

    let wrong_too =
        ("/p/buildout.cfg", "[buildout]\nextends = https://example.org/a.cfg b.cfg\nversions = no\n");
    assert_eq!(
        wrong(&[wrong_too, files[1]]),
        "  Initializing.
not-served-yet: 2 remote configuration files are needed, and this version cannot fetch any yet
 --> /p/buildout.cfg:2:11 `https://example.org/a.cfg` needs `https://example.org/a.cfg`
 --> /p/b.cfg:2:11 `https://example.org/a.cfg` needs `https://example.org/a.cfg`
 --> /p/b.cfg:3:4 `http://example.org/c.cfg` needs `http://example.org/c.cfg`
help: save them in the project and extend them there
"
    );
}

#[test]
fn remote_files_that_were_brought_are_read_and_names_in_them_are_addresses() {
    let (request, mut files) =
        given(&[("/p/buildout.cfg", "[buildout]\nextends = https://example.org/a/one.cfg\n")]);
    files.remote.insert("https://example.org/a/one.cfg".into(), b"[buildout]\nextends = ../two.cfg\n".into());
    files.remote.insert("https://example.org/a/../two.cfg".into(), b"[s]\nv = two\n".into());
    let configuration = loaded_by(&request, &mut files);
    assert_eq!(
        annotated(&configuration, "s"),
        "v = \"two\"\n    SET \"two\" https://example.org/a/../two.cfg:2\n"
    );
}

#[test]
fn files_outside_the_project_are_never_opened_and_told_in_one_table() {
    let (request, mut files) = given(&[
        ("/p/buildout.cfg", "[buildout]\nextends = ../secret.cfg /etc/passwd a.cfg link.cfg\n"),
        ("/p/a.cfg", "[buildout]\noptional-extends = /etc/none sub/../../x\n"),
        ("/secret.cfg", "[secret]\n"),
        ("/etc/passwd", "root:x\n"),
    ]);
    files.link("/p/link.cfg", "/home/u/.netrc");
    assert_eq!(
        wrong_by(&request, &mut files),
        "  Initializing.
outside-project: the configuration extends 5 files outside the project
 --> /p/buildout.cfg:2:11 `../secret.cfg` reads `/secret.cfg`
 --> /p/buildout.cfg:2:25 `/etc/passwd` reads `/etc/passwd`
 --> /p/a.cfg:2:20 `/etc/none` reads `/etc/none`
 --> /p/a.cfg:2:30 `sub/../../x` reads `/x`
 --> /p/buildout.cfg:2:43 `link.cfg` reads `/p/link.cfg`
help: allow it with `--allow-read=/`
help: allow it with `--allow-read=/etc`
help: allow it with `--allow-read=/p`
exit: Denied
"
    );
    assert_eq!(files.reads, ["/p/buildout.cfg", "/p/a.cfg"]);
}

#[test]
fn allowed_places_may_be_extended_and_links_are_followed_before_the_check() {
    let (mut request, mut files) = given(&[
        ("/p/buildout.cfg", "[buildout]\nextends = /shared/a.cfg link/b.cfg\n"),
        ("/shared/a.cfg", "[s]\na = 1\n"),
        ("/real/b.cfg", "[buildout]\nextends = c.cfg\n"),
        ("/real/c.cfg", "[s]\nc = 1\n"),
    ]);
    files.link("/p/link", "/real");
    request.readable = vec!["/shared".into(), "/real".into()];
    let configuration = loaded_by(&request, &mut files);
    assert_eq!(expanded(&configuration, "s"), "a = \"1\"\nc = \"1\"\n");
}

#[test]
fn what_the_user_defaults_extend_is_theirs_and_not_the_projects() {
    let (mut request, mut files) = given(&[
        ("/p/buildout.cfg", "[buildout]\nextends = a.cfg\n"),
        ("/p/a.cfg", "[buildout]\nextends = /home/u/more.cfg\n"),
        ("/home/u/default.cfg", "[buildout]\nextends = more.cfg /p/a.cfg\n"),
        ("/home/u/more.cfg", "[s]\nv = 1\n"),
    ]);
    request.user_defaults = Some("/home/u/default.cfg".into());
    assert_eq!(
        wrong_by(&request, &mut files),
        "  Initializing.
outside-project: the configuration extends 1 file outside the project
 --> /p/a.cfg:2:11 `/home/u/more.cfg` reads `/home/u/more.cfg`
help: allow it with `--allow-read=/home/u`
exit: Denied
"
    );
}

#[test]
fn a_root_file_that_is_a_link_out_of_the_project_is_not_read() {
    let (request, mut files) = given(&[("/home/u/.netrc", "machine x password y\n")]);
    files.link("/p/buildout.cfg", "/home/u/.netrc");
    assert_eq!(
        wrong_by(&request, &mut files),
        "  Initializing.
outside-project: /p/buildout.cfg is a link that leads out of the project
help: name the file itself with `-c`, or allow its directory with `--allow-read=DIR`
exit: Denied
"
    );
    assert_eq!(files.reads, Vec::<Utf8PathBuf>::new());
}
