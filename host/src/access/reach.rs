//! The places that one call of a recipe may read and write.
//!
//! - In: the configured directories, the outputs that the part names, the grants.
//! - Out: an answer for each deed on a real path: allowed, or a [`Denial`].
//! - Not here: finding the real path of a handle (`recipe`'s guard).

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Protected, secret};

/// Why something that was there before cannot be changed.
pub const NOT_MADE: &str = "this part did not make it";

/// Why something cannot be touched that was refused.
const REFUSED: &str = "you refused it";

/// Why something in a directory that may be read cannot be seen.
const SECRET: &str = "it has the name of a secret";
/// What the user can do about it.
const NAME_IT: &str = "give a copy another name if recipes shall see it";

/// What the author of a recipe can do about a place.
const DECLARE: &str =
    "a recipe says in `recipe.toml` where else it writes; then `--allow-write=DIR` grants it";
/// What the author of a recipe can do about links.
const DECLARE_LINKS: &str =
    "a recipe says in `recipe.toml` that it makes links; then `--allow-links` grants it";

/// What a recipe wants to do with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Look at what is there.
    Read,
    /// Make something where nothing is.
    Create,
    /// Change, replace, rename or remove what is there.
    Change,
    /// Make a symbolic or hard link.
    Link,
}

/// Something that a recipe wanted and was not given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// What it wanted to do.
    pub deed: Deed,
    /// The real path.
    pub path: Utf8PathBuf,
    /// Why not, as part of a sentence.
    pub why: &'static str,
    /// What can be done about it. No flag helps: what a recipe declares was granted before it was called.
    pub help: Option<&'static str>,
}

/// What one call may touch. Paths are absolute and real.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The buildout directory.
    pub root: Utf8PathBuf,
    /// Directories that may be read.
    pub read: Vec<Utf8PathBuf>,
    /// The directories that the user named in grants: only what lies beneath them is judged by its name.
    pub given: Vec<Utf8PathBuf>,
    /// Directories below which new things may be made.
    pub make: Vec<Utf8PathBuf>,
    /// Places that the part may make itself, and anything below.
    pub outputs: Vec<Utf8PathBuf>,
    /// Directories that the user opened for writing, over what is there too.
    pub granted: Vec<Utf8PathBuf>,
    /// Places in such directories that the part may make or replace itself, and anything below.
    pub granted_places: Vec<Utf8PathBuf>,
    /// What is the part's own already: each path that it was seen to make.
    pub own: BTreeSet<Utf8PathBuf>,
    /// Whether links may be made.
    pub links: bool,
    /// Programs that may be started, as they were declared.
    pub programs: Vec<String>,
    /// Environment variables that were declared and granted, set or not.
    pub variables: Vec<String>,
    /// Names and files that nothing may write.
    pub protected: Protected,
    /// What the user refused to have read, or written.
    pub hidden: Vec<Utf8PathBuf>,
    /// What the user refused to have written.
    pub closed: Vec<Utf8PathBuf>,
}

impl Reach {
    /// Whether anything can be written at all; not in `init`.
    pub fn writes(&self) -> bool {
        !(self.make.is_empty()
            && self.outputs.is_empty()
            && self.granted.is_empty()
            && self.granted_places.is_empty())
    }

    /// Says whether `deed` on the real path `path` is allowed; `own` tells what this call made so far.
    ///
    /// # Errors
    ///
    /// A [`Denial`] with the reason and, where there is any, the advice.
    pub fn allows(&self, deed: Deed, path: &Utf8Path, own: bool) -> Result<Permit, Denial> {
        let deny = |why, help| Err(Denial { deed, path: path.to_owned(), why, help });
        if !self.writes() {
            return deny("`init` can write nothing", None);
        }
        // What moves or goes takes along what lies in it.
        let concerns = |refused: &Utf8PathBuf| {
            path.starts_with(refused) || (deed == Deed::Change && refused.starts_with(path))
        };
        if self.hidden.iter().chain(&self.closed).any(concerns) {
            return deny(REFUSED, None);
        }
        let below = |roots: &[Utf8PathBuf]| {
            let holding = roots.iter().filter(|root| path.starts_with(root) && path != root.as_path());
            holding.max_by_key(|root| root.as_str().len()).cloned()
        };
        let parent = |place: &Utf8PathBuf| place.parent().unwrap_or(place).to_owned();
        let place = self.granted_places.iter().find(|place| path.starts_with(place)).map(parent);
        let granted = below(&self.granted).or(place);
        // The directories on the way to an output may be made as well.
        let on_the_way =
            |place: &Utf8Path| place.starts_with(path) && path.starts_with(&self.root) && path != self.root;
        let output =
            || self.outputs.iter().find(|place| path.starts_with(place) || on_the_way(place)).map(parent);
        let Some(root) = granted.clone().or_else(|| below(&self.make)).or_else(output) else {
            return deny("it lies outside the places that a part may write", Some(DECLARE));
        };
        if self.protected.covers(self.named(path).unwrap_or(&root), path) {
            return deny("the name is protected", None);
        }
        if deed == Deed::Link && !self.links {
            return deny("making links was not granted", Some(DECLARE_LINKS));
        }
        let own = own || self.own.contains(path);
        match deed {
            Deed::Change if !own && granted.is_none() => {
                deny(NOT_MADE, Some("move it away if this part shall make it"))
            }
            Deed::Change if !own => Ok(Permit::Granted),
            Deed::Change | Deed::Create | Deed::Link | Deed::Read => Ok(Permit::Own),
        }
    }

    /// The directory above `path` that the user named: a grant, or the buildout directory. What a project
    /// writes into its options is not the user's word.
    fn named(&self, path: &Utf8Path) -> Option<&Utf8Path> {
        deepest(&self.given, path).or_else(|| Some(&*self.root).filter(|root| path.starts_with(root)))
    }

    /// Says whether what is at the real path `path` can be looked at, which lies in what may be read.
    ///
    /// # Errors
    ///
    /// A [`Denial`]; to the recipe it is as if nothing were there.
    pub fn shows(&self, path: &Utf8Path) -> Result<(), Denial> {
        let deny = |why, help| Err(Denial { deed: Deed::Read, path: path.to_owned(), why, help });
        if self.hidden.iter().any(|refused| path.starts_with(refused)) {
            return deny(REFUSED, None);
        }
        if self.own.contains(path) {
            return Ok(());
        }
        let root = self.named(path).or_else(|| deepest(&self.read, path)).unwrap_or(&self.root);
        if secret::beneath(root, path) { deny(SECRET, Some(NAME_IT)) } else { Ok(()) }
    }
}

fn deepest<'a>(roots: &'a [Utf8PathBuf], path: &Utf8Path) -> Option<&'a Utf8Path> {
    let holding = roots.iter().filter(|root| path.starts_with(root));
    holding.max_by_key(|root| root.as_str().len()).map(Utf8PathBuf::as_path)
}

/// Why a deed is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// The thing is new, or the part made it.
    Own,
    /// The user opened the directory: what is overwritten there is reported.
    Granted,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach() -> Reach {
        Reach {
            root: "/p".into(),
            make: vec!["/p/parts".into(), "/p/bin".into()],
            outputs: vec!["/p/etc/app.conf".into()],
            granted: vec!["/srv/data".into()],
            own: ["/p/parts/x".into()].into(),
            ..Reach::default()
        }
    }

    fn says(deed: Deed, path: &str) -> Result<Permit, &'static str> {
        reach().allows(deed, Utf8Path::new(path), false).map_err(|denial| denial.why)
    }

    #[test]
    fn new_things_are_made_below_the_parts_directories_and_at_outputs_only() {
        assert_eq!(says(Deed::Create, "/p/parts/x/y"), Ok(Permit::Own));
        assert_eq!(says(Deed::Create, "/p/etc/app.conf"), Ok(Permit::Own));
        assert_eq!(says(Deed::Create, "/p/etc"), Ok(Permit::Own), "the way to an output");
        for path in ["/p/parts", "/p/src/x", "/p/etc/other", "/etc/passwd", "/p/partsx", "/p"] {
            assert!(says(Deed::Create, path).is_err(), "{path}");
        }
    }

    #[test]
    fn what_is_there_is_changed_only_if_it_is_own_or_lies_in_a_granted_directory() {
        assert_eq!(says(Deed::Change, "/p/parts/x"), Ok(Permit::Own));
        assert_eq!(says(Deed::Change, "/p/parts/y"), Err("this part did not make it"));
        assert_eq!(says(Deed::Change, "/p/parts/x/y"), Err("this part did not make it"));
        assert_eq!(says(Deed::Change, "/srv/data/y"), Ok(Permit::Granted));
        assert_eq!(says(Deed::Change, "/srv/data"), Err("it lies outside the places that a part may write"));
    }

    #[test]
    fn links_need_a_grant_of_their_own() {
        assert_eq!(says(Deed::Link, "/p/parts/x/l"), Err("making links was not granted"));
        let linking = Reach { links: true, ..reach() };
        assert_eq!(linking.allows(Deed::Link, Utf8Path::new("/p/parts/x/l"), false), Ok(Permit::Own));
    }

    #[test]
    fn a_protected_name_is_denied_in_every_place() {
        for path in ["/p/parts/x/.git/hooks/a", "/srv/data/.buildout", "/p/bin/.Installed.cfg"] {
            assert_eq!(says(Deed::Create, path), Err("the name is protected"), "{path}");
        }
    }

    #[test]
    fn what_the_user_refused_is_neither_seen_nor_written() {
        let reach = Reach {
            read: vec!["/p".into()],
            hidden: vec!["/p/parts/x/hidden".into()],
            closed: vec!["/p/parts/x/closed".into()],
            ..reach()
        };
        let writes = |path: &str| reach.allows(Deed::Create, Utf8Path::new(path), true).is_ok();
        let reads = |path: &str| reach.shows(Utf8Path::new(path)).map_err(|denial| denial.why);
        assert_eq!(reads("/p/parts/x/hidden/a"), Err("you refused it"));
        assert_eq!(reads("/p/parts/x/closed/a"), Ok(()));
        assert!(!writes("/p/parts/x/hidden/a") && !writes("/p/parts/x/closed"));
        assert!(writes("/p/parts/x/other"));
    }

    #[test]
    fn the_user_names_the_directory_below_which_names_are_judged_and_no_option_does() {
        let reach = Reach {
            read: vec!["/srv/data/.ssh".into()],
            given: vec!["/srv/data".into()],
            granted: vec!["/srv/data/.ssh".into()],
            ..reach()
        };
        let key = Utf8Path::new("/srv/data/.ssh/authorized_keys");
        assert_eq!(reach.shows(key).map_err(|denial| denial.why), Err("it has the name of a secret"));
        assert_eq!(
            reach.allows(Deed::Create, key, false).map_err(|denial| denial.why),
            Err("the name is protected")
        );
        let reach = Reach { given: vec!["/srv/data/.ssh".into()], ..reach };
        assert_eq!(reach.shows(key), Ok(()));
    }

    #[test]
    fn what_holds_something_refused_is_not_moved() {
        let reach = Reach { closed: vec!["/p/parts/x/closed".into()], ..reach() };
        let moves = |path: &str| reach.allows(Deed::Change, Utf8Path::new(path), true).is_ok();
        assert!(!moves("/p/parts/x"));
        assert!(moves("/p/parts/y"));
    }

    #[test]
    fn a_secret_is_seen_by_the_part_that_made_it_only() {
        let reach = Reach { read: vec!["/p".into()], own: ["/p/parts/x/a.pem".into()].into(), ..reach() };
        let reads = |path: &str| reach.shows(Utf8Path::new(path)).map_err(|denial| denial.why);
        assert_eq!(reads("/p/parts/x/a.pem"), Ok(()));
        assert_eq!(reads("/p/parts/y/a.pem"), Err("it has the name of a secret"));
        assert_eq!(reads("/p/.git/config"), Err("it has the name of a secret"));
    }

    #[test]
    fn a_reach_without_places_can_write_nothing() {
        let denial = Reach::default().allows(Deed::Create, Utf8Path::new("/p/parts/x"), true).unwrap_err();
        assert_eq!(denial.why, "`init` can write nothing");
        assert_eq!(denial.help, None);
    }
}
