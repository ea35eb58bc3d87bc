//! `recipe.toml`, checked and completed: what the author wrote becomes what the component carries.
//!
//! - In: the text, what `Cargo.toml` says, whether `update` is written.
//! - Out: the text to embed, without comments, in the author's order.
//! - Not here: reading the file; what the host makes of it.
//!
//! Rules: unknown keys are refused under `access` and ignored elsewhere, an unknown `kind` is refused.
//! The host checks again: a component can be built without this crate.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

/// The least that a `recipe.toml` can say.
pub(crate) const SMALLEST: &str = "schema = 1\n\n[recipe]\nname = \"NAME\"\n";

/// The only schema there is.
const SCHEMA: i64 = 1;

/// The version of the WIT package that this crate speaks.
const WIT: &str = "0.1";

/// The host refuses a longer description.
const LIMIT_BYTES: usize = 64 * 1024;

/// What is known from `Cargo.toml`, for what `recipe.toml` leaves out.
#[derive(Default)]
pub(crate) struct Package {
    pub(crate) version: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) summary: Option<String>,
}

#[derive(Deserialize)]
struct Description {
    schema: i64,
    recipe: Recipe,
    #[serde(default)]
    entry: BTreeMap<String, Entry>,
    #[serde(default)]
    access: Vec<Access>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading it checks the type")]
struct Recipe {
    name: String,
    version: Option<String>,
    license: Option<String>,
    summary: Option<String>,
    wit: Option<String>,
    generation: Option<u32>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading it checks the type")]
struct Entry {
    summary: Option<String>,
    update: Option<bool>,
    #[serde(default)]
    option: BTreeMap<String, Setting>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading it checks the type")]
struct Setting {
    help: Option<String>,
    kind: Option<SettingKind>,
    list: Option<bool>,
    required: Option<bool>,
    default: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum SettingKind {
    Text,
    List,
    Bool,
    Path,
    Input,
    Output,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Access {
    kind: AccessKind,
    value: Option<String>,
    why: String,
    entries: Option<Vec<String>>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum AccessKind {
    Read,
    Write,
    Net,
    Run,
    Env,
    Links,
}

/// Returns the description to embed.
///
/// # Errors
///
/// One message for the author, with line and column where the TOML parser knows them.
pub(crate) fn complete(text: &str, package: &Package, updates: bool) -> Result<String, String> {
    let description: Description = toml::from_str(text).map_err(|error| error.to_string())?;
    check(&description, updates)?;
    let mut table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    fill_in(&mut table, package);
    if !updates {
        stamp(&mut table);
    }
    let text = toml::to_string(&table).map_err(|error| error.to_string())?;
    if text.len() > LIMIT_BYTES {
        return Err(format!("{} bytes are more than the {LIMIT_BYTES} that a host reads", text.len()));
    }
    Ok(text)
}

/// Refuses what types cannot.
fn check(description: &Description, updates: bool) -> Result<(), String> {
    if description.schema != SCHEMA {
        return Err(format!("`schema = {}` is not known here, only {SCHEMA}", description.schema));
    }
    if description.recipe.name.trim().is_empty() {
        return Err("`name` of `[recipe]` is empty".to_owned());
    }
    if let Some(wit) = description.recipe.wit.as_deref().filter(|wit| *wit != WIT) {
        return Err(format!("`wit = \"{wit}\"`, but this SDK speaks {WIT}"));
    }
    for (name, entry) in &description.entry {
        if entry.update == Some(true) && !updates {
            return Err(format!("`[entry.{name}]` says `update = true`, but `update` is not written"));
        }
        for (option, setting) in &entry.option {
            if setting.required == Some(true) && setting.default.is_some() {
                return Err(format!("option `{option}` of `[entry.{name}]` is required and has a default"));
            }
        }
    }
    for access in &description.access {
        if access.value.is_none() && access.kind != AccessKind::Links {
            return Err("an `[[access]]` has no `value`".to_owned());
        }
        if access.why.trim().is_empty() {
            return Err("an `[[access]]` has an empty `why`, which is what the user is asked with".to_owned());
        }
        for entry in access.entries.iter().flatten() {
            if !description.entry.contains_key(entry) {
                return Err(format!("an `[[access]]` is for the entry `{entry}`, which is not described"));
            }
        }
    }
    Ok(())
}

/// Adds to `[recipe]` what the package knows and the author left out.
fn fill_in(table: &mut Table, package: &Package) {
    let known = [
        ("version", package.version.as_deref()),
        ("license", package.license.as_deref()),
        ("summary", package.summary.as_deref()),
        ("wit", Some(WIT)),
    ];
    let Some(Value::Table(recipe)) = table.get_mut("recipe") else { unreachable!("it was read as a table") };
    for (key, value) in known {
        if let Some(value) = value {
            recipe.entry(key).or_insert_with(|| value.into());
        }
    }
}

/// Says `update = false` in each entry, and in `default` if none is described.
fn stamp(table: &mut Table) {
    let entries = table.entry("entry").or_insert_with(|| Table::new().into());
    let Value::Table(entries) = entries else { unreachable!("it was read as a table") };
    if entries.is_empty() {
        entries.insert("default".to_owned(), Table::new().into());
    }
    for (_, entry) in entries.iter_mut() {
        let Value::Table(entry) = entry else { unreachable!("it was read as a table") };
        entry.insert("update".to_owned(), false.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let text = text.replace("SMALLEST", SMALLEST);
        complete(&text, &Package::default(), false).expect_err("must be refused")
    }

    #[test]
    fn what_the_author_left_out_is_filled_in_and_the_order_kept() {
        let package = Package {
            version: Some("1.2.0".to_owned()),
            license: Some("MIT".to_owned()),
            summary: Some("From Cargo.toml".to_owned()),
        };
        let text = r#"
            schema = 1
            [recipe]
            name = "hello"  # A comment.
            summary = "Says hello"
            [entry.default.option.zeal]
            kind = "bool"
            [entry.default.option.about]
            kind = "text"
            [entry.quiet]
            unknown = "ignored"
        "#;
        assert_eq!(
            complete(text, &package, false).expect("fits"),
            r#"schema = 1

[recipe]
name = "hello"
summary = "Says hello"
version = "1.2.0"
license = "MIT"
wit = "0.1"

[entry.default]
update = false

[entry.default.option.zeal]
kind = "bool"

[entry.default.option.about]
kind = "text"

[entry.quiet]
unknown = "ignored"
update = false
"#
        );
    }

    #[test]
    fn a_recipe_that_describes_no_entry_still_says_that_it_updates_nothing() {
        let text = complete(SMALLEST, &Package::default(), false).expect("fits");
        assert_eq!(
            text,
            "schema = 1\n\n[recipe]\nname = \"NAME\"\nwit = \"0.1\"\n\n[entry.default]\nupdate = false\n"
        );
        let text = complete(SMALLEST, &Package::default(), true).expect("fits");
        assert_eq!(text, "schema = 1\n\n[recipe]\nname = \"NAME\"\nwit = \"0.1\"\n");
    }

    #[test]
    fn an_entry_may_decline_updates_that_others_have() {
        let text = format!("{SMALLEST}[entry.a]\nupdate = false\n[entry.b]\n");
        let text = complete(&text, &Package::default(), true).expect("fits");
        assert!(text.ends_with("[entry.a]\nupdate = false\n\n[entry.b]\n"), "{text}");
    }

    #[test]
    fn a_schema_of_the_future_is_refused() {
        assert_eq!(refusal("schema = 2\n[recipe]\nname = \"x\""), "`schema = 2` is not known here, only 1");
        assert!(refusal("[recipe]\nname = \"x\"").contains("missing field `schema`"));
    }

    #[test]
    fn an_unknown_key_under_access_is_refused_with_its_place() {
        let message = refusal("SMALLEST[[access]]\nkind = \"run\"\nvalue = \"cc\"\nwhy = \"x\"\nwen = 1\n");
        assert!(message.contains("line 9, column 1"), "{message}");
        assert!(message.contains("unknown field `wen`"), "{message}");
    }

    #[test]
    fn an_unknown_kind_is_refused() {
        let message = refusal("SMALLEST[[access]]\nkind = \"fly\"\nwhy = \"x\"\n");
        assert!(message.contains("unknown variant `fly`"), "{message}");
        let message = refusal("SMALLEST[entry.default.option.x]\nkind = \"number\"\n");
        assert!(message.contains("unknown variant `number`"), "{message}");
    }

    #[test]
    fn access_says_what_it_is_for_and_why() {
        assert!(
            refusal("SMALLEST[[access]]\nkind = \"run\"\nvalue = \"cc\"\n").contains("missing field `why`")
        );
        assert_eq!(
            refusal("SMALLEST[[access]]\nkind = \"run\"\nwhy = \"x\"\n"),
            "an `[[access]]` has no `value`"
        );
        assert_eq!(
            refusal("SMALLEST[[access]]\nkind = \"links\"\nwhy = \"x\"\nentries = [\"no\"]\n"),
            "an `[[access]]` is for the entry `no`, which is not described"
        );
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        assert_eq!(
            refusal("SMALLEST[entry.default]\nupdate = true\n"),
            "`[entry.default]` says `update = true`, but `update` is not written"
        );
        assert_eq!(
            refusal("SMALLEST[entry.default.option.x]\nrequired = true\ndefault = \"y\"\n"),
            "option `x` of `[entry.default]` is required and has a default"
        );
        assert_eq!(
            refusal("schema = 1\n[recipe]\nname = \"x\"\nwit = \"9.0\"\n"),
            "`wit = \"9.0\"`, but this SDK speaks 0.1"
        );
    }

    #[test]
    fn what_is_not_toml_is_refused_with_its_place() {
        let message = refusal("schema = \n");
        assert!(message.starts_with("TOML parse error at line 1, column "), "{message}");
    }
}
