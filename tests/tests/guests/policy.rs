//! The user's policy: what it gives and refuses in every run, and what is no policy.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

use crate::grants::declaring;

/// Where the user keeps it.
const POLICY: &str = "../home/.config/buildout/policy.toml";

/// A buildout with a part for each kind of need.
fn needing_everything() -> Site {
    let site = Site::new(
        "[buildout]
parts = reads writes paints links asks runs
[reads]
recipe = actor:reader
place = [PLACE]/in
install = read [PLACE]/in/file
[writes]
recipe = actor:writer
place = [PLACE]/out
install = write [PLACE]/out/file x
[paints]
recipe = actor:env
install = environment
[links]
recipe = actor:links
install = symlink x parts/l
[asks]
recipe = actor:net
[runs]
recipe = actor:run
x = ${env:COLOUR}
",
    );
    site.write("../granted/in/file", "read").write("../granted/out/before", "");
    let place = site.path("../granted").display().to_string();
    site.write("buildout.cfg", site.read("buildout.cfg").replace("[PLACE]", &place));
    site
}

#[test]
fn policy_lines_that_are_shown_can_be_copied_and_so_can_the_flags() {
    let site = needing_everything();
    // First what the configuration needs, then what its parts need.
    for _ in 0..2 {
        let shown = site.run_raw(&[]);
        let lines = shown.split("policy file:\n").nth(1).expect("they are shown");
        let lines: String = lines.lines().map(|line| line.trim_start().to_owned() + "\n").collect();
        let before = if site.has(POLICY) { site.read(POLICY) } else { String::new() };
        site.write(POLICY, before + &lines);
    }
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    assert!(site.has("../granted/out/file") && site.has("parts/l"));
    let site = needing_everything();
    let mut flags = Vec::new();
    for _ in 0..2 {
        let shown = site.run_raw(&flags.iter().map(String::as_str).collect::<Vec<_>>());
        let shown = shown.split("`buildout ").nth(1).and_then(|rest| rest.split('`').next());
        flags.extend(shown.expect("they are shown").split(' ').map(str::to_owned));
    }
    assert_eq!(site.run(&flags.iter().map(String::as_str).collect::<Vec<_>>()).exit, Some(0));
    assert!(site.has("../granted/out/file") && site.has("parts/l"));
}

#[test]
fn what_the_policy_refuses_no_flag_gives_and_the_line_is_named() {
    let site = declaring("env", "install = environment");
    site.write(POLICY, "# For all that I do.\n[[deny]]\nenv = [\"COL*\"]\n");
    assert_shows(
        site.run(&["--allow-env=COLOUR", "--allow-all"]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: env COLOUR  (actor says: paints in it)
 --> buildout.cfg:4:10
  |
4 | recipe = actor:env
  |          ^^^^^^^^^ needs env
note: some of it is refused by line 3 of [ROOT]/home/.config/buildout/policy.toml, which wins

"#]],
    );
}

#[test]
fn a_rule_holds_for_the_directory_the_part_and_the_recipe_that_it_names() {
    let exit = |rule: &str| {
        let site = declaring("env", "install = environment");
        let site_path = site.path("").display().to_string();
        let rule = rule.replace("[DIR]", site_path.trim_end_matches('/'));
        site.write(POLICY, format!("[[allow]]\n{rule}\nenv = [\"COLOUR\"]\n"));
        site.run(&["-q"]).exit
    };
    for (rule, done) in [
        ("", Some(0)),
        ("part = 'a'", Some(0)),
        ("part = 'b'", Some(3)),
        ("directory = '[DIR]'", Some(0)),
        ("directory = '[DIR]/..'", Some(3)),
        ("directory = '[DIR]/../*'", Some(3)),
        ("directory = '/**/site'", Some(0)),
        ("directory = '[DIR]/**'", Some(0)),
        ("directory = '/elsewhere'", Some(3)),
        ("recipe = 'sha256:0000'", Some(3)),
        ("recipe = 'actor'", Some(3)),
    ] {
        assert_eq!(exit(rule), done, "{rule}");
    }
}

#[test]
fn a_policy_inside_the_project_or_one_that_others_can_write_is_none() {
    let site = declaring("env", "install = environment");
    site.write("policy.toml", "[[allow]]\nenv = [\"COLOUR\"]\n");
    let inside = site.path("policy.toml").display().to_string();
    assert_shows(
        site.run_with(&[("BUILDOUT_POLICY", &inside)], &[]),
        str![[r#"
exit 2
-- standard error
Error: The policy file [DIR]/policy.toml lies in the project [DIR]
help: keep it where only you write: a project does not say what it may do

"#]],
    );
    assert_eq!(site.run(&["--policy=policy.toml"]).exit, Some(2));
    // Under another name it lies there all the same.
    site.link("../site/policy.toml", "../granted/link.toml");
    assert_eq!(site.run(&["--policy=../granted/link.toml"]).exit, Some(2));
    let directory = site.path("settings").display().to_string();
    site.write("settings/buildout/policy.toml", "[[allow]]\nenv = [\"COLOUR\"]\n");
    assert_eq!(site.run_with(&[("XDG_CONFIG_HOME", &directory)], &[]).exit, Some(2));
    // A relative one would be another file in every directory.
    assert_eq!(site.run_with(&[("BUILDOUT_POLICY", "policy.toml")], &[]).exit, Some(3));
    site.write("../granted/open.toml", "");
    site.chmod("../granted/open.toml", 0o666);
    assert_shows(
        site.run(&["--policy=../granted/open.toml"]),
        str![[r#"
exit 2
-- standard error
Error: The policy file [ROOT]/granted/open.toml can be written by others than you
help: `chown` it to yourself, and `chmod go-w [ROOT]/granted/open.toml`

"#]],
    );
    assert!(!site.has("parts"));
}

#[test]
fn what_is_wrong_with_a_policy_is_shown_with_its_places_and_nothing_runs() {
    let site = declaring("default", "");
    site.write(POLICY, "confine = \"gard\"\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 2
-- standard error
Error: The policy cannot be read: unknown variant `gard`, expected `strict` or `guard`
 --> [ROOT]/home/.config/buildout/policy.toml:1:11
  |
1 | confine = "gard"
  |           ^^^^^^

"#]],
    );
    site.write(POLICY, "[limits]\nrecipe-time-limt = 5\n[[allow]]\nread = [\"data\"]\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 2
-- standard error
Error: This is no directory: data
 --> [ROOT]/home/.config/buildout/policy.toml:4:9
  |
4 | read = ["data"]
  |         ^^^^^^
help: write an absolute path, or one that begins with `~/`

"#]],
    );
    site.write(POLICY, "[limits]\nrecipe-time-limt = 5\nrecipe-time-limit = \"soon\"\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 2
-- standard error
Error: There is no limit recipe-time-limt
 --> [ROOT]/home/.config/buildout/policy.toml:2:20
  |
2 | recipe-time-limt = 5
  |                    ^
help: did you mean `recipe-time-limit`?
Error: Invalid value for option --recipe-time-limit: soon
 --> [ROOT]/home/.config/buildout/policy.toml:3:21
  |
3 | recipe-time-limit = "soon"
  |                     ^^^^^^
help: write a time such as `90`, `90s`, `15m` or `2h`

"#]],
    );
    site.write(POLICY, "version = 2\nmore = true\n");
    assert_shows(
        site.run(&["--json"]),
        str![[r#"
exit 2
-- standard output
{"version":1,"kind":"diagnostic","severity":"error","code":"policy-version","message":"The policy has version 2, and this buildout knows 1","doing":[],"labels":[{"file":"[ROOT]/home/.config/buildout/policy.toml","line":1,"column":11,"end_line":1,"end_column":12,"text":""}],"notes":[],"help":["a later version of buildout wrote it for itself"],"exit":2}

"#]],
    );
    assert_shows(
        site.run(&["--policy=../granted/none.toml"]),
        str![[r#"
exit 2
-- standard error
Error: There is no policy file [ROOT]/granted/none.toml

"#]],
    );
    assert!(!site.has("parts"));
}

#[test]
fn a_key_that_nobody_knows_is_told_and_a_rule_with_one_gives_nothing() {
    let site = declaring("env", "");
    site.write(POLICY, "colour = \"green\"\n[[allow]]\nprt = \"b\"\nenv = [\"COLOUR\"]\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
Warning: The policy has an unknown key: colour
 --> [ROOT]/home/.config/buildout/policy.toml:1:1
  |
1 | colour = "green"
  | ^^^^^^ it is left out
Warning: The policy has an unknown key: prt
 --> [ROOT]/home/.config/buildout/policy.toml:3:1
  |
3 | prt = "b"
  | ^^^ so this table gives nothing: it would give more than was meant
help: did you mean `part`?
While:
  Installing.
Error: These parts need access that was not granted:
  a: env COLOUR  (actor says: paints in it)
 --> buildout.cfg:4:10
  |
4 | recipe = actor:env
  |          ^^^^^^^^^ needs env
help: to allow it in this run: `buildout --allow-env=a:COLOUR`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      part = "a"
      recipe = "sha256:[DIGEST]"
      env = ["COLOUR"]

"#]],
    );
}

#[test]
fn policy_check_says_what_a_policy_comes_to() {
    let site = declaring("default", "");
    assert_shows(
        site.run(&["policy", "check"]),
        str![[r#"
exit 0
-- standard output
[ROOT]/home/.config/buildout/policy.toml is not there, and need not be; without it:
confine = strict, process = strict, fetch = fixed

"#]],
    );
    site.write(
        POLICY,
        r#"version = 1
trust-owner = ["/nowhere/**"]
process = "landlock"
fetch = "ask"
allow-all-in-ci = true
opaque = ["buildout:index"]
[limits]
recipe-time-limit = "15m"
[[allow]]
directory = "/nowhere/*"
part = "zlib"
run = ["cc", "make"]
links = true
[[deny]]
read = ["~/.netrc"]
"#,
    );
    assert_shows(
        site.run(&["policy", "check"]),
        str![[r#"
exit 0
-- standard output
[ROOT]/home/.config/buildout/policy.toml says:
confine = strict, process = landlock, fetch = ask
--allow-all is taken with CI set
yours, whoever owns it: /nowhere/**
for buildout alone: buildout:index
recipe-time-limit = 15m
deny read [ROOT]/home/.netrc everywhere  (line 15)
allow run cc in /nowhere/*, part zlib  (line 12)
allow run make in /nowhere/*, part zlib  (line 12)
allow links in /nowhere/*, part zlib  (line 13)

"#]],
    );
    assert_shows(
        site.run(&["--json", "policy", "check"]),
        str![[r#"
exit 0
-- standard output
{"version":1,"kind":"result","result":"policy","data":{"file":"[ROOT]/home/.config/buildout/policy.toml","exists":true,"confine":"strict","process":"landlock","fetch":"ask","allow_all_in_ci":true,"trust_owner":["/nowhere/**"],"opaque":["buildout:index"],"limits":[["recipe-time-limit","15m"]],"allow":[{"directory":"/nowhere/*","part":"zlib","recipe":null,"kind":"run","value":"cc","line":12},{"directory":"/nowhere/*","part":"zlib","recipe":null,"kind":"run","value":"make","line":12},{"directory":"/nowhere/*","part":"zlib","recipe":null,"kind":"links","value":"","line":13}],"deny":[{"directory":null,"part":null,"recipe":null,"kind":"read","value":"[ROOT]/home/.netrc","line":15}]}}

"#]],
    );
    site.write("../granted/other.toml", "fetch = \"fixed\"\n");
    assert_shows(
        site.run(&["policy", "check", "../granted/other.toml"]),
        str![[r#"
exit 0
-- standard output
[ROOT]/granted/other.toml says:
confine = strict, process = strict, fetch = fixed

"#]],
    );
    assert_eq!(site.run(&["policy", "check", "none.toml"]).exit, Some(2));
}

#[test]
fn allow_all_gives_whatever_is_declared_but_not_where_nobody_can_be_asked() {
    let site = needing_everything();
    assert_shows(
        site.run_with(&[("CI", "true")], &["--allow-all"]),
        str![[r#"
exit 3
-- standard error
Error: `--allow-all` is not taken with CI set
help: name what is needed, or write `allow-all-in-ci = true` in your policy file

"#]],
    );
    assert!(!site.has("parts"));
    site.write(POLICY, "allow-all-in-ci = true\n");
    assert_shows(
        site.run_with(&[("CI", "true")], &["--allow-all"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing reads.
reads: read
Section `reads` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:5:1
Installing writes.
Section `writes` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:9:1
Installing paints.
paints: environment: COLOUR=green
Installing links.
Installing asks.
Installing runs.
Section `runs` contains unused option(s): 'x'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  x: buildout.cfg:21:1

"#]],
    );
    // What is not declared is not given.
    let site = declaring("default", "install = try read [PLACE]/file\n    environment");
    assert_shows(
        site.run(&["--allow-all"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: read [ROOT]/granted/file: io: No such file or directory
a: environment: nothing

"#]],
    );
}

#[test]
fn a_limit_of_the_policy_counts_until_another_is_typed() {
    let site = declaring("default", "install = spin");
    site.write(POLICY, "[limits]\nrecipe-time-limit = 1\n");
    let run = site.run(&["-q"]);
    assert_eq!(run.exit, Some(5));
    assert!(run.stderr.contains("1 s"), "{}", run.stderr);
    let run = site.run(&["-q", "--recipe-time-limit=2"]);
    assert!(run.stderr.contains("2 s"), "{}", run.stderr);
}

#[test]
fn a_mistyped_refusal_is_an_error_and_never_left_out() {
    for text in ["[[deny]]\nread = [\"/srv\"]\nwirte = [\"/srv\"]\n", "[[dney]]\nread = [\"/srv\"]\n"] {
        let site = Site::new("[buildout]\nparts =\n");
        site.write(POLICY, text);
        for arguments in [&["policy", "check"][..], &[]] {
            let run = site.run(arguments);
            assert_eq!(run.exit, Some(2), "{text}{run:?}");
            assert!(run.stderr.contains("left out, it would refuse less than was meant"), "{}", run.stderr);
        }
    }
}
