//! What a recipe asks for, what the user gave, and what is missing between the two.
//!
//! - In: `[[access]]` of `recipe.toml`, what the user typed.
//! - Out: [`Missing`], one for each need that nobody granted, with the flag that would.
//! - Not here: the places that follow from it (`reach`).

use camino::Utf8Path;
use serde::Deserialize;

/// One thing that a recipe asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// What kind of thing it is.
    pub kind: NeedKind,
    /// Which one: a directory, a host, a program, a variable; may hold `${:option}`.
    #[serde(default)]
    pub value: String,
    /// What for, in the recipe's words.
    #[serde(default)]
    pub why: String,
    /// The entries that need it; all, if it does not say.
    pub entries: Option<Vec<String>>,
}

impl Need {
    /// Whether a part with this entry needs it.
    pub fn concerns(&self, entry: &str) -> bool {
        self.entries.as_ref().is_none_or(|entries| entries.iter().any(|name| name == entry))
    }
}

/// The kinds of things that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeedKind {
    /// Reading a directory outside the buildout directory.
    Read,
    /// Writing in a directory, over what is there too.
    Write,
    /// Reaching a host.
    Net,
    /// Starting a program.
    Run,
    /// Reading an environment variable.
    Env,
    /// Making symbolic and hard links.
    Links,
}

impl NeedKind {
    /// The word of `recipe.toml` and of the flag for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Net => "net",
            Self::Run => "run",
            Self::Env => "env",
            Self::Links => "links",
        }
    }
}

/// One thing that the user gives, or refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The part that it is for; all of them, and the configuration itself, if it names none.
    pub part: Option<String>,
    /// What kind of thing it is.
    pub kind: NeedKind,
    /// Which one: an absolute real directory, a name; empty for links.
    pub value: String,
}

impl Grant {
    fn concerns(&self, part: Option<&str>) -> bool {
        self.part.is_none() || self.part.as_deref() == part
    }
}

/// What the user gave and refused, for this run. What was refused is not given, whoever gave it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    given: Vec<Grant>,
    refused: Vec<Grant>,
}

impl Grants {
    /// Puts together what was given and what was refused.
    pub fn new(given: Vec<Grant>, refused: Vec<Grant>) -> Self {
        Self { given, refused }
    }

    /// The directories that were given to `part`, or without one: to everybody. What may be written may be
    /// read too.
    pub fn directories<'a>(
        &'a self,
        kind: NeedKind,
        part: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Utf8Path> {
        let gives = move |grant: &Grant| {
            grant.kind == kind || (kind == NeedKind::Read && grant.kind == NeedKind::Write)
        };
        let given = self.given.iter().filter(move |grant| gives(grant) && grant.concerns(part));
        given
            .map(|grant| Utf8Path::new(&grant.value))
            .filter(move |path| !self.refused(kind, part).any(|refused| path.starts_with(refused)))
    }

    /// The directories that were refused to `part`, wherever they lie. What may not be read may not be
    /// written either.
    pub fn refused<'a>(
        &'a self,
        kind: NeedKind,
        part: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Utf8Path> {
        let refuses = move |grant: &Grant| {
            grant.kind == kind || (kind == NeedKind::Write && grant.kind == NeedKind::Read)
        };
        let refused = self.refused.iter().filter(move |grant| refuses(grant) && grant.concerns(part));
        refused.map(|grant| Utf8Path::new(&grant.value))
    }

    /// Every directory that some part may write.
    pub fn writable(&self) -> impl Iterator<Item = &Utf8Path> {
        let given = self.given.iter().filter(|grant| grant.kind == NeedKind::Write);
        given.map(|grant| Utf8Path::new(&grant.value))
    }

    /// Whether `part`, or without one: the configuration, may read an environment variable.
    pub fn variable(&self, name: &str, part: Option<&str>) -> bool {
        self.holds(NeedKind::Env, name, part)
    }

    /// The environment variables that anybody may read.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.given.iter().filter(|grant| grant.kind == NeedKind::Env).map(|grant| &*grant.value)
    }

    /// Whether a part may make links.
    pub fn links(&self, part: &str) -> bool {
        self.holds(NeedKind::Links, "", Some(part))
    }

    fn holds(&self, kind: NeedKind, value: &str, part: Option<&str>) -> bool {
        let gives = |grant: &Grant| grant.kind == kind && grant.value == value && grant.concerns(part);
        self.given.iter().any(gives) && !self.is_refused(kind, value, part)
    }

    /// Whether the user said of this very thing, or of a directory around it, that `part` shall not have it.
    fn is_refused(&self, kind: NeedKind, value: &str, part: Option<&str>) -> bool {
        match kind {
            NeedKind::Read | NeedKind::Write => {
                self.refused(kind, part).any(|root| Utf8Path::new(value).starts_with(root))
            }
            NeedKind::Net | NeedKind::Run | NeedKind::Env | NeedKind::Links => {
                let same = |grant: &Grant| grant.kind == kind && grant.value == value && grant.concerns(part);
                self.refused.iter().any(same)
            }
        }
    }

    /// Returns what stands between a need and its being met, if anything does.
    pub fn missing(&self, part: &str, recipe: &str, need: &Need) -> Option<Missing> {
        let below = |kind| {
            self.directories(kind, Some(part)).any(|root| Utf8Path::new(&need.value).starts_with(root))
        };
        let met = match need.kind {
            NeedKind::Read | NeedKind::Write => below(need.kind),
            NeedKind::Env => self.variable(&need.value, Some(part)),
            NeedKind::Links => self.links(part),
            // No flag of this version gives the network or a program to anybody.
            NeedKind::Net | NeedKind::Run => false,
        };
        let refused = self.is_refused(need.kind, &need.value, Some(part));
        if met && !refused {
            return None;
        }
        let flag = match need.kind {
            _ if refused => None,
            NeedKind::Net | NeedKind::Run => None,
            kind => Some(flag(kind, Some(part), &need.value)),
        };
        Some(Missing { part: part.to_owned(), recipe: recipe.to_owned(), need: need.clone(), flag, refused })
    }
}

/// A need that nobody granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The part that needs it.
    pub part: String,
    /// The recipe that asks for it.
    pub recipe: String,
    /// What is needed, with the part's own options filled in.
    pub need: Need,
    /// What would grant it; none if this version cannot grant it at all, or the user refused it.
    pub flag: Option<String>,
    /// Whether the user refused it in so many words.
    pub refused: bool,
}

/// A flag as it can be copied to a shell, for one part or for all: a value that means something there is
/// quoted.
pub fn flag(kind: NeedKind, part: Option<&str>, value: &str) -> String {
    // Such a name would be taken for a path.
    let part = part.filter(|part| !part.starts_with(['/', '.', '~']) && !part.contains(':'));
    let value = match (kind, part) {
        (NeedKind::Links, Some(part)) => part.to_owned(),
        (NeedKind::Links, None) => return "--allow-links".to_owned(),
        (_, Some(part)) => format!("{part}:{value}"),
        (_, None) => value.to_owned(),
    };
    let kind = kind.word();
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:@%,".contains(c);
    if value.chars().all(plain) && !value.is_empty() {
        format!("--allow-{kind}={value}")
    } else {
        format!("--allow-{kind}='{}'", value.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(kind: NeedKind, value: &str) -> Need {
        Need { kind, value: value.to_owned(), why: String::new(), entries: None }
    }

    fn grant(part: &str, kind: NeedKind, value: &str) -> Grant {
        let part = (!part.is_empty()).then(|| part.to_owned());
        Grant { part, kind, value: value.to_owned() }
    }

    /// What would meet the need of part `p`, or how it is met.
    fn flagged(grants: &Grants, kind: NeedKind, value: &str) -> Result<&'static str, Option<String>> {
        match grants.missing("p", "r", &need(kind, value)) {
            None => Ok("met"),
            Some(missing) if missing.refused => Ok("refused"),
            Some(missing) => Err(missing.flag),
        }
    }

    #[test]
    fn a_need_is_met_only_by_a_grant_of_its_kind_and_value_and_for_its_part() {
        let given = vec![
            grant("", NeedKind::Read, "/data"),
            grant("p", NeedKind::Write, "/out"),
            grant("q", NeedKind::Write, "/else"),
            grant("", NeedKind::Env, "LANG"),
            grant("q", NeedKind::Links, ""),
        ];
        let grants = Grants::new(given, Vec::new());
        let flag = |kind, value| flagged(&grants, kind, value);
        let typed = |flag: &str| Err(Some(flag.to_owned()));
        assert_eq!(flag(NeedKind::Read, "/data/in"), Ok("met"));
        assert_eq!(flag(NeedKind::Read, "/out/x"), Ok("met"), "who writes reads");
        assert_eq!(flag(NeedKind::Read, "/database"), typed("--allow-read=p:/database"));
        assert_eq!(flag(NeedKind::Write, "/data/in"), typed("--allow-write=p:/data/in"));
        assert_eq!(flag(NeedKind::Write, "/else"), typed("--allow-write=p:/else"));
        assert_eq!(flag(NeedKind::Env, "LANG"), Ok("met"));
        assert_eq!(flag(NeedKind::Env, "HOME"), typed("--allow-env=p:HOME"));
        assert_eq!(flag(NeedKind::Links, ""), typed("--allow-links=p"));
        assert_eq!(flag(NeedKind::Run, "cc"), Err(None), "nothing can grant it yet");
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
        let grants = Grants::new(given, refused);
        assert_eq!(flagged(&grants, NeedKind::Env, "TOKEN"), Ok("refused"));
        assert_eq!(flagged(&grants, NeedKind::Links, ""), Ok("refused"));
        assert!(grants.links("q"), "it was refused to `p` alone");
        assert_eq!(flagged(&grants, NeedKind::Write, "/data/x"), Ok("met"));
        assert_eq!(flagged(&grants, NeedKind::Write, "/data/secret/x"), Ok("refused"));
        let hidden: Vec<_> = grants.refused(NeedKind::Write, Some("p")).collect();
        assert_eq!(hidden, ["/data/secret"], "what may not be read may not be written");
    }

    #[test]
    fn a_grant_for_one_part_is_not_the_configurations() {
        let grants = Grants::new(vec![grant("p", NeedKind::Env, "TOKEN")], Vec::new());
        assert!(grants.variable("TOKEN", Some("p")));
        assert!(!grants.variable("TOKEN", None));
    }

    #[test]
    fn a_flag_that_is_shown_does_in_a_shell_what_it_says() {
        let write = |value| flag(NeedKind::Write, None, value);
        assert_eq!(write("/a/b-1.c"), "--allow-write=/a/b-1.c");
        assert_eq!(write("/a b; rm -rf ~"), "--allow-write='/a b; rm -rf ~'");
        assert_eq!(flag(NeedKind::Read, Some("p"), "/it's"), "--allow-read='p:/it'\\''s'");
    }

    #[test]
    fn a_need_may_concern_some_entries_only() {
        let mut need = need(NeedKind::Links, "");
        assert!(need.concerns("default"));
        need.entries = Some(vec!["scripts".to_owned()]);
        assert!(!need.concerns("default"));
        assert!(need.concerns("scripts"));
    }
}
