//! What one run of the command came to, as text that is the same every time.
//!
//! - In: exit code, both streams, the directory of the test.
//! - Out: the text that a snapshot shows.
//! - Not here: starting it (`site`).

use std::path::Path;
use std::process::Output;

use snapbox::{Assert, Data, IntoData};

/// One run of the command.
#[derive(Debug)]
pub struct Run {
    /// How the process ended; none if a signal ended it.
    pub exit: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

/// Compares with a snapshot, to the letter: backslashes are not taken for those of paths.
///
/// # Panics
///
/// They differ; `SNAPSHOTS=overwrite` takes the new one.
#[track_caller]
pub fn assert_shows(actual: impl IntoData, expected: impl IntoData) {
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(actual, expected);
}

/// Whether a code was compiled depends on the tests before.
const COMPILING: &str = "Compiling recipe ";

impl Run {
    /// Takes what differs from run to run out of a run in `root`, whose project is `root/site`.
    ///
    /// # Panics
    ///
    /// The output is not UTF-8 or reaches the terminal with control characters, or tells a canary.
    pub(crate) fn of(output: Output, root: &Path) -> Self {
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("buildout writes UTF-8");
            let raw = text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t');
            assert_eq!(raw, None, "a control character reached the terminal:\n{text}");
            assert!(!text.contains("CANARY"), "a secret was told:\n{text}");
            redacted(&text, root)
        };
        Self { exit: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// The lines that a part's recipe wrote, without the part's name.
    pub fn said(&self, part: &str) -> Vec<&str> {
        let prefix = format!("{part}: ");
        self.stderr.lines().filter_map(|line| line.strip_prefix(&prefix)).collect()
    }
}

impl IntoData for Run {
    fn into_data(self) -> Data {
        let exit = self.exit.map_or("a signal".to_owned(), |code| code.to_string());
        let mut text = format!("exit {exit}\n");
        for (name, stream) in [("standard output", self.stdout), ("standard error", self.stderr)] {
            if !stream.is_empty() {
                text.push_str(&format!("-- {name}\n{stream}"));
            }
        }
        text.into_data()
    }
}

pub(crate) fn redacted(text: &str, root: &Path) -> String {
    let root = root.to_str().expect("the directory of a test is text");
    let mut redacted = String::new();
    for line in text.split_inclusive('\n').filter(|line| !line.starts_with(COMPILING)) {
        let line = line.replace(&format!("{root}/site"), "[DIR]").replace(root, "[ROOT]");
        let mut run = String::new();
        for character in line.chars() {
            if character.is_ascii_digit() || matches!(character, 'a'..='f') {
                run.push(character);
                continue;
            }
            flush(&mut run, &mut redacted);
            redacted.push(character);
        }
        flush(&mut run, &mut redacted);
    }
    redacted
}

/// A word of twelve hexadecimal digits or more is the digest of something, or the beginning of one.
fn flush(run: &mut String, text: &mut String) {
    text.push_str(if run.len() >= 12 && run.contains(|c: char| c.is_ascii_digit()) {
        "[DIGEST]"
    } else {
        run
    });
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_taken_out() {
        let text =
            "Compiling recipe x (once on this machine).\n/t/site/a and /t/home (sha256 0123456789ab…)\n";
        assert_eq!(redacted(text, Path::new("/t")), "[DIR]/a and [ROOT]/home (sha256 [DIGEST]…)\n");
    }
}
