//! A recipe that does what its options say: the option `init` holds the deeds of `init`, and so on.
//!
//! - In: one deed a line: a verb, then words; the last word may hold blanks.
//! - Out: what each deed was answered, as lines on standard output.
//! - Not here: any good manners. It is written without the SDK, so that it can do what the SDK would not let it.
//!
//! Rules: a relative path lies in the buildout directory, unless `raw:` stands before it. A deed that fails ends the
//! call with its error; behind `try` the error is told and the call goes on. `TMP` is the temporary directory, and `@{`
//! stands for `${`, which would be replaced before the recipe sees it.

mod border;
mod files;
mod programs;
mod rogue;
mod world;

use std::cell::{Cell, RefCell};

use bindings::buildout::recipe::{section, sections, types::Error};
use bindings::exports::buildout::recipe::part::Guest;

#[allow(missing_docs)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../../wit",
        inline: "
            package tests:guests;
            world actor {
                include buildout:recipe/recipe@0.1.0;
                include buildout:recipe/programs@0.1.0;
            }
        ",
        world: "tests:guests/actor",
        generate_all,
    });
}

/// `recipe.toml`, carried inside the component.
#[used]
#[unsafe(link_section = "buildout:recipe")]
static DESCRIPTION: [u8; include_bytes!("../recipe.toml").len()] = *include_bytes!("../recipe.toml");

struct Actor;

bindings::export!(Actor with_types_in bindings);

/// What one call knows.
#[derive(Default)]
struct Play {
    entry: String,
    /// The paths to return.
    returned: RefCell<Vec<String>>,
    temporary: RefCell<String>,
}

type Deed = Result<(), Error>;

thread_local! {
    /// Would count the calls, if an instance lived for more than one.
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

impl Guest for Actor {
    fn init(entry: String) -> Deed {
        perform("init", entry).map(|_| ())
    }

    fn install(entry: String) -> Result<Vec<String>, Error> {
        perform("install", entry)
    }

    fn update(entry: String) -> Result<Vec<String>, Error> {
        perform("update", entry)
    }

    fn uninstall(entry: String) -> Deed {
        perform("uninstall", entry).map(|_| ())
    }
}

fn perform(call: &str, entry: String) -> Result<Vec<String>, Error> {
    CALLS.set(CALLS.get() + 1);
    let play = Play { entry, ..Play::default() };
    // All four are asked for, so that none is reported as unused.
    let scripts = ["init", "install", "update", "uninstall"].map(|call| (call, section::get(call)));
    let script = scripts.into_iter().find(|(name, _)| *name == call).expect("it is one of the four").1?;
    let script = script.unwrap_or_default();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        play.line(line)?;
    }
    Ok(play.returned.into_inner())
}

impl Play {
    /// Performs one line.
    fn line(&self, line: &str) -> Deed {
        if let Some(line) = line.strip_prefix("try ") {
            match self.deed(line) {
                Ok(()) => {}
                Err(error) => println!("{line}: {}: {}", error.kind, error.message),
            }
            return Ok(());
        }
        self.deed(line)
    }

    fn deed(&self, line: &str) -> Deed {
        let line = &line.replace("@{", "${");
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let words = Words { play: self, rest: rest.trim() };
        let done = border::deed(verb, &words)
            .or_else(|| files::deed(verb, &words))
            .or_else(|| programs::deed(verb, &words))
            .or_else(|| world::deed(verb, &words))
            .or_else(|| rogue::deed(verb, &words));
        done.unwrap_or_else(|| Err(error("user", format!("the actor does not know `{verb}`"))))
    }

    /// An absolute path.
    fn path(&self, word: &str) -> Result<String, Error> {
        if let Some(raw) = word.strip_prefix("raw:") {
            return Ok(raw.to_owned());
        }
        if let Some(beneath) = word.strip_prefix("TMP") {
            return Ok(self.temporary.borrow().clone() + beneath);
        }
        if word.starts_with('/') {
            return Ok(word.to_owned());
        }
        let directory = sections::get("buildout", "directory")?.unwrap_or_default();
        Ok(format!("{directory}/{word}"))
    }
}

/// The words behind a verb.
struct Words<'p> {
    play: &'p Play,
    rest: &'p str,
}

impl<'p> Words<'p> {
    /// All of them.
    fn text(&self) -> &'p str {
        self.rest
    }

    /// The first one, and the rest.
    fn two(&self) -> (&'p str, &'p str) {
        let (first, rest) = self.rest.split_once(' ').unwrap_or((self.rest, ""));
        (first, rest.trim())
    }

    fn number(&self) -> u64 {
        self.rest.parse().expect("the test writes a number here")
    }

    fn path(&self) -> Result<String, Error> {
        self.play.path(self.rest)
    }
}

fn error(kind: &str, message: impl Into<String>) -> Error {
    Error { kind: kind.to_owned(), message: message.into(), details: Vec::new() }
}

impl From<std::io::Error> for Error {
    fn from(cause: std::io::Error) -> Self {
        let text = cause.to_string();
        let text = text.split(" (os error").next().unwrap_or_default().to_owned();
        error("io", text)
    }
}
