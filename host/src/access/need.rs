//! What a recipe asks for.
//!
//! - In: `[[access]]` of `recipe.toml`.
//! - Out: [`Need`], and what each kind means in plain words.
//! - Not here: what was given (`grants`).

use serde::{Deserialize, Serialize};

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

    /// Whether it asks for everything of its kind, which nobody can give: a recipe names what it needs.
    pub fn is_everything(&self) -> bool {
        matches!(self.kind, NeedKind::Net | NeedKind::Run | NeedKind::Env) && self.value.contains('*')
    }
}

/// The kinds of things that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
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
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Read, Self::Write, Self::Net, Self::Run, Self::Env, Self::Links];

    /// The word of `recipe.toml`, of the policy and of the flag for it.
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

    /// What somebody may do who was given `value` of this kind, for people who are asked.
    pub fn in_words(self, value: &str) -> String {
        match self {
            Self::Read => format!("read what lies in {value}"),
            Self::Write => format!("read, make, overwrite and remove what lies in {value}"),
            Self::Net => format!("reach {value}"),
            Self::Run => format!("start the program {value}"),
            Self::Env => format!("read the environment variable {value}"),
            Self::Links => "make symbolic and hard links".to_owned(),
        }
    }
}

/// A place of the network as it is compared: a host alone is reached over https; anything else is
/// `SCHEME://HOST:PORT`. None if it is neither.
pub fn net_value(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let scheme = scheme.to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "https" => "443",
        "http" => "80",
        _ => return None,
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.rsplit_once(':') {
        // The colons of `[::1]` are its own.
        Some((_, behind)) if behind.ends_with(']') => (rest, usual),
        Some((host, port)) => (host, port),
        None => (rest, usual),
    };
    let named = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
    if host.is_empty() || !host.chars().all(named) || !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return None;
    }
    let host = host.to_ascii_lowercase();
    Some(if scheme == "https" && port == usual { host } else { format!("{scheme}://{host}:{port}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_may_concern_some_entries_only() {
        let mut need =
            Need { kind: NeedKind::Links, value: String::new(), why: String::new(), entries: None };
        assert!(need.concerns("default"));
        need.entries = Some(vec!["scripts".to_owned()]);
        assert!(!need.concerns("default"));
        assert!(need.concerns("scripts"));
    }

    #[test]
    fn a_place_of_the_network_has_one_spelling() {
        for (text, value) in [
            ("Example.org", Some("example.org")),
            ("https://example.org/", Some("example.org")),
            ("https://example.org:443", Some("example.org")),
            ("https://example.org:8443", Some("https://example.org:8443")),
            ("HTTP://example.org", Some("http://example.org:80")),
            ("http://[::1]:8080", Some("http://[::1]:8080")),
            ("[::1]", Some("[::1]")),
            ("example.org/path", None),
            ("ftp://example.org", None),
            ("example.org:0", None),
            ("", None),
            ("a b", None),
            ("user@example.org", None),
        ] {
            assert_eq!(net_value(text).as_deref(), value, "{text}");
        }
    }
}
