//! `graph`, `doctor`, `completions`, manual pages: commands that only look.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

const THREE: &str = "\
[buildout]
parts = data conf alone

[data]
recipe = mkdir
path = ${buildout:directory}/var

[values]
root = ${data:path}

[conf]
recipe = template
output = etc/site.conf
inline = in ${values:root}

[alone]
recipe = debug
";

/// Where the shared cache and the guests are.
fn repository() -> &'static str {
    env!("CARGO_MANIFEST_DIR").strip_suffix("/tests").expect("the tests lie in the repository")
}

#[test]
fn graph_shows_what_needs_what_in_four_ways() {
    let site = Site::new(THREE);
    assert_shows(
        site.run(&["graph"]),
        str![[r#"
exit 0
-- standard output
data (mkdir)
conf (template), needs data
alone (debug)

"#]],
    );
    assert_shows(
        site.run(&["graph", "--format=dot"]),
        str![[r#"
exit 0
-- standard output
digraph buildout {
  "data" [tooltip="mkdir"];
  "conf" [tooltip="template"];
  "conf" -> "data";
  "alone" [tooltip="debug"];
}

"#]],
    );
    assert_shows(
        site.run(&["graph", "--format", "mermaid", "conf"]),
        str![[r#"
exit 0
-- standard output
graph TD
  p0["data"]
  p1["conf"]
  p1 --> p0

"#]],
    );
    assert_shows(
        site.run(&["graph", "--json"]),
        str![[r#"
exit 0
-- standard output
{"version":1,"kind":"result","result":"graph","data":{"parts":[{"part":"data","recipe":"mkdir","needs":[]},{"part":"conf","recipe":"template","needs":["data"]},{"part":"alone","recipe":"debug","needs":[]}]}}

"#]],
    );
    assert_shows(
        site.run(&["graph", "--format=svg"]),
        str![[r#"
exit 2
-- standard error
Error: Invalid value for option --format: svg
help: write `text`, `dot` or `mermaid`

"#]],
    );
    assert!(!site.has("parts"), "it only looks");
}

#[test]
fn doctor_shows_places_and_parts_and_writes_nothing() {
    let site = Site::new(THREE);
    let shown = |arguments: &[&str]| {
        let run = site.run(arguments);
        assert_eq!((run.exit, &*run.stderr), (Some(0), ""));
        run.stdout.replace(repository(), "[REPOSITORY]")
    };
    let before = (site.tree(""), site.tree("../state"));
    assert_shows(
        shown(&["doctor"]),
        str![[r#"
buildout 0.1.0 on x86_64-linux

configuration       [DIR]/buildout.cfg
buildout directory  [DIR]
project             [DIR]
your defaults       none
database            [DIR]/.installed.cfg (not there yet)
state directory     [ROOT]/state/buildout
code cache          [REPOSITORY]/target/test-cache/buildout/code
recipes             [REPOSITORY]/target/guests

allowed for this run: nothing beyond the defaults

programs can be confined: strict, landlock, none
  namespaces              yes
  Landlock                version 6
  filter of system calls  yes

Nothing is installed.

"#]],
    );
    assert_eq!((site.tree(""), site.tree("../state")), before);
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        shown(&["--allow-env=HOME", "--deny-links", "doctor", "--verify"]),
        str![[r#"
buildout 0.1.0 on x86_64-linux

configuration       [DIR]/buildout.cfg
buildout directory  [DIR]
project             [DIR]
your defaults       none
database            [DIR]/.installed.cfg
state directory     [ROOT]/state/buildout
code cache          [REPOSITORY]/target/test-cache/buildout/code
recipes             [REPOSITORY]/target/guests

allowed for this run: --allow-env=HOME --deny-links

programs can be confined: strict, landlock, none
  namespaces              yes
  Landlock                version 6
  filter of system calls  yes

Installed:
  data: made 1 file or directory
  conf: made 2 files and directories
  alone: made nothing

Everything is as it was recorded.

"#]],
    );
}

#[test]
fn doctor_needs_no_recipe() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = nobody.has.it\n");
    assert_eq!(site.run(&["doctor"]).exit, Some(0));
}

#[test]
fn verify_names_what_is_missing_changed_or_foreign() {
    let site = Site::new(THREE);
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("var/mine.txt", "mine\n");
    let foreign = site.run(&["doctor", "--verify"]);
    assert_eq!(foreign.exit, Some(0), "what somebody added damages nothing: {}", foreign.stdout);
    // The same length: only reading it tells.
    let text = site.read("etc/site.conf").replace("in ", "on ");
    site.write("etc/site.conf", text);
    let verify = |arguments: &[&str]| {
        let told = site.run(arguments).stdout;
        told.split_once("\nNot as it was recorded:\n").map_or(told.clone(), |(_, rest)| rest.to_owned())
    };
    assert_shows(
        verify(&["doctor", "--verify"]),
        str![[r#"
  foreign var/mine.txt (data)
  changed etc/site.conf (conf)

"#]],
    );
    std::fs::remove_file(site.path("etc/site.conf")).expect("it is there");
    site.write("etc/site.conf/inside", "");
    assert_shows(
        verify(&["doctor", "--verify"]),
        str![[r#"
  foreign var/mine.txt (data)
  changed etc/site.conf (conf, it is a directory now)

"#]],
    );
    std::fs::remove_dir_all(site.path("etc")).expect("it is there");
    assert_shows(
        verify(&["doctor", "--verify"]),
        str![[r#"
  foreign var/mine.txt (data)
  missing etc (conf)
  missing etc/site.conf (conf)

"#]],
    );
    assert_eq!(site.run(&["doctor", "--verify"]).exit, Some(1));
    assert_eq!(site.run(&["doctor"]).exit, Some(0));
}

#[test]
fn verify_compares_modes_and_follows_no_link_above_what_is_recorded() {
    let site = Site::new(THREE);
    assert_eq!(site.run(&[]).exit, Some(0));
    site.chmod("etc/site.conf", 0o600).chmod("var", 0o700);
    let verify = || {
        let run = site.run(&["doctor", "--verify"]);
        assert_eq!(run.exit, Some(1));
        run.stdout.split_once("\nNot as it was recorded:\n").expect("something is not").1.to_owned()
    };
    assert_shows(
        verify(),
        str![[r#"
  changed var (data, it is of mode 700 now)
  changed etc/site.conf (conf, it is of mode 600 now)

"#]],
    );
    std::fs::rename(site.path("etc"), site.path("elsewhere")).expect("it is there");
    site.link("elsewhere", "etc").chmod("elsewhere/site.conf", 0o644).chmod("var", 0o755);
    assert_shows(
        verify(),
        str![[r#"
  changed etc (conf, it is a symbolic link now)
  missing etc/site.conf (conf)

"#]],
    );
}

#[test]
fn what_an_update_writes_is_no_change() {
    let site = Site::actor("install = write parts/a one\nupdate = write parts/a two\n");
    assert_eq!(site.run(&[]).exit, Some(0));
    let updated = site.run(&[]);
    assert_eq!((updated.exit, site.read("parts/a").trim()), (Some(0), "two"), "{}", updated.stderr);
    assert_eq!(site.run(&["doctor", "--verify"]).exit, Some(0));
    site.write("parts/a", "three");
    let _ = site.run(&["doctor", "--verify"]);
    assert_eq!(site.run(&["doctor", "--verify"]).exit, Some(1));
}

#[test]
fn what_a_part_makes_and_does_not_return_is_listed() {
    let site =
        Site::actor("install =\n    mkdir parts/a\n    write parts/a/kept one\n    return parts/other\n");
    let _ = site.run(&[]);
    let told = site.run(&["doctor"]).stdout;
    assert_shows(
        told.split_once("Installed:\n").map_or(told.clone(), |(_, rest)| rest.to_owned()),
        str![[r#"
  a: made 2 files and directories
    parts/a stays when the part goes
    parts/a/kept stays when the part goes

"#]],
    );
}

#[test]
fn foreign_records_are_said() {
    let site = Site::new(THREE);
    assert_eq!(site.run(&[]).exit, Some(0));
    let told = site.run(&["--state-dir=[ROOT]/other", "doctor"]).stdout;
    assert!(
        told.ends_with("\nAnother machine or program recorded what is installed: `--adopt` takes it over.\n"),
        "{told}"
    );
    assert!(!site.has("../other"), "it only looks");
}

#[test]
fn completions_know_commands_and_options() {
    let site = Site::new(THREE);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = site.run(&["completions", shell]);
        assert_eq!((run.exit, &*run.stderr), (Some(0), ""), "{shell}");
        for word in ["bootstrap", "describe", "check", "allow-read", "verify"] {
            assert!(run.stdout.contains(word), "{shell}: {word}");
        }
        for hidden in ["bundle", "restarted"] {
            assert!(!run.stdout.contains(hidden), "{shell}: {hidden}");
        }
    }
    assert_shows(
        site.run(&["completions", "cmd"]),
        str![[r#"
exit 2
-- standard error
Error: Unexpected argument: cmd
help: the shells are bash, elvish, fish, powershell, zsh

"#]],
    );
    assert_shows(
        site.run(&["completions"]),
        str![[r#"
exit 2
-- standard error
Error: The completions command requires the name of one shell.
help: `buildout help completions` shows what it takes

"#]],
    );
}

#[test]
fn bash_completes_commands_options_and_values() {
    let site = Site::new(THREE);
    site.write("complete.bash", site.run(&["completions", "bash"]).stdout);
    let completed = |words: &[&str]| {
        let [.., before, last] = words else { panic!("two words at least") };
        let script = format!(
            "compopt() {{ :; }}; source complete.bash; COMP_WORDS=({}); COMP_CWORD={}; _buildout buildout '{last}' '{before}'; \
             echo \"${{COMPREPLY[@]}}\"",
            words.join(" "),
            words.len() - 1
        );
        let told = std::process::Command::new("bash")
            .args(["--norc", "-c", &script])
            .current_dir(site.path(""))
            .output()
            .expect("bash is there");
        assert_eq!(String::from_utf8_lossy(&told.stderr), "", "{words:?}");
        String::from_utf8(told.stdout).expect("it is text").trim_end().to_owned()
    };
    assert_eq!(completed(&["buildout", "pl"]), "plan");
    assert_eq!(completed(&["buildout", "plan", "--ch"]), "--check");
    assert_eq!(completed(&["buildout", "completions", "f"]), "fish");
    assert_eq!(completed(&["buildout", "graph", "--format", "m"]), "mermaid");
    assert_eq!(completed(&["buildout", "help", "uni"]), "uninstall");
    assert_eq!(completed(&["buildout", "--config", "complete"]), "complete.bash");
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let site = Site::new(THREE);
    std::fs::create_dir(site.path("man1")).expect("there is room");
    assert_shows(
        site.run(&["man", "--output=man1"]),
        str![[r#"
exit 0

"#]],
    );
    let pages: String = site
        .tree("man1")
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, _)| format!("{name}\n"))
        .collect();
    assert_shows(
        pages,
        str![[r#"
buildout-annotate.1
buildout-approve.1
buildout-audit.1
buildout-bootstrap.1
buildout-cache-warm.1
buildout-cache.1
buildout-completions.1
buildout-doctor.1
buildout-graph.1
buildout-help.1
buildout-init.1
buildout-install.1
buildout-man.1
buildout-permissions.1
buildout-plan.1
buildout-policy-check.1
buildout-policy.1
buildout-query.1
buildout-recipe-describe.1
buildout-recipe-list.1
buildout-recipe.1
buildout-revoke.1
buildout-uninstall.1
buildout-why.1
buildout.1

"#]],
    );
    assert_shows(
        site.read("man1/buildout-plan.1"),
        str![[r#"
.ie \n(.g .ds Aq \(aq
.el .ds Aq '
.TH buildout-plan 1  "buildout-plan " 
.ie \n(.g .ds Aq \(aq
.el .ds Aq '
.SH NAME
buildout\-plan \- show what `install` would do and why; change nothing
.ie \n(.g .ds Aq \(aq
.el .ds Aq '
.SH SYNOPSIS
\fBbuildout plan\fR [\fB\-\-with\-deps\fR] [\fB\-\-force\fR] [\fB\-\-uninstall\fR] [\fB\-\-check\fR] [\fIPART\fR] 
.ie \n(.g .ds Aq \(aq
.el .ds Aq '
.SH EXAMPLES
.nf
  buildout plan                   all parts
  buildout \-v plan                those that are up to date as well
  buildout plan \-\-check           exit 9 if anything would change, for CI
.fi
.ie \n(.g .ds Aq \(aq
.el .ds Aq '
.SH OPTIONS
.TP
\fB\-\-with\-deps\fR
Before them the parts that they need
.TP
\fB\-\-force\fR
Make them anew without a reason, even if the uninstall of the old ones fails
.TP
\fB\-\-uninstall\fR
Show what `uninstall` would do
.TP
\fB\-\-check\fR
Exit 9 if anything would be made, made anew or removed; updates, which every run calls, do not count
.TP
[\fIPART\fR]
Only these parts, in this order

"#]],
    );
    let whole = site.read("man1/buildout.1");
    for line in ["\\-\\-allow\\-read", "Exit codes: 0 done", "buildout\\-plan(1)"] {
        assert!(whole.contains(line), "{line}:\n{whole}");
    }
}

#[test]
fn aliases_of_the_configuration_are_recipes_that_can_be_named() {
    let site = Site::new("[buildout]\nparts =\n[recipes]\nfolder = mkdir\nours = ./made.wasm\n");
    site.write("made.wasm", buildout_tests::guest("meta"));
    assert_shows(
        site.run(&["recipe", "list"]),
        str![[r#"
exit 0
-- standard output
actor                       Does what its options say, line by line, allowed or not
collective.recipe.template  Renders a text file from a template with substitutions
debug                       Prints the options of its part
meta                        Makes sections out of its options, as recipes that stand for several parts do
mkdir                       Makes directories
template                    Renders a text file from a template with substitutions
zcborec                     Does what the recipes did that the oracle's answers were recorded with
folder                      Makes directories (mkdir)
ours                        Makes sections out of its options, as recipes that stand for several parts do (./made.wasm)

"#]],
    );
    assert_shows(
        site.run(&["recipe", "describe", "folder"]),
        str![[r#"
exit 0
-- standard output
folder 0.1.0, MIT
Makes directories
alias of: mkdir
sha256: [DIGEST]

recipe = folder

  path  (output, several, default ${buildout:parts-directory}/${:_buildout_section_name_})
      The directories to make, separated by blanks; relative ones lie in the buildout directory

  mode  (text)
      Their permission bits in octal, such as 750; without it, what the system gives to new directories

access: nothing beyond the defaults

"#]],
    );
    assert_eq!(site.run(&["recipe", "describe", "ours"]).exit, Some(0));
    site.write("buildout.cfg", "[buildout\n");
    let run = site.run(&["recipe", "list"]);
    assert_eq!(run.exit, Some(0));
    assert_shows(
        run.stderr,
        str![[r#"
Notice: names of `[recipes]` are left out: File contains no section headers.

"#]],
    );
    assert_eq!(site.run(&["-cbuildout.cfg", "recipe", "list"]).exit, Some(1));
}

#[test]
fn what_a_terminal_would_obey_is_visible_in_a_pipe_too_unless_the_raw_value_is_asked_for() {
    let text = "[buildout]\nparts = a\n[a]\nrecipe = mkdir\npath = p\nx = \u{1b}[31mred\u{202e}\n";
    let site = Site::new(text);
    let value = "\u{1b}[31mred\u{202e}";
    for (arguments, shows) in [
        (&["annotate", "a"][..], true),
        (&["query", "a:x"], true),
        (&["why", "a:x"], true),
        (&["plan"], false),
        (&["graph"], false),
    ] {
        let run = site.run(arguments);
        assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']), "{arguments:?}: {}", run.stdout);
        assert_eq!(run.stdout.contains(r"\u{1b}[31mred\u{202e}"), shows, "{arguments:?}: {}", run.stdout);
    }
    assert_eq!(site.result_raw(&["query", "--raw", "a:x"]), format!("{value}\n"));
    assert!(site.run(&["--json", "query", "a:x"]).stdout.contains(r"\u001b[31mred"));
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("buildout.cfg", text.replace("red", "green"));
    let run = site.run(&["plan"]);
    assert_shows(
        run.stdout,
        str![[r#"
reinstall a
  option `x` changed: '\u{1b}[31mred\u{202e}' → '\u{1b}[31mgreen\u{202e}' (buildout.cfg:6:5)
  removes p

"#]],
    );
}
