//! Decide, count, record.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};

use crate::access::{Deed, Denial, NOT_MADE, Permit, Reach};
use crate::fault::{self, Step};
use crate::installed::{Filled, Kind as MadeKind, Made, Seen};
use crate::process::Swept;
use crate::recipe::limits::Limits;

/// More refusals than this say nothing new.
const DENIALS: usize = 100;

/// Is told of each thing just before a recipe makes it, so that a killed run can be undone.
pub trait Witness: Send + Sync {
    /// Notes it down; it is not made if this fails.
    ///
    /// # Errors
    ///
    /// When the note could not be written.
    fn making(&self, made: &Made) -> std::io::Result<()>;

    /// Notes down that a program is about to write where nobody watches; it is not started if this fails.
    ///
    /// # Errors
    ///
    /// When the note could not be written.
    fn filling(&self, filled: &Filled) -> std::io::Result<()>;

    /// Notes down that it is still at work.
    ///
    /// # Errors
    ///
    /// When the note could not be written.
    fn still_filling(&self) -> std::io::Result<()>;
}

/// What one call did to the file system.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// What it made and did not remove again, in the order it was made.
    pub made: Vec<Made>,
    /// What it changed or removed though it did not make it: allowed by a grant, and not to be undone.
    pub overwritten: BTreeSet<Utf8PathBuf>,
    /// What the part owned before and this call removed.
    pub removed: BTreeSet<Utf8PathBuf>,
    /// What the part owned before and this call may have changed, with how a file looked before.
    pub changed: BTreeMap<Utf8PathBuf, Option<Seen>>,
    /// What it was refused.
    pub denied: Vec<Denial>,
    /// How many times it opened something to read it, by directory.
    pub read: BTreeMap<Utf8PathBuf, u64>,
    /// Which limit of the file system it reached, if any.
    pub limit: Option<&'static str>,
    /// What the system said when it refused to write what the recipe wrote, if it did.
    pub refused: Option<String>,
}

/// What a deed comes to when it is not done.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Not allowed; recorded.
    Denied,
    /// Not to be seen: to the recipe nothing is there; recorded.
    Hidden,
    /// Too many files or bytes; recorded.
    Quota,
    /// The witness could not write, or the disk failed.
    Io(std::io::Error),
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// The rules and the record of one call.
pub(crate) struct Guard {
    reach: Reach,
    witness: Option<Arc<dyn Witness>>,
    /// Directories that are gone after the call: everything is allowed in them.
    temporary: Vec<Utf8PathBuf>,
    pub(crate) record: Record,
    /// The same paths as in `record.made`, to look up.
    own: BTreeSet<Utf8PathBuf>,
    files_left: u64,
    /// Which directory an open listing is of, by the number of its handle.
    pub(super) listings: HashMap<u32, Utf8PathBuf>,
    /// Shared with the streams, which count on their own.
    written: Written,
}

/// Counts the bytes that a call writes.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    left: Arc<AtomicU64>,
    /// What the system said to the first write that failed.
    refused: Arc<OnceLock<String>>,
}

impl Written {
    /// Takes `bytes` from what is left, or says that there is not enough.
    pub(crate) fn charge(&self, bytes: u64) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes))
            .inspect_err(|_| self.left.store(0, Ordering::Relaxed))
            .is_ok()
    }

    /// Notes why a write failed: of a stream, a recipe reads only that something did.
    pub(crate) fn failed(&self, error: &std::io::Error) {
        let _ = self.refused.set(error.to_string());
    }

    fn spent(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }
}

impl Guard {
    pub(crate) fn new(reach: Reach, witness: Option<Arc<dyn Witness>>, limits: &Limits) -> Self {
        Self {
            reach,
            witness,
            temporary: Vec::new(),
            record: Record::default(),
            own: BTreeSet::new(),
            files_left: limits.files,
            listings: HashMap::new(),
            written: Written {
                left: Arc::new(AtomicU64::new(limits.written_bytes)),
                refused: Arc::default(),
            },
        }
    }

    /// The counter that the streams share.
    pub(crate) fn written(&self) -> Written {
        self.written.clone()
    }

    /// Opens a directory in which everything is allowed and nothing recorded.
    pub(crate) fn add_temporary(&mut self, path: Utf8PathBuf) {
        self.temporary.push(path);
    }

    /// The directories to remove when the call ends.
    pub(crate) fn temporary(&self) -> &[Utf8PathBuf] {
        &self.temporary
    }

    /// Whether it lies in a directory that is gone after the call.
    pub(crate) fn is_temporary(&self, path: &Utf8Path) -> bool {
        self.temporary.iter().any(|root| path.starts_with(root) && path != root)
    }

    /// Whether the part made this very thing, now or in an earlier run.
    pub(crate) fn is_own(&self, path: &Utf8Path) -> bool {
        self.is_temporary(path)
            || self.own.contains(path)
            || (self.reach.own.contains(path) && !self.record.removed.contains(path))
    }

    fn judge(&mut self, deed: Deed, path: &Utf8Path) -> Result<Permit, Refusal> {
        if self.is_temporary(path) || fault::unguarded() {
            return Ok(Permit::Own);
        }
        match self.reach.allows(deed, path, self.is_own(path)) {
            Ok(permit) => Ok(permit),
            Err(denial) => self.refuse(denial),
        }
    }

    fn refuse<T>(&mut self, denial: Denial) -> Result<T, Refusal> {
        self.note(denial);
        Err(Refusal::Denied)
    }

    fn note(&mut self, denial: Denial) {
        if self.record.denied.len() < DENIALS && !self.record.denied.contains(&denial) {
            self.record.denied.push(denial);
        }
    }

    /// Allows to look at what is at the real path `path`.
    pub(crate) fn may_see(&mut self, path: &Utf8Path) -> Result<(), Refusal> {
        self.sight(path).map_err(|denial| {
            self.note(denial);
            Refusal::Hidden
        })
    }

    /// Counts a file that was opened to be read.
    pub(crate) fn opened(&mut self, path: &Utf8Path) {
        let directory = path.parent().unwrap_or(path);
        match self.record.read.get_mut(directory) {
            Some(count) => *count += 1,
            None => {
                self.record.read.insert(directory.to_owned(), 1);
            }
        }
    }

    /// Whether it can be seen, without noting down that somebody looked.
    pub(crate) fn is_visible(&self, path: &Utf8Path) -> bool {
        self.sight(path).is_ok()
    }

    fn sight(&self, path: &Utf8Path) -> Result<(), Denial> {
        if self.is_temporary(path) || self.own.contains(path) || fault::unguarded() {
            Ok(())
        } else {
            self.reach.shows(path)
        }
    }

    /// Allows something new at `path`, where nothing is, and has it noted down; the caller makes it
    /// and then calls [`Guard::made`].
    pub(crate) fn may_create(&mut self, path: &Utf8Path, kind: MadeKind) -> Result<(), Refusal> {
        let deed = if kind == MadeKind::Link { Deed::Link } else { Deed::Create };
        self.may_make(deed, path, kind)
    }

    /// The same for a second name of what is of this kind: it is one thing more, and allowed as links are.
    pub(crate) fn may_hard_link(&mut self, path: &Utf8Path, kind: MadeKind) -> Result<(), Refusal> {
        self.may_make(Deed::Link, path, kind)
    }

    fn may_make(&mut self, deed: Deed, path: &Utf8Path, kind: MadeKind) -> Result<(), Refusal> {
        self.judge(deed, path)?;
        if self.files_left == 0 {
            self.record.limit = Some("files");
            return Err(Refusal::Quota);
        }
        self.files_left -= 1;
        if let (Some(witness), true) = (&self.witness, self.counts_as_made(path)) {
            let noted = witness.making(&Made::new(path, kind));
            noted.inspect_err(|error| self.written.failed(error))?;
        }
        Ok(fault::point(Step::Make, path).inspect_err(|error| self.written.failed(error))?)
    }

    /// Whether what is made here is to be undone: not where something was before, which a grant let go.
    fn counts_as_made(&self, path: &Utf8Path) -> bool {
        !self.is_temporary(path) && !self.record.overwritten.contains(path)
    }

    /// Records that it was made.
    pub(crate) fn made(&mut self, path: &Utf8Path, kind: MadeKind) {
        if !self.counts_as_made(path) {
            return;
        }
        self.record.removed.remove(path);
        if self.own.insert(path.to_owned()) {
            self.record.made.push(Made::new(path, kind));
        } else if let Some(made) = self.record.made.iter_mut().find(|made| made.path == path) {
            made.kind = kind;
        }
    }

    /// Allows a change of what is at `path`; what only a grant allows is recorded as overwritten.
    pub(crate) fn may_change(&mut self, path: &Utf8Path) -> Result<(), Refusal> {
        match self.judge(Deed::Change, path)? {
            Permit::Own => {
                if self.reach.own.contains(path) && !self.record.changed.contains_key(path) {
                    self.record.changed.insert(path.to_owned(), Seen::at(path));
                }
            }
            Permit::Granted => {
                self.record.overwritten.insert(path.to_owned());
            }
        }
        Ok(fault::point(Step::Set, path).inspect_err(|error| self.written.failed(error))?)
    }

    /// Allows to move what is at `path`: only what the part made, as the place where it ends would count as
    /// made by the part, and be removed with it.
    pub(crate) fn may_move(&mut self, path: &Utf8Path) -> Result<(), Refusal> {
        self.judge(Deed::Change, path)?;
        if self.is_own(path) || fault::unguarded() {
            return Ok(());
        }
        self.refuse(Denial { deed: Deed::Change, path: path.to_owned(), why: NOT_MADE, help: None })
    }

    /// Records that it is gone.
    pub(crate) fn removed(&mut self, path: &Utf8Path) {
        if self.own.remove(path) {
            self.record.made.retain(|made| made.path != path);
        }
        if self.reach.own.contains(path) {
            self.record.removed.insert(path.to_owned());
        }
    }

    /// Before `from` is moved to `to`, judges all of the part's that lies in it where it will lie, and has it noted
    /// down there: a place that may be made may have nothing in it. Returns it, for [`Guard::renamed`].
    pub(crate) fn may_bring(&mut self, from: &Utf8Path, to: &Utf8Path) -> Result<Vec<Made>, Refusal> {
        let made = self.record.made.iter().map(|made| (&made.path, Some(made.kind)));
        let earlier = self.reach.own.iter().filter(|path| !self.record.removed.contains(*path));
        let mut brought = Vec::new();
        for (path, kind) in made.chain(earlier.map(|path| (path, None))) {
            let Ok(rest) = path.strip_prefix(from) else { continue };
            if rest.as_str().is_empty() {
                continue;
            }
            let kind = kind.unwrap_or_else(|| {
                let found = path.symlink_metadata().ok();
                found.and_then(|found| MadeKind::of(found.file_type())).unwrap_or(MadeKind::File)
            });
            brought.push(Made::new(to.join(rest), kind));
        }
        for made in &brought {
            self.judge(Deed::Create, &made.path)?;
        }
        if let Some(witness) = &self.witness {
            for made in brought.iter().filter(|made| self.counts_as_made(&made.path)) {
                witness.making(made).inspect_err(|error| self.written.failed(error))?;
            }
        }
        Ok(brought)
    }

    /// Records that `from`, with all that lies in it, is now at `to`, where a `replaced` was before.
    pub(crate) fn renamed(
        &mut self,
        (from, to): (&Utf8Path, &Utf8Path),
        kind: MadeKind,
        replaced: Option<MadeKind>,
        brought: &[Made],
    ) {
        let earlier = self.reach.own.iter().chain(&self.own).filter(|path| path.starts_with(from));
        for path in earlier.cloned().collect::<Vec<_>>() {
            self.removed(&path);
        }
        // What takes the place of its own kind is recorded as that one is.
        if replaced != Some(kind) {
            self.made(to, kind);
        }
        for made in brought {
            self.made(&made.path, made.kind);
        }
    }

    /// What a program may touch that the recipe starts now: `own` is all that the part has made so far.
    pub(crate) fn reach_of_programs(&self) -> Reach {
        let earlier = self.reach.own.iter().filter(|path| !self.record.removed.contains(*path));
        Reach { own: earlier.chain(&self.own).cloned().collect(), ..self.reach.clone() }
    }

    /// Has it noted down that a program is about to write in `directories`, which are the part's.
    pub(crate) fn may_fill(&self, directories: &[Utf8PathBuf]) -> std::io::Result<()> {
        let Some(witness) = self.witness.as_ref().filter(|_| !directories.is_empty()) else { return Ok(()) };
        let mut there = Vec::new();
        let mut left = directories.to_vec();
        while let Some(directory) = left.pop() {
            for entry in directory.read_dir_utf8()? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    left.push(entry.path().to_owned());
                }
                // What this call has made is noted down already, and to be undone.
                if !self.own.contains(entry.path()) {
                    there.push(entry.path().to_owned());
                }
            }
        }
        witness.filling(&Filled { directories: directories.to_vec(), there })
    }

    /// Has it noted down that the program is still at work. If that fails, what it makes may stay after a kill.
    pub(crate) fn still_filling(&self) {
        if let Some(witness) = &self.witness {
            let _ = witness.still_filling();
        }
    }

    /// Records what a program did, as if the recipe had done it.
    pub(crate) fn swept(&mut self, swept: &Swept) {
        for path in &swept.removed {
            self.removed(path);
        }
        for made in &swept.made {
            self.made(&made.path, made.kind);
        }
        for (path, seen) in &swept.changed {
            if self.reach.own.contains(path) {
                self.record.changed.entry(path.clone()).or_insert(*seen);
            } else if !self.own.contains(path) {
                self.record.overwritten.insert(path.clone());
            }
        }
        let files = u64::try_from(swept.made.len()).unwrap_or(u64::MAX);
        match self.files_left.checked_sub(files) {
            Some(left) => self.files_left = left,
            None => self.record.limit = Some("files"),
        }
        self.written.charge(swept.bytes);
    }

    /// Takes bytes for a write, or records that the limit was reached.
    pub(crate) fn charge(&mut self, bytes: u64) -> Result<(), Refusal> {
        if self.written.charge(bytes) {
            return Ok(fault::point(Step::Write, "bytes")?);
        }
        self.record.limit = Some("written bytes");
        Err(Refusal::Quota)
    }

    /// Ends the call: what it did.
    pub(crate) fn finish(mut self) -> Record {
        if self.written.spent() {
            self.record.limit = Some("written bytes");
        }
        self.record.refused = self.written.refused.get().cloned();
        self.record
    }
}
