//! `${section:option}` in a test's options.
//!
//! - In: a text, and the section that it stands in.
//! - Out: the text with its references replaced; other parts are initialised on the way.
//! - Not here: which section may be read in which call (`world`).
//!
//! Rules: as the host's, but for `$<…>` and for the wording of rare mistakes.

use std::rc::Rc;

use super::world::World;
use crate::{Error, Kind, Result};

/// The options that are being replaced, outermost first.
type Path = Vec<(String, String)>;

/// The value of an option of a section that is there.
pub(super) fn value(world: &Rc<World>, section: &str, key: &str) -> Result<Option<String>> {
    value_within(world, section, key, &mut Vec::new())
}

/// A text with its references replaced, as if it stood in `section`.
pub(super) fn text(world: &Rc<World>, section: &str, text: &str) -> Result<String> {
    text_within(world, section, text, &mut Vec::new())
}

fn value_within(world: &Rc<World>, section: &str, key: &str, path: &mut Path) -> Result<Option<String>> {
    let found =
        world.sections.borrow().iter().find(|known| known.name == section).and_then(|known| {
            known.options.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
        });
    let Some(found) = found else { return Ok(None) };
    if found.literal {
        return Ok(Some(found.text));
    }
    let here = (section.to_owned(), key.to_owned());
    if path.contains(&here) {
        let message = "Circular reference in substitutions.";
        return Err(Error::new(Kind::Circular, message).option(section, key));
    }
    path.push(here);
    let replaced = text_within(world, section, &found.text, path);
    path.pop();
    replaced.map(Some)
}

fn text_within(world: &Rc<World>, section: &str, text: &str, path: &mut Path) -> Result<String> {
    // `$$` protects what follows, and stays.
    let pieces = text.split("$$").map(|piece| piece_within(world, section, piece, path));
    Ok(pieces.collect::<Result<Vec<_>>>()?.join("$$"))
}

fn piece_within(world: &Rc<World>, section: &str, piece: &str, path: &mut Path) -> Result<String> {
    let mut out = String::new();
    let mut rest = piece;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((reference, after)) = after.split_once('}') else { break };
        out.push_str(before);
        let Some((other, key)) = reference.split_once(':').filter(|(_, key)| !key.contains(':')) else {
            let wrong =
                if reference.contains(':') { "has too many colons" } else { "doesn't contain a colon" };
            return Err(Error::user(format!("The substitution, ${{{reference}}},\n{wrong}.")));
        };
        let other = if other.is_empty() { section } else { other };
        if other != section {
            World::reach(world, other)?;
        }
        match value_within(world, other, key, path)? {
            Some(value) => out.push_str(&value),
            None if key == "_buildout_section_name_" => out.push_str(other),
            None => {
                let message = format!("Referenced option does not exist: {other} {key}");
                return Err(Error::user(message).option(other, key));
            }
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}
