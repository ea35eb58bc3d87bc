//! Macros, and sections that recipes add.

use super::*;

#[test]
fn a_section_takes_the_options_of_its_macros_and_then_its_own() {
    let configuration = loaded(&[(
        "/p/buildout.cfg",
        "[buildout]\n[top]\nrecipe = r\nv = top\n[l]\n<= top\nv = left\n[r]\n<= top\n[d]\n<= l\n\n   r\nw = 1\nrecipe = own\n",
    )]);
    assert_eq!(expanded(&configuration, "d"), "recipe = \"own\"\nv = \"top\"\nw = \"1\"\n");
}

#[test]
fn increments_wait_for_the_macro_in_the_order_of_layers() {
    let configuration = loaded(&[
        ("/p/buildout.cfg", "[buildout]\nextends = base.cfg\n[d]\nv += top\nw -= m2\n[m]\nv += more\n"),
        (
            "/p/base.cfg",
            "[m]\nv = m\nw =\n  m1\n  m2\n[d]\n<= m\nv += base\nfresh += new\nset = 1\nset += 2\n",
        ),
    ]);
    assert_eq!(
        annotated(&configuration, "d"),
        r#"< = "m"
    SET "m" base.cfg:7
fresh + = "new"
    SET "new" base.cfg:9
set = "1\n2"
    SET "1" base.cfg:10
    ADD "2" base.cfg:11
v + = "base\ntop"
    SET "base" base.cfg:8
    ADD "top" buildout.cfg:4
w - = "m2"
    SET "m2" buildout.cfg:5
"#
    );
    assert_eq!(
        expanded(&configuration, "d"),
        "v = \"m\\nmore\\nbase\\ntop\"\nw = \"m1\"\nset = \"1\\n2\"\nfresh = \"\\nnew\"\n"
    );
    let section = configuration.expanded("d").unwrap();
    let words: Vec<_> =
        section.get("v").unwrap().history().iter().map(|e| (e.change.word(), &*e.text)).collect();
    assert_eq!(words, [("SET", "m"), ("ADD", "more"), ("ADD", "base"), ("ADD", "top")]);
}

#[test]
fn an_increment_before_the_first_macro_does_not_know_of_it() {
    let configuration = loaded(&[
        ("/p/buildout.cfg", "[buildout]\nextends = base.cfg\n[d]\n<= m\n"),
        ("/p/base.cfg", "[m]\nlist = m\n[d]\nlist += b\n"),
    ]);
    assert_eq!(expanded(&configuration, "d"), "list = \"b\"\n");
}

#[test]
fn buildout_can_be_a_macro_and_uses_none() {
    let configuration =
        loaded(&[("/p/buildout.cfg", "[buildout]\n<= m\ncustom = yes\n[m]\nx = 1\n[d]\n<= buildout\n")]);
    assert_eq!(value(&configuration, "buildout", "<"), "m");
    assert_eq!(value(&configuration, "d", "custom"), "yes");
    assert_eq!(value(&configuration, "d", "bin-directory"), "/p/bin");
    assert!(configuration.expanded("d").unwrap().get("<").is_none());
}

#[test]
fn a_circle_of_macros_shows_the_whole_way() {
    let configuration = loaded(&[("/p/buildout.cfg", "[buildout]\n[a]\n<= b\n[b]\n<= c\n[c]\n<= a\n")]);
    assert_eq!(
        expanded(&configuration, "a"),
        "  Loading input sections for 'a'
  Loading input sections for 'b'
  Loading input sections for 'c'
macro-loop: Infinite extending loop 'a'
 --> /p/buildout.cfg:7:4 `a` and so it goes round
help: take this name out of `<=`, or another one on the way
"
    );
}

#[test]
fn a_macro_that_is_missing_is_told_with_the_nearest_name() {
    let configuration = loaded(&[(
        "/p/buildout.cfg",
        "[buildout]\n[one]\n[d]\n<= one\n   onne\n[e]\n<= one two\n[f]\n<= ${a:b}\n",
    )]);
    assert_eq!(
        expanded(&configuration, "d"),
        "  Loading input sections for 'd'
missing-macro: No section named 'onne'
 --> /p/buildout.cfg:5:4 `onne` no such section
help: did you mean `one`?
"
    );
    assert_eq!(
        expanded(&configuration, "e"),
        "  Loading input sections for 'e'
missing-macro: No section named 'one two'
 --> /p/buildout.cfg:7:4 `one two` no such section
help: write each section on a line of its own
"
    );
    assert_eq!(
        expanded(&configuration, "f"),
        "  Loading input sections for 'f'
missing-macro: No section named '${a:b}'
 --> /p/buildout.cfg:9:4 `${a:b}` no such section
help: `<=` is read before anything is substituted
"
    );
    assert_eq!(
        expanded(&configuration, "oen"),
        "missing-section: The referenced section, 'oen', was not defined.\nhelp: did you mean `[one]`?\n"
    );
}

#[test]
fn a_section_that_a_recipe_adds_means_what_it_says() {
    let mut configuration = loaded(&[("/p/buildout.cfg", "[buildout]\n[m]\nx = 1\n")]);
    let options = [("<", "m"), ("list +", "${m:x}"), ("text", "a\n  b")];
    let options = options.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec();
    configuration.add("new", options, "maker").unwrap();
    assert_eq!(
        annotated(&configuration, "new"),
        r#"< = "m"
    SET "m" recipe of maker
list + = "${m:x}"
    SET "${m:x}" recipe of maker
text = "a\n  b"
    SET "a\n  b" recipe of maker
"#
    );
    assert_eq!(expanded(&configuration, "new").lines().count(), 3, "`<` is an option like any other");
    let error = configuration.add("m", Vec::new(), "maker").unwrap_err();
    assert_eq!(
        told(&[error.diagnostic()], &configuration.sources),
        "section-exists: Section already exists m\n --> /p/buildout.cfg:2:2 `m` it is here\n"
    );
}

#[test]
fn a_text_that_a_recipe_adds_has_macros_increments_and_conditions() {
    let mut configuration = loaded(&[("/p/buildout.cfg", "[buildout]\n[m]\nlist = 1\n")]);
    let text = "\n    [new]\n    <= m\n    list += 2\n    [new:windows]\n    list = no\n    [more]\n    v =\n        a\n          b\n";
    assert_eq!(configuration.parse(text, "maker").unwrap(), ["new", "more"]);
    assert_eq!(expanded(&configuration, "new"), "list = \"1\\n2\"\n");
    assert_eq!(annotated(&configuration, "more"), "v = \"a\\n  b\"\n    SET \"a\\n  b\" recipe of maker\n");
    let place = configuration.section("more").unwrap().get("v").unwrap().place().unwrap();
    let place = configuration.sources.place(place);
    assert_eq!((place.file.as_str(), place.line), ("recipe of maker", 9));
}

#[test]
fn a_text_that_is_wrong_adds_nothing() {
    let mut configuration = loaded(&[("/p/buildout.cfg", "[buildout]\n")]);
    let error = configuration.parse("[ok]\n[bad\nx\n", "maker").unwrap_err();
    assert_eq!(
        told(&[error.diagnostic()], &configuration.sources),
        "bad-line: File contains parsing errors: recipe of maker
\t[line  2]: '[bad\\n'
\t[line  3]: 'x\\n'
 --> recipe of maker:2:1 `[bad` neither a header nor an option
 --> recipe of maker:3:1 `x` neither a header nor an option
help: a header is `[NAME]`, and its name has no blanks or brackets
help: indent the line if it belongs to the option above it
"
    );
    let error = configuration.parse("[new]\n[buildout]\nextends = /etc/passwd\n", "maker").unwrap_err();
    assert_eq!(error.to_string(), "Section already exists buildout");
    assert_eq!(configuration.names().collect::<Vec<_>>(), ["buildout", "versions"]);
}

#[test]
fn a_configuration_can_be_looked_at_from_several_threads() {
    let configuration = loaded(&[("/p/buildout.cfg", "[buildout]\n[m]\nx = 1\n[d]\n<= m\n")]);
    let found = std::thread::scope(|scope| {
        let looks = [0, 1].map(|_| scope.spawn(|| expanded(&configuration, "d")));
        looks.map(|look| look.join().unwrap())
    });
    assert_eq!(found, ["x = \"1\"\n", "x = \"1\"\n"]);
}
