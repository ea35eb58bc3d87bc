//! The journal: what the steps under way are about to change, so that a killed run can be undone.
//!
//! - In: each thing that a step makes or moves aside, written down before it happens.
//! - Out: one JSON object a line in the user's state directory, and after a kill the [`Recovery`].
//! - Not here: doing what the recovery says (`execute`), which parts stand (`state`).
//!
//! Rules: `decisions.md` 3.1, 3.3, 3.4. The first line names the directory itself, not only its path:
//! what was begun in a directory is never undone in another one that came in its place. A part that
//! the state calls settled is finished, even if the run was killed before the journal said so.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Seek, Write};

use camino::Utf8PathBuf;
use rustix::fs::{Timespec, Timestamps, UTIME_NOW};
use serde::{Deserialize, Serialize};

use super::directory::Directory;
use super::error::InstalledError;
use super::made::{Filled, Made};
use crate::fault::{self, Step};

/// The version that we write; a higher one is not read.
pub const VERSION: u32 = 1;

const JOURNAL: &str = "journal.jsonl";
const LIMIT_BYTES: u64 = 1 << 30;

/// Something of an old part that was moved out of the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Where it belongs.
    pub from: Utf8PathBuf,
    /// Where it is kept.
    pub to: Utf8PathBuf,
}

/// A step that was begun and not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// What was to be done, in the words of the plan.
    pub action: String,
    /// With which part.
    pub part: String,
}

/// What a killed run left to do, in the order in which it must be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The steps that were begun and not finished; their parts are dirty.
    pub unfinished: Vec<Begun>,
    /// First undo this: what those steps made, in the order in which they made it.
    pub undo: Vec<Made>,
    /// And what lies there.
    pub filled: Vec<Filled>,
    /// Then put this back, the last one first.
    pub put_back: Vec<Moved>,
    /// And this is of no more use: old paths of parts that were installed anew.
    pub discard: Vec<Moved>,
}

impl Recovery {
    /// Whether nothing is half done, and only what is of no more use waits to be removed.
    pub fn only_discards(&self) -> bool {
        self.unfinished.is_empty()
            && self.undo.is_empty()
            && self.filled.is_empty()
            && self.put_back.is_empty()
    }

    /// Whether the last run left nothing to do.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

/// The journal of this run, open at its end.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: Utf8PathBuf,
    directory: String,
    run: u64,
    begun: bool,
    /// When the last line was written that was found here.
    written_ns: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Run { version: u32, directory: String, run: u64 },
    Begin(Begun),
    Made { part: String, made: Made },
    Filling { part: String, filled: Filled },
    Aside { part: String, moved: Moved },
    Undone { part: String },
    Done { part: String },
    Discard(Moved),
}

impl Journal {
    /// Opens the journal in `folder`, and says what a killed run left to do in `directory`.
    ///
    /// `settled` says of a run's number which parts the state calls finished. The number of this run
    /// is the killed one's until [`Journal::clear`], else the one behind `last_run`.
    ///
    /// # Errors
    ///
    /// A torn last line is no error: what it announces never happened. Any other line that we did not
    /// write is one, and so is the first line of a newer version.
    pub fn recover(
        folder: &Directory,
        directory: &Directory,
        last_run: u64,
        settled: impl Fn(u64) -> BTreeSet<String>,
    ) -> Result<(Self, Recovery), InstalledError> {
        let path = folder.path().join(JOURNAL);
        let io = |verb| {
            let path = path.clone();
            move |source| InstalledError::Io { verb, path, source }
        };
        let bytes = folder.read(JOURNAL, LIMIT_BYTES).map_err(io("read"))?.unwrap_or_default();
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let identity = directory.identity().map_err(io("look at the directory of"))?;
        let file = folder.open_file(JOURNAL, 0o600).map_err(io("open"))?;
        let written_ns = file.metadata().ok().and_then(|about| nanoseconds(about.modified().ok()?));
        let mut journal =
            Self { file, path, directory: identity, run: last_run + 1, begun: false, written_ns };

        let mut lines = Vec::new();
        for (at, bytes) in bytes[..whole].split(|byte| *byte == b'\n').enumerate() {
            if bytes.is_empty() {
                continue;
            }
            lines.push(journal.read_line(at + 1, bytes)?);
        }
        let mut lines = lines.into_iter();
        let recovery = match lines.next() {
            Some(Line::Run { directory, run, .. }) if directory == journal.directory => {
                journal.run = run;
                journal.begun = true;
                unfinished(lines, settled(run))
            }
            Some(Line::Run { run, .. }) => {
                journal.run = journal.run.max(run + 1);
                Recovery::default()
            }
            Some(_) => {
                let reason = "the first line does not name the run".to_owned();
                return Err(InstalledError::State { path: journal.path, line: 1, reason });
            }
            None => Recovery::default(),
        };
        if recovery.is_empty() {
            journal.clear()?;
        } else {
            journal.cut(whole as u64)?;
        }
        Ok((journal, recovery))
    }

    /// The number of the run whose journal this is.
    pub fn run(&self) -> u64 {
        self.run
    }

    /// Says that a step begins.
    pub fn begin(&mut self, action: &str, part: &str) -> Result<(), InstalledError> {
        self.write(&Line::Begin(Begun { action: action.to_owned(), part: part.to_owned() }))
    }

    /// Says that a part is about to make something that is not there yet.
    pub fn made(&mut self, part: &str, made: &Made) -> Result<(), InstalledError> {
        self.write(&Line::Made { part: part.to_owned(), made: made.clone() })
    }

    /// Says that a program of the part is about to write where nobody watches.
    pub fn filling(&mut self, part: &str, filled: &Filled) -> Result<(), InstalledError> {
        self.write(&Line::Filling { part: part.to_owned(), filled: filled.clone() })
    }

    /// Says that it is still at work: what is made later than this is somebody else's.
    pub fn still_filling(&self) -> Result<(), InstalledError> {
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let times = Timestamps { last_access: now, last_modification: now };
        rustix::fs::futimens(&self.file, &times).map_err(|error| self.failed("write")(error.into()))
    }

    /// Says that something of an old part is about to be moved aside.
    pub fn aside(&mut self, part: &str, moved: &Moved) -> Result<(), InstalledError> {
        self.write(&Line::Aside { part: part.to_owned(), moved: moved.clone() })
    }

    /// Says that nothing is left of what a part made so far. Must be said before anything is put back.
    pub fn undone(&mut self, part: &str) -> Result<(), InstalledError> {
        self.write(&Line::Undone { part: part.to_owned() })
    }

    /// Says that a part is finished and recorded.
    pub fn done(&mut self, part: &str) -> Result<(), InstalledError> {
        self.write(&Line::Done { part: part.to_owned() })
    }

    /// Says that something aside is of no more use, and could not be removed.
    pub fn discard(&mut self, moved: &Moved) -> Result<(), InstalledError> {
        self.write(&Line::Discard(moved.clone()))
    }

    /// When the run was cut off whose lines were found here, or little earlier, in nanoseconds since 1970.
    pub fn cut_off_ns(&self) -> Option<i64> {
        self.written_ns
    }

    /// Forgets all that is written, as nothing of it is left to do; another run's number begins.
    pub fn clear(&mut self) -> Result<(), InstalledError> {
        self.cut(0)?;
        if self.begun {
            self.run += 1;
            self.begun = false;
        }
        Ok(())
    }

    /// Waits until all that was said has reached the disk.
    pub fn sync(&self) -> Result<(), InstalledError> {
        fault::point(Step::Sync, JOURNAL).and_then(|()| self.file.sync_data()).map_err(self.failed("write"))
    }

    fn write(&mut self, line: &Line) -> Result<(), InstalledError> {
        if !self.begun {
            let first = Line::Run { version: VERSION, directory: self.directory.clone(), run: self.run };
            self.append(&first)?;
            self.begun = true;
        }
        self.append(line)
    }

    fn append(&mut self, line: &Line) -> Result<(), InstalledError> {
        let mut text = serde_json::to_vec(line).expect("plain data becomes JSON");
        text.push(b'\n');
        let end = self.file.stream_position().map_err(self.failed("write"))?;
        fault::point(Step::Write, JOURNAL).and_then(|()| self.file.write_all(&text)).map_err(|error| {
            // A full disk took a piece of it: what follows must not be glued to that.
            let _ = self.cut(end);
            self.failed("write")(error)
        })
    }

    fn cut(&mut self, length_bytes: u64) -> Result<(), InstalledError> {
        fault::point(Step::Write, JOURNAL)
            .and_then(|()| self.file.set_len(length_bytes))
            .and_then(|()| self.file.seek(io::SeekFrom::Start(length_bytes)))
            .map(|_| ())
            .map_err(self.failed("write"))
    }

    fn read_line(&self, line: usize, bytes: &[u8]) -> Result<Line, InstalledError> {
        let bad = |reason: String| InstalledError::State { path: self.path.clone(), line, reason };
        if line == 1 {
            let first: serde_json::Value =
                serde_json::from_slice(bytes).map_err(|error| bad(error.to_string()))?;
            let version = first["run"]["version"].as_u64().unwrap_or(0);
            if version > u64::from(VERSION) {
                let version = u32::try_from(version).unwrap_or(u32::MAX);
                return Err(InstalledError::Newer { path: self.path.clone(), version, known: VERSION });
            }
        }
        serde_json::from_slice(bytes).map_err(|error| bad(error.to_string()))
    }

    fn failed(&self, verb: &'static str) -> impl Fn(io::Error) -> InstalledError + use<> {
        let path = self.path.clone();
        move |source| InstalledError::Io { verb, path: path.clone(), source }
    }
}

fn nanoseconds(time: std::time::SystemTime) -> Option<i64> {
    i64::try_from(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_nanos()).ok()
}

fn unfinished(lines: impl Iterator<Item = Line>, settled: BTreeSet<String>) -> Recovery {
    let mut done = settled;
    let mut begun = Vec::new();
    let mut made: Vec<(String, Made)> = Vec::new();
    let mut filled: Vec<(String, Filled)> = Vec::new();
    let mut aside = Vec::new();
    let mut discard = Vec::new();
    for line in lines {
        match line {
            Line::Run { .. } => {}
            Line::Begin(step) => begun.push(step),
            Line::Made { part, made: one } => made.push((part, one)),
            Line::Filling { part, filled: one } => filled.push((part, one)),
            Line::Aside { part, moved } => aside.push((part, moved)),
            Line::Undone { part } => {
                made.retain(|(maker, _)| *maker != part);
                filled.retain(|(maker, _)| *maker != part);
            }
            Line::Done { part } => {
                done.insert(part);
            }
            Line::Discard(moved) => discard.push(moved),
        }
    }
    let (replaced, put_back): (Vec<_>, Vec<_>) = aside.into_iter().partition(|(part, _)| done.contains(part));
    discard.extend(replaced.into_iter().map(|(_, moved)| moved));
    Recovery {
        unfinished: begun.into_iter().filter(|step| !done.contains(&step.part)).collect(),
        undo: made.into_iter().filter(|(part, _)| !done.contains(part)).map(|(_, made)| made).collect(),
        filled: filled.into_iter().filter(|(part, _)| !done.contains(part)).map(|(_, one)| one).collect(),
        put_back: put_back.into_iter().map(|(_, moved)| moved).collect(),
        discard,
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::Kind;
    use super::*;
    use camino::Utf8Path;

    struct Scratch {
        folder: Directory,
        directory: Directory,
        _temporary: [tempfile::TempDir; 2],
    }

    impl Scratch {
        fn new() -> Self {
            let temporary = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
            let open =
                |at: usize| Directory::open(Utf8Path::from_path(temporary[at].path()).unwrap()).unwrap();
            Self { folder: open(0), directory: open(1), _temporary: temporary }
        }

        fn recover(&self, settled: &[&str]) -> (Journal, Recovery) {
            let settled = |_| settled.iter().map(|part| (*part).to_owned()).collect();
            Journal::recover(&self.folder, &self.directory, 4, settled).unwrap()
        }

        fn file(&self) -> Utf8PathBuf {
            self.folder.path().join(JOURNAL)
        }
    }

    fn moved(name: &str) -> Moved {
        Moved { from: format!("/b/parts/{name}").into(), to: format!("/b/.buildout/aside/{name}").into() }
    }

    fn filled(name: &str) -> Filled {
        Filled { directories: vec![format!("/b/parts/{name}").into()], there: vec!["/b/parts/notes".into()] }
    }

    fn file(path: &str) -> Made {
        Made::new(path, Kind::File)
    }

    #[test]
    fn what_unfinished_steps_made_is_undone_and_what_they_moved_comes_back() {
        let scratch = Scratch::new();
        let (mut journal, recovery) = scratch.recover(&[]);
        assert!(recovery.is_empty());
        for part in ["b", "a"] {
            journal.begin("reinstall", part).unwrap();
            journal.aside(part, &moved(part)).unwrap();
        }
        journal.made("a", &file("/b/parts/a")).unwrap();
        journal.done("a").unwrap();
        journal.made("b", &file("/b/parts/gone")).unwrap();
        journal.undone("b").unwrap();
        journal.made("b", &file("/b/parts/b\n")).unwrap();
        for part in ["a", "b"] {
            journal.filling(part, &filled(part)).unwrap();
        }
        drop(journal);

        let expected = Recovery {
            unfinished: vec![Begun { action: "reinstall".to_owned(), part: "b".to_owned() }],
            undo: vec![file("/b/parts/b\n")],
            filled: vec![filled("b")],
            put_back: vec![moved("b")],
            discard: vec![moved("a")],
        };
        assert_eq!(scratch.recover(&[]).1, expected);
        assert_eq!(scratch.recover(&[]).1, expected, "reading it changes nothing");
        let settled = Recovery { discard: vec![moved("b"), moved("a")], ..Recovery::default() };
        assert_eq!(scratch.recover(&["b"]).1, settled, "the state was written, the journal not");
    }

    #[test]
    fn a_journal_cut_at_any_byte_is_read_up_to_its_last_whole_line() {
        let scratch = Scratch::new();
        let (mut journal, _) = scratch.recover(&[]);
        journal.begin("install", "a").unwrap();
        journal.made("a", &file("/b/one")).unwrap();
        journal.made("a", &file("/b/two")).unwrap();
        let whole = fs_err::read(scratch.file()).unwrap();
        for length in 0..whole.len() {
            fs_err::write(scratch.file(), &whole[..length]).unwrap();
            let (mut journal, recovery) = scratch.recover(&[]);
            let lines = whole[..length].iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(recovery.undo.len(), lines.saturating_sub(2), "{length}");
            journal.made("a", &file("/b/three")).unwrap();
            assert_eq!(scratch.recover(&[]).1.undo.last(), Some(&file("/b/three")), "{length}");
        }
    }

    #[test]
    fn another_directory_in_the_same_place_has_nothing_to_undo() {
        let scratch = Scratch::new();
        let (mut journal, _) = scratch.recover(&[]);
        journal.made("a", &file("/b/one")).unwrap();
        let run = journal.run();
        let other = Scratch { directory: Scratch::new().directory, ..scratch };
        let (journal, recovery) = other.recover(&[]);
        assert!(recovery.is_empty());
        assert_eq!(fs_err::read(other.file()).unwrap(), b"");
        assert!(journal.run() > run);
    }

    #[test]
    fn a_line_in_the_middle_that_is_not_ours_is_an_error() {
        let scratch = Scratch::new();
        let (mut journal, _) = scratch.recover(&[]);
        journal.begin("install", "a").unwrap();
        let mut bytes = fs_err::read(scratch.file()).unwrap();
        bytes.extend_from_slice(b"rubbish\n");
        fs_err::write(scratch.file(), bytes).unwrap();
        let error =
            Journal::recover(&scratch.folder, &scratch.directory, 0, |_| BTreeSet::new()).unwrap_err();
        assert!(error.to_string().contains("line 3: expected value"), "{error}");
        fs_err::write(scratch.file(), "{\"run\":{\"version\":9,\"more\":1}}\n").unwrap();
        let error =
            Journal::recover(&scratch.folder, &scratch.directory, 0, |_| BTreeSet::new()).unwrap_err();
        assert!(matches!(error, InstalledError::Newer { version: 9, .. }));
    }

    #[test]
    fn a_cleared_journal_is_another_run_s() {
        let scratch = Scratch::new();
        let (mut journal, _) = scratch.recover(&[]);
        assert_eq!(journal.run(), 5);
        journal.clear().unwrap();
        assert_eq!(journal.run(), 5, "nothing was said");
        journal.begin("install", "a").unwrap();
        journal.clear().unwrap();
        assert_eq!(journal.run(), 6);
    }
}
