//! A recipe that stands for several parts: it adds a section for each.
//!
//! - In: `names`.
//! - Out: a part `PART-NAME` for each name, made by `mkdir`; the option `parts` names them.

use std::path::PathBuf;

use buildout_recipe::{Part, Recipe, Result, recipe, sections};

/// Adds a directory for each name.
pub struct Meta;

#[recipe]
impl Recipe for Meta {
    fn init(part: &mut Part) -> Result<()> {
        let mut parts = Vec::new();
        for name in part.list("names")? {
            let section = format!("{}-{name}", part.name());
            let path = format!("${{buildout:parts-directory}}/{name}");
            sections::add(&section, &[("recipe".to_owned(), "mkdir".to_owned()), ("path".to_owned(), path)])?;
            parts.push(section);
        }
        part.set("parts", parts.join(" "))
    }

    fn install(_: &Part) -> Result<Vec<PathBuf>> {
        Ok(Vec::new())
    }
}
