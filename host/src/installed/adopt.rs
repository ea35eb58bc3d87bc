//! Adopting: a foreign database is taken over, after its user has seen what that means.
//!
//! - In: the foreign database, and what is on disk below the paths that it names.
//! - Out: for each of its parts what would be the part's from now on, and removed with it.
//! - Not here: asking the user, and which places a part may have (`access`, `cli`).
//!
//! Rules: `decisions.md` 3.2. What a foreign part made nobody saw; so it is what stands below its paths
//! now, inside the buildout directory, where parts may write, and not known to be another part's. No
//! link is followed.

use std::collections::HashSet;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::database::Record;
use super::directory::{Directory, Found};
use super::made::{Kind, Made};
use super::reach::Reach;
use super::{Installed, Known};

/// A foreign part, and what adopting it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoptable {
    /// The part.
    pub part: String,
    /// What is recorded of it, without paths outside the buildout directory.
    pub record: Record,
    /// What will count as made by it: directories before what they hold.
    pub made: Vec<Made>,
    /// What it names and will not own: outside, protected, or another part's.
    pub left: Vec<Utf8PathBuf>,
}

/// What of a recorded path a part may own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: it is not a part's to have.
    Nothing,
    /// Itself; of a directory not what it holds and the records do not name.
    Itself,
    /// Of a directory also all that it holds.
    Whole,
}

impl Installed {
    /// What adopting the foreign parts means; those that are installed meanwhile are not among them.
    ///
    /// `may` says what of a path a part may own.
    pub fn adoptable(&self, may: impl Fn(&Utf8Path) -> Claim) -> Vec<Adoptable> {
        let Some(foreign) = &self.foreign else {
            return Vec::new();
        };
        let known = self.known.values().flat_map(|known| &known.made);
        let taken: HashSet<&Utf8Path> = known.map(|made| made.path.as_path()).collect();
        let may = |path: &Utf8Path| if taken.contains(path) { Claim::Nothing } else { may(path) };
        let parts = foreign.parts.iter().filter(|(part, _)| !self.database.parts.contains_key(*part));
        let adoptable = |(part, record): (&String, &Record)| {
            let (mut made, mut left) = (Vec::new(), Vec::new());
            let mut record = record.clone();
            // What lies elsewhere would be in the way of its uninstalling for ever.
            record.paths.retain(|path| {
                let path = self.root().path().join(path);
                let beneath = beneath(self.root(), &path);
                match &beneath {
                    Some(beneath) => claim(self.root(), beneath, &may, &mut made, &mut left),
                    None => left.push(path),
                }
                beneath.is_some()
            });
            Adoptable { part: part.clone(), record, made, left }
        };
        parts.map(adoptable).collect()
    }

    /// Takes foreign parts over, before those that are installed. To be followed by
    /// [`Installed::save`], and by [`Installed::drop_foreign`] once that is done.
    pub fn adopt(&mut self, adopted: Vec<Adoptable>) {
        let develop_eggs = self.foreign.iter().flat_map(|foreign| &foreign.develop_eggs);
        for path in develop_eggs {
            if !self.database.develop_eggs.contains(path) {
                self.database.develop_eggs.push(path.clone());
            }
        }
        for (at, Adoptable { part, record, made, .. }) in adopted.into_iter().enumerate() {
            self.database.parts.shift_insert(at, part.clone(), record);
            self.known.insert(part, Known { made, ..Known::default() });
        }
        self.foreign = None;
    }
}

/// The names beneath `root` that lead to an absolute path, if there are any and no `..` is among them.
fn beneath(root: &Directory, path: &Utf8Path) -> Option<Utf8PathBuf> {
    let names: Option<Utf8PathBuf> = path
        .strip_prefix(root.path())
        .ok()?
        .components()
        .filter(|component| *component != Utf8Component::CurDir)
        .map(|component| match component {
            Utf8Component::Normal(name) => Some(name),
            _ => None,
        })
        .collect();
    names.filter(|names| !names.as_str().is_empty())
}

/// Claims what stands at a path beneath `root`, and of a whole directory all that it holds.
fn claim(
    root: &Directory,
    top: &Utf8Path,
    may: &dyn Fn(&Utf8Path) -> Claim,
    made: &mut Vec<Made>,
    left: &mut Vec<Utf8PathBuf>,
) {
    let folder = top.parent().unwrap_or(Utf8Path::new(""));
    let name = top.file_name().expect("a path of at least one name");
    let kind = match root.directory(folder).and_then(|folder| folder.look(name)) {
        Ok(Found::Kind(kind)) => kind,
        Ok(Found::Nothing) => return,
        Ok(Found::Special) | Err(_) => {
            left.push(root.path().join(top));
            return;
        }
    };
    let mut reach = Reach::new(root, |_| false);
    let mut todo = vec![(top.to_owned(), kind)];
    while let Some((beneath, kind)) = todo.pop() {
        let path = root.path().join(&beneath);
        let claim = may(&path);
        if claim == Claim::Nothing {
            left.push(path);
            continue;
        }
        // Below a directory that is recorded too.
        if made.iter().any(|made| made.path == path) {
            continue;
        }
        let mut one = Made::new(path.clone(), kind);
        one.look();
        made.push(one);
        if kind != Kind::Directory || claim != Claim::Whole {
            continue;
        }
        let entries = reach.directory(beneath.as_std_path()).and_then(Directory::entries);
        let Ok(entries) = entries else {
            left.push(path);
            continue;
        };
        for entry in entries.into_iter().rev() {
            match (entry.name.to_str(), entry.kind) {
                (Some(name), Some(kind)) => todo.push((beneath.join(name), kind)),
                (_, _) => left.push(path.join(entry.name.to_string_lossy().as_ref())),
            }
        }
    }
}
