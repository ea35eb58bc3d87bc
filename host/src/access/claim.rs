//! What is told about a need: the table of all that is missing, with the flags and the policy lines that would do.
//!
//! - In: needs of parts and of the configuration, and how they stand.
//! - Out: [`Claim`]s; a [`Diagnostic`] for those that are not met.
//! - Not here: finding them (`resolve`), drawing (`report`).
//!
//! Rules: `decisions.md` 4.2. What is shown can be copied: into a shell, into the policy.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use camino::Utf8Path;

use super::grants::{Asker, Before, Grant, Standing, Word};
use super::need::{Need, NeedKind};
use crate::diagnostic::{Diagnostic, Exit};
use crate::source::Span;

/// One thing that a part, or the configuration, needs beyond the defaults, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The part that needs it; none: the configuration itself.
    pub part: Option<String>,
    /// The recipe that asks for it, as the configuration names it; the configuration file.
    pub recipe: String,
    /// What a grant to that recipe or file is bound to: `sha256:…`, `stock NAME`, `file sha256:…`.
    pub identity: String,
    /// What is needed, with the part's own options filled in.
    pub need: Need,
    /// What there is to give: of a place that is no directory, the one around it.
    pub value: String,
    /// Where the configuration says so.
    pub at: Option<Span>,
    /// Whether it has it.
    pub standing: Standing,
    /// What its recipe had when it had other bytes.
    pub before: Option<Before>,
}

impl Claim {
    /// Who asks.
    pub fn asker(&self) -> Asker<'_> {
        match &self.part {
            Some(name) => Asker::Part { name, recipe: &self.identity },
            None => Asker::Configuration { file: &self.identity },
        }
    }

    /// The flag that would give it; none where no word of the user would help, or one is against it.
    pub fn flag(&self) -> Option<String> {
        let can = self.standing == Standing::Missing;
        can.then(|| flag(self.need.kind, self.part.as_deref(), &self.value))
    }

    /// The grant that would give it to nobody else.
    pub fn grant(&self, word: Word) -> Grant {
        Grant {
            part: self.part.clone(),
            recipe: Some(self.identity.clone()),
            kind: self.need.kind,
            value: self.value.clone(),
            word,
        }
    }
}

/// The error that says all that is missing.
pub fn missing(claims: &[Claim], directory: &Utf8Path) -> Diagnostic {
    let mut text = "These parts need access that was not granted:".to_owned();
    // Others wrote the words of a line; none of them makes a line of its own.
    let word = |text: &str| text.replace('\n', "\\u{a}");
    for claim in claims {
        let who = claim.part.as_deref().unwrap_or("the configuration");
        write!(text, "\n  {}: {}", word(who), claim.need.kind.word()).expect("a String takes all");
        if !claim.need.value.is_empty() {
            write!(text, " {}", word(&claim.need.value)).expect("a String takes all");
        }
        if !claim.need.why.is_empty() {
            write!(text, "  ({} says: {})", word(&claim.recipe), word(&claim.need.why))
                .expect("a String takes all");
        }
    }
    ways(pointed(Diagnostic::error("access-denied", text).exit(Exit::Denied), claims), claims, directory)
}

/// Adds the places that led to the claims, each once: an option that names a path, a recipe that asks.
fn pointed(error: Diagnostic, claims: &[Claim]) -> Diagnostic {
    let mut places: Vec<(Span, Vec<&str>)> = Vec::new();
    for claim in claims {
        let Some(at) = claim.at else { continue };
        let kind = claim.need.kind.word();
        match places.iter_mut().find(|(known, _)| *known == at) {
            Some((_, kinds)) if kinds.contains(&kind) => {}
            Some((_, kinds)) => kinds.push(kind),
            None => places.push((at, vec![kind])),
        }
    }
    places.into_iter().fold(error, |error, (at, kinds)| error.at(at, format!("needs {}", kinds.join(", "))))
}

/// Adds to an error about access what would allow it: flags, policy lines; and what would not.
pub fn ways(mut error: Diagnostic, claims: &[Claim], directory: &Utf8Path) -> Diagnostic {
    // Others wrote a value; it makes no line of its own.
    let word = |text: &str| text.replace('\n', "\\u{a}");
    let flags: BTreeSet<String> = claims.iter().filter_map(Claim::flag).collect();
    if !flags.is_empty() {
        let flags: Vec<String> = flags.into_iter().collect();
        error = error.help(format!("to allow it in this run: `buildout {}`", flags.join(" "))).help(format!(
            "to allow it from now on: `buildout approve`, or these lines in your policy file:\n{}",
            policy_lines(claims, directory)
        ));
    }
    for claim in claims.iter().filter(|claim| claim.flag().is_some()) {
        let is_place = matches!(claim.need.kind, NeedKind::Read | NeedKind::Write);
        if is_place && !Utf8Path::new(&claim.value).exists() {
            error = error.note(format!(
                "{} is not there, and what is not there cannot be given: make it first, as a directory",
                word(&claim.value)
            ));
        }
    }
    error = changed(claims).into_iter().fold(error, Diagnostic::note);
    let mut refused: Vec<String> = Vec::new();
    for claim in claims {
        let by = match &claim.standing {
            Standing::Refused(Word::Policy { file, line }) => {
                format!("some of it is refused by line {line} of {file}, which wins")
            }
            Standing::Refused(_) => "some of it was refused by a `--deny-` flag, which wins".to_owned(),
            Standing::Everything => {
                format!(
                    "`{}` would be everything of its kind: a recipe must name what it needs",
                    claim.need.value
                )
            }
            Standing::Default | Standing::Granted(_) | Standing::Missing => continue,
        };
        if !refused.contains(&by) {
            refused.push(by);
        }
    }
    refused.into_iter().fold(error, Diagnostic::note)
}

/// Which recipes are not those that were approved, and what they did not ask for then.
fn changed(claims: &[Claim]) -> Vec<String> {
    let mut told: Vec<(&Claim, &Before)> = Vec::new();
    for claim in claims.iter().filter(|claim| claim.standing == Standing::Missing) {
        if let Some(before) = &claim.before
            && told.iter().all(|(other, _)| other.part != claim.part)
        {
            told.push((claim, before));
        }
    }
    let note = |(claim, before): (&Claim, &Before)| {
        let new = claims.iter().filter(|other| {
            other.part == claim.part && other.before.as_ref().is_some_and(|before| !before.same)
        });
        let new: Vec<String> = new
            .map(|other| format!("{} {}", other.need.kind.word(), other.value).trim_end().to_owned())
            .collect();
        let more = match new.is_empty() {
            true => "it asks for nothing that you did not approve".to_owned(),
            false => format!("what it did not ask for then: {}", new.join(", ")),
        };
        format!(
            "the recipe {} of {} is not the one that you approved\nwas {}\nis  {}\n{more}",
            claim.recipe,
            claim.part.as_deref().unwrap_or_default(),
            before.recipe,
            claim.identity,
        )
    };
    told.into_iter().map(note).collect()
}

/// The lines of a policy that give what is missing, to nobody else and nowhere else.
fn policy_lines(claims: &[Claim], directory: &Utf8Path) -> String {
    let missing: Vec<&Claim> = claims.iter().filter(|claim| claim.standing == Standing::Missing).collect();
    let mut lines = String::new();
    let mut told: Vec<(&Option<String>, &str)> = Vec::new();
    for claim in &missing {
        let who = (&claim.part, claim.identity.as_str());
        if told.contains(&who) {
            continue;
        }
        told.push(who);
        let separator = if lines.is_empty() { "" } else { "\n" };
        writeln!(lines, "{separator}[[allow]]").expect("a String takes all");
        writeln!(lines, "directory = {}", quoted(directory.as_str())).expect("a String takes all");
        if let Some(part) = &claim.part {
            writeln!(lines, "part = {}", quoted(part)).expect("a String takes all");
        }
        writeln!(lines, "recipe = {}", quoted(&claim.identity)).expect("a String takes all");
        let own = |kind: NeedKind| {
            missing
                .iter()
                .filter(move |other| (&other.part, other.identity.as_str()) == who && other.need.kind == kind)
        };
        for kind in NeedKind::ALL {
            let values: BTreeSet<String> = own(kind).map(|claim| quoted(&claim.value)).collect();
            let values: Vec<String> = values.into_iter().collect();
            let line = match kind {
                _ if values.is_empty() => continue,
                NeedKind::Links => "links = true".to_owned(),
                kind => format!("{} = [{}]", kind.word(), values.join(", ")),
            };
            writeln!(lines, "{line}").expect("a String takes all");
        }
    }
    lines
}

/// A text as TOML writes it, in which everything can be seen.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            plain if plain.is_alphanumeric() || plain.is_ascii_graphic() || plain == ' ' => {
                quoted.push(plain)
            }
            other => write!(quoted, "\\U{:08X}", u32::from(other)).expect("a String takes all"),
        }
    }
    quoted.push('"');
    quoted
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

    #[test]
    fn a_flag_that_is_shown_does_in_a_shell_what_it_says() {
        let write = |value| flag(NeedKind::Write, None, value);
        assert_eq!(write("/a/b-1.c"), "--allow-write=/a/b-1.c");
        assert_eq!(write("/a b; rm -rf ~"), "--allow-write='/a b; rm -rf ~'");
        assert_eq!(flag(NeedKind::Read, Some("p"), "/it's"), "--allow-read='p:/it'\\''s'");
    }

    #[test]
    fn a_text_in_the_policy_reads_back_as_it_was() {
        for text in ["/srv/data", "a \"b\" \\c", "line\nbreak\u{202e}", "日本 é"] {
            let table: toml::Table = format!("x = {}", quoted(text)).parse().expect("it is TOML");
            assert_eq!(table["x"].as_str(), Some(text));
        }
        assert_eq!(quoted("\u{202e}"), "\"\\U0000202E\"", "everything can be seen");
    }
}
