//! What can be typed, and the help that follows from it.
//!
//! - In: nothing; it is written down here, once.
//! - Out: a [`clap::Command`] that describes every option and command; help texts.
//! - Not here: the commands and what only they take (`commands`); reading the arguments (`arguments`), which asks this
//!   description which options there are.
//!
//! Rules: zc.buildout's letters keep their meaning. Every help begins with three examples. What a subcommand describes
//! as an option is its own; all others are for every command.

use clap::{Arg, ArgAction, Command, ValueHint};

use super::commands::commands;

/// What stands before everything else: three things that people do.
const EXAMPLES: &str = concat!(
    "  buildout                               install what buildout.cfg describes\n",
    "  buildout plan                          first see what would be done, and why\n",
    "  buildout -c dev.cfg site:port=8081     take another file, and another value",
);

/// How every help is laid out.
pub(super) const TEMPLATE: &str = "\
{name}: {about}

{before-help}{usage-heading} {usage}

{all-args}{after-help}
";

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

/// Every option that only some commands take, each once.
pub(super) fn own_options() -> Vec<Arg> {
    let mut all: Vec<Arg> = Vec::new();
    for (_, command) in each_command() {
        let own = command.get_arguments().filter(|option| option.get_long().is_some());
        all.extend(
            own.filter(|option| all.iter().all(|known| known.get_id() != option.get_id()))
                .cloned()
                .collect::<Vec<_>>(),
        );
    }
    all
}

/// The command that `words` begin with, as typed, and the names of the options that only it and some others take.
/// No word at all is `install`.
pub(super) fn taken(words: &[String]) -> (String, Vec<String>) {
    let words = if words.is_empty() { vec!["install".to_owned()] } else { words.to_vec() };
    let all = each_command();
    let named =
        |name: &str| words.iter().map(String::as_str).take(name.split(' ').count()).eq(name.split(' '));
    let longest = all.into_iter().filter(|(name, _)| named(name)).max_by_key(|(name, _)| name.len());
    let (name, command) = longest.expect("the words name a command");
    let own = command.get_arguments().filter_map(Arg::get_long).map(str::to_owned).collect();
    (name, own)
}

/// The commands that take an option of their own.
pub(super) fn takers(option: &str) -> Vec<String> {
    let takes = |command: &Command| command.get_arguments().any(|own| own.get_long() == Some(option));
    each_command().into_iter().filter(|(_, command)| takes(command)).map(|(name, _)| name).collect()
}

/// Every command with its words, such as `recipe list`.
fn each_command() -> Vec<(String, Command)> {
    let mut each = Vec::new();
    let mut left: Vec<(String, Command)> =
        commands().into_iter().map(|command| (command.get_name().to_owned(), command)).collect();
    left.reverse();
    while let Some((name, command)) = left.pop() {
        let inner =
            command.get_subcommands().map(|inner| (format!("{name} {}", inner.get_name()), inner.clone()));
        left.extend(inner.collect::<Vec<_>>().into_iter().rev());
        each.push((name, command));
    }
    each
}

/// The same description for those who make something else out of it: nothing hidden is left. What every command takes stands
/// with each of them if they are `complete`.
pub(super) fn described(complete: bool) -> Command {
    fn shown(command: &Command) -> Command {
        let arguments: Vec<Arg> =
            command.get_arguments().filter(|option| !option.is_hide_set()).cloned().collect();
        let inner: Vec<Command> =
            command.get_subcommands().filter(|inner| !inner.is_hide_set()).map(shown).collect();
        let mut shown = Command::new(command.get_name().to_owned())
            .disable_help_flag(true)
            .disable_help_subcommand(true)
            .disable_version_flag(true)
            .args(arguments)
            .subcommands(inner);
        if let Some(about) = command.get_about() {
            shown = shown.about(about.clone());
        }
        if let Some(examples) = command.get_before_help() {
            shown = shown.before_help(examples.clone());
        }
        shown
    }
    let all = command();
    shown(&all)
        .mut_args(|option| option.global(complete))
        .after_help(all.get_after_help().cloned().unwrap_or_default())
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
pub(super) fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// An option with a value.
pub(super) fn value(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).action(ArgAction::Set).help(help)
}

fn options() -> Vec<Arg> {
    vec![
        value("config", "FILE", "The configuration file; without it: buildout.cfg in this directory")
            .short('c')
            .value_hint(ValueHint::FilePath),
        switch("no-user-defaults", "Leave out ~/.buildout/default.cfg").short('U'),
        switch("offline", "Reach no network: buildout:offline=true").short('o'),
        switch("online", "Reach it if needed: buildout:offline=false").short('O'),
        switch("newest", "Look for newer versions: buildout:newest=true").short('n'),
        switch("no-newest", "Take what is there if it will do: buildout:newest=false").short('N'),
        value("timeout", "SECONDS", "How long to wait for the network: buildout:socket-timeout=SECONDS")
            .short('t'),
        switch("verbose", "Tell more; can be repeated").short('v'),
        switch("quiet", "Tell less; can be repeated").short('q'),
        switch("debug", "Tell all about an error, and answer questions about its sections").short('D'),
        switch("json", "Write one JSON object a line, for programs"),
        value(
            "state-dir",
            "DIR",
            "Where records of what is installed are kept, instead of your state directory",
        )
        .value_hint(ValueHint::DirPath),
        value("audit", "FILE", "Append what was allowed and denied to FILE too, a JSON object a line"),
        value("policy", "FILE", "Your policy, instead of buildout/policy.toml where your settings are")
            .value_hint(ValueHint::FilePath),
        value(
            "python-version",
            "VERSION",
            "What conditions take for Python's version, instead of asking python3",
        ),
        value("recipe-time-limit", "TIME", "How long a recipe may work on a part: 90, 90s, 15m, 2h"),
        value(
            "recipe-limit",
            "NAME=VALUE",
            "Another limit of recipes: `memory=1G`; a wrong NAME shows all of them",
        ),
        value(
            "confine",
            "LEVEL",
            "`guard`: where the kernel cannot confine recipes, buildout's own checks are enough",
        ),
        value("run-time-limit", "TIME", "How long a program of a recipe may run"),
        value("run-disk-limit", "MIB", "How much a program may write"),
        value("run-memory-limit", "MIB", "How much memory a program may use, with all it starts"),
        value("run-process-limit", "N", "How many processes and threads it may be"),
        value("run-output-limit", "MIB", "How much a recipe may read of a program's output"),
        value("process-tier", "TIER", "How strongly programs are confined at least: strict, landlock, none"),
        switch("adopt", "Take over parts that zc.buildout or another machine recorded here"),
        switch("trust-owner", "Use a directory of another user as if it were yours"),
        // zc.buildout's old letters about Python and Windows: nothing to do, and no reason to stop.
        switch("no-python-warning", "Nothing").short('s').hide(true),
        switch("restarted", "Nothing").short('W').hide(true),
        switch("help", "Show this, or what a command does").short('h'),
        switch("version", "Show the version"),
    ]
}

fn grants() -> Vec<Arg> {
    let links = |name, help| value(name, "PART", help).num_args(0..=1).require_equals(true);
    [
        value("allow-read", "[PART:]DIR", "Recipes that ask for it may read below DIR"),
        value("allow-write", "[PART:]DIR", "Recipes that ask for it may read and write below DIR"),
        value("allow-run", "[PART:]PROGRAM", "Recipes that ask for it may start it, in a sandbox"),
        value(
            "allow-env",
            "[PART:]NAME",
            "Recipes that ask for it may read this variable; without PART, the configuration too",
        ),
        value(
            "allow-net",
            "[PART:]HOST",
            "Recipes that ask for it may reach this host over https, or SCHEME://HOST:PORT",
        ),
        links("allow-links", "Recipes that ask for it may make links"),
        switch("allow-all", "Recipes may do whatever they ask for; not with CI set"),
        value("deny-read", "[PART:]DIR", "No recipe may see what is below DIR, wherever that is"),
        value("deny-write", "[PART:]DIR", "No recipe may change what is below DIR"),
        value("deny-run", "[PART:]PROGRAM", "Whatever else allows it: this program is not started"),
        value("deny-env", "[PART:]NAME", "Whatever else allows it: this variable is not read"),
        value("deny-net", "[PART:]HOST", "Whatever else allows it: this host is not reached"),
        links("deny-links", "Whatever else allows it: no links"),
    ]
    .map(|grant| grant.help_heading("Access, for this run"))
    .into()
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
  install      make, update and remove parts, as the configuration says (default)
  uninstall    remove parts, whatever the configuration says
  plan         show what `install` would do and why; change nothing
  init         write a configuration to begin with
  bootstrap    make the directories that every buildout has, and nothing else
  graph        show which parts there are and what they need
  doctor       show what is known about this buildout and this machine; change nothing
  annotate     show every option with its value and where that was written
  query        show the value of one option
  why          show where the value of one option comes from, step by step
  recipe       show which recipes there are and what they do
  permissions  show what parts need, have and lack beyond the defaults; change nothing
  approve      decide on what parts ask for, one by one, and keep the answers for this
               directory
  revoke       take back what was approved for this directory
  audit        show what was allowed and denied here, and what parts made
  policy       see to your policy, the file that says what is allowed in every run
  cache        see to the cache of compiled recipes
  completions  write what a shell needs to complete commands and options
  man          write the manual pages
  help         show what can be typed, or what a command does

Options:
  -c, --config <FILE>              The configuration file; without it: buildout.cfg in
                                   this directory
  -U, --no-user-defaults           Leave out ~/.buildout/default.cfg
  -o, --offline                    Reach no network: buildout:offline=true
  -O, --online                     Reach it if needed: buildout:offline=false
  -n, --newest                     Look for newer versions: buildout:newest=true
  -N, --no-newest                  Take what is there if it will do:
                                   buildout:newest=false
  -t, --timeout <SECONDS>          How long to wait for the network:
                                   buildout:socket-timeout=SECONDS
  -v, --verbose                    Tell more; can be repeated
  -q, --quiet                      Tell less; can be repeated
  -D, --debug                      Tell all about an error, and answer questions about
                                   its sections
      --json                       Write one JSON object a line, for programs
      --state-dir <DIR>            Where records of what is installed are kept, instead
                                   of your state directory
      --audit <FILE>               Append what was allowed and denied to FILE too, a
                                   JSON object a line
      --policy <FILE>              Your policy, instead of buildout/policy.toml where
                                   your settings are
      --python-version <VERSION>   What conditions take for Python's version, instead of
                                   asking python3
      --recipe-time-limit <TIME>   How long a recipe may work on a part: 90, 90s, 15m,
                                   2h
      --recipe-limit <NAME=VALUE>  Another limit of recipes: `memory=1G`; a wrong NAME
                                   shows all of them
      --confine <LEVEL>            `guard`: where the kernel cannot confine recipes,
                                   buildout's own checks are enough
      --run-time-limit <TIME>      How long a program of a recipe may run
      --run-disk-limit <MIB>       How much a program may write
      --run-memory-limit <MIB>     How much memory a program may use, with all it starts
      --run-process-limit <N>      How many processes and threads it may be
      --run-output-limit <MIB>     How much a recipe may read of a program's output
      --process-tier <TIER>        How strongly programs are confined at least: strict,
                                   landlock, none
      --adopt                      Take over parts that zc.buildout or another machine
                                   recorded here
      --trust-owner                Use a directory of another user as if it were yours
  -h, --help                       Show this, or what a command does
      --version                    Show the version

Access, for this run:
      --allow-read <[PART:]DIR>
          Recipes that ask for it may read below DIR
      --allow-write <[PART:]DIR>
          Recipes that ask for it may read and write below DIR
      --allow-run <[PART:]PROGRAM>
          Recipes that ask for it may start it, in a sandbox
      --allow-env <[PART:]NAME>
          Recipes that ask for it may read this variable; without PART, the
          configuration too
      --allow-net <[PART:]HOST>
          Recipes that ask for it may reach this host over https, or SCHEME://HOST:PORT
      --allow-links[=<PART>]
          Recipes that ask for it may make links
      --allow-all
          Recipes may do whatever they ask for; not with CI set
      --deny-read <[PART:]DIR>
          No recipe may see what is below DIR, wherever that is
      --deny-write <[PART:]DIR>
          No recipe may change what is below DIR
      --deny-run <[PART:]PROGRAM>
          Whatever else allows it: this program is not started
      --deny-env <[PART:]NAME>
          Whatever else allows it: this variable is not read
      --deny-net <[PART:]HOST>
          Whatever else allows it: this host is not reached
      --deny-links[=<PART>]
          Whatever else allows it: no links

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
  buildout --json query parts     for programs

Usage: buildout query [OPTIONS] <[SECTION:]OPTION>

Arguments:
  <[SECTION:]OPTION>  Without SECTION: of [buildout]

Options:
      --raw  The value as it is written

All options of `buildout --help` can stand here too.

"#]]
        );
        assert_data_eq!(
            shown(&["recipe"]),
            str![[r#"
buildout recipe: show which recipes there are and what they do

  buildout recipe list            all that can be named here
  buildout recipe describe mkdir  its options and what it may touch
  buildout recipe describe ./unit.wasm    the same of a file

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

  buildout recipe describe mkdir  a stock recipe
  buildout recipe describe ./unit.wasm    a file
  buildout --json recipe describe mkdir   for programs

Usage: buildout recipe describe <NAME>

Arguments:
  <NAME>  As an option `recipe` names it

All options of `buildout --help` can stand here too.

"#]]
        );
    }

    #[test]
    fn every_help_begins_with_three_examples_that_can_be_typed() {
        for (name, _) in each_command() {
            let words: Vec<&str> = name.split(' ').collect();
            let text = shown(&words);
            let examples = text.lines().skip(2).take_while(|line| line.starts_with("  buildout"));
            let examples: Vec<&str> =
                examples.map(|line| line.trim().split("  ").next().expect("it is there")).collect();
            assert_eq!(examples.len(), 3, "{text}");
            for example in examples {
                let typed = example.split(' ').skip(1).map(std::ffi::OsString::from);
                let parsed = super::super::Arguments::parse(typed);
                assert!(parsed.is_ok(), "`{example}`: {parsed:?}");
            }
        }
    }

    #[test]
    fn an_option_of_several_commands_is_of_one_kind() {
        let described = |option: &Arg| (option.get_id().clone(), option.get_action().takes_values());
        let kinds: std::collections::BTreeSet<_> = each_command()
            .iter()
            .flat_map(|(_, command)| {
                command
                    .get_arguments()
                    .filter(|own| own.get_long().is_some())
                    .map(described)
                    .collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(kinds.len(), own_options().len());
        let all = command();
        let shared = all.get_arguments().filter_map(Arg::get_long).filter(|long| !takers(long).is_empty());
        assert_eq!(shared.collect::<Vec<_>>(), [""; 0], "an option is for all commands or for some");
    }

    #[test]
    fn there_is_no_help_for_what_is_not_there() {
        assert_eq!(help(&["nope".to_owned()]), None);
    }
}
