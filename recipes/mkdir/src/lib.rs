//! The recipe `mkdir`: a part is one or several directories.
//!
//! - In: `path`, made absolute in `init`, and `mode`.
//! - Out: the directories, which belong to the part.
//! - Not here: what becomes of a directory that was there before (the host keeps it).
//!
//! Rules: a parent that will be missing is found in `init`, before anything is changed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use buildout_recipe::{At, Part, Recipe, Result, error, files, info, recipe, sections};

/// The directories of `[buildout]`, which are made before any part is.
const MADE_BY_BUILDOUT: [&str; 5] =
    ["directory", "parts-directory", "bin-directory", "eggs-directory", "develop-eggs-directory"];

/// Makes directories.
pub struct Mkdir;

#[recipe]
impl Recipe for Mkdir {
    fn init(part: &mut Part) -> Result<()> {
        let mut paths = Vec::new();
        for path in part.paths("path")? {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        if paths.is_empty() {
            paths.push(part.expand("${buildout:parts-directory}/${:_buildout_section_name_}")?.into());
        }
        part.mode("mode")?;
        for path in &paths {
            check_parent(part, path, &paths)?;
        }
        part.set_paths("path", &paths)
    }

    fn install(part: &Part) -> Result<Vec<PathBuf>> {
        let mode = part.mode("mode")?;
        let mut paths = part.paths("path")?;
        // A parent comes before what lies in it, however the list is written.
        paths.sort_by_key(|path| path.components().count());
        for path in &paths {
            make(part, path)?;
        }
        // After all are made, as a mode may forbid to make what lies below.
        for path in &paths {
            if let Some(mode) = mode.filter(|mode| files::mode(path) != Ok(*mode)) {
                files::set_mode(path, mode)?;
            }
        }
        Ok(paths)
    }
}

/// Fails if the directory that `path` will lie in is neither there nor about to be made.
fn check_parent(part: &Part, path: &Path, paths: &[PathBuf]) -> Result<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    if paths.iter().any(|other| other == parent) || is_made_by_buildout(parent)? {
        return Ok(());
    }
    match fs::metadata(parent) {
        Ok(metadata) if metadata.is_dir() => return Ok(()),
        Ok(_) => {}
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
        // It cannot be seen, so it cannot be called missing.
        Err(error) => return Err(error).at(parent),
    }
    let error = part.error("path", "Invalid Path");
    let names = |wanted: fn(&str) -> bool| {
        parent.components().any(|name| name.as_os_str().to_str().is_some_and(wanted))
    };
    let inside = sections::get("buildout", "directory")?.is_none_or(|root| parent.starts_with(root));
    let (path, parent) = (path.display(), parent.display());
    if !inside {
        error!(
            "Cannot create {path}. {parent} lies outside the buildout directory, where this part sees nothing."
        );
        return Err(error.help("name a place inside the buildout directory, or allow this one"));
    }
    error!("Cannot create {path}. {parent} is not a directory.");
    Err(if names(|name| name == "~") {
        error.help("`~` is a name like any other here: write the path of your home itself")
    } else if names(|name| name.starts_with('.')) {
        // What is hidden from recipes looks as if it were missing.
        error.help(format!(
            "`{parent}` has a name that is kept from recipes, or it is missing: name another place"
        ))
    } else {
        error.help(format!("write `{parent}` into `path` as well"))
    })
}

/// Whether the directory is there when parts are installed, even if `init` does not see it yet.
fn is_made_by_buildout(directory: &Path) -> Result<bool> {
    for key in MADE_BY_BUILDOUT {
        if sections::get("buildout", key)?.is_some_and(|made| Path::new(&made) == directory) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes one directory, or leaves the one that is there.
fn make(part: &Part, path: &Path) -> Result<()> {
    match fs::create_dir(path) {
        Ok(()) => {
            info!("Creating directory {}", path.file_name().unwrap_or_default().display());
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            if fs::metadata(path).at(path)?.is_dir() {
                return Ok(());
            }
            let message = format!("Cannot create {}: a file is there", path.display());
            Err(part.error("path", message).with("path", path.display().to_string()))
        }
        Err(error) => Err(error).at(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use buildout_recipe::testing::Buildout;
    use buildout_recipe::{Error, Kind};

    fn place(error: &Error) -> [Option<&str>; 2] {
        [error.detail("section"), error.detail("option")]
    }

    #[test]
    fn a_directory_is_made_and_belongs_to_the_part() {
        let buildout = Buildout::new();
        let part = buildout.part::<Mkdir>("data", &[("path", "data")]);
        assert_eq!(part.install().expect("installs"), [buildout.path("data")]);
        assert_eq!(part.value("path"), Some(buildout.path("data").display().to_string()));
        assert_eq!(buildout.log(), ["data: info: Creating directory data"]);
        assert_eq!(buildout.tree(), ["data/"]);
    }

    #[test]
    fn without_a_path_it_is_a_directory_of_the_name_of_the_part() {
        let buildout = Buildout::new();
        let part = buildout.part::<Mkdir>("data", &[]);
        assert_eq!(part.install().expect("installs"), [buildout.path("parts/data")]);
        assert_eq!(part.value("path"), Some(buildout.path("parts/data").display().to_string()));
    }

    #[test]
    fn several_directories_can_lie_in_each_other_however_they_are_written() {
        let buildout = Buildout::named("my work");
        let part = buildout
            .part::<Mkdir>("data", &[("path", "var/log/old ${buildout:directory}/var\n./var/log var/")]);
        let made = ["var", "var/log", "var/log/old"].map(|path| buildout.path(path));
        assert_eq!(part.install().expect("installs"), made);
        assert_eq!(buildout.tree(), ["var/", "var/log/", "var/log/old/"]);
    }

    #[test]
    fn a_missing_parent_is_found_in_init() {
        let buildout = Buildout::new();
        let part = buildout.part::<Mkdir>("data", &[("path", "var no/data")]);
        let error = part.init().expect_err("its parent is missing");
        let (path, parent) = (buildout.path("no/data"), buildout.path("no"));
        let (path, parent) = (path.display(), parent.display());
        assert_eq!(
            buildout.log(),
            [format!("data: error: Cannot create {path}. {parent} is not a directory.")]
        );
        assert_eq!((error.kind(), error.message()), (Kind::User, "Invalid Path"));
        assert_eq!(place(&error), [Some("data"), Some("path")]);
        assert_eq!(buildout.tree(), [""; 0]);
    }

    #[test]
    fn a_parent_that_is_a_file_is_no_directory() {
        let buildout = Buildout::new();
        buildout.write("file", "");
        for path in ["file/data", "file/below/data"] {
            let error =
                buildout.part::<Mkdir>("data", &[("path", path)]).init().expect_err("is no directory");
            assert_eq!(error.message(), "Invalid Path");
        }
    }

    #[test]
    fn a_directory_that_buildout_is_going_to_make_is_no_missing_parent() {
        let buildout = Buildout::new();
        fs::remove_dir(buildout.path("parts")).expect("is empty");
        buildout.part::<Mkdir>("data", &[("path", "parts/data")]).init().expect("`plan` makes no directory");
    }

    #[test]
    fn a_directory_that_is_there_is_kept_and_a_file_is_not_taken_for_one() {
        let buildout = Buildout::new();
        buildout.write("data/file", "kept");
        let part = buildout.part::<Mkdir>("data", &[("path", "data")]);
        assert_eq!(part.install().expect("installs"), [buildout.path("data")], "the host knows who made it");
        assert_eq!(buildout.tree(), ["data/", "data/file"]);
        assert_eq!(buildout.log(), [""; 0]);

        part.change("path", "data/file");
        let error = part.install().expect_err("it is a file");
        let path = buildout.path("data/file");
        assert_eq!(error.message(), format!("Cannot create {}: a file is there", path.display()));
        assert_eq!(place(&error), [Some("data"), Some("path")]);
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_is_set_last_so_that_it_forbids_nothing_to_the_recipe() {
        let buildout = Buildout::new();
        let part = buildout.part::<Mkdir>("data", &[("path", "a a/b"), ("mode", "500")]);
        part.install().expect("installs");
        assert_eq!(buildout.mode("a"), 0o500);
        assert_eq!(buildout.mode("a/b"), 0o500);
        // So that it can be removed.
        files_can_be_removed(&buildout);
    }

    #[cfg(unix)]
    fn files_can_be_removed(buildout: &Buildout) {
        use std::os::unix::fs::PermissionsExt;
        for path in ["a", "a/b"] {
            fs::set_permissions(buildout.path(path), fs::Permissions::from_mode(0o700)).expect("can be set");
        }
    }

    #[test]
    fn a_mode_that_is_none_is_refused_in_init() {
        let buildout = Buildout::new();
        let error = buildout.part::<Mkdir>("data", &[("mode", "1777")]).init().expect_err("is above 777");
        assert_eq!(error.message(), "Invalid value for 'mode' option: '1777'");
        assert_eq!(place(&error), [Some("data"), Some("mode")]);
    }
}
