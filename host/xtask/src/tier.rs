//! What this machine can enforce, said before the tests: what it cannot, they do not show.
//!
//! - In: what `buildout doctor` says, and the tier that is asked for.
//! - Out: lines on standard output; an error where the machine has not even that tier.
//! - Not here: leaving tests out (package `buildout-tests`).

use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::shell;

/// The tiers, the strongest first, and what the tests do not show without each.
const TIERS: [(&str, &str); 2] = [
    (
        "strict",
        "that a program sees nothing but what was put there (the cases NAT), and ends with all that it started",
    ),
    ("landlock", "that the kernel holds recipes and programs to their files where our own checks would fail"),
];

/// Says which tier this machine has, and what that leaves unproven.
pub(crate) fn check(wanted: Option<&str>) -> Result<()> {
    print!("{}", said(&found()?, wanted)?);
    Ok(())
}

/// What is said of a machine that has these tiers.
fn said(found: &[String], wanted: Option<&str>) -> Result<String> {
    let has = |tier: &str| found.iter().any(|found| found == tier);
    let strongest = TIERS.iter().find(|(tier, _)| has(tier)).map_or("none", |(tier, _)| tier);
    let mut said = format!("Programs and recipes can be confined here: {strongest}\n");
    for (tier, unproven) in TIERS.iter().filter(|(tier, _)| !has(tier)) {
        said.push_str(&format!("not shown without the tier {tier}: {unproven}\n"));
    }
    if let Some(wanted) = wanted {
        if !TIERS.iter().any(|(tier, _)| *tier == wanted) {
            bail!("no such tier: `{wanted}`; there are strict and landlock");
        }
        ensure!(has(wanted), "this machine lacks the tier {wanted}: `buildout doctor` says what is missing");
    }
    Ok(said)
}

/// The tiers that `doctor` tells.
fn found() -> Result<Vec<String>> {
    let mut doctor = Command::new(shell::target().join("debug/buildout"));
    doctor.args(["--json", "doctor"]).current_dir("/");
    let told = shell::output(&mut doctor)?;
    let lines = told.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>()?;
    let result = lines.iter().find(|line| line["result"] == "doctor").context("`doctor` answered nothing")?;
    let tiers = result["data"]["confines"]["tiers"].as_array().context("`doctor` names no tiers")?;
    Ok(tiers.iter().filter_map(|tier| Some(tier.as_str()?.to_owned())).collect())
}

#[cfg(test)]
mod tests {

    #[test]
    fn a_machine_that_lacks_a_layer_is_told_and_fails_where_that_layer_is_asked_for() {
        let said = |found: &[&str], wanted| {
            let found: Vec<String> = found.iter().map(|tier| (*tier).to_owned()).collect();
            super::said(&found, wanted).map_err(|error| error.to_string())
        };
        let all = "Programs and recipes can be confined here: strict\n";
        assert_eq!(said(&["strict", "landlock", "none"], Some("strict")).as_deref(), Ok(all));
        let less = said(&["landlock", "none"], Some("landlock")).expect("it has that one");
        assert!(less.contains("landlock\nnot shown without the tier strict: that a program sees"), "{less}");
        let missing = "this machine lacks the tier strict: `buildout doctor` says what is missing";
        assert_eq!(said(&["landlock", "none"], Some("strict")), Err(missing.to_owned()));
        assert_eq!(said(&["none"], None).expect("nothing is asked for").lines().count(), 3);
        assert!(said(&["none"], Some("srtict")).is_err());
    }
}
