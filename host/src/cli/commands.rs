//! The commands, each with three examples and with the options that only it takes.
//!
//! - In: nothing; it is written down here, once.
//! - Out: [`clap::Command`]s.
//! - Not here: options that every command takes, help texts (`help`); doing it (one file per command).

use clap::builder::EnumValueParser;
use clap::{Arg, ArgAction, Command, ValueHint};
use clap_complete::Shell;

use super::help::{TEMPLATE, switch, value};
use crate::confine::Tier;
use crate::report::graph::Format;

const WITH_DEPS: &str = "Before them the parts that they need";
const FORCE: &str = "Make them anew without a reason, even if the uninstall of the old ones fails";
const UNINSTALL: &str = "Show what `uninstall` would do";

/// What stands below the help of a command.
const MORE: &str = "All options of `buildout --help` can stand here too.";

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

/// Returns all commands, in the order of the help.
pub(super) fn commands() -> Vec<Command> {
    let several = |name| Arg::new(name).value_name(name).action(ArgAction::Append).num_args(0..);
    let one = |name| Arg::new(name).value_name(name).required(true);
    let mut commands = vec![
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
                "  buildout -v plan                those that are up to date as well\n",
                "  buildout plan --check           exit 9 if anything would change, for CI",
            ))
            .arg(several("PART").help("Only these parts, in this order"))
            .arg(switch("with-deps", WITH_DEPS))
            .arg(switch("force", FORCE))
            .arg(switch("uninstall", UNINSTALL))
            .arg(switch("check", "Exit 9 if anything would be made, made anew or removed; updates, which every run calls, do not count")),
        called("init", "write a configuration to begin with").before_help(concat!(
            "  buildout init                   buildout.cfg in this directory\n",
            "  buildout -c dev.cfg init        another file\n",
            "  buildout -c web/buildout.cfg init    in another directory",
        )),
        called("bootstrap", "make the directories that every buildout has, and nothing else").before_help(
            concat!(
                "  buildout bootstrap              bin, parts, eggs, develop-eggs\n",
                "  buildout -c dev.cfg bootstrap   those that another file names\n",
                "  buildout bin-directory=tools bootstrap    with another name for one",
            ),
        ),
        called("graph", "show which parts there are and what they need")
            .before_help(concat!(
                "  buildout graph                  a part a line, in the order of the run\n",
                "  buildout graph --format=dot     for Graphviz\n",
                "  buildout graph --format mermaid site    for Markdown, of what [site] needs",
            ))
            .arg(several("PART").help("Only these parts and what they need"))
            .arg(
                value("format", "FORMAT", "text, dot or mermaid; `--json` for programs")
                    .value_parser(Format::ALL.map(Format::word))
                    .hide_possible_values(true),
            ),
        called("doctor", "show what is known about this buildout and this machine; change nothing")
            .before_help(concat!(
                "  buildout doctor                 what is installed, and where everything is kept\n",
                "  buildout doctor --verify        compare all files with what is recorded\n",
                "  buildout doctor --tier=strict   whether programs can be confined like that here",
            ))
            .arg(
                value(
                    "tier",
                    "TIER",
                    "Exit 6 if programs cannot be confined like that: strict, landlock, none",
                )
                .value_parser(Tier::ALL.map(Tier::word))
                .hide_possible_values(true),
            )
            .arg(switch(
                "verify",
                "Name what is missing, changed or foreign, and exit 1 if a part is damaged",
            )),
        called("annotate", "show every option with its value and where that was written")
            .before_help(concat!(
                "  buildout annotate               every section\n",
                "  buildout annotate site          one section\n",
                "  buildout -v annotate site       with every step on the way to the value",
            ))
            .arg(several("SECTION").help("Only these sections")),
        called("query", "show the value of one option")
            .before_help(concat!(
                "  buildout query site:port        the option `port` of [site], as a recipe reads it\n",
                "  buildout query --raw site:port  as it is written, with nothing replaced\n",
                "  buildout --json query parts     for programs",
            ))
            .arg(one("OPTION").value_name("[SECTION:]OPTION").help("Without SECTION: of [buildout]"))
            .arg(switch("raw", "The value as it is written")),
        called("why", "show where the value of one option comes from, step by step")
            .before_help(concat!(
                "  buildout why site:port          the option `port` of [site]\n",
                "  buildout why parts              of [buildout]\n",
                "  buildout --json why site:port   for programs",
            ))
            .arg(one("OPTION").value_name("[SECTION:]OPTION").help("Without SECTION: of [buildout]")),
        called("recipe", "show which recipes there are and what they do")
            .before_help(concat!(
                "  buildout recipe list            all that can be named here\n",
                "  buildout recipe describe mkdir  its options and what it may touch\n",
                "  buildout recipe describe ./unit.wasm    the same of a file",
            ))
            .subcommand(called("recipe list", "show the recipes that can be named here").before_help(
                concat!(
                    "  buildout recipe list            stock recipes, yours, and aliases of [recipes]\n",
                    "  buildout -c dev.cfg recipe list    with the aliases of another file\n",
                    "  buildout --json recipe list     for programs",
                ),
            ))
            .subcommand(
                called("recipe describe", "show the options of a recipe and what it may touch")
                    .before_help(concat!(
                        "  buildout recipe describe mkdir  a stock recipe\n",
                        "  buildout recipe describe ./unit.wasm    a file\n",
                        "  buildout --json recipe describe mkdir   for programs",
                    ))
                    .arg(one("NAME").help("As an option `recipe` names it")),
            ),
        called("permissions", "show what parts need, have and lack beyond the defaults; change nothing")
            .before_help(concat!(
                "  buildout permissions            of all parts\n",
                "  buildout permissions site       of one\n",
                "  buildout --json permissions     for programs",
            ))
            .arg(several("PART").help("Only these parts")),
        called(
            "approve",
            "decide on what parts ask for, one by one, and keep the answers for this directory",
        )
        .before_help(concat!(
            "  buildout approve                whatever is lacking\n",
            "  buildout approve site           for this part alone\n",
            "  buildout -c dev.cfg approve     what another configuration lacks",
        ))
        .arg(several("PART").help("Only for these parts")),
        called("revoke", "take back what was approved for this directory")
            .before_help(concat!(
                "  buildout revoke                 all of it\n",
                "  buildout revoke site            what this part was given\n",
                "  buildout permissions            see what is left",
            ))
            .arg(several("PART").help("Only what these parts were given")),
        called("audit", "show what was allowed and denied here, and what parts made")
            .before_help(concat!(
                "  buildout audit                  of all parts\n",
                "  buildout audit site             of one\n",
                "  buildout --json audit           for programs",
            ))
            .arg(several("PART").help("Only these parts")),
        called("policy", "see to your policy, the file that says what is allowed in every run")
            .before_help(concat!(
                "  buildout policy check           say what it allows, and what is wrong with it\n",
                "  buildout policy check new.toml  the same of another file\n",
                "  buildout --json policy check    for programs",
            ))
            .subcommand(
                called("policy check", "say what your policy allows, and what is wrong with it")
                    .before_help(concat!(
                        "  buildout policy check           the one that counts here\n",
                        "  buildout policy check new.toml  another file\n",
                        "  buildout --json policy check    for programs",
                    ))
                    .arg(Arg::new("FILE").value_name("FILE").help("Another file than the one that counts")),
            ),
        called("cache", "see to the cache of compiled recipes")
            .before_help(concat!(
                "  buildout cache warm             compile every stock recipe now, on all cores\n",
                "  buildout cache warm --system    the same for all users of this machine (root only)\n",
                "  buildout --json cache warm      say it to a program",
            ))
            .subcommand(
                called("cache warm", "compile every stock recipe now, so that no later run waits")
                    .before_help(concat!(
                        "  buildout cache warm             for you\n",
                        "  buildout cache warm --system    for all users of this machine (root only)\n",
                        "  buildout --json cache warm      say it to a program",
                    ))
                    .arg(switch("system", "For all users of this machine")),
            )
            // For whoever makes a release.
            .subcommand(
                called("cache bundle", "write a copy of this program that carries its compiled recipes")
                    .before_help(concat!(
                        "  buildout cache bundle --output /tmp/buildout    the copy\n",
                        "  buildout cache bundle --output=../buildout      the same elsewhere\n",
                        "  buildout help cache bundle      this",
                    ))
                    .arg(value("output", "FILE", "The program to write"))
                    .hide(true),
            ),
        called("completions", "write what a shell needs to complete commands and options")
            .before_help(concat!(
                "  buildout completions bash       for a file in bash-completion/completions\n",
                "  buildout completions zsh        for a file `_buildout` in a directory of $fpath\n",
                "  buildout completions fish       for ~/.config/fish/completions/",
            ))
            .arg(
                one("SHELL")
                    .help("bash, zsh, fish, elvish or powershell")
                    .value_parser(EnumValueParser::<Shell>::new())
                    .hide_possible_values(true),
            ),
        called("man", "write the manual pages")
            .before_help(concat!(
                "  buildout man --output /tmp/man1     a page for each command\n",
                "  buildout man --output=man1      beside this\n",
                "  buildout help man               this",
            ))
            .arg(value("output", "DIR", "The directory, which must be there").value_hint(ValueHint::DirPath)),
        called("help", "show what can be typed, or what a command does")
            .before_help(concat!(
                "  buildout help                   everything\n",
                "  buildout help plan              one command\n",
                "  buildout help recipe describe   a command of two words",
            ))
            .arg(several("COMMAND").help("The command, such as `plan` or `recipe describe`")),
    ];
    let names: Vec<String> = commands.iter().map(|command| command.get_name().to_owned()).collect();
    let help = commands.pop().expect("`help` is the last one");
    commands.push(help.mut_arg("COMMAND", |command| command.value_parser(names).hide_possible_values(true)));
    commands
}
