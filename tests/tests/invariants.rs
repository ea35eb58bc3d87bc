//! Invariants of the house that no other file of tests shows whole; `host/src/lib.rs` states them all.
//!
//! | invariant | where its test is |
//! |---|---|
//! | `config` reads nothing, rooms look down only, only `report` prints | `rooms` |
//! | `init` writes nothing; a fresh instance for every call | `guests/sandbox`, `guests/options` |
//! | same files, same buildout; the plan is what is done | here |
//! | a killed run is undone; foreign records remove nothing | `guests/ownership`, `installed` in the host |
//! | only what a part made is removed | `guests/ownership`, `execute` in the host |
//! | access is what is declared and granted | `guests/grants`, `guests/files` |
//! | text of others is made visible; a trap is the recipe's bug | `guests/terminal`, `guests/limits` |

use buildout_tests::Site;

const FOUR_PARTS: &str = "\
[buildout]
parts = gone kept changed new

[changed]
recipe = debug
value = ${buildout:value}

[kept]
recipe = mkdir

[gone]
recipe = mkdir

[new]
recipe = mkdir
";

/// The steps in JSON output: action and part, as `plan` or as a run tells them.
fn steps(json: &str, keys: [&str; 2]) -> Vec<String> {
    let word = |line: &str, key: &str| {
        let (_, rest) = line.split_once(&format!("\"{key}\":\""))?;
        rest.split_once('"').map(|(word, _)| word.to_owned())
    };
    let pieces = json.split('{').filter(|piece| piece.contains(&format!("\"{}\":", keys[0])));
    pieces.filter_map(|piece| Some(format!("{} {}", word(piece, keys[0])?, word(piece, keys[1])?))).collect()
}

#[test]
fn what_the_plan_says_is_what_a_run_does() {
    let site = Site::new(FOUR_PARTS);
    assert_eq!(site.run(&["buildout:parts=gone kept changed", "buildout:value=1"]).exit, Some(0));
    let arguments = ["--json", "buildout:parts=kept changed new", "buildout:value=2"];
    let planned = site.run(&[&arguments[..], &["plan"]].concat());
    let done = site.run(&arguments);
    assert_eq!((planned.exit, done.exit), (Some(0), Some(0)));
    assert_eq!(
        steps(&planned.stdout, ["action", "part"]),
        ["uninstall gone", "keep kept", "reinstall changed", "install new"]
    );
    let started: Vec<&str> = done.stdout.lines().filter(|line| line.contains("\"step-started\"")).collect();
    assert_eq!(
        steps(
            &started.join(
                "
"
            ),
            ["activity", "part"]
        ),
        ["uninstalling changed", "uninstalling gone", "installing changed", "installing new"]
    );
}

#[test]
fn the_same_files_and_recipes_come_to_the_same_plan_in_every_run() {
    let site = Site::actor("init = time\n    random\nset = x\ninstall = say never");
    let first = site.run(&["-v", "plan"]);
    let second = site.run(&["-v", "plan"]);
    assert_eq!(first.exit, Some(0), "{}", first.stderr);
    assert_eq!((&first.stdout, &first.stderr), (&second.stdout, &second.stderr));
    assert!(first.stderr.contains("a: "), "the recipe told what it saw: {}", first.stderr);
    assert!(!site.has(".installed.cfg") && !site.has("parts"), "a plan makes nothing");
}
