//! What `testing` answers is what `wit/recipe.wit` promises.

use std::cell::Cell;
use std::fs;
use std::path::PathBuf;

use buildout_recipe::testing::Buildout;
use buildout_recipe::{Error, Kind, Part, Recipe, Result, files, host, sections, warn};

/// A recipe whose calls are what the test says.
struct Says;

type Init = fn(&mut Part) -> Result<()>;
type Later = fn(&Part) -> Result<()>;

thread_local! {
    static INIT: Cell<Init> = const { Cell::new(|_| Ok(())) };
    static LATER: Cell<Later> = const { Cell::new(|_| Ok(())) };
}

impl Recipe for Says {
    fn init(part: &mut Part) -> Result<()> {
        INIT.get()(part)
    }

    fn install(part: &Part) -> Result<Vec<PathBuf>> {
        LATER.get()(part)?;
        part.paths("path")
    }

    fn update(part: &Part) -> Result<Vec<PathBuf>> {
        LATER.get()(part).map(|()| Vec::new())
    }

    fn uninstall(part: &Part) -> Result<()> {
        LATER.get()(part)
    }
}

/// A recipe that sets `made` to the name of its part.
struct Maker;

impl Recipe for Maker {
    fn init(part: &mut Part) -> Result<()> {
        warn!("made");
        let name = part.name().to_owned();
        part.set("made", name)
    }

    fn install(_: &Part) -> Result<Vec<PathBuf>> {
        Ok(vec!["relative".into()])
    }
}

/// Runs `init` of a part `p` with these options.
fn init(options: &[(&str, &str)], call: Init) -> Result<()> {
    INIT.set(call);
    Buildout::new().part::<Says>("p", options).init()
}

/// What `init` was refused with.
fn refusal(options: &[(&str, &str)], call: Init) -> (Kind, String, Option<String>) {
    let error = init(options, call).expect_err("must be refused");
    (error.kind(), error.message().to_owned(), error.detail("option").map(str::to_owned))
}

fn user(message: &str, option: &str) -> (Kind, String, Option<String>) {
    (Kind::User, message.to_owned(), Some(option.to_owned()))
}

#[test]
fn options_are_read_as_what_they_mean() {
    let options = [("l", "a b\nc"), ("lines", "a b\n\n c"), ("yes", "On"), ("m", "0750"), ("p", "./x/../y")];
    init(&options, |part| {
        assert_eq!(part.entry(), "default");
        assert_eq!(part.keys(), ["l", "lines", "yes", "m", "p"]);
        assert_eq!(part.list("l")?, ["a", "b", "c"]);
        assert_eq!(part.list("no")?, [""; 0]);
        assert_eq!(part.lines("lines")?, ["a b", "c"]);
        assert_eq!([part.bool("yes", false)?, part.bool("no", true)?], [true, true]);
        assert_eq!([part.mode("m")?, part.mode("no")?], [Some(0o750), None]);
        assert_eq!(part.path("p")?, part.directory()?.join("y"));
        assert_eq!(part.get("no")?, None);
        Ok(())
    })
    .expect("all can be read");
}

#[test]
fn an_option_that_does_not_say_what_it_should_is_named() {
    assert_eq!(refusal(&[], |part| part.required("x").map(drop)), user("Missing option: p:x", "x"));
    assert_eq!(refusal(&[], |part| part.path("x").map(drop)), user("Missing option: p:x", "x"));
    assert_eq!(
        refusal(&[("x", "")], |part| part.path("x").map(drop)),
        user("Option `x` of [p] is empty", "x")
    );
    assert_eq!(
        refusal(&[("x", "maybe")], |part| part.bool("x", true).map(drop)),
        user("Invalid value for 'x' option: 'maybe'", "x")
    );
    assert_eq!(
        refusal(&[("x", "999")], |part| part.mode("x").map(drop)),
        user("Invalid value for 'x' option: '999'", "x")
    );
}

#[test]
fn paths_are_read_back_as_they_were_set_also_with_a_blank_in_the_directory() {
    INIT.set(|part| {
        let paths = part.paths("path")?;
        part.set_paths("path", &paths)
    });
    LATER.set(|_| Ok(()));
    let buildout = Buildout::named("my work");
    let part = buildout.part::<Says>("p", &[("path", "a ${buildout:directory}/b c/./d")]);
    assert_eq!(
        part.install().expect("installs"),
        [buildout.path("a"), buildout.path("b"), buildout.path("c/d")]
    );
}

#[test]
fn a_value_that_was_set_is_literal_and_seen_by_all() {
    let buildout = Buildout::new();
    INIT.set(|part| {
        part.set("x", "${no:where}")?;
        assert_eq!(part.set_default("x", "y")?, "${no:where}");
        assert_eq!(part.set_default("d", "y")?, "y");
        assert_eq!((part.remove("d")?, part.remove("d")?), (true, false));
        assert_eq!(part.expand("${:x} ${p:x} ${:_buildout_section_name_}")?, "${no:where} ${no:where} p");
        Ok(())
    });
    let part = buildout.part::<Says>("p", &[("x", "1")]);
    buildout.option("other", "sees", "${p:x}");
    part.init().expect("can be set");
    assert_eq!(buildout.value("other", "sees").as_deref(), Some("${no:where}"));
    assert_eq!((part.value("d"), buildout.value("no", "such")), (None, None));

    part.change("y", "2");
    assert_eq!(part.value("x").as_deref(), Some("1"), "a new run begins with what is written");
}

#[test]
fn a_part_that_is_read_is_initialised_first_and_only_once() {
    let buildout = Buildout::new();
    buildout.part::<Maker>("maker", &[]);
    INIT.set(|part| {
        assert_eq!(sections::get("maker", "made")?.as_deref(), Some("maker"));
        assert_eq!(sections::all("maker")?, [("made".to_owned(), "maker".to_owned())]);
        assert_eq!(part.get("through")?.as_deref(), Some("maker"));
        assert!(sections::exists("maker")? && !sections::exists("no")?);
        assert_eq!(sections::names()?, ["buildout", "maker", "p"]);
        Ok(())
    });
    buildout.part::<Says>("p", &[("through", "${maker:made}")]).init().expect("reads");
    assert_eq!(buildout.log(), ["maker: warn: made"]);
}

#[test]
fn a_section_that_is_not_there_is_missing_and_one_that_is_there_exists() {
    let (kind, message, _) = refusal(&[], |_| sections::get("no", "x").map(drop));
    assert_eq!((kind, message.as_str()), (Kind::Missing, "The referenced section, 'no', was not defined."));
    let (kind, ..) = refusal(&[], |_| sections::add("buildout", &[]));
    assert_eq!(kind, Kind::Exists);
    let (kind, message, _) = refusal(&[], |_| sections::required("buildout", "x").map(drop));
    assert_eq!((kind, message.as_str()), (Kind::User, "Missing option: buildout:x"));
}

#[test]
fn an_option_that_needs_itself_is_circular() {
    let (kind, ..) = refusal(&[("a", "${:b}"), ("b", "${p:a}")], |part| part.get("a").map(drop));
    assert_eq!(kind, Kind::Circular);
}

#[test]
fn sections_can_be_added_in_init() {
    let buildout = Buildout::new();
    INIT.set(|_| {
        sections::add("added", &[("x".to_owned(), "${buildout:directory}/x".to_owned())])?;
        let text = "[one]\na = 1\n\n[two]\nb =\n  2\n  3\n";
        assert_eq!(sections::parse(text)?, ["one", "two"]);
        assert_eq!(sections::keys("two")?, ["b"]);
        Ok(())
    });
    buildout.part::<Says>("p", &[]).init().expect("can be added");
    assert_eq!(buildout.value("added", "x"), Some(buildout.path("x").display().to_string()));
    assert_eq!(buildout.value("two", "b").as_deref(), Some("2\n3"));
}

#[test]
fn what_is_only_for_init_is_of_kind_phase_elsewhere() {
    LATER.set(|_| sections::add("x", &[]));
    let part = Buildout::new().part::<Says>("p", &[]);
    for error in [part.install().err(), part.update().err(), part.uninstall().err()] {
        assert_eq!(error.as_ref().map(Error::kind), Some(Kind::Phase));
    }
}

#[test]
fn a_part_that_was_never_initialised_cannot_be_read_in_install() {
    INIT.set(|_| Ok(()));
    LATER.set(|_| sections::keys("maker").map(drop));
    let buildout = Buildout::new();
    let maker = buildout.part::<Maker>("maker", &[]);
    let part = buildout.part::<Says>("p", &[]);
    assert_eq!(part.install().expect_err("it is not initialised").kind(), Kind::Phase);
    maker.init().expect("can be");
    part.install().expect("now it is");
}

#[test]
fn uninstall_reads_only_its_own_options() {
    INIT.set(|part| {
        let path = part.path("path")?;
        part.set_path("path", path)
    });
    LATER.set(|part| match part.installed() {
        paths if paths.is_empty() => Ok(()),
        paths => {
            assert_eq!(paths, [part.path("path")?]);
            assert_eq!(part.paths("path")?, paths);
            part.directory().map(drop)
        }
    });
    let buildout = Buildout::new();
    let part = buildout.part::<Says>("p", &[("path", "x")]);
    part.install().expect("has no paths before");
    part.update().expect("can read all");
    assert_eq!(part.uninstall().expect_err("reads [buildout]").kind(), Kind::Phase);
}

#[test]
fn a_temporary_directory_is_gone_when_the_call_ends() {
    thread_local!(static SEEN: Cell<Option<PathBuf>> = const { Cell::new(None) });
    INIT.set(|_| {
        assert_eq!(files::temporary_directory().expect_err("nothing is writable").kind(), Kind::Phase);
        Ok(())
    });
    LATER.set(|_| {
        let (one, two) = (files::temporary_directory()?, files::temporary_directory()?);
        assert_ne!(one, two);
        fs::write(one.join("x"), "x")?;
        SEEN.set(Some(one));
        Ok(())
    });
    let buildout = Buildout::new();
    buildout.part::<Says>("p", &[]).install().expect("can be made");
    assert!(!SEEN.take().expect("was made").exists());
    assert_eq!(buildout.tree(), [""; 0]);
}

#[cfg(unix)]
#[test]
fn files_have_modes_and_links() {
    INIT.set(|_| Ok(()));
    LATER.set(|part| {
        let file = part.directory()?.join("file");
        let link = part.directory()?.join("link");
        fs::write(&file, "x")?;
        files::set_mode(&file, 0o640)?;
        assert_eq!(files::mode(&file)?, 0o640);
        assert_eq!(files::set_mode(&file, 0o4755).map_err(|error| error.kind()), Err(Kind::Io));

        files::symlink("/no/where", &link)?;
        assert_eq!(files::read_link(&link)?, PathBuf::from("/no/where"));
        assert_eq!(files::set_mode(&link, 0o600).map_err(|error| error.kind()), Err(Kind::Io));
        assert_eq!(files::mode("relative").map_err(|error| error.kind()), Err(Kind::Io));
        Ok(())
    });
    let buildout = Buildout::new();
    buildout.part::<Says>("p", &[]).install().expect("all as promised");
    assert_eq!(buildout.tree(), ["file", "link"]);
}

#[test]
fn the_machine_and_the_run_are_as_the_test_says() {
    let buildout = Buildout::new();
    buildout.offline(true);
    buildout.verbosity(2);
    buildout.fact("os", "windows");
    INIT.set(|_| {
        assert_eq!((host::offline(), host::newest(), host::verbosity()), (true, false, 2));
        assert_eq!(host::fact("os").as_deref(), Some("windows"));
        assert_eq!(host::fact("no such"), None);
        Ok(())
    });
    buildout.part::<Says>("p", &[]).init().expect("all as said");
}

#[test]
fn an_entry_reaches_the_recipe() {
    INIT.set(|part| {
        let entry = part.entry().to_owned();
        part.set("entry", entry)
    });
    let part = Buildout::new().part::<Says>("p", &[]).entry("scripts");
    part.init().expect("sets it");
    assert_eq!(part.value("entry").as_deref(), Some("scripts"));
}

#[test]
#[should_panic(expected = "`init` of [p] wrote to the buildout directory")]
fn an_init_that_writes_fails_the_test() {
    let _ = init(&[], |part| Ok(fs::write(part.directory()?.join("x"), "x")?));
}

#[test]
fn a_relative_path_cannot_be_returned() {
    let error = Buildout::new().part::<Maker>("maker", &[]).install().expect_err("it is relative");
    assert_eq!(
        (error.kind(), error.message()),
        (Kind::Failed, "the recipe returned a relative path: relative")
    );
}

#[test]
fn a_program_tells_its_lines_or_gives_them_to_the_recipe() {
    use buildout_recipe::process::{Command, find};

    let buildout = Buildout::new();
    LATER.set(|part| {
        let directory = part.path("location")?;
        fs::create_dir(&directory)?;
        let shell = |script: &str| Command::new("sh").args(["-c", script]).directory(&directory);
        shell("echo told; echo warned >&2; pwd > where")?.run()?.success()?;
        let captured = shell("printf $X")?.env("X", "held").capture()?;
        assert_eq!((captured.output.as_str(), captured.errors.as_str()), ("held", ""));
        let failed = shell("echo no >&2; exit 3")?.capture().expect_err("it fails");
        assert_eq!((failed.kind(), failed.message()), (Kind::Process, "`sh` ended with status 3: no"));
        assert_eq!(shell("exit 3")?.run()?.code(), 3);
        assert_eq!(find("nobody-has-this")?, None);
        Ok(())
    });
    let location = buildout.path("parts/p");
    buildout.part::<Says>("p", &[("location", "parts/p")]).install().expect("all went well");
    assert_eq!(buildout.log(), ["p: info: told", "p: warn: warned"]);
    assert_eq!(
        fs::read_to_string(location.join("where")).expect("it was written").trim_end(),
        location.to_str().expect("text")
    );
}

#[test]
fn no_program_is_started_in_init() {
    let error = init(&[], |_| buildout_recipe::process::find("sh").map(drop)).expect_err("it is refused");
    assert_eq!((error.kind(), error.message()), (Kind::Phase, "no program can be started in `init`"));
}
