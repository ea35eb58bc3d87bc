//! `--json`: one object a line, with its version, whatever was asked for.

use buildout_tests::Site;

/// What every line must begin with; what follows is JSON to its end.
fn check(site: &Site, arguments: &[&str], kinds: &[&str]) {
    let arguments: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
    let run = site.run(&arguments);
    assert_eq!(run.stderr, "", "{arguments:?}: a program listens to one stream");
    let mut told = Vec::new();
    for line in run.stdout.lines() {
        let object: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(object["version"], 1, "{line}");
        let kind = object["kind"].as_str().unwrap_or_else(|| panic!("{line}"));
        let name = object[match kind {
            "event" => "event",
            "diagnostic" => "code",
            "result" => "result",
            other => panic!("{other}"),
        }]
        .as_str();
        let name = name.unwrap_or_else(|| panic!("{line}"));
        if name != "compiling-recipe" {
            told.push(format!("{kind} {name}"));
        }
    }
    told.dedup();
    assert_eq!(told, kinds, "{arguments:?}");
}

#[test]
fn every_command_speaks_json() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = mkdir\npath = ${buildout:directory}/var\n");
    check(&site, &["-cnew.cfg", "init"], &["event creating-file", "event creating-directory"]);
    check(&site, &["bootstrap"], &[]);
    check(&site, &["plan"], &["result plan"]);
    check(&site, &[], &["event step-started", "event log", "event step-finished"]);
    check(&site, &["annotate"], &["result annotate"]);
    check(&site, &["query", "a:recipe"], &["result query"]);
    check(&site, &["recipe", "list"], &["result recipes"]);
    check(&site, &["recipe", "describe", "mkdir"], &["result recipe"]);
    check(&site, &["cache", "warm"], &["result cache"]);
    check(&site, &["graph"], &["result graph"]);
    check(&site, &["doctor", "--verify"], &["result doctor"]);
    check(&site, &["completions", "fish"], &["result completions"]);
    check(&site, &["man", "--output=."], &[]);
    check(&site, &["help"], &["result help"]);
    check(&site, &["--version"], &["result version"]);
    check(&site, &["nope"], &["diagnostic unknown-command"]);
    check(&site, &["query", "nope:x"], &["diagnostic unknown-section"]);
}
