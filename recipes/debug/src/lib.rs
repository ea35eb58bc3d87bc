//! The recipe `debug`: shows what the options of a part hold.
//!
//! - In: every option, with its substitutions made.
//! - Out: one line for each, sorted by name, in every run that installs.
//! - Not here: where a value came from (`buildout annotate`).

use std::path::PathBuf;

use buildout_recipe::{Part, Recipe, Result, info, recipe};

/// Prints options.
pub struct Debug;

#[recipe]
impl Recipe for Debug {
    fn init(_part: &mut Part) -> Result<()> {
        Ok(())
    }

    fn install(part: &Part) -> Result<Vec<PathBuf>> {
        let mut options = part.all()?;
        options.sort();
        for (key, value) in options {
            info!("  {key}={}", quoted(&value));
        }
        Ok(Vec::new())
    }

    fn update(part: &Part) -> Result<Vec<PathBuf>> {
        Self::install(part)
    }
}

/// The value on one line, in quotes.
fn quoted(value: &str) -> String {
    let mut line = String::from("\"");
    for character in value.chars() {
        match character {
            '\\' => line.push_str("\\\\"),
            '"' => line.push_str("\\\""),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            other => line.push(other),
        }
    }
    line.push('"');
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use buildout_recipe::testing::Buildout;

    #[test]
    fn options_are_printed_sorted_and_replaced_when_installing_and_when_updating() {
        let buildout = Buildout::new();
        buildout.option("paths", "var", "/srv/var");
        let part =
            buildout.part::<Debug>("shown", &[("recipe", "debug"), ("b", "${paths:var}/x"), ("a", "")]);
        let lines = [
            r#"shown: info:   a="""#,
            r#"shown: info:   b="/srv/var/x""#,
            r#"shown: info:   recipe="debug""#,
        ];

        assert_eq!(part.install().expect("prints"), [""; 0].map(PathBuf::from));
        assert_eq!(buildout.log(), lines);
        assert_eq!(part.update().expect("prints"), [""; 0].map(PathBuf::from));
        assert_eq!(buildout.log(), [lines, lines].concat());
    }

    #[test]
    fn a_value_stays_on_one_line() {
        let buildout = Buildout::new();
        let part = buildout.part::<Debug>("p", &[("x", "one\n\ttwo\r \"three\" \\ ä")]);
        part.install().expect("prints");
        assert_eq!(buildout.log(), [r#"p: info:   x="one\n\ttwo\r \"three\" \\ ä""#]);
    }
}
