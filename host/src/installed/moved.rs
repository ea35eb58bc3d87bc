//! Foreign records of another place: the directory was moved or copied after they were written.
//!
//! - In: the paths that a foreign database names, and where parts are made below a buildout directory.
//! - Out: the buildout directory of that time, if the paths leave no doubt; the paths as they are here.
//! - Not here: what of it a part may own (`adopt`).
//!
//! Rules: nothing in such a database says where it was written, so each absolute path has a say, and all
//! must agree. Where one lies in the buildout directory of now, nothing was moved.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Database, Installed};

impl Installed {
    /// Makes the paths of the foreign records those of this directory, and says which directory they named.
    ///
    /// `standard` is where parts are made, beneath the buildout directory.
    pub fn bring_foreign_here(&mut self, standard: &[Utf8PathBuf]) -> Option<Utf8PathBuf> {
        let root = self.root.path().to_owned();
        let foreign = self.foreign.as_mut()?;
        let before = place_of(foreign, &root, standard)?;
        for path in paths_of(foreign) {
            if let Ok(beneath) = Utf8Path::new(path.as_str()).strip_prefix(&before) {
                *path = root.join(beneath).into_string();
            }
        }
        Some(before)
    }
}

fn paths_of(database: &mut Database) -> impl Iterator<Item = &mut String> {
    let of_parts = database.parts.values_mut().flat_map(|record| &mut record.paths);
    of_parts.chain(&mut database.develop_eggs)
}

/// The one directory below which all absolute paths that name a standard directory can lie.
fn place_of(database: &mut Database, root: &Utf8Path, standard: &[Utf8PathBuf]) -> Option<Utf8PathBuf> {
    let mut places: Option<BTreeSet<Utf8PathBuf>> = None;
    for path in paths_of(database) {
        let path = Utf8Path::new(path.as_str());
        if !path.is_absolute() {
            continue;
        }
        if path.starts_with(root) {
            return None;
        }
        let above = path.ancestors().skip(1);
        let here: BTreeSet<_> = above
            .filter(|above| {
                let beneath = path.strip_prefix(above).expect("an ancestor is a prefix");
                above.parent().is_some()
                    && standard.iter().any(|place| beneath != place && beneath.starts_with(place))
            })
            .map(Utf8Path::to_owned)
            .collect();
        if here.is_empty() {
            continue;
        }
        places = Some(match places {
            Some(places) => places.intersection(&here).cloned().collect(),
            None => here,
        });
    }
    let places = places?;
    if places.len() == 1 { places.into_iter().next() } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::Record;
    use super::*;

    fn place(paths: &[&str]) -> Option<String> {
        let mut database = Database::default();
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        database.record("a", Record { paths, ..Record::default() });
        let standard = ["bin", "parts", "var/eggs"].map(Utf8PathBuf::from);
        place_of(&mut database, Utf8Path::new("/here"), &standard).map(Utf8PathBuf::into_string)
    }

    #[test]
    fn the_old_place_is_known_only_where_all_paths_agree_on_one() {
        assert_eq!(place(&["/old/parts/a", "/old/bin/a", "/old/etc/a", "/etc/a"]).as_deref(), Some("/old"));
        assert_eq!(place(&["/old/var/eggs/e"]).as_deref(), Some("/old"));
        assert_eq!(place(&["/old/parts/python/bin/python", "/old/bin/a"]).as_deref(), Some("/old"));
        for unknown in [
            &["/old/parts/python/bin/python"][..],
            &["/srv/bin/x/bin/a", "/srv/bin/x/parts/a"],
            &["/one/parts/a", "/other/parts/a"],
            &["/old/parts/a", "/here/parts/b"],
            &["/old/etc/a"],
            &["/old/parts"],
            &["/bin/a"],
            &["parts/a"],
            &[],
        ] {
            assert_eq!(place(unknown), None, "{unknown:?}");
        }
    }
}
