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
