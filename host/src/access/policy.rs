//! The user's policy: what is given and refused in every run, by directory.
//!
//! - In: the text of `policy.toml`, which lies with the user and never in a project.
//! - Out: [`Policy`]; every mistake in it at once, with its place; warnings about keys that nobody knows.
//! - Not here: finding and reading the file (`cli`), what a grant opens (`grants`), the shape of the file (`written`).
//!
//! Rules: `decisions.md` 4 and 5.5. A version that is too high is refused, an unknown key is a warning. What it denies
//! wins over every flag.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::grants::{Grant, Word};
use super::need::{NeedKind, net_value};
use super::pattern::Pattern;
use super::written::{Rules, Written, unknown_keys};
use crate::confine::Tier;
use crate::diagnostic::{Diagnostic, Exit, nearest};
use crate::path::real_or_to_be;
use crate::source::{FileId, SourceMap, Span};

/// The version that is written; a higher one is not read.
const VERSION: u32 = 1;

/// Whether recipes that are not ours run where the kernel cannot confine them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confine {
    /// They do not.
    #[default]
    Strict,
    /// The guard alone is enough.
    Guard,
}

/// Whether fixed addresses are fetched without a question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fetch {
    /// They are.
    #[default]
    Fixed,
    /// Each host needs a grant.
    Ask,
}

/// A limit, as a flag of the same name would say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The name of the flag, without hyphens before it.
    pub name: String,
    /// As it would be typed.
    pub value: String,
    /// Where it stands.
    pub at: Span,
}

/// Something that is given or refused.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Whether it refuses.
    pub refuses: bool,
    /// The buildout directories for which it holds; none: all.
    pub directory: Option<Pattern>,
    /// What it is about.
    pub grant: Grant,
}

/// What the user said once and for all.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// What is given and refused.
    pub rules: Vec<Rule>,
    /// Directories that are the user's own, whoever owns them.
    pub trust_owner: Vec<Pattern>,
    /// See [`Confine`].
    pub confine: Confine,
    /// How strongly a program is confined at least.
    pub process: Tier,
    /// See [`Fetch`].
    pub fetch: Fetch,
    /// Whether `--allow-all` is taken where nobody can be asked.
    pub allow_all_in_ci: bool,
    /// Options of the user's own `default.cfg` that are for buildout alone, as `SECTION:OPTION`.
    pub opaque: Vec<String>,
    /// Limits that are not the usual ones.
    pub limits: Vec<Limit>,
}

/// What is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// It is no TOML, or a value is of another type.
    #[error("The policy cannot be read: {reason}")]
    Syntax {
        /// In the parser's words, on one line.
        reason: String,
        /// Where.
        at: Option<Span>,
    },
    /// It is for a later version.
    #[error("The policy has version {version}, and this buildout knows {VERSION}")]
    Newer {
        /// Its version.
        version: u32,
        /// Where it says so.
        at: Span,
    },
    /// A value that means nothing.
    #[error("{what}: {value}")]
    Value {
        /// What is wrong with it.
        what: &'static str,
        /// As it is written.
        value: String,
        /// What would be right.
        help: &'static str,
        /// Where.
        at: Span,
    },
    /// A key that nobody knows, where it would refuse something.
    #[error("The policy has an unknown key: {key}")]
    Unknown {
        /// As it is written.
        key: String,
        /// What was probably meant.
        near: Option<&'static str>,
        /// Where.
        at: Span,
    },
    /// A table that gives or refuses nothing.
    #[error("This table says nothing")]
    Nothing {
        /// Where it begins.
        at: Span,
    },
}

impl PolicyError {
    fn at(&self) -> Option<Span> {
        match self {
            Self::Syntax { at, .. } => *at,
            Self::Newer { at, .. }
            | Self::Value { at, .. }
            | Self::Unknown { at, .. }
            | Self::Nothing { at } => Some(*at),
        }
    }

    /// The same error with its place and advice; it ends the process with [`Exit::Usage`].
    pub fn diagnostic(&self) -> Diagnostic {
        let error = |code| Diagnostic::error(code, self.to_string()).exit(Exit::Usage);
        match self {
            Self::Syntax { at, .. } => error("policy-syntax").maybe_at(*at, ""),
            Self::Newer { at, .. } => {
                error("policy-version").at(*at, "").help("a later version of buildout wrote it for itself")
            }
            Self::Value { help, at, .. } => error("policy-value").at(*at, "").help(*help),
            Self::Unknown { near, at, .. } => {
                let error = error("policy-key").at(*at, "left out, it would refuse less than was meant");
                match near {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error,
                }
            }
            Self::Nothing { at } => error("policy-value")
                .at(*at, "")
                .help("add a line such as `run = [\"cc\"]`, or `read`, `write`, `net`, `env`, `links`"),
        }
    }
}

impl Policy {
    /// Reads the text that `sources` hold as `file`, whose name is its path; `home` is what `~` stands for. With it come
    /// warnings about keys that nobody knows.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn parse(
        sources: &SourceMap,
        file: FileId,
        home: Option<&Utf8Path>,
    ) -> Result<(Self, Vec<Diagnostic>), Vec<PolicyError>> {
        let text = sources.file(file).text();
        let span = |range: std::ops::Range<usize>| Span::new(file, range.start, range.end);
        let syntax = |error: &toml::de::Error| PolicyError::Syntax {
            reason: error.message().lines().collect::<Vec<_>>().join(" "),
            at: error.span().map(span),
        };
        let table = toml::de::DeTable::parse(text).map_err(|error| vec![syntax(&error)])?;
        let version = table.get_ref().get("version");
        // What a later version means by its other keys is not for us to say.
        if let Some(version) = version {
            let at = span(version.span());
            let number = version.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
            match number {
                Some(number) if number > VERSION => {
                    return Err(vec![PolicyError::Newer { version: number, at }]);
                }
                Some(_) => {}
                None => {
                    let value = sources.text(at).to_owned();
                    return Err(vec![PolicyError::Value {
                        what: "This is no version",
                        value,
                        help: "write `version = 1`",
                        at,
                    }]);
                }
            }
        }
        let (refusing, unknown): (Vec<_>, Vec<_>) =
            unknown_keys(&table).into_iter().partition(|unknown| unknown.refuses());
        let warnings = unknown.iter().map(|unknown| {
            let key = &unknown.key;
            let left_out = match unknown.allow {
                Some(_) => "so this table gives nothing: it would give more than was meant",
                None => "it is left out",
            };
            let warning = Diagnostic::warning("policy-key", format!("The policy has an unknown key: {key}"))
                .at(span(unknown.at.clone()), left_out);
            match nearest(key, unknown.known.iter().copied()) {
                Some(near) => warning.help(format!("did you mean `{near}`?")),
                None => warning,
            }
        });
        let mut written: Written = toml::from_str(text).map_err(|error| vec![syntax(&error)])?;
        let doubtful: Vec<usize> = unknown.iter().filter_map(|unknown| unknown.allow).collect();
        let mut at = 0..;
        written.allow.retain(|_| !doubtful.contains(&at.next().expect("there is no end")));
        let mut reading = Reading { sources, file, home, errors: Vec::new() };
        reading.errors.extend(refusing.into_iter().map(|unknown| PolicyError::Unknown {
            near: nearest(&unknown.key, unknown.known.iter().copied()),
            at: span(unknown.at.clone()),
            key: unknown.key,
        }));
        let policy = reading.policy(written);
        if reading.errors.is_empty() {
            return Ok((policy, warnings.collect()));
        }
        reading.errors.sort_by_key(PolicyError::at);
        Err(reading.errors)
    }

    /// What it gives and refuses in a directory, by its real path.
    pub fn grants(&self, directory: &Utf8Path) -> (Vec<Grant>, Vec<Grant>) {
        let here = self
            .rules
            .iter()
            .filter(|rule| rule.directory.as_ref().is_none_or(|pattern| pattern.matches(directory)));
        let (refused, given): (Vec<&Rule>, Vec<&Rule>) = here.partition(|rule| rule.refuses);
        let grants = |rules: Vec<&Rule>| rules.into_iter().map(|rule| rule.grant.clone()).collect();
        (grants(given), grants(refused))
    }

    /// Whether a directory is the user's own, whoever owns it.
    pub fn trusts(&self, directory: &Utf8Path) -> bool {
        self.trust_owner.iter().any(|pattern| pattern.matches(directory))
    }
}

/// A policy that is being read, and what was wrong so far.
struct Reading<'s> {
    sources: &'s SourceMap,
    file: FileId,
    home: Option<&'s Utf8Path>,
    errors: Vec<PolicyError>,
}

impl Reading<'_> {
    fn policy(&mut self, written: Written) -> Policy {
        let mut rules = Vec::new();
        for (refuses, tables) in [(false, written.allow), (true, written.deny)] {
            for table in tables {
                rules.extend(self.rules(refuses, table));
            }
        }
        let trust_owner = written.trust_owner.into_iter().filter_map(|text| self.pattern(text)).collect();
        let limits = written.limits.into_iter().map(|(name, value)| Limit {
            at: self.span(value.span()),
            value: match value.into_inner() {
                toml::Value::String(text) => text,
                other => other.to_string(),
            },
            name,
        });
        Policy {
            rules,
            trust_owner,
            confine: written.confine,
            process: written.process,
            fetch: written.fetch,
            allow_all_in_ci: written.allow_all_in_ci,
            opaque: written.opaque,
            limits: limits.collect(),
        }
    }

    /// The rules of one table.
    fn rules(&mut self, refuses: bool, table: toml::Spanned<Rules>) -> Vec<Rule> {
        let at = self.span(table.span());
        let table = table.into_inner();
        let wrong_before = self.errors.len();
        let directory = table.directory.and_then(|text| self.pattern(text));
        let links = table.links.filter(|links| *links.get_ref());
        let links = links.map(|links| toml::Spanned::new(links.span(), String::new()));
        let values = [
            (NeedKind::Read, table.read),
            (NeedKind::Write, table.write),
            (NeedKind::Net, table.net),
            (NeedKind::Run, table.run),
            (NeedKind::Env, table.env),
            (NeedKind::Links, links.into_iter().collect()),
        ];
        let mut rules = Vec::new();
        for (kind, value) in
            values.into_iter().flat_map(|(kind, all)| all.into_iter().map(move |value| (kind, value)))
        {
            let at = self.span(value.span());
            let word = Word::Policy {
                file: self.sources.file(self.file).name().into(),
                line: self.sources.place(at).line,
            };
            if let Some(value) = self.value(refuses, kind, value.into_inner(), at) {
                let grant =
                    Grant { part: table.part.clone(), recipe: table.recipe.clone(), kind, value, word };
                rules.push(Rule { refuses, directory: directory.clone(), grant });
            }
        }
        if rules.is_empty() && self.errors.len() == wrong_before {
            self.errors.push(PolicyError::Nothing { at });
        }
        rules
    }

    /// A value as it is compared.
    fn value(&mut self, refuses: bool, kind: NeedKind, text: String, at: Span) -> Option<String> {
        let (what, help, value) = match kind {
            NeedKind::Read | NeedKind::Write => (
                "This is no directory",
                "write an absolute path, or one that begins with `~/`",
                self.absolute(&text).map(|path| real_or_to_be(&path).into_string()),
            ),
            NeedKind::Run if text.contains('/') => (
                "This is no program",
                "write a name such as `cc`, an absolute path, or one that begins with `~/`",
                self.absolute(&text).map(|path| real_or_to_be(&path).into_string()),
            ),
            NeedKind::Net | NeedKind::Run | NeedKind::Env if refuses && text.contains('*') => {
                return Some(text);
            }
            NeedKind::Net => (
                "This is no host",
                "write a host such as `example.org`, or `http://example.org:8080`",
                net_value(&text),
            ),
            NeedKind::Run | NeedKind::Env => (
                "This is no name",
                "name one; `deny` alone may say `*`",
                (!text.is_empty() && !text.contains(['*', '=', '\0'])).then(|| text.clone()),
            ),
            NeedKind::Links => return Some(text),
        };
        if value.is_none() {
            self.errors.push(PolicyError::Value { what, value: text, help, at });
        }
        value
    }

    fn pattern(&mut self, text: toml::Spanned<String>) -> Option<Pattern> {
        let at = self.span(text.span());
        let text = text.into_inner();
        let Some(path) = self.absolute(&text) else {
            self.errors.push(PolicyError::Value {
                what: "This names no directories",
                value: text,
                help: "write an absolute path, or one that begins with `~/`; `*` is one name, `**` any number",
                at,
            });
            return None;
        };
        Some(Pattern::new(&path))
    }

    /// A path that means the same in every directory.
    fn absolute(&self, text: &str) -> Option<Utf8PathBuf> {
        let path = match (text.strip_prefix("~/"), self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ if text == "~" => self.home?.to_owned(),
            _ => text.into(),
        };
        path.is_absolute().then_some(path)
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::*;

    /// What a policy gives and refuses in `/nowhere/site`, or all that is wrong with it, a line each.
    fn read(text: &str) -> String {
        let mut sources = SourceMap::default();
        let file = sources.add("policy.toml", text);
        let told = |diagnostic: &Diagnostic| {
            let places = diagnostic.labels.iter().map(|label| {
                let place = sources.place(label.span);
                format!(" at {}:{}", place.line, place.column)
            });
            let help = diagnostic.help.iter().map(|help| format!("; {help}"));
            format!("{}{}{}\n", diagnostic.message, places.collect::<String>(), help.collect::<String>())
        };
        match Policy::parse(&sources, file, Some("/nowhere/ann".into())) {
            Ok((policy, warnings)) => {
                let (given, refused) = policy.grants("/nowhere/site".into());
                let line = |verb: &str, grant: &Grant| {
                    let (part, recipe) = (grant.part.as_deref(), grant.recipe.as_deref());
                    let who = part.unwrap_or("all").to_owned()
                        + &recipe.map(|it| format!(" by {it}")).unwrap_or_default();
                    format!("{verb} {who}: {} {} ({})\n", grant.kind.word(), grant.value, grant.word)
                };
                let given = given.iter().map(|grant| line("allow", grant));
                let refused = refused.iter().map(|grant| line("deny", grant));
                warnings.iter().map(told).chain(given).chain(refused).collect()
            }
            Err(errors) => errors.iter().map(|error| told(&error.diagnostic())).collect(),
        }
    }

    #[test]
    fn rules_hold_in_the_directories_that_they_name() {
        assert_data_eq!(
            read(
                r#"version = 1
[[allow]]
directory = "/nowhere/*"
part = "zlib"
recipe = "sha256:9f"
run = ["cc", "/nowhere/bin/make"]
net = ["HTTPS://Example.org/"]
links = true
[[allow]]
directory = "/nowhere/other"
env = ["LANG"]
[[allow]]
directory = "~/site"
env = ["HOME"]
[[deny]]
read = ["~/secret"]
env = ["AWS_*"]
"#
            ),
            str![[r#"
allow zlib by sha256:9f: net example.org (policy.toml:7)
allow zlib by sha256:9f: run cc (policy.toml:6)
allow zlib by sha256:9f: run /nowhere/bin/make (policy.toml:6)
allow zlib by sha256:9f: links  (policy.toml:8)
deny all: read /nowhere/ann/secret (policy.toml:16)
deny all: env AWS_* (policy.toml:17)

"#]]
        );
    }

    #[test]
    fn a_key_that_nobody_knows_is_a_warning() {
        assert_data_eq!(
            read("fetsh = \"ask\"\n[[allow]]\npaart = \"a\"\nrun = [\"cc\"]\n"),
            str![[r#"
The policy has an unknown key: fetsh at 1:1; did you mean `fetch`?
The policy has an unknown key: paart at 3:1; did you mean `part`?

"#]]
        );
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_with_its_place() {
        assert_data_eq!(
            read(
                r#"trust-owner = ["src"]
[[allow]]
directory = "site"
read = ["data"]
write = ["~/data"]
net = ["ftp://x"]
run = ["tools/cc"]
env = ["*"]
[[deny]]
part = "a"
"#
            ),
            str![[r#"
This names no directories: src at 1:16; write an absolute path, or one that begins with `~/`; `*` is one name, `**` any number
This names no directories: site at 3:13; write an absolute path, or one that begins with `~/`; `*` is one name, `**` any number
This is no directory: data at 4:9; write an absolute path, or one that begins with `~/`
This is no host: ftp://x at 6:8; write a host such as `example.org`, or `http://example.org:8080`
This is no program: tools/cc at 7:8; write a name such as `cc`, an absolute path, or one that begins with `~/`
This is no name: * at 8:8; name one; `deny` alone may say `*`
This table says nothing at 9:1; add a line such as `run = ["cc"]`, or `read`, `write`, `net`, `env`, `links`

"#]]
        );
        for (text, told) in [
            (
                "confine = \"no\"",
                str![[r#"
The policy cannot be read: unknown variant `no`, expected `strict` or `guard` at 1:11

"#]],
            ),
            (
                "x = ",
                str![[r#"
The policy cannot be read: string values must be quoted, expected literal string at 1:5

"#]],
            ),
            (
                "version = 2\nnew = 1",
                str![[r#"
The policy has version 2, and this buildout knows 1 at 1:11; a later version of buildout wrote it for itself

"#]],
            ),
            (
                "version = \"1\"",
                str![[r#"
This is no version: "1" at 1:11; write `version = 1`

"#]],
            ),
            (
                "allow = 1",
                str![[r#"
The policy cannot be read: invalid type: integer `1`, expected a sequence at 1:9

"#]],
            ),
        ] {
            assert_data_eq!(read(text), told);
        }
    }

    #[test]
    fn the_rest_is_said_in_words() {
        let mut sources = SourceMap::default();
        let text = "confine = \"guard\"\nprocess = \"landlock\"\nfetch = \"ask\"\nallow-all-in-ci = true\n\
                    trust-owner = [\"/nowhere/**\"]\nopaque = [\"buildout:index\"]\n[limits]\nrecipe-time-limit = 5\n";
        let file = sources.add("policy.toml", text);
        let (policy, _) = Policy::parse(&sources, file, None).expect("it is right");
        assert_eq!(
            (policy.confine, policy.process, policy.fetch, policy.allow_all_in_ci),
            (Confine::Guard, Tier::Landlock, Fetch::Ask, true)
        );
        assert!(policy.trusts("/nowhere/a/b".into()) && !policy.trusts("/else".into()));
        assert_eq!(policy.opaque, ["buildout:index"]);
        let limits: Vec<_> = policy.limits.iter().map(|limit| (&*limit.name, &*limit.value)).collect();
        assert_eq!(limits, [("recipe-time-limit", "5")]);
    }
}
