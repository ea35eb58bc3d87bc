//! What can be typed, and the help that follows from it.
//!
//! - In: nothing; it is written down here, once.
//! - Out: a [`clap::Command`] that describes every option and command; help texts.
//! - Not here: reading the arguments (`arguments`), which asks this description which options there are.
//!
//! Rules: zc.buildout's letters keep their meaning; a command's own options are not needed yet.

use clap::{Arg, ArgAction, Command};

/// What stands before everything else: three things that people do.
const EXAMPLES: &str = concat!(
    "  buildout                               install what buildout.cfg describes\n",
    "  buildout plan                          first see what would be done, and why\n",
    "  buildout -c dev.cfg site:port=8081     take another file, and another value",
);

const WITH_DEPS: &str = "Before them the parts that they need";
const FORCE: &str = "Make them anew without a reason, even if the uninstall of the old ones fails";
const UNINSTALL: &str = "Show what `uninstall` would do";

const TEMPLATE: &str = "\
{name}: {about}

{before-help}{usage-heading} {usage}

{all-args}{after-help}
";

/// What stands below the help of a command.
const MORE: &str = "All options of `buildout --help` can stand here too.";

/// Returns the description of the whole command line.
pub(super) fn command() -> Command {
    Command::new("buildout")
        .about("repeatable assemblies from parts")
        .before_help(EXAMPLES)
        .override_usage("buildout [OPTIONS] [SECTION:OPTION=VALUE]... [COMMAND]")
        .after_help(
            "Assignments, SECTION:OPTION=VALUE, stand before the command. They count after every\n\
             file, in their order; `+=` and `-=` add and remove lines; without SECTION they are for\n\
             [buildout]. `buildout help COMMAND` tells more about a command.\n\
             \n\
             Exit codes: 0 done, 1 the configuration or a part failed, 2 wrong command line,\n\
             3 access denied, 4 a digest differs, 5 a limit was reached, 6 this machine cannot\n\
             confine a recipe, 7 the records of what is installed are foreign, 8 another run holds\n\
             the directory, 70 a bug, 130 interrupted.",
        )
        .help_template(TEMPLATE)
        .term_width(88)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .args(options())
        .args(grants())
        .subcommands(commands())
}

/// Returns the help for a command, or for all if none is named; none if there is no such command.
pub(super) fn help(topic: &[String]) -> Option<String> {
    let mut all = command();
    all.build();
    let mut command = &mut all;
    for word in topic {
        command = command.find_subcommand_mut(word)?;
    }
    Some(command.clone().render_help().to_string())
}

/// A switch.
fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// An option with a value.
fn value(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).action(ArgAction::Set).help(help)
}

fn options() -> Vec<Arg> {
    vec![
        value("config", "FILE", "The configuration file; without it: buildout.cfg in this directory")
            .short('c'),
        switch("no-user-defaults", "Leave out ~/.buildout/default.cfg").short('U'),
        switch("offline", "Reach no network: buildout:offline=true").short('o'),
        switch("online", "Reach it if needed: buildout:offline=false").short('O'),
        switch("newest", "Look for newer versions: buildout:newest=true").short('n'),
        switch("no-newest", "Take what is there if it will do: buildout:newest=false").short('N'),
        value("timeout", "SECONDS", "How long to wait for the network: buildout:socket-timeout=SECONDS")
            .short('t'),
        switch("verbose", "Tell more; can be repeated").short('v'),
        switch("quiet", "Tell less; can be repeated").short('q'),
        switch("debug", "Tell all about an error, a recipe's backtrace as well").short('D'),
        switch("json", "Write one JSON object a line, for programs"),
        value(
            "state-dir",
            "DIR",
            "Where records of what is installed are kept, instead of your state directory",
        ),
        value(
            "python-version",
            "VERSION",
            "What conditions take for Python's version, instead of asking python3",
        ),
        value("recipe-time-limit", "TIME", "How long a recipe may work on a part: 90, 90s, 15m, 2h"),
        switch("adopt", "Take over parts that zc.buildout or another machine recorded here"),
        switch("trust-owner", "Use a directory of another user as if it were yours"),
        switch("with-deps", WITH_DEPS).hide(true),
        switch("force", FORCE).hide(true),
        switch("uninstall", UNINSTALL).hide(true),
        switch("raw", "With `query`: the value as it is written").hide(true),
        switch("system", "With `cache warm`: for all users of this machine").hide(true),
        value("output", "FILE", "With `cache bundle`: the program to write").hide(true),
        switch("help", "Show this, or what a command does").short('h'),
        switch("version", "Show the version"),
    ]
}

fn grants() -> Vec<Arg> {
    let links = |name, help| value(name, "PART", help).num_args(0..=1).require_equals(true);
    [
        value("allow-read", "[PART:]DIR", "Recipes that ask for it may read below DIR"),
        value("allow-write", "[PART:]DIR", "Recipes that ask for it may read and write below DIR"),
        value(
            "allow-env",
            "[PART:]NAME",
            "Recipes that ask for it may read this variable; without PART, the configuration too",
        ),
        links("allow-links", "Recipes that ask for it may make links"),
        value("deny-read", "[PART:]DIR", "No recipe may see what is below DIR, wherever that is"),
        value("deny-write", "[PART:]DIR", "No recipe may change what is below DIR"),
        value("deny-env", "[PART:]NAME", "Whatever else allows it: this variable is not read"),
        links("deny-links", "Whatever else allows it: no links"),
    ]
    .map(|grant| grant.help_heading("Access, for this run"))
    .into()
}

/// A command, with its words as people type them.
fn called(words: &'static str, about: &'static str) -> Command {
    Command::new(words.rsplit(' ').next().expect("there is a word"))
        .display_name(format!("buildout {words}"))
        .about(about)
        .after_help(MORE)
        .help_template(TEMPLATE)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
}

fn commands() -> Vec<Command> {
    let several = |name| Arg::new(name).value_name(name).action(ArgAction::Append).num_args(0..);
    vec![
        called("install", "make, update and remove parts, as the configuration says (default)")
            .before_help(concat!(
                "  buildout                        all parts\n",
                "  buildout install site           this part, and no other\n",
                "  buildout install --force site   this part, even if nothing about it changed",
            ))
            .arg(several("PART").help("Only these parts, in this order"))
            .arg(switch("with-deps", WITH_DEPS))
            .arg(switch("force", FORCE)),
        called("uninstall", "remove parts, whatever the configuration says")
            .before_help(concat!(
                "  buildout uninstall              all parts, the one installed last first\n",
                "  buildout uninstall site         this part, and no other\n",
                "  buildout plan --uninstall       first see what would go",
            ))
            .arg(several("PART").help("Only these parts"))
            .arg(switch("force", "Remove them even if their recipe's uninstall fails")),
        called("plan", "show what `install` would do and why; change nothing")
            .before_help(concat!(
                "  buildout plan                   all parts\n",
                "  buildout -v plan                those that are up to date as well",
            ))
            .arg(several("PART").help("Only these parts, in this order"))
            .arg(switch("with-deps", WITH_DEPS))
            .arg(switch("force", FORCE))
            .arg(switch("uninstall", UNINSTALL)),
        called("annotate", "show every option with its value and where that was written")
            .before_help(concat!(
                "  buildout annotate site          one section\n",
                "  buildout -v annotate site       with every step on the way to the value",
            ))
            .arg(several("SECTION").help("Only these sections")),
        called("query", "show the value of one option")
            .before_help(concat!(
                "  buildout query site:port        the option `port` of [site], as a recipe reads it\n",
                "  buildout query --raw site:port  as it is written, with nothing replaced",
            ))
            .arg(
                Arg::new("OPTION")
                    .value_name("[SECTION:]OPTION")
                    .required(true)
                    .help("Without SECTION: of [buildout]"),
            ),
        called("why", "show where the value of one option comes from, step by step")
            .before_help("  buildout why site:port          the option `port` of [site]")
            .arg(
                Arg::new("OPTION")
                    .value_name("[SECTION:]OPTION")
                    .required(true)
                    .help("Without SECTION: of [buildout]"),
            ),
        called("recipe", "show which recipes there are and what they do")
            .before_help(concat!(
                "  buildout recipe list            all that can be named here\n",
                "  buildout recipe describe mkdir  its options and what it may touch",
            ))
            .subcommand(called("recipe list", "show the recipes that can be named here"))
            .subcommand(called("recipe describe", "show the options of a recipe and what it may touch").arg(
                Arg::new("NAME").value_name("NAME").required(true).help("As an option `recipe` names it"),
            )),
        called("cache", "see to the cache of compiled recipes")
            .before_help(concat!(
                "  buildout cache warm             compile every stock recipe now, on all cores\n",
                "  buildout cache warm --system    the same for all users of this machine (root only)",
            ))
            .subcommand(called("cache warm", "compile every stock recipe now, so that no later run waits")),
        called("help", "show what can be typed, or what a command does")
            .arg(several("COMMAND").help("The command, such as `plan` or `recipe describe`")),
    ]
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::*;

    fn shown(topic: &[&str]) -> String {
        let topic: Vec<String> = topic.iter().map(|word| (*word).to_owned()).collect();
        help(&topic).expect("there is such a command")
    }

    #[test]
    fn the_description_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn help_begins_with_three_examples() {
        assert_data_eq!(
            shown(&[]),
            str![[r#"
buildout: repeatable assemblies from parts

  buildout                               install what buildout.cfg describes
  buildout plan                          first see what would be done, and why
  buildout -c dev.cfg site:port=8081     take another file, and another value

Usage: buildout [OPTIONS] [SECTION:OPTION=VALUE]... [COMMAND]

Commands:
  install    make, update and remove parts, as the configuration says (default)
  uninstall  remove parts, whatever the configuration says
  plan       show what `install` would do and why; change nothing
  annotate   show every option with its value and where that was written
  query      show the value of one option
  why        show where the value of one option comes from, step by step
  recipe     show which recipes there are and what they do
  cache      see to the cache of compiled recipes
  help       show what can be typed, or what a command does

Options:
  -c, --config <FILE>             The configuration file; without it: buildout.cfg in
                                  this directory
  -U, --no-user-defaults          Leave out ~/.buildout/default.cfg
  -o, --offline                   Reach no network: buildout:offline=true
  -O, --online                    Reach it if needed: buildout:offline=false
  -n, --newest                    Look for newer versions: buildout:newest=true
  -N, --no-newest                 Take what is there if it will do:
                                  buildout:newest=false
  -t, --timeout <SECONDS>         How long to wait for the network:
                                  buildout:socket-timeout=SECONDS
  -v, --verbose                   Tell more; can be repeated
  -q, --quiet                     Tell less; can be repeated
  -D, --debug                     Tell all about an error, a recipe's backtrace as well
      --json                      Write one JSON object a line, for programs
      --state-dir <DIR>           Where records of what is installed are kept, instead
                                  of your state directory
      --python-version <VERSION>  What conditions take for Python's version, instead of
                                  asking python3
      --recipe-time-limit <TIME>  How long a recipe may work on a part: 90, 90s, 15m, 2h
      --adopt                     Take over parts that zc.buildout or another machine
                                  recorded here
      --trust-owner               Use a directory of another user as if it were yours
  -h, --help                      Show this, or what a command does
      --version                   Show the version

Access, for this run:
      --allow-read <[PART:]DIR>   Recipes that ask for it may read below DIR
      --allow-write <[PART:]DIR>  Recipes that ask for it may read and write below DIR
      --allow-env <[PART:]NAME>   Recipes that ask for it may read this variable;
                                  without PART, the configuration too
      --allow-links[=<PART>]      Recipes that ask for it may make links
      --deny-read <[PART:]DIR>    No recipe may see what is below DIR, wherever that is
      --deny-write <[PART:]DIR>   No recipe may change what is below DIR
      --deny-env <[PART:]NAME>    Whatever else allows it: this variable is not read
      --deny-links[=<PART>]       Whatever else allows it: no links

Assignments, SECTION:OPTION=VALUE, stand before the command. They count after every
file, in their order; `+=` and `-=` add and remove lines; without SECTION they are for
[buildout]. `buildout help COMMAND` tells more about a command.

Exit codes: 0 done, 1 the configuration or a part failed, 2 wrong command line,
3 access denied, 4 a digest differs, 5 a limit was reached, 6 this machine cannot
confine a recipe, 7 the records of what is installed are foreign, 8 another run holds
the directory, 70 a bug, 130 interrupted.

"#]]
        );
    }

    #[test]
    fn help_for_a_command_shows_its_arguments() {
        assert_data_eq!(
            shown(&["install"]),
            str![[r#"
buildout install: make, update and remove parts, as the configuration says (default)

  buildout                        all parts
  buildout install site           this part, and no other
  buildout install --force site   this part, even if nothing about it changed

Usage: buildout install [OPTIONS] [PART]...

Arguments:
  [PART]...  Only these parts, in this order

Options:
      --with-deps  Before them the parts that they need
      --force      Make them anew without a reason, even if the uninstall of the old
                   ones fails

All options of `buildout --help` can stand here too.

"#]]
        );
        assert_data_eq!(
            shown(&["query"]),
            str![[r#"
buildout query: show the value of one option

  buildout query site:port        the option `port` of [site], as a recipe reads it
  buildout query --raw site:port  as it is written, with nothing replaced

Usage: buildout query <[SECTION:]OPTION>

Arguments:
  <[SECTION:]OPTION>  Without SECTION: of [buildout]

All options of `buildout --help` can stand here too.

"#]]
        );
        assert_data_eq!(
            shown(&["recipe"]),
            str![[r#"
buildout recipe: show which recipes there are and what they do

  buildout recipe list            all that can be named here
  buildout recipe describe mkdir  its options and what it may touch

Usage: buildout recipe [COMMAND]

Commands:
  list      show the recipes that can be named here
  describe  show the options of a recipe and what it may touch

All options of `buildout --help` can stand here too.

"#]]
        );
        assert_data_eq!(
            shown(&["recipe", "describe"]),
            str![[r#"
buildout recipe describe: show the options of a recipe and what it may touch

Usage: buildout recipe describe <NAME>

Arguments:
  <NAME>  As an option `recipe` names it

All options of `buildout --help` can stand here too.

"#]]
        );
    }

    #[test]
    fn there_is_no_help_for_what_is_not_there() {
        assert_eq!(help(&["nope".to_owned()]), None);
    }
}
