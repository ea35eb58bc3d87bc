//! What the user gave and refused.
//!
//! - In: what was typed, what the policy says, what was approved: [`Grant`]s, each with the [`Word`] behind it.
//! - Out: [`Grants`], which say what an [`Asker`] may have, and how a need stands.
//! - Not here: the places that follow from it (`reach`), what is told about a need (`claim`).
//!
//! Rules: `decisions.md` 4.1. What was refused is not given, whoever gave it.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};

use super::need::{Need, NeedKind};
use super::pattern::is_meant;

/// Who wants something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker<'a> {
    /// A file of the configuration.
    Configuration {
        /// What a grant to it is bound to, `file sha256:…`; empty before that is known.
        file: &'a str,
    },
    /// A part.
    Part {
        /// Its name.
        name: &'a str,
        /// What a grant to its recipe is bound to: `sha256:…` of the component, or `stock NAME`.
        recipe: &'a str,
    },
}

impl Asker<'_> {
    /// The configuration, before its files are read.
    pub const CONFIGURATION: Asker<'static> = Asker::Configuration { file: "" };
}

/// One thing that the user gives, or refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The part that it is for; all of them, and the configuration itself, if it names none.
    pub part: Option<String>,
    /// The recipe, or the file of the configuration, that it is for; any, if it names none.
    pub recipe: Option<String>,
    /// What kind of thing it is.
    pub kind: NeedKind,
    /// Which one: an absolute real directory, a name; empty for links.
    pub value: String,
    /// What the user said.
    pub word: Word,
}

/// Where the user said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// With a flag.
    Typed,
    /// With `--allow-all`.
    All,
    /// In the policy.
    Policy {
        /// The file.
        file: Utf8PathBuf,
        /// Its line.
        line: usize,
    },
    /// When asked by `approve`.
    Approved,
    /// When asked in this run.
    Answered,
}

impl fmt::Display for Word {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Typed => formatter.write_str("flag"),
            Self::All => formatter.write_str("--allow-all"),
            Self::Policy { file, line } => write!(formatter, "{file}:{line}"),
            Self::Approved => formatter.write_str("approval"),
            Self::Answered => formatter.write_str("answer"),
        }
    }
}

impl Grant {
    fn concerns(&self, asker: Asker<'_>) -> bool {
        let (part, recipe) = match asker {
            Asker::Configuration { file } => (None, file),
            Asker::Part { name, recipe } => (Some(name), recipe),
        };
        (self.part.is_none() || self.part.as_deref() == part)
            && self.recipe.as_deref().is_none_or(|own| own == recipe)
    }

    /// Whether it speaks of this very thing; of directories, of this one or one around it. A refusal may name `many` with
    /// a star.
    fn covers(&self, kind: NeedKind, value: &str, many: bool) -> bool {
        match kind {
            NeedKind::Read | NeedKind::Write => Utf8Path::new(value).starts_with(&self.value),
            NeedKind::Net | NeedKind::Run | NeedKind::Env | NeedKind::Links if many => {
                is_meant(&self.value, value)
            }
            NeedKind::Net | NeedKind::Run | NeedKind::Env | NeedKind::Links => self.value == value,
        }
    }
}

/// How a need stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Everybody may.
    Default,
    /// The user gave it.
    Granted(Word),
    /// The user refused it.
    Refused(Word),
    /// Nobody said anything.
    Missing,
    /// Nobody can give it: it is everything of its kind.
    Everything,
}

impl Standing {
    /// Whether the part has what it needs.
    pub fn is_met(&self) -> bool {
        matches!(self, Self::Default | Self::Granted(_))
    }
}

/// What the user gave and refused, for this run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    given: Vec<Grant>,
    refused: Vec<Grant>,
    everything: bool,
    directory: Utf8PathBuf,
}

/// A recipe whose part was given something when it had other bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// What the grants of then are bound to.
    pub recipe: String,
    /// Whether this very thing was among them.
    pub same: bool,
}

impl Grants {
    /// Puts together what was given and what was refused, for the buildout in `directory`.
    pub fn new(directory: Utf8PathBuf, given: Vec<Grant>, refused: Vec<Grant>) -> Self {
        Self { given, refused, everything: false, directory }
    }

    /// The real directory of the configuration file, for which they hold.
    pub fn directory(&self) -> &Utf8Path {
        &self.directory
    }

    /// Gives more.
    pub fn give(&mut self, more: impl IntoIterator<Item = Grant>) {
        self.given.extend(more);
    }

    /// Gives whatever is declared.
    pub fn give_everything(&mut self) {
        self.everything = true;
    }

    /// Whether whatever is declared is given.
    pub fn are_everything(&self) -> bool {
        self.everything
    }

    /// The directories that were given to `asker`. What may be written may be read too.
    pub fn directories<'a>(&'a self, kind: NeedKind, asker: Asker<'a>) -> impl Iterator<Item = &'a Utf8Path> {
        let given = self.given.iter().filter(move |grant| gives(grant.kind, kind) && grant.concerns(asker));
        let all = self.everything.then_some(Utf8Path::new("/"));
        given
            .map(|grant| Utf8Path::new(&grant.value))
            .chain(all)
            .filter(move |path| !self.refused(kind, asker).any(|refused| path.starts_with(refused)))
    }

    /// The directories that were refused to `asker`, wherever they lie. What may not be read may not be
    /// written either.
    pub fn refused<'a>(&'a self, kind: NeedKind, asker: Asker<'a>) -> impl Iterator<Item = &'a Utf8Path> {
        let refused =
            self.refused.iter().filter(move |grant| refuses(grant.kind, kind) && grant.concerns(asker));
        refused.map(|grant| Utf8Path::new(&grant.value))
    }

    /// Every directory that some part may write.
    pub fn writable(&self) -> impl Iterator<Item = &Utf8Path> {
        let given = self.given.iter().filter(|grant| grant.kind == NeedKind::Write);
        let all = self.everything.then_some(Utf8Path::new("/"));
        given.map(|grant| Utf8Path::new(&grant.value)).chain(all)
    }

    /// The environment variables that anybody may read.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.given.iter().filter(|grant| grant.kind == NeedKind::Env).map(|grant| &*grant.value)
    }

    /// Whether `asker` was given this very thing.
    pub fn hold(&self, kind: NeedKind, value: &str, asker: Asker<'_>) -> bool {
        matches!(self.standing(kind, value, asker), Standing::Granted(_))
    }

    /// How something that `asker` needs stands.
    pub fn standing(&self, kind: NeedKind, value: &str, asker: Asker<'_>) -> Standing {
        let refusal = |grant: &&Grant| {
            refuses(grant.kind, kind) && grant.covers(kind, value, true) && grant.concerns(asker)
        };
        if let Some(grant) = self.refused.iter().find(refusal) {
            return Standing::Refused(grant.word.clone());
        }
        let gift = |grant: &&Grant| {
            gives(grant.kind, kind) && grant.covers(kind, value, false) && grant.concerns(asker)
        };
        match self.given.iter().find(gift) {
            Some(grant) => Standing::Granted(grant.word.clone()),
            None if self.everything => Standing::Granted(Word::All),
            None => Standing::Missing,
        }
    }

    /// What was approved for this part when its recipe had other bytes.
    pub fn before(&self, part: &str, recipe: &str, kind: NeedKind, value: &str) -> Option<Before> {
        let old = |grant: &&Grant| {
            grant.word == Word::Approved
                && grant.part.as_deref() == Some(part)
                && grant.recipe.as_deref().is_some_and(|old| old != recipe)
        };
        let same = |grant: &Grant| grant.kind == kind && grant.value == value;
        let found: Vec<&Grant> = self.given.iter().filter(old).collect();
        let recipe = found.iter().find(|grant| same(grant)).or(found.last())?.recipe.clone()?;
        Some(Before { recipe, same: found.into_iter().any(same) })
    }

    /// How a need of `asker` stands.
    pub fn standing_of(&self, need: &Need, asker: Asker<'_>) -> Standing {
        match self.standing(need.kind, &need.value, asker) {
            Standing::Refused(word) => Standing::Refused(word),
            _ if need.is_everything() => Standing::Everything,
            other => other,
        }
    }
}

/// Whether who may do `given` may do `wanted`.
fn gives(given: NeedKind, wanted: NeedKind) -> bool {
    given == wanted || (wanted == NeedKind::Read && given == NeedKind::Write)
}

/// Whether who may not do `refused` may not do `wanted`.
fn refuses(refused: NeedKind, wanted: NeedKind) -> bool {
    refused == wanted || (wanted == NeedKind::Write && refused == NeedKind::Read)
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: Asker<'_> = Asker::Part { name: "p", recipe: "sha256:1" };

    fn grant(part: &str, kind: NeedKind, value: &str) -> Grant {
        let part = (!part.is_empty()).then(|| part.to_owned());
        Grant { part, recipe: None, kind, value: value.to_owned(), word: Word::Typed }
    }

    fn grants(given: Vec<Grant>, refused: Vec<Grant>) -> Grants {
        Grants::new("/p".into(), given, refused)
    }

    #[test]
    fn a_need_is_met_only_by_a_grant_of_its_kind_and_value_and_for_its_part() {
        let grants = grants(
            vec![
                grant("", NeedKind::Read, "/data"),
                grant("p", NeedKind::Write, "/out"),
                grant("q", NeedKind::Write, "/else"),
                grant("", NeedKind::Env, "LANG"),
                grant("q", NeedKind::Links, ""),
                grant("p", NeedKind::Run, "cc"),
            ],
            Vec::new(),
        );
        for (kind, value, held) in [
            (NeedKind::Read, "/data/in", true),
            // Who writes reads.
            (NeedKind::Read, "/out/x", true),
            (NeedKind::Read, "/database", false),
            (NeedKind::Write, "/data/in", false),
            (NeedKind::Write, "/else", false),
            (NeedKind::Env, "LANG", true),
            (NeedKind::Env, "HOME", false),
            (NeedKind::Links, "", false),
            (NeedKind::Run, "cc", true),
            (NeedKind::Run, "make", false),
            (NeedKind::Net, "example.org", false),
        ] {
            assert_eq!(grants.hold(kind, value, P), held, "{} {value}", kind.word());
        }
    }

    #[test]
    fn a_grant_to_a_recipe_is_none_to_another_of_the_same_name() {
        let bound = Grant { recipe: Some("sha256:1".to_owned()), ..grant("p", NeedKind::Run, "cc") };
        let grants = grants(vec![bound], Vec::new());
        assert!(grants.hold(NeedKind::Run, "cc", P));
        assert!(!grants.hold(NeedKind::Run, "cc", Asker::Part { name: "p", recipe: "sha256:2" }));
    }

    #[test]
    fn what_was_refused_is_not_given_whoever_gave_it() {
        let given = vec![
            grant("p", NeedKind::Write, "/data"),
            grant("p", NeedKind::Env, "TOKEN"),
            grant("", NeedKind::Links, ""),
        ];
        let refused = vec![
            grant("", NeedKind::Read, "/data/secret"),
            grant("", NeedKind::Env, "TOKEN"),
            grant("p", NeedKind::Links, ""),
        ];
        let mut grants = grants(given, refused);
        grants.give_everything();
        let refused = Standing::Refused(Word::Typed);
        assert_eq!(grants.standing(NeedKind::Env, "TOKEN", P), refused);
        assert_eq!(grants.standing(NeedKind::Links, "", P), refused);
        let q = Asker::Part { name: "q", recipe: "" };
        assert!(grants.hold(NeedKind::Links, "", q), "it was refused to `p` alone");
        assert!(grants.hold(NeedKind::Write, "/data/x", P));
        assert_eq!(grants.standing(NeedKind::Write, "/data/secret/x", P), refused);
        let hidden: Vec<_> = grants.refused(NeedKind::Write, P).collect();
        assert_eq!(hidden, ["/data/secret"], "what may not be read may not be written");
    }

    #[test]
    fn a_grant_for_one_part_or_one_file_is_not_the_whole_configurations() {
        let of_file = Grant { recipe: Some("file 1".to_owned()), ..grant("", NeedKind::Env, "LANG") };
        let grants = grants(vec![grant("p", NeedKind::Env, "TOKEN"), of_file], Vec::new());
        assert!(grants.hold(NeedKind::Env, "TOKEN", P));
        assert!(!grants.hold(NeedKind::Env, "TOKEN", Asker::CONFIGURATION));
        assert!(grants.hold(NeedKind::Env, "LANG", Asker::Configuration { file: "file 1" }));
        assert!(!grants.hold(NeedKind::Env, "LANG", Asker::CONFIGURATION));
        assert!(!grants.hold(NeedKind::Env, "LANG", P));
    }

    #[test]
    fn everything_of_a_kind_cannot_be_given() {
        let need = |value: &str| Need {
            kind: NeedKind::Env,
            value: value.to_owned(),
            why: String::new(),
            entries: None,
        };
        let mut grants = grants(vec![grant("", NeedKind::Env, "*")], Vec::new());
        grants.give_everything();
        assert_eq!(grants.standing_of(&need("*"), P), Standing::Everything);
        assert_eq!(grants.standing_of(&need("LANG"), P), Standing::Granted(Word::All));
    }
}
