//! The recipe `template`: a text with `${…}` becomes a file.
//!
//! - In: `input` or `inline`, and the whole configuration.
//! - Out: `output`, which belongs to the part with the directories that were made for it.
//! - Not here: what a reference is (`substitute`), where the text comes from (`source`).
//!
//! Rules: collective.recipe.template. It is rendered in `init` too, so that a reference to nothing fails before
//! anything is changed.

mod source;
mod substitute;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use buildout_recipe::{At, Error, Kind, Part, Recipe, Result, files, info, recipe, sections};

use source::Source;
use substitute::{Fault, Located, Mistakes, Reference, substitute};

/// Renders templates.
pub struct Template;

#[recipe]
impl Recipe for Template {
    fn init(part: &mut Part) -> Result<()> {
        for key in ["input-encoding", "output-encoding"] {
            check_encoding(part, key)?;
        }
        part.mode("mode")?;
        part.bool("overwrite", true)?;
        let output = part.path("output")?;
        part.set_path("output", output)?;
        let source = Source::of(part)?;
        if let Source::File(input) = &source {
            part.set_path("input", input)?;
        }
        render(part, &source).map(drop)
    }

    fn install(part: &Part) -> Result<Vec<PathBuf>> {
        let output = part.path("output")?;
        if !part.bool("overwrite", true)? && is_there(&output)? {
            info!("Keeping {}, which is already there", output.display());
            return Ok(Vec::new());
        }
        let mut paths = make_directories_above(&output)?;
        write(part, &output)?;
        paths.push(output);
        Ok(paths)
    }

    fn update(part: &Part) -> Result<Vec<PathBuf>> {
        let output = part.path("output")?;
        let was_there = is_there(&output)?;
        if was_there && !part.bool("overwrite", true)? {
            return Ok(Vec::new());
        }
        let mut paths = make_directories_above(&output)?;
        write(part, &output)?;
        if !was_there {
            paths.push(output);
        }
        Ok(paths)
    }
}

/// Refuses every encoding but the one that text has here.
fn check_encoding(part: &Part, key: &str) -> Result<()> {
    let Some(encoding) = part.get(key)? else { return Ok(()) };
    let spelling = encoding.trim().to_ascii_lowercase().replace('_', "-");
    if ["utf-8", "utf8"].contains(&spelling.as_str()) {
        return Ok(());
    }
    let message = format!("Templates are read and written as utf-8, not as '{encoding}'");
    Err(part.error(key, message).help(format!("convert the file and remove `{key}`")))
}

/// So many mistakes are enough to begin with.
const MOST_MISTAKES: usize = 20;

/// Returns the text of the output.
fn render(part: &Part, source: &Source) -> Result<String> {
    let template = source.read(part)?;
    substitute(&template, |reference| value_of(part, source, reference)).map_err(|mistakes| match mistakes {
        Mistakes::Elsewhere(error) => error,
        Mistakes::Here(wrong) => told(&wrong, source).option(part.name(), source.option()),
    })
}

/// All mistakes of a template as one error, of the first one's kind and with its advice.
fn told(wrong: &[Located], source: &Source) -> Error {
    let first = wrong.first().expect("a template without mistakes is rendered").error.clone();
    let place = |at: &Located| source.place(at.line, at.column);
    if let [one] = wrong {
        let message = format!("{first} (in {})", place(one));
        return first.reworded(message);
    }
    let mut message = format!("{} references of the template cannot be replaced:", wrong.len());
    for one in wrong.iter().take(MOST_MISTAKES) {
        message += &format!("\n{}: {}", place(one), one.error.message().replace('\n', " "));
    }
    if wrong.len() > MOST_MISTAKES {
        message += &format!("\nand {} more", wrong.len() - MOST_MISTAKES);
    }
    first.reworded(message)
}

/// Returns the value behind a reference.
fn value_of(
    part: &Part,
    source: &Source,
    Reference { section, option }: Reference<'_>,
) -> Result<String, Fault> {
    let section = section.unwrap_or(part.name());
    let value = if section == part.name() { part.get(option) } else { sections::get(section, option) };
    let value = value.map_err(|error| match error.kind() {
        // What failed elsewhere, such as another part's `init`, has a place of its own.
        Kind::Missing if error.detail("option").is_none() => Fault::Here(error),
        _ => Fault::Elsewhere(error),
    })?;
    if let Some(value) = value {
        return Ok(value);
    }
    if option == "_buildout_section_name_" {
        return Ok(section.to_owned());
    }
    let error = Error::user(format!("Referenced option does not exist: {section} {option}"));
    if section != part.name() {
        return Err(Fault::Here(error));
    }
    // Probably a shell's variable. What stands in an option is substituted by buildout first.
    let dollar = match source {
        Source::File(_) => "${dollar}",
        Source::Inline { .. } => "${:dollar}{dollar}",
    };
    Err(Fault::Here(
        error.help(format!(
            "if `${{{option}}}` is to stay, set `dollar = $` and write `{dollar}{{{option}}}`"
        )),
    ))
}

/// Makes the directories above a file that are not there, and returns those, outermost first.
fn make_directories_above(file: &Path) -> Result<Vec<PathBuf>> {
    let mut missing = Vec::new();
    for directory in file.ancestors().skip(1) {
        // The root is there, even where the part may not look at it.
        if directory.parent().is_none() || is_there(directory)? {
            break;
        }
        missing.push(directory.to_path_buf());
    }
    missing.reverse();
    let mut made = Vec::new();
    for directory in missing {
        match fs::create_dir(&directory) {
            Ok(()) => made.push(directory),
            // Another part was quicker, and it is that part's.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && directory.is_dir() => {}
            Err(error) => return Err(error).at(directory),
        }
    }
    Ok(made)
}

/// Brings the file up to date; one that is right is not touched.
fn write(part: &Part, output: &Path) -> Result<()> {
    let source = Source::of(part)?;
    let text = render(part, &source)?;
    let is_right = match fs::read(output) {
        Ok(bytes) => bytes == text.as_bytes(),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error).at(output),
    };
    if !is_right {
        info!("Writing {}", output.display());
        fs::write(output, text).at(output)?;
    }
    let mode = match part.mode("mode")? {
        Some(mode) => Some(mode),
        None => source.mode()?,
    };
    match mode {
        Some(mode) if files::mode(output)? != mode => files::set_mode(output, mode),
        Some(_) | None => Ok(()),
    }
}

/// Whether something is at `path`, if only a link to nothing.
fn is_there(path: &Path) -> Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(error).at(path),
    }
}

#[cfg(test)]
mod tests;
