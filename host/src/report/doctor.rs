//! What `doctor` shows.
//!
//! - In: what is [`Installed`], the places that a run uses, what the user gave it.
//! - Out: text for people, data for programs.
//! - Not here: comparing files with their records (`installed::verify`).

use std::fmt::Write;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::{snippet, visible};
use crate::confine::{NEEDED, Tier};
use crate::installed::{Installed, What};
use crate::process::Probe;

/// All of it, as programs read it.
#[derive(Debug, Serialize)]
pub struct Doctor {
    /// Of this program.
    pub version: &'static str,
    /// The machine, such as `x86_64-linux`.
    pub system: String,
    /// Where everything is.
    pub places: Vec<Place>,
    /// What was given and refused for this run, as flags.
    pub grants: Vec<String>,
    /// What can confine a program here, and what follows.
    pub confines: Confines,
    /// Whether what is recorded is `ours`, `foreign` or `untrusted`, or `nothing` is; `none` without a configuration.
    pub records: &'static str,
    /// The installed parts.
    pub parts: Vec<PartShown>,
    /// With `--verify`: what is not as it was recorded.
    pub differences: Option<Vec<DifferenceShown>>,
}

/// What can confine a program on this machine, as programs read it.
#[derive(Debug, Serialize)]
pub struct Confines {
    /// The tiers that programs can be confined in, the strongest first.
    pub tiers: Vec<&'static str>,
    /// Why there are no namespaces; none: there are.
    pub namespaces: Option<String>,
    /// Whether bubblewrap makes them, where we cannot.
    pub bubblewrap: bool,
    /// The version of Landlock, as far as we use it; 0 is none.
    pub landlock: u32,
    /// Why there is no filter of system calls; none: there is.
    pub seccomp: Option<String>,
}

impl Confines {
    fn of(probe: &Probe) -> Self {
        Self {
            tiers: Tier::ALL.into_iter().filter(|tier| probe.gives(*tier)).map(Tier::word).collect(),
            namespaces: probe.namespaces.clone().err(),
            bubblewrap: probe.bubblewrap,
            landlock: probe.landlock.version,
            seccomp: probe.seccomp.clone().err(),
        }
    }

    fn text(&self) -> String {
        let layer = |missing: &Option<String>| match missing {
            None => "yes".to_owned(),
            Some(why) => format!("no ({})", visible::line(why)),
        };
        let landlock = match self.landlock {
            0 => "no (this kernel has none, or it is turned off)".to_owned(),
            version if version < NEEDED => format!("version {version}, {NEEDED} is needed"),
            version => format!("version {version}"),
        };
        let lines = [
            (
                "namespaces",
                if self.bubblewrap { "yes, by bubblewrap".into() } else { layer(&self.namespaces) },
            ),
            ("Landlock", landlock),
            ("filter of system calls", layer(&self.seccomp)),
        ];
        let lines = lines.map(|(what, is)| format!("  {what:22}  {is}\n"));
        format!("\nprograms can be confined: {}\n{}", self.tiers.join(", "), lines.concat())
    }
}

/// A place that a run uses.
#[derive(Debug, Serialize)]
pub struct Place {
    /// What it is.
    pub what: &'static str,
    /// Where it is; none: there is no such place.
    pub path: Option<Utf8PathBuf>,
    /// Whether anything is there.
    pub exists: bool,
}

impl Place {
    /// Looks whether anything is there.
    pub fn of(what: &'static str, path: Option<&Utf8PathBuf>) -> Self {
        Self { what, path: path.cloned(), exists: path.is_some_and(|path| path.symlink_metadata().is_ok()) }
    }
}

/// An installed part as programs read it.
#[derive(Debug, Serialize)]
pub struct PartShown {
    /// Its name.
    pub part: String,
    /// How many files, directories and links it made.
    pub made: usize,
    /// Whether its last run did not end well, so that it is made anew.
    pub unfinished: bool,
    /// What it made and will leave behind.
    pub stays: Vec<Utf8PathBuf>,
}

/// Something that is not as it was recorded, as programs read it.
#[derive(Debug, Serialize)]
pub struct DifferenceShown {
    /// `missing`, `changed` or `foreign`.
    pub what: &'static str,
    /// The part that it belongs to, or in whose directory it lies.
    pub part: String,
    /// Absolute.
    pub path: Utf8PathBuf,
    /// What it is now, if it is another kind of thing or has another mode.
    pub now: Option<String>,
}

impl Doctor {
    /// Gathers what is known of the machine alone, where no configuration is.
    pub fn of_the_machine(places: Vec<Place>, grants: Vec<String>, probe: &Probe) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            system: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
            places,
            grants,
            confines: Confines::of(probe),
            records: "none",
            parts: Vec::new(),
            differences: None,
        }
    }

    /// Gathers it; with `verify`, reads every installed file.
    pub fn of(
        installed: &Installed,
        places: Vec<Place>,
        grants: Vec<String>,
        verify: bool,
        probe: &Probe,
    ) -> Self {
        let records = match (&installed.foreign, installed.is_trusted()) {
            (_, false) => "untrusted",
            (Some(_), true) => "foreign",
            (None, true) if installed.database.is_empty() => "nothing",
            (None, true) => "ours",
        };
        let parts = installed.database.parts.keys().map(|part| PartShown {
            part: part.clone(),
            made: installed.made(part).len(),
            unfinished: installed.known.get(part).is_some_and(|known| known.dirty),
            stays: installed.unreturned(part).into_iter().map(Utf8Path::to_owned).collect(),
        });
        let differences = verify.then(|| {
            let all = installed.verify().into_iter().map(|difference| DifferenceShown {
                what: difference.what.word(),
                now: match difference.what {
                    What::Replaced(now) => Some(now.to_owned()),
                    What::Mode(mode) => Some(format!("of mode {mode:o}")),
                    What::Missing | What::Changed | What::Foreign => None,
                },
                part: difference.part,
                path: difference.path,
            });
            all.collect()
        });
        Self { records, parts: parts.collect(), differences, ..Self::of_the_machine(places, grants, probe) }
    }

    /// Whether something of a part is missing or changed.
    pub fn is_damaged(&self) -> bool {
        let foreign = What::Foreign.word();
        self.differences.iter().flatten().any(|difference| difference.what != foreign)
    }

    /// The text for people; `directory` is what file names are relative to.
    pub fn text(&self, directory: &Utf8Path) -> String {
        let mut text = format!("buildout {} on {}\n\n", self.version, self.system);
        let width = self.places.iter().map(|place| place.what.len()).max().unwrap_or(0);
        for place in &self.places {
            let where_it_is = match &place.path {
                Some(path) if place.exists => visible::line(path.as_str()).into_owned(),
                Some(path) => format!("{} (not there yet)", visible::line(path.as_str())),
                None => "none".to_owned(),
            };
            writeln!(text, "{:width$}  {where_it_is}", place.what).expect("a String takes all");
        }
        text.push_str("\nallowed for this run: ");
        match self.grants.is_empty() {
            true => text.push_str("nothing beyond the defaults\n"),
            false => writeln!(text, "{}", visible::line(&self.grants.join(" "))).expect("a String takes all"),
        }
        text.push_str(&self.confines.text());
        text.push_str(match self.records {
            "untrusted" => "\nThe directory is another user's: what is recorded there is not used.\n",
            "foreign" => {
                "\nAnother machine or program recorded what is installed: `--adopt` takes it over.\n"
            }
            "nothing" => "\nNothing is installed.\n",
            "none" => "\nThere is no configuration here, and so no buildout.\n",
            _ => "\nInstalled:\n",
        });
        for part in &self.parts {
            let unfinished = if part.unfinished { ", unfinished: the next run makes it anew" } else { "" };
            let made = match part.made {
                0 => "made nothing".to_owned(),
                1 => "made 1 file or directory".to_owned(),
                more => format!("made {more} files and directories"),
            };
            writeln!(text, "  {}: {made}{unfinished}", visible::line(&part.part))
                .expect("a String takes all");
            for path in &part.stays {
                let path = snippet::file_name(path.as_str(), directory);
                writeln!(text, "    {path} stays when the part goes").expect("a String takes all");
            }
        }
        let Some(differences) = &self.differences else { return text };
        if differences.is_empty() {
            text.push_str("\nEverything is as it was recorded.\n");
            return text;
        }
        text.push_str("\nNot as it was recorded:\n");
        for difference in differences {
            let path = snippet::file_name(difference.path.as_str(), directory);
            let now = difference.now.as_ref().map_or(String::new(), |now| format!(", it is {now} now"));
            writeln!(text, "  {} {path} ({}{now})", difference.what, visible::line(&difference.part))
                .expect("a String takes all");
        }
        text
    }
}
