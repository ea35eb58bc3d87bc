//! What the user gives and refuses on the command line, as typed.
//!
//! - In: `--allow-KIND` and `--deny-KIND` with their values.
//! - Out: [`Typed`]; advice where a value is none.
//! - Not here: what follows from it (`access`).
//!
//! Rules: `decisions.md` 4.2. What stands before the first `:` is a part, unless `//` follows or the value begins with
//! `/`, `.` or `~`.

use std::fmt;

use crate::access::{NeedKind, flag, net_value};

/// One flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// Whether it refuses instead of giving.
    pub refuses: bool,
    /// The part that it is for; all, if it names none.
    pub part: Option<String>,
    /// What kind of thing it is.
    pub kind: NeedKind,
    /// Which one: a directory as typed, a name; empty for links.
    pub value: String,
}

impl Typed {
    /// Whether an option is such a flag.
    pub(super) fn is_one(option: &str) -> bool {
        kind(option).is_some()
    }

    /// Reads the value of a flag.
    ///
    /// # Errors
    ///
    /// The value is none; in words, what would be one.
    pub(super) fn parse(option: &str, value: &str) -> Result<Self, String> {
        let (refuses, kind) = kind(option).expect("only such flags come here");
        let typed = |part: Option<&str>, value: &str| Self {
            refuses,
            part: part.map(str::to_owned),
            kind,
            value: value.to_owned(),
        };
        if kind == NeedKind::Links {
            return match value {
                "" => Ok(typed(None, "")),
                part if part.contains([':', '=']) => Err("write the name of one part, or nothing".to_owned()),
                part => Ok(typed(Some(part), "")),
            };
        }
        let (part, value) = match value.split_once(':') {
            Some((part, value)) if !part.starts_with(['/', '.', '~']) && !value.starts_with("//") => {
                (Some(part), value)
            }
            _ => (None, value),
        };
        if part == Some("") {
            return Err("name a part before the colon, or leave the colon out".to_owned());
        }
        match kind {
            NeedKind::Env if value.is_empty() || value.contains([':', '=', '\0']) => {
                Err("write the name of one variable, such as `LANG`, or `PART:LANG`".to_owned())
            }
            NeedKind::Read | NeedKind::Write if value.is_empty() => {
                Err("write a directory, such as `/srv/data`, or `PART:/srv/data`".to_owned())
            }
            NeedKind::Run if value.is_empty() || value.contains(char::is_whitespace) => {
                Err("write the name of one program, such as `cc`, or `PART:cc`".to_owned())
            }
            NeedKind::Net => match (net_value(value), part) {
                (_, Some(host)) if value.parse::<u16>().is_ok() => {
                    Err(format!("write `https://{host}:{value}`, or `http://{host}:{value}`"))
                }
                (Some(value), _) => Ok(typed(part, &value)),
                (None, _) => Err(
                    "write a host, such as `example.org`, or `http://example.org:8080`, or `PART:` before it"
                        .to_owned(),
                ),
            },
            NeedKind::Read | NeedKind::Write | NeedKind::Run | NeedKind::Env | NeedKind::Links => {
                Ok(typed(part, value))
            }
        }
    }
}

impl fmt::Display for Typed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flag = flag(self.kind, self.part.as_deref(), &self.value);
        formatter.write_str(&if self.refuses { flag.replacen("--allow-", "--deny-", 1) } else { flag })
    }
}

fn kind(option: &str) -> Option<(bool, NeedKind)> {
    let (refuses, word) = match option.strip_prefix("allow-") {
        Some(word) => (false, word),
        None => (true, option.strip_prefix("deny-")?),
    };
    NeedKind::ALL.into_iter().find(|kind| kind.word() == word).map(|kind| (refuses, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(option: &str, value: &str) -> Result<String, String> {
        Typed::parse(option, value).map(|typed| {
            let verb = if typed.refuses { "not " } else { "" };
            format!("{verb}{} {:?} for {:?}", typed.kind.word(), typed.value, typed.part.unwrap_or_default())
        })
    }

    #[test]
    fn what_stands_before_the_first_colon_is_a_part_unless_it_is_a_path() {
        for (option, value, meaning) in [
            ("allow-read", "/srv", r#"read "/srv" for """#),
            ("allow-read", "../shared", r#"read "../shared" for """#),
            ("allow-read", "data", r#"read "data" for """#),
            ("allow-write", "./a:b", r#"write "./a:b" for """#),
            ("allow-write", "~/x:y", r#"write "~/x:y" for """#),
            ("allow-write", "site:/srv/a:b", r#"write "/srv/a:b" for "site""#),
            ("deny-write", "site:data", r#"not write "data" for "site""#),
            ("allow-env", "HOME", r#"env "HOME" for """#),
            ("allow-env", "site:HOME", r#"env "HOME" for "site""#),
            ("allow-run", "cc", r#"run "cc" for """#),
            ("allow-run", "site:cc", r#"run "cc" for "site""#),
            ("allow-run", "/usr/bin/cc", r#"run "/usr/bin/cc" for """#),
            ("allow-net", "Example.org", r#"net "example.org" for """#),
            ("allow-net", "site:example.org", r#"net "example.org" for "site""#),
            ("allow-net", "http://example.org:80", r#"net "http://example.org:80" for """#),
            ("deny-net", "site:https://example.org", r#"not net "example.org" for "site""#),
            ("allow-links", "", r#"links "" for """#),
            ("deny-links", "site", r#"not links "" for "site""#),
        ] {
            assert_eq!(parsed(option, value).as_deref(), Ok(meaning), "--{option}={value}");
        }
    }

    #[test]
    fn what_is_no_value_is_told_what_would_be() {
        for (option, value, help) in [
            ("allow-read", ":/srv", "name a part before the colon, or leave the colon out"),
            ("allow-read", "site:", "write a directory, such as `/srv/data`, or `PART:/srv/data`"),
            ("allow-env", "A=b", "write the name of one variable, such as `LANG`, or `PART:LANG`"),
            ("deny-env", "a:b:c", "write the name of one variable, such as `LANG`, or `PART:LANG`"),
            ("allow-run", "cc -c", "write the name of one program, such as `cc`, or `PART:cc`"),
            (
                "allow-net",
                "example.org:8080",
                "write `https://example.org:8080`, or `http://example.org:8080`",
            ),
            (
                "allow-net",
                "ftp://example.org",
                "write a host, such as `example.org`, or `http://example.org:8080`, or `PART:` before it",
            ),
            ("allow-links", "a:b", "write the name of one part, or nothing"),
        ] {
            assert_eq!(parsed(option, value), Err(help.to_owned()), "--{option}={value}");
        }
    }
}
