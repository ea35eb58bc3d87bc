//! Configurations that grow out of all proportion: an error, or cheap. Counters, no clocks.

use super::*;

/// Files in which each extends the next one twice, with `own` in each.
fn doubling(count: usize, own: &str) -> MemoryFiles {
    let mut files = MemoryFiles::default();
    for at in 0..count {
        let path = if at == 0 { "/p/buildout.cfg".to_owned() } else { format!("/p/{at}.cfg") };
        let next = at + 1;
        let extends = if next < count { format!("extends = {next}.cfg {next}.cfg\n") } else { String::new() };
        files.add(&path, format!("[buildout]\n{extends}[s]\n{own}\n"));
    }
    files
}

fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.starts_with(' ')).unwrap()
}

#[test]
fn files_that_extend_each_other_twice_are_read_once() {
    let mut files = doubling(60, "v = x");
    let configuration = loaded_by(&Request::new("/p/buildout.cfg"), &mut files);
    assert_eq!((configuration.files_read, files.reads.len()), (60, 60));
    assert_eq!(value(&configuration, "s", "v"), "x");
    let history = configuration.section("s").unwrap().get("v").unwrap().history();
    assert_eq!(history.len(), 1_000, "of 2^60 visits the newest are shown");
}

#[test]
fn increments_that_double_with_each_file_are_refused() {
    for own in ["v += x", "v -= x", "v += x\nv -= x"] {
        let told = wrong_by(&Request::new("/p/buildout.cfg"), &mut doubling(60, own));
        assert_eq!(
            told,
            format!(
                "  Initializing.\nvalue-too-long: too many increments, with those of s:v\n \
                 --> /p/buildout.cfg:{} `v` the last step\nexit: Limit\n",
                if own.contains('\n') { "5:1" } else { "4:1" }
            )
        );
    }
    let long = format!("v += {}", "x".repeat(1_000));
    let told = wrong_by(&Request::new("/p/buildout.cfg"), &mut doubling(20, &long));
    assert_eq!(first_line(&told), "value-too-long: the value of s:v is too long");
}

#[test]
fn a_chain_of_macros_that_doubles_is_expanded_once_each() {
    let mut text = String::from("[buildout]\n");
    for at in 0..150 {
        text.push_str(&format!("[m{at}]\n<= m{0}\n   m{0}\no{at} = 1\n", at + 1));
    }
    text.push_str("[m150]\nx = 1\n");
    let configuration = loaded(&[("/p/buildout.cfg", &text)]);
    assert_eq!(configuration.expanded("m0").unwrap().len(), 151);
}

#[test]
fn macros_have_a_depth_and_a_sum() {
    let mut text = String::from("[buildout]\n");
    for at in 0..300 {
        text.push_str(&format!("[m{at}]\n<= m{}\n", at + 1));
    }
    text.push_str("[m300]\n[big]\na = 1\nb = 2\nc = 3\n[d]\n<= big\n   big\n   big\n");
    let (mut request, mut files) = given(&[("/p/buildout.cfg", &text)]);
    request.limits.macro_options = 10;
    let configuration = loaded_by(&request, &mut files);
    assert_eq!(
        expanded(&configuration, "m0"),
        "  Loading input sections for 'm198'
  Loading input sections for 'm199'
  Loading input sections for 'm200'
macro-limit: sections use each other more than 200 deep, with the macros of m200
 --> /p/buildout.cfg:403:4 `m201`
exit: Limit
"
    );
    assert_eq!(
        first_line(&expanded(&configuration, "d")),
        "macro-limit: more than 10 options are copied, with the macros of d"
    );
}

#[test]
fn files_have_a_number_a_depth_and_a_size() {
    let limited = |limits: Limits, files: &[(&str, &str)]| {
        let (mut request, mut files) = given(files);
        request.limits = limits;
        wrong_by(&request, &mut files)
    };
    let chain = [
        ("/p/buildout.cfg", "[buildout]\nextends = a.cfg c.cfg\n"),
        ("/p/a.cfg", "[buildout]\nextends = b.cfg\n"),
        ("/p/b.cfg", "[s]\nv = 1\n"),
        ("/p/c.cfg", "[buildout]\nextends = a.cfg\n"),
    ];
    let limits = Limits::default();
    assert_eq!(
        limited(Limits { files: 3, ..limits }, &chain),
        "  Initializing.\ntoo-many: the configuration has more than 3 files\n --> /p/buildout.cfg:2:17 `c.cfg` one too many\nexit: Limit\n"
    );
    assert_eq!(
        limited(Limits { depth: 3, ..limits }, &chain),
        "  Initializing.\nextends-too-deep: files extend each other more than 3 deep\n --> /p/c.cfg:2:11 `a.cfg` one too deep\nexit: Limit\n",
        "also through a file that is known already"
    );
    assert_eq!(
        limited(Limits { file_bytes: 25, ..limits }, &chain),
        "  Initializing.\nfile-too-large: /p/buildout.cfg has more than 25 bytes\nexit: Limit\n"
    );
    assert_eq!(
        first_line(&limited(Limits { total_bytes: 60, ..limits }, &chain)),
        "too-many: the configuration has more than 60 bytes"
    );
    assert_eq!(
        first_line(&limited(Limits { extends: 3, ..limits }, &chain)),
        "too-many: the configuration has more than 3 names in `extends`"
    );
}

#[test]
fn sections_options_conditions_and_values_are_counted_over_all_files() {
    let limited = |limits: Limits, text: &str| {
        let (mut request, mut files) = given(&[
            ("/p/buildout.cfg", &format!("[buildout]\nextends = a.cfg\n{text}")),
            ("/p/a.cfg", "[a]\nb = 1\n[c:linux]\n"),
        ]);
        request.limits = limits;
        wrong_by(&request, &mut files)
    };
    let limits = Limits::default();
    assert_eq!(
        limited(Limits { sections: 3, ..limits }, "[d]\n"),
        "  Initializing.\ntoo-many: the configuration has more than 3 sections\n --> /p/a.cfg:3:1 `[c:linux]` one too many\nexit: Limit\n"
    );
    assert_eq!(
        limited(Limits { options: 2, ..limits }, "x = 1\n"),
        "  Initializing.\ntoo-many: the configuration has more than 2 options\n --> /p/a.cfg:2:1 `b = 1` one too many\nexit: Limit\n"
    );
    assert_eq!(
        limited(Limits { conditions: 1, ..limits }, "[d:posix]\n[d:posix]\n"),
        "  Initializing.\ntoo-many: the configuration has more than 1 conditions\n --> /p/a.cfg:3:4 `linux` one too many\nexit: Limit\n"
    );
    assert_eq!(
        limited(Limits { value_bytes: 40, ..limits }, &format!("x = {}\n", "y".repeat(50))),
        format!(
            "  Initializing.\nvalue-too-long: the value of buildout:x is too long\n --> /p/buildout.cfg:3:1 `x` the last step\nexit: Limit\n"
        )
    );
    assert_eq!(
        first_line(&limited(Limits { values_bytes: 100, ..limits }, &format!("x = {}\n", "y".repeat(99)))),
        "value-too-long: all values together are too long, with that of buildout:x"
    );
}

#[test]
fn a_file_of_bad_lines_only_is_told_by_the_first_thousand() {
    let (request, mut files) = given(&[("/p/buildout.cfg", &format!("[s]\n{}", "x\n".repeat(5_000)))]);
    let failure = load(&request, &mut files).err().unwrap();
    assert_eq!(failure.diagnostics.len(), 1);
    assert_eq!(failure.diagnostics[0].labels.len(), 1_000);
    assert_eq!(failure.diagnostics[0].notes, ["and 4000 more such lines"]);
}
