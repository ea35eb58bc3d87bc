//! What a recipe says about itself: `recipe.toml`, carried inside the component.
//!
//! - In: the bytes of a component.
//! - Out: its [`Description`], read without running or compiling anything.
//! - Not here: what the user granted (`access`).
//!
//! Rules: `schema = 1`; exactly one custom section `buildout:recipe`, at the top level or in a core
//! module that lies directly in the component; at most 64 KiB. Unknown keys are refused under
//! `access` (a need that is not understood cannot be shown) and ignored elsewhere.

use indexmap::IndexMap;
use serde::Deserialize;
use wasmparser::{Parser, Payload};

use crate::access::Need;

/// The name of the custom section.
const SECTION: &str = "buildout:recipe";
/// More text than this is refused before it is parsed.
const LARGEST: usize = 64 << 10;
/// The newest schema that this version reads.
const SCHEMA: i64 = 1;

/// What `recipe.toml` says; the default is a recipe that says nothing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Description {
    schema: i64,
    /// Name, version, licence and a line about it.
    #[serde(default)]
    pub recipe: About,
    /// What stands behind the colon of `recipe = NAME:entry`.
    #[serde(default)]
    pub entry: IndexMap<String, Entry>,
    /// What it asks for beyond the defaults.
    #[serde(default)]
    pub access: Vec<Need>,
}

/// The table `[recipe]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct About {
    /// Its own name; a configuration may call it otherwise.
    #[serde(default)]
    pub name: String,
    /// Its version, for people.
    #[serde(default)]
    pub version: String,
    /// Its licence, as an SPDX expression.
    #[serde(default)]
    pub license: String,
    /// One line about it.
    #[serde(default)]
    pub summary: String,
    /// The version of the border that it was written for.
    #[serde(default)]
    pub wit: String,
    /// Stock recipes: raised when what they make changes.
    #[serde(default)]
    pub generation: u32,
}

/// One table `[entry.NAME]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Entry {
    /// One line about it.
    #[serde(default)]
    pub summary: String,
    /// Whether an unchanged part has anything to bring up to date.
    #[serde(default = "yes")]
    pub update: bool,
    /// The options that it reads.
    #[serde(default)]
    pub option: IndexMap<String, OptionHelp>,
}

/// One table `[entry.NAME.option.KEY]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OptionHelp {
    /// A sentence about it.
    #[serde(default)]
    pub help: String,
    /// What its text means.
    #[serde(default)]
    pub kind: Kind,
    /// Several, separated by blanks.
    #[serde(default)]
    pub list: bool,
    /// An error if it is not there.
    #[serde(default)]
    pub required: bool,
    /// What counts if it is not there.
    pub default: Option<String>,
}

/// What the text of an option means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Any text.
    #[default]
    Text,
    /// Words, separated by blanks.
    List,
    /// Yes or no.
    Bool,
    /// The path of something.
    Path,
    /// A file whose content counts: when it changes, the part is installed again.
    Input,
    /// A place inside the buildout directory that the part may make.
    Output,
}

impl Kind {
    /// The word of `recipe.toml` for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::List => "list",
            Self::Bool => "bool",
            Self::Path => "path",
            Self::Input => "input",
            Self::Output => "output",
        }
    }
}

fn yes() -> bool {
    true
}

/// Why a component's description cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DescriptionError {
    /// It is no component at all.
    #[error("this is not a component: {0}")]
    NoComponent(String),
    /// Two would let one be shown and the other be used.
    #[error("the component carries {SECTION} more than once")]
    Twice,
    /// It is cut off, or larger than 64 KiB.
    #[error("the component's {SECTION} is larger than 64 KiB")]
    TooLarge,
    /// It was written for a newer version of this program.
    #[error("the component's {SECTION} has schema {0}; this version reads up to {SCHEMA}")]
    TooNew(i64),
    /// It is not what the schema says.
    #[error("the component's {SECTION} cannot be read: {0}")]
    Malformed(String),
}

impl Description {
    /// Reads the description of a component; one without any describes itself as nothing.
    ///
    /// # Errors
    ///
    /// See [`DescriptionError`]. Nothing of the component has run.
    pub fn of(component: &[u8]) -> Result<Self, DescriptionError> {
        match section(component)? {
            None => Ok(Self::default()),
            Some(text) => Self::parse(text),
        }
    }

    /// Reads the text of a `recipe.toml`.
    ///
    /// # Errors
    ///
    /// [`DescriptionError::TooNew`] before anything else is looked at, else
    /// [`DescriptionError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, DescriptionError> {
        #[derive(Deserialize)]
        struct Version {
            schema: i64,
        }
        let malformed = |error: toml::de::Error| DescriptionError::Malformed(error.message().to_owned());
        let table: toml::Table = toml::from_str(text).map_err(malformed)?;
        if table.iter().any(|(key, value)| is_drawn(key, key != "entry") || draws(value, key != "entry")) {
            return Err(DescriptionError::Malformed("it holds control characters".to_owned()));
        }
        let version: Version = toml::from_str(text).map_err(malformed)?;
        if !(1..=SCHEMA).contains(&version.schema) {
            return Err(DescriptionError::TooNew(version.schema));
        }
        toml::from_str(text).map_err(malformed)
    }

    /// What one entry says; none if the recipe does not describe it.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entry.get(name)
    }

    /// Whether an unchanged part of this entry needs a call of `update`.
    pub fn updates(&self, entry: &str) -> bool {
        self.entry(entry).is_none_or(|entry| entry.update)
    }

    /// The names of an entry's options of a kind.
    pub fn options_of(&self, entry: &str, kind: Kind) -> impl Iterator<Item = (&str, &OptionHelp)> {
        let options = self.entry(entry).into_iter().flat_map(|entry| &entry.option);
        options.filter(move |(_, option)| option.kind == kind).map(|(name, option)| (name.as_str(), option))
    }
}

/// Whether a text or a key in a value would move the cursor; on one line, line ends count too.
fn draws(value: &toml::Value, one_line: bool) -> bool {
    match value {
        toml::Value::String(text) => is_drawn(text, one_line),
        toml::Value::Array(items) => items.iter().any(|item| draws(item, one_line)),
        toml::Value::Table(table) => {
            table.iter().any(|(key, value)| is_drawn(key, true) || draws(value, one_line))
        }
        toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_) => false,
    }
}

fn is_drawn(text: &str, one_line: bool) -> bool {
    text.chars().any(|c| c.is_control() && (one_line || !matches!(c, '\n' | '\t')))
}

/// Finds the one custom section, looking only where one may stand.
fn section(component: &[u8]) -> Result<Option<&str>, DescriptionError> {
    if !Parser::is_component(component) {
        return Err(DescriptionError::NoComponent("it does not begin as one".to_owned()));
    }
    let mut found: Option<&[u8]> = None;
    // Depth 0 is the component, a core module directly in it is a frame `true`; what lies in a nested
    // component is somebody else's word.
    let mut frames = vec![true];
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(|error| DescriptionError::NoComponent(error.message().to_owned()))?;
        match payload {
            Payload::ModuleSection { .. } => {
                let direct = frames.len() == 1;
                frames.push(direct);
            }
            Payload::ComponentSection { .. } => frames.push(false),
            Payload::End(_) => {
                frames.pop();
            }
            Payload::CustomSection(section) if section.name() == SECTION && frames.last() == Some(&true) => {
                if found.is_some() {
                    return Err(DescriptionError::Twice);
                }
                found = Some(section.data());
            }
            _ => {}
        }
    }
    let Some(bytes) = found else { return Ok(None) };
    if bytes.len() > LARGEST {
        return Err(DescriptionError::TooLarge);
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| DescriptionError::Malformed(format!("it is not UTF-8: {error}")))?;
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component with the given custom sections, at the top level.
    fn component(sections: &[&str]) -> Vec<u8> {
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        for text in sections {
            custom(&mut bytes, text.as_bytes());
        }
        bytes
    }

    fn custom(bytes: &mut Vec<u8>, text: &[u8]) {
        let mut body = vec![u8::try_from(SECTION.len()).unwrap()];
        body.extend_from_slice(SECTION.as_bytes());
        body.extend_from_slice(text);
        bytes.push(0);
        number(bytes, body.len());
        bytes.extend(body);
    }

    fn number(bytes: &mut Vec<u8>, mut n: usize) {
        loop {
            let low = u8::try_from(n & 0x7f).unwrap();
            n >>= 7;
            bytes.push(if n == 0 { low } else { low | 0x80 });
            if n == 0 {
                return;
            }
        }
    }

    /// Wraps bytes as a section of the given kind: 1 is a core module, 4 a component.
    fn nested(kind: u8, inner: &[u8]) -> Vec<u8> {
        let mut bytes = component(&[]);
        bytes.push(kind);
        number(&mut bytes, inner.len());
        bytes.extend_from_slice(inner);
        bytes
    }

    const TEXT: &str = "schema = 1\n[recipe]\nname = \"x\"\n";

    #[test]
    fn a_description_is_read_at_the_top_level_and_in_a_core_module_directly_in_it() {
        assert_eq!(Description::of(&component(&[TEXT])).unwrap().recipe.name, "x");
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        custom(&mut module, TEXT.as_bytes());
        assert_eq!(Description::of(&nested(1, &module)).unwrap().recipe.name, "x");
    }

    #[test]
    fn a_description_in_a_nested_component_does_not_count() {
        let outer = nested(4, &component(&[TEXT]));
        assert_eq!(Description::of(&outer).unwrap(), Description::default());
    }

    #[test]
    fn two_descriptions_are_refused() {
        let error = Description::of(&component(&[TEXT, TEXT])).unwrap_err();
        assert!(matches!(error, DescriptionError::Twice));
    }

    #[test]
    fn what_is_too_large_too_new_or_cut_off_is_refused() {
        let large = format!("{TEXT}# {}", "x".repeat(LARGEST));
        assert!(matches!(Description::of(&component(&[&large])), Err(DescriptionError::TooLarge)));
        let new = TEXT.replace('1', "2");
        assert!(matches!(Description::of(&component(&[&new])), Err(DescriptionError::TooNew(2))));
        let whole = component(&[TEXT]);
        for end in 0..whole.len() {
            let cut = Description::of(&whole[..end]);
            assert!(cut.is_err() || cut.unwrap() == Description::default(), "cut at {end}");
        }
    }

    #[test]
    fn unknown_keys_are_refused_under_access_and_ignored_elsewhere() {
        let loose = "schema = 1\nfuture = 1\n[entry.default]\nfuture = 2\n";
        assert!(Description::parse(loose).is_ok());
        let access = "schema = 1\n[[access]]\nkind = \"run\"\nvalue = \"cc\"\nwhy = \"y\"\nfuture = 1\n";
        let error = Description::parse(access).unwrap_err().to_string();
        assert!(error.contains("unknown field `future`"), "{error}");
    }

    #[test]
    fn control_characters_are_refused_and_line_ends_but_in_help() {
        let why = |text: &str| {
            format!("schema = 1\n[[access]]\nkind = \"run\"\nvalue = \"cc\"\nwhy = \"{text}\"\n")
        };
        assert!(Description::parse(&why("compiles")).is_ok());
        for text in ["\\u001b[1m", "a\\nError: b", "\\u009b"] {
            let error = Description::parse(&why(text)).unwrap_err().to_string();
            assert!(error.contains("it holds control characters"), "{error}");
        }
        let help = |text: &str| format!("schema = 1\n[entry.default.option.a]\nhelp = \"{text}\"\n");
        assert!(Description::parse(&help("one\\ntwo")).is_ok());
        assert!(Description::parse(&help("\\u001b[1m")).is_err());
    }

    #[test]
    fn an_unknown_kind_is_refused() {
        for text in [
            "schema = 1\n[entry.default.option.a]\nkind = \"colour\"\n",
            "schema = 1\n[[access]]\nkind = \"everything\"\nvalue = \"\"\nwhy = \"\"\n",
        ] {
            let error = Description::parse(text).unwrap_err().to_string();
            assert!(error.contains("unknown variant"), "{error}");
        }
    }

    #[test]
    fn a_core_module_and_other_bytes_are_no_component() {
        for bytes in [&b"\0asm\x01\0\0\0"[..], b"", b"hello", b"\0asm\x0d"] {
            assert!(matches!(Description::of(bytes), Err(DescriptionError::NoComponent(_))));
        }
    }
}
