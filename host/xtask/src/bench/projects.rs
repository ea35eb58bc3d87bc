//! The configurations that are measured, as both tools read them.
//!
//! - In: how many of everything.
//! - Out: the texts of files.
//! - Not here: what is run with them (`cases`).

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::shell;

/// How many files the large part has.
pub(super) const LARGE: usize = 10_000;

/// Parts that make one directory each, written as people write them: one substitution a part. With marks, one more, to
/// an option that changes all parts.
pub(super) fn directories(parts: usize, marked: bool) -> String {
    directories_by("mkdir", parts, marked)
}

/// The same by a recipe of another name.
pub(super) fn directories_by(recipe: &str, parts: usize, marked: bool) -> String {
    let names: String = (0..parts).map(|part| format!("\n    part-{part}")).collect();
    let mark = if marked { "mark = ${marks:mark}\n" } else { "" };
    let marks = if marked { "\n[marks]\nmark = 0\n" } else { "" };
    let sections: String = (0..parts)
        .map(|part| {
            format!("\n[part-{part}]\nrecipe = {recipe}\npath = ${{buildout:directory}}/made-{part}\n{mark}")
        })
        .collect();
    format!("[buildout]\nparts ={names}\n{marks}{sections}")
}

/// The path of a file of the large part.
pub(super) fn large_file(number: usize) -> String {
    format!("parts/f{number}")
}

/// One part with many files, which refers to an option that changes it.
pub(super) fn files() -> String {
    let files: String = (0..LARGE).map(|number| format!("\n    {}", large_file(number))).collect();
    format!(
        "[buildout]\nparts = large\n\n[marks]\nmark = 0\n\n\
         [large]\nrecipe = zcborec:touchlist\nmark = ${{marks:mark}}\nfiles ={files}\n"
    )
}

/// One part with 10,000 files of 200 bytes in 100 directories.
pub(super) fn many_files() -> String {
    "[buildout]\nparts = many\n\n[many]\nrecipe = zcborec:manyfiles\npath = ${buildout:parts-directory}/many\n"
        .to_owned()
}

/// One part that starts a program so many times.
pub(super) fn programs(count: usize) -> String {
    let start = "\n    start true".repeat(count);
    format!(
        "[buildout]\nparts = a\n\n[a]\nrecipe = actor:program\nprogram = true\ninstall =\n    mkdir parts/a{start}\n    return parts/a\n"
    )
}

/// Sections in a file that extends three levels of others: every second one uses a macro, some macros use another one,
/// and each level adds to what is below.
pub(super) fn sections(count: usize) -> Vec<(&'static str, String)> {
    let level = |extends: &str, name: &str| {
        let mut text = format!("[buildout]\n{extends}parts +=\n    {name}\n");
        for section in 0..count / 10 {
            write!(text, "\n[section-{section}]\nlist +=\n    {name}-a\n    {name}-b\n").expect("a string");
        }
        text
    };
    let mut root = "[buildout]\nextends = level-1.cfg\nparts = section-0\n\n\
                    [base]\nprefix = ${buildout:directory}/parts\nflags = -O2\n\n\
                    [macro]\n<= base\nflags += -g\nlocation = ${:prefix}/${:_buildout_section_name_}\n"
        .to_owned();
    for section in 0..count {
        let uses = if section % 2 == 0 { "<= macro\n" } else { "" };
        let before = section.saturating_sub(1);
        write!(
            root,
            "\n[section-{section}]\n{uses}recipe = mkdir\nurl = https://example.org/{section}.tar.gz\n\
             md5sum = {section:032}\nafter = ${{section-{before}:url}}\nenvironment =\n    A=1\n    B=${{:url}}\n"
        )
        .expect("a string");
    }
    vec![
        ("buildout.cfg", root),
        ("level-1.cfg", level("extends = level-2.cfg\n", "one")),
        ("level-2.cfg", level("extends = level-3.cfg\n", "two")),
        ("level-3.cfg", level("", "three")),
    ]
}

/// A file of this many bytes, with nothing in it but options as long as usual.
pub(super) fn options(bytes: usize) -> String {
    let mut text = "[buildout]\nparts =\n".to_owned();
    for number in 0.. {
        if text.len() >= bytes {
            break;
        }
        if number % 20 == 0 {
            write!(text, "\n[section-{number}]\n").expect("a string");
        }
        writeln!(text, "option-{number} = a value of a usual length, number {number}").expect("a string");
    }
    text
}

/// SlapOS' ERP5 profile, in the folder of other projects' configurations, if that is there.
pub(super) fn profile() -> Option<PathBuf> {
    let named = std::env::var_os("BUILDOUT_REALWORLD").map(PathBuf::from);
    let beside = || Some(shell::root().parent()?.join("shared/realworld"));
    named.or_else(beside).map(|folder| folder.join("slapos-erp5")).filter(|folder| folder.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tools_read_one_configuration() {
        assert_eq!(
            directories(2, false),
            "[buildout]\nparts =\n    part-0\n    part-1\n\n\
             [part-0]\nrecipe = mkdir\npath = ${buildout:directory}/made-0\n\n\
             [part-1]\nrecipe = mkdir\npath = ${buildout:directory}/made-1\n"
        );
        assert_eq!(directories(0, false), "[buildout]\nparts =\n");
        assert_eq!(
            directories(1, true),
            "[buildout]\nparts =\n    part-0\n\n[marks]\nmark = 0\n\n\
             [part-0]\nrecipe = mkdir\npath = ${buildout:directory}/made-0\nmark = ${marks:mark}\n"
        );
    }

    #[test]
    fn sections_extend_each_other_three_levels_deep_and_add_to_one_another() {
        let files = sections(20);
        let names: Vec<_> = files.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["buildout.cfg", "level-1.cfg", "level-2.cfg", "level-3.cfg"]);
        assert_eq!(
            files[3].1,
            "[buildout]\nparts +=\n    three\n\n[section-0]\nlist +=\n    three-a\n    three-b\n\n\
             [section-1]\nlist +=\n    three-a\n    three-b\n"
        );
        assert_eq!(files[0].1.matches("\n[section-").count(), 20);
        assert_eq!(files[0].1.matches("\n<= macro\n").count(), 10);
    }

    #[test]
    fn a_long_file_has_the_length_that_was_asked_for() {
        let text = options(100_000);
        assert!((100_000..100_100).contains(&text.len()), "{}", text.len());
    }
}
