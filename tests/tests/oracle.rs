//! Conformance: the steps that the real zc.buildout took, taken again.
//!
//! - In: `tests/oracle`: cases, recorded answers, the table of deliberate differences; what `cargo xtask test` builds.
//! - Out: a failed test that names each case which differs and meets no rule, and each rule that no case meets.
//! - Not here: taking the steps and comparing (`cargo xtask oracle`).

use std::process::{Command, Stdio};

#[test]
fn every_case_is_answered_as_zc_buildout_does_or_meets_a_rule_and_every_rule_is_met() {
    let program = std::env::current_exe().expect("a test knows where it is");
    let xtask = program.ancestors().nth(2).expect("tests lie in `deps`").join("xtask");
    assert!(xtask.is_file(), "{} is not there: run `cargo xtask test`", xtask.display());
    let output = Command::new(xtask).arg("oracle").stdin(Stdio::null()).output().expect("it can be started");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", said(&output.stdout), said(&output.stderr));
}
