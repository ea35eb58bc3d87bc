//! Layers, increments, histories, places.

use super::*;

#[test]
fn increments_apply_to_what_the_layers_before_have() {
    let configuration = loaded(&[
        ("/p/buildout.cfg", "[buildout]\nextends = mid.cfg\n[s]\nv += top\nw -=\n  b\n  zzz\n"),
        ("/p/mid.cfg", "[buildout]\nextends = base.cfg\n[s]\nv += mid\nw += d\n"),
        ("/p/base.cfg", "[s]\nv = base\nw =\n  a\n  b\n  c\n"),
    ]);
    assert_eq!(
        annotated(&configuration, "s"),
        r#"v = "base\nmid\ntop"
    SET "base" base.cfg:2
    ADD "mid" mid.cfg:4
    ADD "top" buildout.cfg:4
w = "a\nc\nd"
    SET "a\nb\nc" base.cfg:3
    ADD "d" mid.cfg:5
    REMOVE "b\nzzz" buildout.cfg:5
"#
    );
}

#[test]
fn an_assignment_in_the_middle_ends_what_was_before() {
    let configuration = loaded(&[
        ("/p/buildout.cfg", "[buildout]\nextends = mid.cfg\n[s]\nv += top\n"),
        ("/p/mid.cfg", "[buildout]\nextends = base.cfg\n[s]\nv = mid\n"),
        ("/p/base.cfg", "[s]\nv = base\n"),
    ]);
    assert_eq!(
        annotated(&configuration, "s"),
        r#"v = "mid\ntop"
    SET "base" base.cfg:2
    OVERRIDE "mid" mid.cfg:4
    ADD "top" buildout.cfg:4
"#
    );
}

#[test]
fn an_increment_of_nothing_is_the_value_if_it_opens_the_section() {
    let configuration = loaded(&[
        (
            "/p/buildout.cfg",
            "[buildout]\nextends = base.cfg\n[s]\nnew += x\ngone -= x\n[t]\nnew += y\ngone -= y\n",
        ),
        ("/p/base.cfg", "[s]\na = 1\n"),
    ]);
    assert_eq!(
        annotated(&configuration, "t"),
        r#"gone = ""
    SET "" Implicit
    REMOVE "y" buildout.cfg:8
new = "y"
    SET "y" buildout.cfg:7
"#
    );
    assert_eq!(value(&configuration, "s", "new"), "\nx", "the section is older than the increment");
    assert_eq!(value(&configuration, "s", "gone"), "");
}

#[test]
fn lines_are_added_and_removed_whole() {
    let configuration = loaded(&[
        (
            "/p/buildout.cfg",
            "[buildout]\nextends = base.cfg\n[s]\none -= b\nindented -= b\nall -=\n  a\n  b\nempty +=\nblank -=\n",
        ),
        (
            "/p/base.cfg",
            "[s]\none = a b c\nindented =\n  a\n    b\n  b\nall = a\n  b\n  a\nempty = 1\nblank =\n  a\n\n  b\n",
        ),
    ]);
    assert_eq!(
        expanded(&configuration, "s"),
        r#"one = "a b c"
indented = "a\n  b"
all = ""
empty = "1\n"
blank = "a\nb"
"#
    );
}

#[test]
fn a_file_that_is_reached_twice_counts_twice() {
    let configuration = loaded(&[
        ("/p/buildout.cfg", "[buildout]\nextends = left.cfg right.cfg\n[s]\nv += top\n"),
        ("/p/left.cfg", "[buildout]\nextends = base.cfg\n[s]\nv += left\nw += left\n"),
        ("/p/right.cfg", "[buildout]\nextends = base.cfg\n[s]\nv += right\n"),
        ("/p/base.cfg", "[s]\nv = base\nw += base\n"),
    ]);
    assert_eq!(
        annotated(&configuration, "s"),
        r#"v = "base\nright\ntop"
    SET "base" base.cfg:2
    ADD "left" left.cfg:4
    OVERRIDE "base" base.cfg:2
    ADD "right" right.cfg:4
    ADD "top" buildout.cfg:4
w = "base\nleft\nbase"
    SET "base" base.cfg:3
    ADD "left" left.cfg:5
    ADD "base" base.cfg:3
"#
    );
    assert_eq!(configuration.files_read, 4);
}

#[test]
fn defaults_user_project_and_command_line_are_layers_in_this_order() {
    let (mut request, mut files) = given(&[
        ("/home/u/.buildout/default.cfg", "[buildout]\nfind-links = user\n[s]\na = user\nb = user\n"),
        ("/p/buildout.cfg", "[buildout]\nallow-hosts += project\n[s]\na += project\n"),
        ("/p/more.cfg", "[s]\na += more\n"),
    ]);
    request.user_defaults = Some("/home/u/.buildout/default.cfg".into());
    for argument in ["s:a+=one", "buildout:extends=more.cfg", "s:a+=two", "s:a-=user", "allow-hosts+=x"] {
        request.assignments.push(Assignment::parse(argument).unwrap());
    }
    let configuration = loaded_by(&request, &mut files);
    assert_eq!(
        annotated(&configuration, "s"),
        r#"a = "project\nmore\none\ntwo"
    SET "user" /home/u/.buildout/default.cfg:4
    ADD "project" buildout.cfg:4
    ADD "more" more.cfg:2
    ADD "one" command line:2
    ADD "two" command line:3
    REMOVE "user" command line:4
b = "user"
    SET "user" /home/u/.buildout/default.cfg:5
"#
    );
    assert_eq!(value(&configuration, "buildout", "allow-hosts"), "*\nproject\nx");
    let section = configuration.section("s").unwrap();
    assert!(section.get("b").unwrap().layers().is_only(Layer::User));
    let layers = section.get("a").unwrap().layers();
    assert!([Layer::User, Layer::Project, Layer::CommandLine].iter().all(|layer| layers.contains(*layer)));
    assert!(!layers.contains(Layer::Default));
}

#[test]
fn every_part_of_a_value_knows_the_bytes_it_came_from() {
    let configuration = loaded(&[
        (
            "/p/buildout.cfg",
            "[buildout]\nextends = base.cfg\n[s]\nv +=\n  # no\n    ${a:b} c\n   d\nempty =\n",
        ),
        ("/p/base.cfg", "[s]\nv = base\n"),
    ]);
    let section = configuration.section("s").unwrap();
    let shown = |span: Option<crate::source::Span>| {
        let place = configuration.sources.place(span.unwrap());
        format!(
            "{}:{}:{} {:?}",
            place.file,
            place.line,
            place.column,
            configuration.sources.text(span.unwrap())
        )
    };
    let v = section.get("v").unwrap();
    assert_eq!(v.text(), "base\n# no\n  ${a:b} c\n d");
    assert_eq!(shown(v.span_of(12..18)), "/p/buildout.cfg:6:5 \"${a:b}\"");
    assert_eq!(shown(v.span_of(0..2)), "/p/base.cfg:2:5 \"ba\"");
    assert_eq!(shown(v.span_of(2..18)), "/p/base.cfg:2:7 \"se\"", "to the end of the first file's line");
    assert_eq!(shown(v.span_of(17..23)), "/p/buildout.cfg:6:10 \"} c\\n   d\"");
    assert_eq!(shown(v.name_span()), "/p/buildout.cfg:4:1 \"v\"");
    assert_eq!(shown(section.get("empty").unwrap().place()), "/p/buildout.cfg:8:1 \"empty\"");
}

#[test]
fn the_versions_section_is_there_by_default_and_pins_what_we_are() {
    let configuration = loaded(&[("/p/buildout.cfg", "[buildout]\nparts =\n")]);
    assert_eq!(
        annotated(&configuration, "versions"),
        "zc.buildout = \">=6.0.1\"\n    SET \">=6.0.1\" Default\nzc.recipe.egg = \">=2.0.6\"\n    SET \">=2.0.6\" Default\n"
    );
    let configuration =
        loaded(&[("/p/buildout.cfg", "[buildout]\nversions = pins\n[pins]\nzc.buildout = 1\n")]);
    assert!(!configuration.has("versions"));
    assert_eq!(value(&configuration, "pins", "zc.buildout"), "1");
    let configuration = loaded(&[("/p/buildout.cfg", "[buildout]\nversions =\n")]);
    assert_eq!(configuration.names().collect::<Vec<_>>(), ["buildout"]);
}

#[test]
fn directories_are_made_absolute_each_in_its_own_way() {
    let (mut request, mut files) = given(&[
        (
            "/p/buildout.cfg",
            "[buildout]\nextends = sub/a.cfg\ndirectory = work/../here\nbin-directory = ./b\nparts-directory = ${x:y}\n",
        ),
        ("/p/sub/a.cfg", "[buildout]\neggs-directory = ../e\ndownload-cache = ~/dl\n"),
    ]);
    request.facts.home = Some("/home/u".into());
    let configuration = loaded_by(&request, &mut files);
    let all = annotated(&configuration, "buildout");
    let wanted = ["bin-directory", "directory", "download-cache", "eggs-directory", "parts-directory"];
    let blocks = all.split_inclusive('\n').fold(Vec::<String>::new(), |mut blocks, line| {
        if line.starts_with(' ') {
            blocks.last_mut().unwrap().push_str(line)
        } else {
            blocks.push(line.to_owned())
        }
        blocks
    });
    let of_ours = |block: &String| wanted.iter().any(|name| block.starts_with(&format!("{name} =")));
    let ours: String = blocks.into_iter().filter(of_ours).collect();
    assert_eq!(
        ours,
        r#"bin-directory = "./b"
    SET "bin" Default
    OVERRIDE "./b" buildout.cfg:4
directory = "/p/here"
    SET "/p" Computed
    OVERRIDE "work/../here" buildout.cfg:3
    DIRECTORY "/p/here" buildout.cfg:3
download-cache = "/home/u/dl"
    SET "~/dl" sub/a.cfg:3
    DIRECTORY "/home/u/dl" sub/a.cfg:3
eggs-directory = "/p/e"
    SET "eggs" Default
    OVERRIDE "../e" sub/a.cfg:2
    DIRECTORY "/p/e" sub/a.cfg:2
parts-directory = "${x:y}"
    SET "parts" Default
    OVERRIDE "${x:y}" buildout.cfg:5
"#
    );
    assert_eq!(value(&configuration, "buildout", "bin-directory"), "/p/here/./b");
    assert_eq!(value(&configuration, "buildout", "develop-eggs-directory"), "/p/here/develop-eggs");
    assert_eq!(configuration.directory(), "/p/here");
}
