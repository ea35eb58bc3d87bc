//! Does what the recipes did that the oracle's answers were recorded with; an entry for each of them.
//!
//! - In: the options that the cases of `tests/oracle` write.
//! - Out: the same files, lines and errors.
//! - Not here: what no recipe can do here: options set in `install` and working directories.
//!
//! Rules: as in zc.buildout, an option counts as used when it is read, so each call reads what its original read.

mod files;
mod options;
mod phases;

use std::path::PathBuf;

use buildout_recipe::{Part, Recipe, Result, recipe};

/// The recipe of the cases.
pub struct Zcborec;

#[recipe]
impl Recipe for Zcborec {
    fn init(part: &mut Part) -> Result<()> {
        match part.entry() {
            "mkdir" => files::name_directories(part),
            "touch" => files::name_file(part),
            "fail" => phases::fail_in_init(part),
            "setter" => options::read_and_set(part),
            "meta" => options::add_sections(part),
            "trace" => {
                println!("init {}", part.name());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn install(part: &Part) -> Result<Vec<PathBuf>> {
        match part.entry() {
            "debug" => options::print(part),
            "mkdir" => files::make_directories(part),
            "touch" => files::write(part),
            "touchlist" => files::write_list(part, "files"),
            "manyfiles" => files::write_many(part),
            "fail" => phases::work_and_fail(part, "install"),
            "noupdate" => {
                println!("noupdate-install {}", part.name());
                Ok(Vec::new())
            }
            "service" => phases::add_service(part),
            "trace" => phases::trace(part, "install"),
            "logger" => phases::log(part),
            "link" => files::link(part),
            // Nothing can be set in `install`, but what the original read counts as used.
            "setter" => part.get("set-install").map(|_| Vec::new()),
            _ => Ok(Vec::new()),
        }
    }

    fn update(part: &Part) -> Result<Vec<PathBuf>> {
        match part.entry() {
            "debug" => options::print(part),
            "touch" => {
                println!("touch-update {}", part.name());
                Ok(Vec::new())
            }
            "touchlist" if part.keys().iter().any(|key| key == "update-files") => {
                files::write_list(part, "update-files")
            }
            "fail" => phases::work_and_fail(part, "update"),
            "noupdate" => {
                println!("noupdate-install {}", part.name());
                Ok(Vec::new())
            }
            "trace" => phases::trace(part, "update"),
            "logger" => phases::log(part),
            _ => Ok(Vec::new()),
        }
    }

    fn uninstall(part: &Part) -> Result<()> {
        match part.entry() {
            "service" => phases::remove_service(part),
            _ => Ok(()),
        }
    }
}
