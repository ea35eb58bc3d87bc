//! Configurations that are meant to exhaust or to mislead: the cases CFG.
//!
//! Rule: those that grow are looked at within 1 GB of address space, so that one that is read or built whole fails.

use std::fmt::Write as _;

use buildout_tests::{Run, Site, assert_shows};
use snapbox::str;

/// Looks within 1 GB of address space.
fn look(site: &Site, arguments: &[&str]) -> Run {
    site.run_after("ulimit -v 1000000", arguments)
}

/// Lines from a pattern for each number.
fn lines(numbers: std::ops::Range<usize>, line: impl Fn(usize) -> String) -> String {
    numbers.fold(String::new(), |mut text, number| {
        writeln!(text, "{}", line(number)).expect("a String takes all");
        text
    })
}

#[test]
fn values_that_double_end_at_a_limit_before_they_are_large() {
    let doubling = lines(1..27, |at| format!("b{at} = ${{:b{}}}${{:b{}}}", at - 1, at - 1));
    let site = Site::new(&format!("[buildout]\nparts =\n[a]\nb0 = 0123456789abcdef\n{doubling}"));
    let run = look(&site, &["query", "a:b26"]);
    assert_eq!(run.exit, Some(5));
    let text = run.stderr.split("Error:").nth(1).expect("it is an error");
    assert_shows(
        Run { exit: run.exit, stdout: run.stdout.clone(), stderr: format!("Error:{text}") },
        str![[r#"
exit 5
-- standard error
Error: a value is larger than 1 MiB after substitution
  --> buildout.cfg:21:14
   |
21 | b17 = ${:b16}${:b16}
   |              ^^^^^^^

"#]],
    );
    assert_eq!(look(&site, &["annotate", "a"]).exit, Some(0), "what is written is small, and shown");
}

#[test]
fn a_chain_of_ten_thousand_references_ends_at_a_limit_and_not_in_the_stack() {
    let chain = lines(1..10_001, |at| format!("x{at} = ${{:x{}}}", at - 1));
    let site = Site::new(&format!("[buildout]\nparts =\n[a]\nx0 = 1\n{chain}"));
    let run = look(&site, &["query", "a:x10000"]);
    assert_eq!(run.exit, Some(5), "{}", run.stderr);
    assert_eq!(look(&site, &["query", "a:x900"]).stdout, "1\n");
}

#[test]
fn files_that_extend_the_next_one_twice_are_read_once() {
    let site = Site::new("[buildout]\nparts =\nextends = f1.cfg ./f1.cfg\n");
    for at in 1..=30 {
        let next = if at < 30 {
            format!("[buildout]\nextends = f{0}.cfg ./f{0}.cfg\n", at + 1)
        } else {
            String::new()
        };
        site.write(&format!("f{at}.cfg"), format!("{next}[x]\na = {at}\n"));
    }
    let run = look(&site, &["query", "x:a"]);
    assert_eq!((run.exit, run.stdout.as_str()), (Some(0), "1\n"), "{}", run.stderr);
}

#[test]
fn a_circle_of_files_is_seen_through_every_spelling() {
    let site = Site::new("[buildout]\nparts =\nextends = ./sub/../a.cfg\n");
    site.write("a.cfg", "[buildout]\nextends = sub/link.cfg\n").link("../buildout.cfg", "sub/link.cfg");
    assert_shows(
        look(&site, &["annotate"]),
        str![[r#"
exit 1
-- standard error
While:
  Initializing.
Error: Recursive file include ['[DIR]/buildout.cfg', '[DIR]/./sub/../a.cfg'] [DIR]/./sub/../sub/link.cfg
 --> sub/../a.cfg:2:11
  |
2 | extends = sub/link.cfg
  |           ^^^^^^^^^^^^ and so it goes round
  |
 ::: buildout.cfg:3:11
  |
3 | extends = ./sub/../a.cfg
  |           -------------- extended from here
help: take this name out of `extends`, or another one on the way

"#]],
    );
}

#[test]
fn macros_that_double_are_expanded_once_each() {
    let macros = lines(1..31, |at| format!("[m{at}]\n<= m{0}\n   m{0}", at - 1));
    let site = Site::new(&format!("[buildout]\nparts =\n[m0]\na = 1\n{macros}"));
    let run = look(&site, &["query", "m30:a"]);
    assert_eq!((run.exit, run.stdout.as_str()), (Some(0), "1\n"), "{}", run.stderr);
}

#[test]
fn increments_that_double_end_at_a_limit() {
    let site = Site::new("[buildout]\nparts =\nextends = f1.cfg\n  ./f1.cfg\n[x]\na += 0\n");
    for at in 1..=60 {
        let next = if at < 60 {
            format!("[buildout]\nextends = f{0}.cfg\n  ./f{0}.cfg\n", at + 1)
        } else {
            String::new()
        };
        site.write(&format!("f{at}.cfg"), format!("{next}[x]\na += {at}\n"));
    }
    assert_shows(
        look(&site, &["query", "x:a"]),
        str![[r#"
exit 5
-- standard error
While:
  Initializing.
Error: too many increments, with those of x:a
 --> buildout.cfg:6:1
  |
6 | a += 0
  | ^ the last step

"#]],
    );
}

#[test]
fn a_file_larger_than_all_files_may_be_is_not_read_whole() {
    let site = Site::new("[buildout]\nparts =\nextends = large.cfg\n");
    site.write("large.cfg", "[section]\noption = value\n".repeat(4_000_000));
    assert_shows(
        look(&site, &["annotate"]),
        str![[r#"
exit 5
-- standard error
While:
  Initializing.
Error: [DIR]/large.cfg has more than 8388608 bytes
 --> buildout.cfg:3:11
  |
3 | extends = large.cfg
  |           ^^^^^^^^^ one too many

"#]],
    );
}

#[test]
fn a_line_of_fifty_megabytes_ends_at_a_limit() {
    let site = Site::new(&format!("[buildout]\nparts =\n[a]\nx = {}\n", "y".repeat(50_000_000)));
    assert_shows(
        look(&site, &["annotate"]),
        str![[r#"
exit 5
-- standard error
While:
  Initializing.
Error: [DIR]/buildout.cfg has more than 8388608 bytes

"#]],
    );
}

#[test]
fn very_many_sections_end_at_a_limit() {
    let site = Site::new(&format!("[buildout]\nparts =\n{}", lines(0..200_000, |at| format!("[s{at}]"))));
    assert_shows(
        look(&site, &["annotate"]),
        str![[r#"
exit 5
-- standard error
While:
  Initializing.
Error: the configuration has more than 100000 sections
      --> buildout.cfg:100002:1
       |
100002 | [s99999]
       | ^^^^^^^^ one too many

"#]],
    );
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let plain = "[buildout]\nparts =\n[a]\nx = 1\n    2\n";
    let forms = [
        plain.to_owned(),
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        plain.replace(" = ", "\t=\t"),
        plain.trim_end().to_owned(),
    ];
    for form in forms {
        let run = Site::new(&form).run(&["query", "a:x"]);
        assert_eq!((run.exit, run.stdout.as_str()), (Some(0), "1\n2\n"), "{form:?}: {}", run.stderr);
    }
}

/// A project, and what its user keeps in `default.cfg`.
fn with_credentials(project: &str) -> Site {
    let site = Site::new(project);
    site.write(
        "../home/.buildout/default.cfg",
        "[buildout]\nindex = https://me:CANARY@index.example/simple\n[pypi]\npassword = CANARY\nuser = me\n",
    );
    site
}

#[test]
fn a_value_that_holds_the_users_credentials_is_nobodys_to_read() {
    let site = with_credentials(
        "[buildout]\nparts = a\n[a]\nrecipe = template\ninline = ${buildout:index}\noutput = parts/t\n",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:inline.
Error: buildout:index holds credentials of your own, which nothing here may read
 --> buildout.cfg:5:10
  |
5 | inline = ${buildout:index}
  |          ^^^^^^^^^^^^^^^^^ this would show it
note: it comes from your own default.cfg, and neither a part nor a record may have it
help: give `index` a value of its own in this project

"#]],
    );
    assert!(!site.has("parts") && !site.has(".installed.cfg"), "nothing was made");
    assert_shows(
        site.run(&["annotate", "buildout", "pypi"])
            .stdout
            .lines()
            .filter(|line| ["index", "password", "user"].iter().any(|name| line.starts_with(name)))
            .collect::<Vec<_>>()
            .join("\n"),
        str![[r#"
index= <opaque>
password= <opaque>
user= me
"#]],
    );
    for arguments in [
        &["-v", "annotate"][..],
        &["--json", "annotate"],
        &["why", "buildout:index"],
        &["query", "pypi:password"],
        &["query", "--raw", "pypi:password"],
        &["graph"],
        &["plan"],
    ] {
        // `run` fails the test where it shows up.
        site.run(arguments);
    }
    assert_eq!(site.run(&["query", "pypi:user"]).stdout, "me\n", "what is no secret is there as ever");
}

#[test]
fn credentials_stay_the_users_through_increments_macros_and_other_sections() {
    let projects = [
        "index += https://more.example\n[a]\nrecipe = actor\nshow = ${buildout:index}\n",
        "[a]\n<= pypi\nrecipe = actor\nshow = ${:password}\n",
        "[a]\n<= buildout\nrecipe = actor\nshow = ${:index}\n",
        "[pypi]\npassword += x\n[a]\nrecipe = actor\nshow = ${pypi:password}\n",
        "[a]\nrecipe = actor\ninit = get-of pypi password\n",
        "[a]\nrecipe = actor\ninit = get-of buildout index\n",
    ];
    for project in projects {
        let site = with_credentials(&format!("[buildout]\nparts = a\n{project}"));
        let run = site.run(&[]);
        assert_eq!(run.exit, Some(3), "{project}: {run:?}");
        site.run(&["-v", "annotate"]);
    }
    let all = "init =\n    all-of pypi\n    all-of buildout\n";
    let site = with_credentials(&format!("[buildout]\nparts = a\n[a]\nrecipe = actor\n{all}"));
    assert_eq!(site.run(&[]).exit, Some(0), "all options are those that may be read");
    assert!(!site.read(".installed.cfg").contains("CANARY"));
    let own = "[buildout]\nparts = a\n[pypi]\npassword = the project's\n[a]\nrecipe = actor\nx = ${pypi:password}\n";
    assert_eq!(with_credentials(own).run(&["query", "a:x"]).stdout, "the project's\n");
}

#[test]
fn a_nul_byte_is_text_and_shown() {
    let run = Site::new("[buildout]\nparts =\n[a]\nx = 1\u{0}2\n").run(&["annotate", "a"]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("1\\u{0}2"), "{}", run.stdout);
}
