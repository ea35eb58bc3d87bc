//! The recipe `unit`: options become a unit file for systemd.
//!
//! - In: the options that `recipe.toml` lists.
//! - Out: the file at `output`.
//! - Not here: telling systemd about it (`systemctl enable --now PATH`).

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use buildout_recipe::{At, Part, Recipe, Result, info, recipe};

/// Writes a unit file.
pub struct Unit;

#[recipe]
impl Recipe for Unit {
    fn init(part: &mut Part) -> Result<()> {
        let output = part.path("output")?;
        part.set_path("output", output)?;
        let exec = part.required("exec")?;
        let program = exec.split_whitespace().next().unwrap_or_default();
        if program.is_empty() || (program.contains('/') && !program.starts_with('/')) {
            return Err(part
                .error("exec", format!("systemd cannot start `{program}`: it is not an absolute path"))
                .help(format!("write `${{buildout:directory}}/{program}`")));
        }
        match part.lines("environment")?.iter().find(|line| !line.contains('=')) {
            Some(line) => Err(part.error("environment", format!("`{line}` is not NAME=VALUE"))),
            None => Ok(()),
        }
    }

    fn install(part: &Part) -> Result<Vec<PathBuf>> {
        let output = part.path("output")?;
        info!("Writing {}", output.display());
        fs::write(&output, text(part)?).at(&output)?;
        Ok(vec![output])
    }
}

/// Returns the text of the unit file.
fn text(part: &Part) -> Result<String> {
    let description = part.get("description")?.unwrap_or_else(|| part.name().to_owned());
    let mut text = format!("[Unit]\nDescription={description}\n");
    let mut line = |name: &str, value: &str| writeln!(text, "{name}={value}").expect("a String takes all");
    for unit in part.list("after")? {
        line("After", &unit);
    }
    line("\n[Service]\nExecStart", &part.required("exec")?);
    for (name, option) in [("User", "user"), ("WorkingDirectory", "directory")] {
        if let Some(value) = part.get(option)? {
            line(name, &value);
        }
    }
    line("Restart", &part.get("restart")?.unwrap_or_else(|| "on-failure".to_owned()));
    for variable in part.lines("environment")? {
        line("Environment", &format!("\"{}\"", variable.replace('\\', "\\\\").replace('"', "\\\"")));
    }
    line("\n[Install]\nWantedBy", "multi-user.target");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use buildout_recipe::testing::Buildout;

    use super::*;

    #[test]
    fn options_become_a_unit_file() {
        let buildout = Buildout::new();
        let part = buildout.part::<Unit>(
            "web",
            &[
                ("output", "web.service"),
                ("exec", "/usr/bin/shelf serve"),
                ("environment", "\nMODE=fast\nTITLE=My \"shelf\""),
            ],
        );
        assert_eq!(part.install().expect("installs"), [buildout.path("web.service")]);
        assert_eq!(
            buildout.read("web.service"),
            "[Unit]\n\
             Description=web\n\
             \n\
             [Service]\n\
             ExecStart=/usr/bin/shelf serve\n\
             Restart=on-failure\n\
             Environment=\"MODE=fast\"\n\
             Environment=\"TITLE=My \\\"shelf\\\"\"\n\
             \n\
             [Install]\n\
             WantedBy=multi-user.target\n"
        );
        part.change("exec", "bin/shelf serve");
        let error = part.init().expect_err("systemd takes no relative path");
        assert_eq!(error.message(), "systemd cannot start `bin/shelf`: it is not an absolute path");
    }
}
