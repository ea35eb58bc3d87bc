//! The READMEs do what they say: every command in them is run, and its output is the one that stands there.
//!
//! - In: a README with blocks of `console`, in which `$ buildout …` and `$ cat FILE` are commands.
//! - Out: the same README with what they print; a failed test where that differs.
//! - Not here: what the example is for (`main`).
//!
//! `SNAPSHOTS=overwrite` writes what is printed into the README.

use std::path::Path;

use buildout_tests::Site;
use snapbox::{Data, IntoData as _, assert_data_eq};

use super::{example, repository, told};

/// Where the site lies, as the reader sees it.
const DIRECTORY: &str = "/srv/shelf";

/// Runs the commands of a README in their order.
fn run(site: &Site, readme: &Path) {
    let text =
        std::fs::read_to_string(readme).unwrap_or_else(|error| panic!("{}: {error}", readme.display()));
    let mut shown = String::new();
    let mut console = false;
    for line in text.lines() {
        let command = line.strip_prefix("$ ").filter(|_| console);
        if let Some(command) = command {
            shown.push_str(&format!("{line}\n{}", printed(site, command)));
        } else if !console || line == "```" {
            shown.push_str(&format!("{line}\n"));
        }
        console = if console { line != "```" } else { line == "```console" };
    }
    // Raw: neither a place to hold nor an omission means anything in a README.
    assert_data_eq!(shown.raw(), Data::read_from(readme, None).raw());
}

/// What a command prints, on both streams.
fn printed(site: &Site, command: &str) -> String {
    let text = match command.split_once(' ').unwrap_or((command, "")) {
        ("buildout", arguments) => {
            let run = site.run(&arguments.split_whitespace().collect::<Vec<_>>());
            run.stderr + &run.stdout
        }
        ("cat", file) => told(site, file),
        _ => panic!("`{command}` is not a command that can be tried here"),
    };
    let text = text.replace("[DIR]", DIRECTORY);
    // A file may end without a line break, a block may not.
    if text.is_empty() || text.ends_with('\n') { text } else { text + "\n" }
}

#[test]
fn the_quickstart_shows_what_happens() {
    run(&example(), &repository().join("examples/quickstart/README.md"));
}

#[test]
fn the_readme_shows_what_happens() {
    let readme = repository().join("README.md");
    let text = std::fs::read_to_string(&readme).expect("there is a README");
    let (_, from) = text.split_once("```ini\n").expect("it shows a configuration");
    let (configuration, _) = from.split_once("```").expect("which ends");
    run(&Site::new(configuration), &readme);
}
