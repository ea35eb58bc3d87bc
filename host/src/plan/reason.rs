//! Why a step is needed.

use camino::Utf8PathBuf;

use crate::event::Cause;
use crate::path::straight;
use crate::source::{SourceMap, Span};

/// Why a step is needed: facts, and where they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The part is not installed.
    New,
    /// An option is not what the part was installed with.
    OptionChanged {
        /// Its name.
        option: String,
        /// What it was; none if it was not there.
        was: Option<String>,
        /// What it is; none if it is gone.
        is: Option<String>,
        /// Where it is written now.
        at: Option<Span>,
    },
    /// A file that the part is made from holds something else.
    InputChanged {
        /// The file.
        path: Utf8PathBuf,
    },
    /// The recipe is another one.
    RecipeChanged {
        /// Its signature at the time.
        was: String,
        /// Its signature now.
        is: String,
    },
    /// A part that this one needs is made anew.
    DependencyChanged {
        /// That part.
        part: String,
        /// Whether that was in an earlier run, which did not look at this part.
        earlier: bool,
    },
    /// Something that belongs to the part is gone.
    FileMissing {
        /// What is gone.
        path: Utf8PathBuf,
    },
    /// The last call of its recipe failed, or it came back after its uninstall hook had run.
    Unfinished,
    /// The configuration does not name the part any more.
    NoLongerNamed,
    /// `--force` was given.
    Forced,
    /// It was to be uninstalled.
    Asked,
}

/// A value in a reason is cut to this many characters.
const SHORT: usize = 60;

impl Reason {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::OptionChanged { .. } => "option-changed",
            Self::InputChanged { .. } => "input-changed",
            Self::RecipeChanged { .. } => "recipe-changed",
            Self::DependencyChanged { .. } => "dependency-changed",
            Self::FileMissing { .. } => "file-missing",
            Self::Unfinished => "unfinished",
            Self::NoLongerNamed => "no-longer-named",
            Self::Forced => "forced",
            Self::Asked => "asked",
        }
    }

    /// The same for people and programs.
    pub fn cause(&self, sources: &SourceMap) -> Cause {
        let (text, at) = match self {
            Self::New => ("it is not installed".to_owned(), None),
            Self::OptionChanged { option, was, is, at } => {
                let text = match (was, is) {
                    (None, Some(is)) => format!("option `{option}` is new: {}", short(is)),
                    (Some(was), None) => format!("option `{option}` is gone: it was {}", short(was)),
                    (was, is) => {
                        let (was, is) =
                            both(was.as_deref().unwrap_or_default(), is.as_deref().unwrap_or_default());
                        format!("option `{option}` changed: {was} → {is}")
                    }
                };
                (text, *at)
            }
            Self::InputChanged { path } => (format!("{} changed", straight(path)), None),
            Self::RecipeChanged { was, is } => {
                (format!("its recipe changed: {} → {}", short(was), short(is)), None)
            }
            Self::DependencyChanged { part, earlier } => {
                let is = if *earlier { "was made anew without it" } else { "is made anew" };
                (format!("it needs `{part}`, which {is}"), None)
            }
            Self::FileMissing { path } => (format!("{} is missing", straight(path)), None),
            Self::Unfinished => ("its last run did not end well".to_owned(), None),
            Self::NoLongerNamed => ("nothing names it any more".to_owned(), None),
            Self::Forced => ("`--force` was given".to_owned(), None),
            Self::Asked => ("`uninstall` was asked for".to_owned(), None),
        };
        Cause { code: self.code(), text, place: at.map(|at| sources.place(at)) }
    }
}

/// Two values in quotes. Of long ones what both begin with is left out, all but its end: the difference is what counts.
fn both(was: &str, is: &str) -> (String, String) {
    let common = was.chars().zip(is.chars()).take_while(|(one, other)| one == other).count();
    let skipped = common.saturating_sub(SHORT / 4);
    if skipped == 0 || [was, is].iter().all(|value| value.chars().count() <= SHORT) {
        return (short(was), short(is));
    }
    let tail = |value: &str| short(&format!("…{}", value.chars().skip(skipped).collect::<String>()));
    (tail(was), tail(is))
}

/// A value in quotes, on one line.
fn short(value: &str) -> String {
    let flat: String = value.replace('\n', "⏎");
    if flat.chars().count() <= SHORT {
        return format!("'{flat}'");
    }
    let cut: String = flat.chars().take(SHORT).collect();
    format!("'{cut}…'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_values_are_shown_so_that_they_differ() {
        let shown = |was: &str, is: &str| <[String; 2]>::from(both(was, is));
        assert_eq!(shown("80", "8080"), ["'80'", "'8080'"]);
        let paths = "/srv/shelf/var\n/srv/shelf/var/log\n/srv/shelf/var/data";
        let more = format!("{paths}\n/srv/shelf/var/cache");
        assert_eq!(shown(paths, &more), ["'…/shelf/var/data'", "'…/shelf/var/data⏎/srv/shelf/var/cache'"]);
        let long = "x".repeat(61);
        assert_eq!(shown(&long, "y"), [format!("'{}…'", "x".repeat(60)).as_str(), "'y'"]);
    }
}
