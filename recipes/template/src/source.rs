//! The template itself: which of the options says it, its text and its mode.
//!
//! - In: `input`, `inline`, `url` of the part.
//! - Out: the text, as it was written.
//! - Not here: replacing what stands in it (`substitute`).

use std::fs;
use std::path::{Path, PathBuf};

use buildout_recipe::{At, Error, Kind, Part, Result, files};

/// As many links as a system follows.
const LINKS: usize = 40;

/// Where the template comes from.
pub(crate) enum Source {
    /// `input = PATH`, absolute.
    File(PathBuf),
    /// `inline = TEXT` or `input = inline:TEXT`.
    Inline {
        /// The one of the two that it is.
        option: &'static str,
        /// Without the blanks before it.
        text: String,
    },
}

impl Source {
    /// Returns the one source that the part names.
    ///
    /// # Errors
    ///
    /// No source, two of them, or one that is not served.
    pub(crate) fn of(part: &Part) -> Result<Self> {
        let input = part.get("input")?;
        let inline = part.get("inline")?;
        if part.get("url")?.is_some() {
            return Err(part
                .error("url", "Templates cannot be downloaded yet")
                .help("keep the template in a file and name it with `input`"));
        }
        let text = |text: &str| text.trim_start().to_owned();
        match (input, inline) {
            (Some(_), Some(_)) => {
                let message = format!("[{}] has two templates, `input` and `inline`", part.name());
                Err(part.error("inline", message).help("remove one of them"))
            }
            (None, None) => Err(part
                .error("input", format!("Missing option: {}:input", part.name()))
                .help("name a file with `input`, or write the template into `inline`")),
            (None, Some(inline)) => Ok(Self::Inline { option: "inline", text: text(&inline) }),
            (Some(input), None) => match input.strip_prefix("inline:") {
                Some(inline) => Ok(Self::Inline { option: "input", text: text(inline) }),
                None => part.path("input").map(Self::File),
            },
        }
    }

    /// The option that says it.
    pub(crate) fn option(&self) -> &'static str {
        match self {
            Self::File(_) => "input",
            Self::Inline { option, .. } => option,
        }
    }

    /// The text of the template.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not UTF-8.
    pub(crate) fn read(&self, part: &Part) -> Result<String> {
        let path = match self {
            Self::File(path) => path,
            Self::Inline { text, .. } => return Ok(text.clone()),
        };
        let bytes = fs::read(path).at(path).map_err(|error| error.option(part.name(), "input"))?;
        String::from_utf8(bytes).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + good.iter().filter(|byte| **byte == b'\n').count();
            part.error("input", format!("{}:{line}: this is not UTF-8", path.display()))
                .with("path", path.display().to_string())
        })
    }

    /// Where a character of it is, for a message.
    pub(crate) fn place(&self, line: usize, column: usize) -> String {
        match self {
            Self::File(path) => format!("{}:{line}:{column}", path.display()),
            Self::Inline { option, .. } => format!("line {line}, column {column} of `{option}`"),
        }
    }

    /// The permission bits of the file; none if there is no file.
    pub(crate) fn mode(&self) -> Result<Option<u32>> {
        match self {
            Self::File(path) => files::mode(behind_links(path)?).map(Some),
            Self::Inline { .. } => Ok(None),
        }
    }
}

/// The file that is read at `path`: a link has a mode of its own, which says nothing.
fn behind_links(path: &Path) -> Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..LINKS {
        if !fs::symlink_metadata(&path).at(&path)?.is_symlink() {
            return Ok(path);
        }
        let target = files::read_link(&path)?;
        path = path.parent().unwrap_or(Path::new("/")).join(target);
    }
    Err(Error::new(Kind::Io, format!("{}: too many links", path.display())))
}
