//! What was allowed and what was not, a line for each decision: for the user who wants to know afterwards.
//!
//! - In: needs and how they stood, what recipes were refused, which programs were started, what was read where.
//! - Out: lines of JSON, collected in a run and written at its end in one go; the same lines read again.
//! - Not here: deciding (`access`), where the file is and what time it is (`cli`), summing up (`report`).
//!
//! Layout: `STATE/audit.jsonl`, 0600; what does not fit any more is in `audit.old.jsonl`, and what did not fit there is gone.
//! Rules: a secret's value is never in it: an environment variable is named, and where its value stands in an argument,
//! its name does. Reads and writes are counted by directory.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::{Arc, Mutex};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::access::{Claim, Deed, Denial, Standing};

/// The version of a line.
const VERSION: u32 = 1;
/// A file that is longer is put away before the next lines.
const LARGEST_BYTES: u64 = 4 << 20;
/// A value shorter than this would be found in every word.
const SHORTEST_SECRET: usize = 4;
const FILE: &str = "audit.jsonl";
const OLD: &str = "audit.old.jsonl";

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The part; none: the configuration.
    pub part: Option<String>,
    /// What a grant to its recipe is bound to; empty where the call before said it.
    pub recipe: String,
    /// What it was about: `read`, `write`, `net`, `run`, `env` or `links` is a need; `files-read` and `files-written` are
    /// what was done in a directory, `start` is a program with its arguments.
    pub kind: String,
    /// Which one.
    pub value: String,
    /// How often.
    pub count: u64,
    /// `default`, `flag`, `--allow-all`, a line of the policy, `approval` or `answer`; why not.
    pub by: String,
    /// Whether it was allowed.
    pub allowed: bool,
}

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// [`VERSION`].
    pub version: u32,
    /// Seconds since 1970.
    pub time: u64,
    /// The directory of the configuration file.
    pub directory: Utf8PathBuf,
    /// What was decided.
    #[serde(flatten)]
    pub entry: Entry,
}

/// What was decided in this run so far; copies share it.
#[derive(Debug, Clone, Default)]
pub struct Audit(Arc<Mutex<Vec<Entry>>>);

impl Audit {
    fn add(&self, entry: Entry) {
        self.0.lock().expect("nothing panics while it holds it").push(entry);
    }

    /// Notes how a need stood.
    pub fn decided(&self, claim: &Claim) {
        let (by, allowed) = match &claim.standing {
            Standing::Default => ("default".to_owned(), true),
            Standing::Granted(word) => (word.to_string(), true),
            Standing::Refused(word) => (format!("refused by {word}"), false),
            Standing::Missing => ("not granted".to_owned(), false),
            Standing::Everything => ("everything of its kind".to_owned(), false),
        };
        self.add(Entry {
            part: claim.part.clone(),
            recipe: claim.identity.clone(),
            kind: claim.need.kind.word().to_owned(),
            value: claim.need.value.clone(),
            count: 1,
            by,
            allowed,
        });
    }

    /// Notes what a recipe wanted and was not given.
    pub fn denied(&self, part: &str, recipe: &str, denial: &Denial) {
        let kind = match denial.deed {
            Deed::Read => "read",
            Deed::Create | Deed::Change => "write",
            Deed::Link => "links",
        };
        self.add(Entry {
            part: Some(part.to_owned()),
            recipe: recipe.to_owned(),
            kind: kind.to_owned(),
            value: denial.path.to_string(),
            count: 1,
            by: denial.why.to_owned(),
            allowed: false,
        });
    }

    /// Notes in which directories a recipe read or wrote files, how many, and `by` what that is allowed.
    pub fn touched(
        &self,
        part: &str,
        recipe: &str,
        kind: &str,
        directories: &BTreeMap<Utf8PathBuf, u64>,
        by: impl Fn(&Utf8Path) -> String,
    ) {
        for (directory, count) in directories {
            self.add(Entry {
                part: Some(part.to_owned()),
                recipe: recipe.to_owned(),
                kind: kind.to_owned(),
                value: directory.to_string(),
                count: *count,
                by: by(directory),
                allowed: true,
            });
        }
    }

    /// Notes that a program was started; where the value of a variable stands in its arguments, its name is noted.
    pub fn started(
        &self,
        part: &str,
        recipe: &str,
        words: &[&str],
        secrets: &BTreeMap<String, String>,
        allowed: bool,
    ) {
        let hidden = |word: &&str| {
            secrets
                .iter()
                .filter(|(_, value)| value.len() >= SHORTEST_SECRET)
                .fold((*word).to_owned(), |word, (name, value)| word.replace(value, &format!("${name}")))
        };
        let words: Vec<String> = words.iter().map(hidden).collect();
        self.add(Entry {
            part: Some(part.to_owned()),
            recipe: recipe.to_owned(),
            kind: "start".to_owned(),
            value: words.join(" "),
            count: 1,
            by: if allowed { "granted" } else { "not declared, or not granted" }.to_owned(),
            allowed,
        });
    }

    /// The lines of this run, and none is left.
    pub fn lines(&self, time: u64, directory: &Utf8Path) -> String {
        let entries = std::mem::take(&mut *self.0.lock().expect("nothing panics while it holds it"));
        let mut lines = String::new();
        for entry in entries {
            let line = Line { version: VERSION, time, directory: directory.to_owned(), entry };
            push_plain(&mut lines, &serde_json::to_string(&line).expect("plain data is JSON"));
            lines.push('\n');
        }
        lines
    }
}

/// Writes outside of ASCII only letters and digits as they are: a terminal that shows the file obeys nothing in it.
fn push_plain(lines: &mut String, json: &str) {
    for character in json.chars() {
        if character.is_alphanumeric() || matches!(character, ' '..='~') {
            lines.push(character);
            continue;
        }
        // All of these stand in texts, where JSON has them as numbers too.
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(lines, "\\u{unit:04x}").expect("a String takes all");
        }
    }
}

/// Appends lines to the file in the state directory, which is put away first where it is too long.
///
/// # Errors
///
/// It cannot be written.
pub fn append(state: &Utf8Path, lines: &str) -> io::Result<()> {
    let path = state.join(FILE);
    if path.metadata().is_ok_and(|about| about.len() > LARGEST_BYTES) {
        std::fs::rename(&path, state.join(OLD))?;
    }
    append_to(&path, lines)
}

/// Appends lines to a file, in one write.
///
/// # Errors
///
/// It cannot be written.
pub fn append_to(file: &Utf8Path, lines: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    // Nobody waits for a pipe that somebody put there.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).expect("it is a small number");
    let mut file = options.append(true).create(true).mode(0o600).custom_flags(flags).open(file)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    file.write_all(lines.as_bytes())
}

/// Reads all lines, the oldest first. What is no line, as a full disk leaves it, and what a later version wrote is left out.
///
/// # Errors
///
/// A file is there and cannot be read.
pub fn read(state: &Utf8Path) -> io::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for name in [OLD, FILE] {
        let mut text = Vec::new();
        match File::open(state.join(name)) {
            Ok(mut file) => file.read_to_end(&mut text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let read = String::from_utf8_lossy(&text);
        let read = read.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        lines.extend(read.filter(|line| line.version <= VERSION));
    }
    Ok(lines)
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_an_argument_is_named_and_not_told() {
        let audit = Audit::default();
        let secrets =
            [("TOKEN", "swordfish"), ("SHORT", "c")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        audit.started("a", "sha256:1", &["cc", "--key=swordfish", "-c"], &secrets.into(), true);
        assert_eq!(
            audit.lines(7, "/p".into()),
            concat!(
                r#"{"version":1,"time":7,"directory":"/p","part":"a","recipe":"sha256:1","kind":"start","#,
                r#""value":"cc --key=$TOKEN -c","count":1,"by":"granted","allowed":true}"#,
                "\n"
            )
        );
        assert_eq!(audit.lines(8, "/p".into()), "", "they are written once");
    }

    #[test]
    fn what_a_terminal_would_obey_is_written_as_its_number_and_read_back_as_it_was() {
        let audit = Audit::default();
        let word = "é\n\u{1b}[1m\u{7f}\u{9b}\u{202e}\u{e0041}";
        audit.started("a", "", &[word], &BTreeMap::new(), true);
        let lines = audit.lines(7, "/p".into());
        assert!(lines.contains(r#""value":"é\n\u001b[1m\u007f\u009b\u202e\udb40\udc41""#), "{lines}");
        assert_eq!(serde_json::from_str::<Line>(&lines).unwrap().entry.value, word);
    }

    #[test]
    fn a_file_that_is_too_long_is_put_away_and_half_a_line_is_left_out() {
        let temporary = tempfile::tempdir().unwrap();
        let state = Utf8Path::from_path(temporary.path()).unwrap();
        let audit = Audit::default();
        let line = |part: &str| {
            audit.started(part, "", &["cc"], &BTreeMap::new(), true);
            audit.lines(1, "/p".into())
        };
        append(state, &line("a")).unwrap();
        append(state, &" ".repeat(usize::try_from(LARGEST_BYTES).unwrap())).unwrap();
        append(state, &(line("b") + "{\"version\":1,\"ti")).unwrap();
        let parts: Vec<_> = read(state).unwrap().into_iter().map(|line| line.entry.part.unwrap()).collect();
        assert_eq!(parts, ["a", "b"]);
        assert!(state.join(OLD).exists());
    }
}
