//! What a recipe asks for, what the user gave, and what is missing between the two.
//!
//! - In: `[[access]]` of `recipe.toml`, the flags of the command line.
//! - Out: [`Missing`], one for each need that nobody granted, with the flag that would.
//! - Not here: the places that follow from it (`reach`).

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
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

/// What the user granted for this run, for all parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// Directories that may be read, absolute and real.
    pub read: Vec<Utf8PathBuf>,
    /// Directories that may be read and written, absolute and real.
    pub write: Vec<Utf8PathBuf>,
    /// Environment variables that may be read.
    pub env: BTreeSet<String>,
    /// Whether links may be made.
    pub links: bool,
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
    /// What would grant it; none if this version cannot grant it at all.
    pub flag: Option<String>,
}

impl Grants {
    /// Returns what stands between a need and its being met, if anything does.
    pub fn missing(&self, part: &str, recipe: &str, need: &Need) -> Option<Missing> {
        let below =
            |roots: &[Utf8PathBuf]| roots.iter().any(|root| Utf8Path::new(&need.value).starts_with(root));
        let (granted, typed) = match need.kind {
            NeedKind::Read => (below(&self.read) || below(&self.write), Some(flag("read", &need.value))),
            NeedKind::Write => (below(&self.write), Some(flag("write", &need.value))),
            NeedKind::Env => (self.env.contains(&need.value), Some(flag("env", &need.value))),
            NeedKind::Links => (self.links, Some("--allow-links".to_owned())),
            // No flag of this version gives the network or a program to anybody.
            NeedKind::Net | NeedKind::Run => (false, None),
        };
        (!granted).then(|| Missing {
            part: part.to_owned(),
            recipe: recipe.to_owned(),
            need: need.clone(),
            flag: typed,
        })
    }
}

/// A flag as it can be copied to a shell: a value that means something there is quoted.
pub fn flag(kind: &str, value: &str) -> String {
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

    #[test]
    fn a_need_is_met_only_by_a_grant_of_its_kind_and_value() {
        let grants =
            Grants { read: vec!["/data".into()], env: ["LANG".to_owned()].into(), ..Grants::default() };
        let flag = |kind, value| grants.missing("p", "r", &need(kind, value)).map(|missing| missing.flag);
        assert_eq!(flag(NeedKind::Read, "/data/in"), None);
        assert_eq!(flag(NeedKind::Read, "/database"), Some(Some("--allow-read=/database".to_owned())));
        assert_eq!(flag(NeedKind::Write, "/data/in"), Some(Some("--allow-write=/data/in".to_owned())));
        assert_eq!(flag(NeedKind::Env, "LANG"), None);
        assert_eq!(flag(NeedKind::Env, "HOME"), Some(Some("--allow-env=HOME".to_owned())));
        assert_eq!(flag(NeedKind::Links, ""), Some(Some("--allow-links".to_owned())));
        assert_eq!(flag(NeedKind::Run, "cc"), Some(None), "nothing can grant it yet");
    }

    #[test]
    fn a_flag_that_is_shown_does_in_a_shell_what_it_says() {
        assert_eq!(flag("write", "/a/b-1.c"), "--allow-write=/a/b-1.c");
        assert_eq!(flag("write", "/a b; rm -rf ~"), "--allow-write='/a b; rm -rf ~'");
        assert_eq!(flag("read", "/it's"), "--allow-read='/it'\\''s'");
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
