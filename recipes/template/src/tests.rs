//! What a part with the recipe `template` does, in a buildout of its own.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use buildout_recipe::testing::{Buildout, TestPart};
use buildout_recipe::{Error, Kind};

use super::Template;

/// A buildout with a part `site` that renders `app.in` to `app.conf`.
fn site(template: &str) -> (Buildout, TestPart<Template>) {
    let buildout = Buildout::new();
    buildout.option("paths", "var", "/srv/var");
    buildout.write("app.in", template);
    let part =
        buildout.part::<Template>("site", &[("input", "app.in"), ("output", "app.conf"), ("port", "80")]);
    (buildout, part)
}

fn inline(options: &[(&str, &str)]) -> (Buildout, TestPart<Template>) {
    let buildout = Buildout::new();
    let part = buildout.part::<Template>("site", options);
    (buildout, part)
}

fn refusal(options: &[(&str, &str)]) -> Error {
    inline(options).1.init().expect_err("must be refused")
}

fn place(error: &Error) -> [Option<&str>; 2] {
    [error.detail("section"), error.detail("option")]
}

#[test]
fn a_template_is_rendered_with_options_of_the_buildout_and_of_the_part() {
    let (buildout, part) = site("var ${paths:var}\nport ${port} $${:port} $ $$\nat ${output}\n");
    assert_eq!(part.install().expect("installs"), [buildout.path("app.conf")]);
    let output = buildout.path("app.conf");
    assert_eq!(
        buildout.read("app.conf"),
        format!("var /srv/var\nport 80 $80 $ $$\nat {}\n", output.display())
    );
    assert_eq!(part.value("output"), Some(output.display().to_string()), "absolute for all who refer to it");
    assert_eq!(part.value("input"), Some(buildout.path("app.in").display().to_string()));
}

#[test]
fn a_reference_to_nothing_fails_in_init_with_its_place() {
    let (buildout, part) = site("one\ntwo\nvar ${paths:vra}\n");
    let error = part.init().expect_err("there is no such option");
    let input = buildout.path("app.in");
    assert_eq!(
        error.message(),
        format!("Referenced option does not exist: paths vra (in {}:3:5)", input.display())
    );
    assert_eq!((error.kind(), place(&error)), (Kind::User, [Some("site"), Some("input")]));
    assert_eq!(buildout.tree(), ["app.in"]);
}

#[test]
fn a_reference_to_no_section_fails_in_the_same_way() {
    let (buildout, part) = site("${no:where}");
    let error = part.init().expect_err("there is no such section");
    let input = buildout.path("app.in");
    assert_eq!(
        error.message(),
        format!("The referenced section, 'no', was not defined. (in {}:1:1)", input.display())
    );
    assert_eq!((error.kind(), place(&error)), (Kind::Missing, [Some("site"), Some("input")]));
}

#[test]
fn all_references_to_nothing_are_told_at_once() {
    let (buildout, part) = site("${no:where} ${port}\n  ${paths:vra} ${}\n");
    let error = part.init().expect_err("nothing of it is there");
    let input = buildout.path("app.in").display().to_string();
    assert_eq!(
        error.message().replace(&input, "app.in"),
        "3 references of the template cannot be replaced:\n\
         app.in:1:1: The referenced section, 'no', was not defined.\n\
         app.in:2:3: Referenced option does not exist: paths vra\n\
         app.in:2:16: The substitution, ${}, doesn't contain a colon."
    );
    assert_eq!(place(&error), [Some("site"), Some("input")]);
}

#[test]
fn a_shell_variable_is_told_how_it_can_stay() {
    let error = refusal(&[("inline", "${HOME}"), ("output", "x")]);
    assert_eq!(
        error.message(),
        "The substitution, ${HOME},\ndoesn't contain a colon.",
        "the host reads it first"
    );

    let (buildout, part) = site("\ncd ${HOME}");
    let error = part.init().expect_err("there is no such option");
    assert!(error.message().starts_with("Referenced option does not exist: site HOME (in "), "{error}");
    assert_eq!(
        error.detail("help"),
        Some("if `${HOME}` is to stay, set `dollar = $` and write `${dollar}{HOME}`")
    );

    buildout.write("app.in", "cd ${dollar}{HOME}");
    part.change("dollar", "$");
    part.install().expect("installs");
    assert_eq!(buildout.read("app.conf"), "cd ${HOME}");

    let options = [("inline", "cd $${HOME}"), ("output", "x")];
    assert_eq!(
        refusal(&options).detail("help"),
        Some("if `${HOME}` is to stay, set `dollar = $` and write `${:dollar}{dollar}{HOME}`")
    );
    let (buildout, part) =
        inline(&[("inline", "cd ${:dollar}{dollar}{HOME}"), ("dollar", "$"), ("output", "x")]);
    part.install().expect("installs");
    assert_eq!(buildout.read("x"), "cd ${HOME}");
}

#[test]
fn what_another_part_failed_with_keeps_its_own_place() {
    let (buildout, part) = site("${other:output}");
    let _other = buildout.part::<Template>("other", &[("inline", "x")]);
    let error = part.init().expect_err("the other part has no output");
    assert_eq!(error.message(), "Missing option: other:output");
    assert_eq!(place(&error), [Some("other"), Some("output")]);
}

#[test]
fn a_part_that_is_referred_to_is_initialised_first() {
    let (buildout, part) = site("${other:output}");
    let _other = buildout.part::<Template>("other", &[("inline", "x"), ("output", "o")]);
    part.install().expect("installs");
    assert_eq!(buildout.read("app.conf"), buildout.path("o").display().to_string());
}

#[test]
fn inline_text_needs_no_file() {
    let (buildout, part) = inline(&[("inline", "\nat ${:port}\n  b"), ("output", "x"), ("port", "80")]);
    part.install().expect("installs");
    assert_eq!(buildout.read("x"), "at 80\n  b");

    let (buildout, part) = inline(&[("input", "inline:  a $$\nb"), ("output", "x")]);
    part.install().expect("installs");
    assert_eq!(buildout.read("x"), "a $$\nb");
}

#[test]
fn exactly_one_source_is_needed() {
    let error = refusal(&[("output", "x")]);
    assert_eq!(
        (error.message(), place(&error)),
        ("Missing option: site:input", [Some("site"), Some("input")])
    );

    let error = refusal(&[("output", "x"), ("input", "a"), ("inline", "b")]);
    assert_eq!(error.message(), "[site] has two templates, `input` and `inline`");
    assert_eq!(place(&error), [Some("site"), Some("inline")]);

    let error = refusal(&[("output", "x"), ("url", "https://example.com/x")]);
    assert_eq!(error.message(), "Templates cannot be downloaded yet");
    assert_eq!((error.kind(), place(&error)), (Kind::User, [Some("site"), Some("url")]));
}

#[test]
fn an_input_that_cannot_be_read_names_the_path_and_the_option() {
    let (buildout, part) = inline(&[("input", "no.in"), ("output", "x")]);
    let error = part.init().expect_err("there is no such file");
    let input = buildout.path("no.in").display().to_string();
    assert_eq!(error.message(), format!("{input}: No such file or directory"));
    assert_eq!((place(&error), error.detail("path")), ([Some("site"), Some("input")], Some(input.as_str())));

    buildout.write("no.in", b"fine\n\xff\n");
    let error = part.init().expect_err("it is not text");
    assert_eq!(error.message(), format!("{input}:2: this is not UTF-8"));
}

#[test]
fn an_output_is_needed() {
    let error = refusal(&[("inline", "x")]);
    assert_eq!(
        (error.message(), place(&error)),
        ("Missing option: site:output", [Some("site"), Some("output")])
    );
}

#[test]
fn only_utf_8_is_read_and_written() {
    let error = refusal(&[("inline", "x"), ("output", "x"), ("output-encoding", "latin-1")]);
    assert_eq!(error.message(), "Templates are read and written as utf-8, not as 'latin-1'");
    assert_eq!(place(&error), [Some("site"), Some("output-encoding")]);

    let options =
        [("inline", "x"), ("output", "x"), ("input-encoding", "UTF8"), ("output-encoding", "utf_8")];
    inline(&options).1.init().expect("other spellings of the same");
}

#[test]
fn directories_that_were_made_belong_to_the_part_outermost_first() {
    let (buildout, part) = inline(&[("inline", "x"), ("output", "etc/app/app.conf")]);
    fs::create_dir(buildout.path("etc")).expect("can be made");
    assert_eq!(
        part.install().expect("installs"),
        [buildout.path("etc/app"), buildout.path("etc/app/app.conf")]
    );
}

#[cfg(unix)]
#[test]
fn the_mode_is_the_one_given_or_that_of_the_input() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let (buildout, part) = site("x");
    fs::set_permissions(buildout.path("app.in"), fs::Permissions::from_mode(0o751)).expect("can be set");
    part.install().expect("installs");
    assert_eq!(buildout.mode("app.conf"), 0o751);

    part.change("mode", "640");
    part.install().expect("installs");
    assert_eq!(buildout.mode("app.conf"), 0o640);

    let (buildout, part) = inline(&[("input", "link"), ("output", "x")]);
    fs::set_permissions(buildout.write("there/app.in", "x"), fs::Permissions::from_mode(0o604))
        .expect("can be set");
    symlink("there/app.in", buildout.path("link")).expect("can be made");
    part.install().expect("installs");
    assert_eq!(buildout.mode("x"), 0o604, "of the file, not of the link");
}

#[test]
fn a_mode_that_is_none_is_refused() {
    let error = refusal(&[("inline", "x"), ("output", "x"), ("mode", "rwx")]);
    assert_eq!(error.message(), "Invalid value for 'mode' option: 'rwx'");
    assert_eq!(place(&error), [Some("site"), Some("mode")]);
}

#[test]
fn without_overwrite_a_file_that_is_there_is_kept_and_does_not_belong_to_the_part() {
    let options = [("inline", "new"), ("output", "x"), ("overwrite", "false")];
    let (buildout, part) = inline(&options);
    buildout.write("x", "old");
    assert_eq!(part.install().expect("installs"), [""; 0].map(PathBuf::from));
    assert_eq!(part.update().expect("updates"), [""; 0].map(PathBuf::from));
    assert_eq!(buildout.read("x"), "old");

    let (buildout, part) = inline(&options);
    assert_eq!(part.install().expect("installs"), [buildout.path("x")]);
    assert_eq!(buildout.read("x"), "new");
}

#[test]
fn update_writes_only_what_is_different() {
    let (buildout, part) = site("one ${paths:var}");
    part.install().expect("installs");
    let output = buildout.path("app.conf");
    let old = SystemTime::now() - Duration::from_secs(3600);
    let file = fs::File::options().write(true).open(&output).expect("is there");
    file.set_modified(old).expect("can be set");
    let modified = || fs::metadata(&output).and_then(|metadata| metadata.modified()).expect("is there");
    let before = modified();

    assert_eq!(part.update().expect("updates"), [""; 0].map(PathBuf::from));
    assert_eq!(modified(), before);

    buildout.write("app.in", "two ${paths:var}");
    assert_eq!(part.update().expect("updates"), [""; 0].map(PathBuf::from), "it is the part's already");
    assert_eq!(buildout.read("app.conf"), "two /srv/var");
    assert_ne!(modified(), before);
}
