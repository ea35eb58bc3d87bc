//! What this machine can enforce: some promises can be shown only where it can enforce them.
//!
//! - In: what `buildout doctor` says.
//! - Out: whether a test can show what it is there to show; where it cannot, a line on standard error.
//! - Not here: machines that are made to lack something (`without`).
//!
//! `cargo xtask test` names the tier that it found before the tests, and `--tier strict` lets nothing be left out.

use std::io::{self, Write as _};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::site::buildout;

/// What `doctor` says of what confines programs here.
fn confines() -> &'static Value {
    static CONFINES: OnceLock<Value> = OnceLock::new();
    CONFINES.get_or_init(|| {
        let nowhere = tempfile::tempdir().expect("there is room for a directory");
        let mut doctor = Command::new(buildout());
        doctor.args(["--json", "doctor"]).current_dir(nowhere.path()).env("HOME", nowhere.path());
        let output = doctor.output().expect("the command can be started");
        let told = String::from_utf8(output.stdout).expect("it is JSON");
        let mut lines = told.lines().map(|line| serde_json::from_str::<Value>(line).expect("it is JSON"));
        let result = lines.find(|line| line["result"] == "doctor").expect("it answers");
        result["data"]["confines"].clone()
    })
}

/// Whether programs can be confined strictly here; if not, the reader is told that a test is left out.
pub fn is_strict() -> bool {
    let tiers = confines()["tiers"].as_array().expect("it has tiers");
    let strict = tiers.iter().any(|tier| tier == "strict");
    if !strict {
        // Past what `cargo test` catches, as it shows nothing of a test that passes.
        let said = writeln!(io::stderr(), "left out: this machine cannot confine programs strictly");
        said.expect("standard error can be written");
    }
    strict
}

/// Whether the kernel can confine the thread of a recipe.
pub(crate) fn has_landlock() -> bool {
    let tiers = confines()["tiers"].as_array().expect("it has tiers");
    tiers.iter().any(|tier| tier == "strict" || tier == "landlock")
}
