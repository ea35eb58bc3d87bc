//! What is recorded of a site, as text.
//!
//! - In: a site.
//! - Out: its installed parts as the next run will read them, with all that is known of them, in one order.
//! - Not here: what lies on the disk (`site`).

use std::fmt::Write as _;

use buildout::installed::{Installed, Places};
use camino::Utf8PathBuf;

use crate::Site;

/// The installed parts by name, each with its record and what it is known to have made.
///
/// # Panics
///
/// What is recorded cannot be read, or is not believed.
pub fn recorded(site: &Site) -> String {
    let path = |path: &str| Utf8PathBuf::from_path_buf(site.path(path)).expect("the path of a test is text");
    let directory = path("").components().collect::<Utf8PathBuf>();
    let places = Places {
        database: Some(directory.join(".installed.cfg")),
        project: directory.clone(),
        state: path("../state/buildout"),
        configuration: directory.join("buildout.cfg").into_string(),
        trust_owner: false,
        directory,
    };
    let (installed, said) = Installed::read(places).expect("what is recorded can be read");
    let said: Vec<_> = said.iter().filter(|said| said.code != "other-configuration").collect();
    assert!(said.is_empty(), "what is recorded is not believed: {said:?}");
    let mut text = String::new();
    let mut parts: Vec<_> = installed.database.parts.iter().collect();
    parts.sort_by_key(|(part, _)| *part);
    for (part, record) in parts {
        writeln!(text, "[{part}] {}", record.signature).expect("a String takes all");
        for (option, value) in &record.options {
            writeln!(text, "  {option} = {value:?}").expect("a String takes all");
        }
        let mut paths = record.paths.clone();
        paths.sort();
        writeln!(text, "  returned {paths:?}").expect("a String takes all");
        let known = &installed.known[part];
        let mut made: Vec<_> =
            known.made.iter().map(|made| format!("{} is {}", made.path, made.kind.words())).collect();
        made.sort();
        writeln!(text, "  made {made:?}\n  needs {:?}\n  dirty {}", known.dependencies, known.dirty)
            .expect("a String takes all");
    }
    assert!(installed.remembered.is_empty(), "nothing is recorded of {:?}", installed.remembered);
    text.replace(site.path("").to_str().expect("it is text"), "[DIR]/")
}
