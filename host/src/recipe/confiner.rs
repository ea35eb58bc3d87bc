//! What the thread of one call may open, whatever the guard above it says.
//!
//! - In: the [`Reach`] of a call.
//! - Out: [`Rules`] for its thread, and the [`Porter`] for all else.
//! - Not here: confining (`confine`), what the guard decides (`files`).
//!
//! Landlock binds what is there and cannot take away beneath. So of a directory that may be read, each entry
//! is named by itself, without those that have names of secrets; of names, all can be listed. Written is only
//! beneath what is the part's own or the user's grant, and in a few empty directories that are made here,
//! and moved to where the part makes its own. Everything else is an errand.

use std::collections::HashMap;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{FileType, Mode, OFlags};

use super::call::{Call, Phase};
use super::files::Porter;
use crate::access::Reach;
use crate::confine::{LandlockError, Rights, Rules, directory};
use crate::fault::{self, Step};

/// How many empty directories wait for a call: most parts make one, some a few.
const NEW: usize = 4;

/// More rules than this cost more than the errands that they spare.
const RULES: usize = 300;

/// Makes the rules of all calls of a run.
#[derive(Default)]
pub(super) struct Confiner {
    /// Rules of calls that write nothing, which are the same for most parts.
    reading: HashMap<Reading, Rules>,
    /// Empty directories that nobody has used; whoever ends the run removes them.
    new: Vec<Utf8PathBuf>,
    made: usize,
}

/// All that the rules of a call depend on that writes nothing.
#[derive(PartialEq, Eq, Hash)]
struct Reading {
    root: Utf8PathBuf,
    read: Vec<Utf8PathBuf>,
    given: Vec<Utf8PathBuf>,
    hidden: Vec<Utf8PathBuf>,
}

impl Confiner {
    /// What the thread of a call may open, and who does the rest.
    ///
    /// # Errors
    ///
    /// [`LandlockError::Missing`] where the kernel cannot.
    pub(super) fn confine(&mut self, call: &Call) -> Result<(Rules, Porter), LandlockError> {
        let reach = &call.reach;
        if !reach.writes() && reach.own.is_empty() {
            return Ok((self.reading(reach)?, Porter::new(reach.clone(), None, Vec::new())));
        }
        let mut rules = Rules::new()?;
        let mut count = 0;
        read(&mut rules, reach, &mut count)?;
        write(&mut rules, reach, &mut count)?;
        let mut new = Vec::new();
        // What is there when a part is uninstalled is on its way out.
        if let Some(temporary) = call.temporary.as_ref().filter(|_| call.phase != Phase::Uninstall) {
            new = self.empty(temporary);
            for path in &new {
                let all = Rights::READ.and(Rights::LIST).and(Rights::WRITE);
                if let Some(handle) = directory(path.as_std_path()) {
                    rules.allow(handle, all)?;
                }
            }
        }
        Ok((rules, Porter::new(reach.clone(), call.temporary.clone(), new)))
    }

    /// Takes back what a call has not used.
    pub(super) fn release(&mut self, porter: Porter) {
        self.new.extend(porter.finish());
    }

    fn reading(&mut self, reach: &Reach) -> Result<Rules, LandlockError> {
        let key = Reading {
            root: reach.root.clone(),
            read: reach.read.clone(),
            given: reach.given.clone(),
            hidden: reach.hidden.clone(),
        };
        if let Some(rules) = self.reading.get(&key) {
            return rules.try_clone();
        }
        let mut rules = Rules::new()?;
        read(&mut rules, reach, &mut 0)?;
        let again = rules.try_clone()?;
        self.reading.insert(key, rules);
        Ok(again)
    }

    /// A few empty directories, beside the place of temporary ones; none where they cannot be made.
    fn empty(&mut self, temporary: &Utf8Path) -> Vec<Utf8PathBuf> {
        let place = temporary.with_file_name("new");
        // A link leads who knows where.
        let made = fault::point(Step::Make, &place)
            .and_then(|()| fs_err::create_dir_all(&place))
            .and_then(|()| fs_err::canonicalize(&place));
        if !made.is_ok_and(|real| real == place) {
            return Vec::new();
        }
        // The thread of an earlier call could write in it.
        let is_empty = |path: &Utf8PathBuf| path.read_dir().is_ok_and(|mut entries| entries.next().is_none());
        let mut new: Vec<_> = std::mem::take(&mut self.new).into_iter().filter(is_empty).collect();
        while new.len() < NEW {
            self.made += 1;
            let path = place.join(self.made.to_string());
            if fault::point(Step::Make, &path).and_then(|()| fs_err::create_dir(&path)).is_err() {
                break;
            }
            new.push(path);
        }
        new
    }
}

/// Names what may be read: each entry of each directory that is no secret and holds nothing hidden.
fn read(rules: &mut Rules, reach: &Reach, count: &mut usize) -> Result<(), LandlockError> {
    for root in &reach.read {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let Ok(handle) = rustix::fs::open(root.as_std_path(), flags, Mode::empty()) else { continue };
        rules.allow(&handle, Rights::LIST)?;
        let Ok(entries) = rustix::fs::Dir::read_from(&handle) else { continue };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().to_str() else { continue };
            if matches!(name, "." | "..") || *count >= RULES {
                continue;
            }
            let path = root.join(name);
            let holds_hidden = reach.hidden.iter().any(|hidden| hidden.starts_with(&path));
            let plain =
                matches!(entry.file_type(), FileType::Directory | FileType::RegularFile | FileType::Unknown);
            if !plain || holds_hidden || reach.shows(&path).is_err() {
                continue;
            }
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            if let Ok(entry) = rustix::fs::openat(&handle, name, flags, Mode::empty()) {
                rules.allow(entry, Rights::READ)?;
                *count += 1;
            }
        }
    }
    Ok(())
}

/// Names what may be written whole: the part's own directories and those that the user granted, if nothing
/// that was refused lies beneath.
fn write(rules: &mut Rules, reach: &Reach, count: &mut usize) -> Result<(), LandlockError> {
    let mut whole: Option<&Utf8Path> = None;
    let own = reach.own.iter().filter(|path| {
        // They are sorted: what lies beneath a directory comes right after it.
        let beneath = whole.is_some_and(|above| path.starts_with(above));
        if !beneath {
            whole = Some(path);
        }
        !beneath
    });
    for path in own.chain(&reach.granted).chain(&reach.granted_places) {
        let refused = |refused: &Utf8PathBuf| refused.starts_with(path) || path.starts_with(refused);
        if *count >= RULES || reach.hidden.iter().chain(&reach.closed).any(refused) {
            continue;
        }
        if let Some(handle) = directory(path.as_std_path()) {
            rules.allow(handle, Rights::READ.and(Rights::LIST).and(Rights::WRITE))?;
            *count += 1;
        }
    }
    Ok(())
}
