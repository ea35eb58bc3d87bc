//! `buildout man --output DIR`: a manual page for every command, for releases.

use std::io::Write as _;

use camino::Utf8Path;
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::request::Asked;
use super::{Done, help};
use crate::diagnostic::{Diagnostic, Exit};

pub(super) fn run(asked: &Asked, output: &Utf8Path) -> Done {
    let output = asked.started_in.join(output);
    let mut all = help::described(false);
    all.build();
    let mut left = vec![("buildout".to_owned(), all)];
    while let Some((name, command)) = left.pop() {
        let inner =
            command.get_subcommands().map(|inner| (format!("{name}-{}", inner.get_name()), inner.clone()));
        left.extend(inner.collect::<Vec<_>>());
        let path = output.join(format!("{name}.1"));
        let written = page(name, command).and_then(|page| std::fs::write(&path, page));
        written.map_err(|error| Diagnostic::error("man", format!("Cannot write {path}: {error}")))?;
    }
    Ok(Exit::Done)
}

/// One page. The examples stand before the options, as in the help.
fn page(name: String, command: Command) -> std::io::Result<Vec<u8>> {
    let examples = command.get_before_help().map(ToString::to_string).unwrap_or_default();
    let more = command.get_after_help().is_some();
    let words = name.replace('-', " ");
    let command = command.name(name.clone()).display_name(name).bin_name(words);
    let subcommands = command.has_subcommands();
    let man = Man::new(command);
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    let mut shown = Roff::new();
    shown.control("SH", ["EXAMPLES"]);
    shown.control("nf", []);
    shown.text([roman(examples)]);
    shown.control("fi", []);
    shown.to_writer(&mut page)?;
    man.render_options_section(&mut page)?;
    if subcommands {
        man.render_subcommands_section(&mut page)?;
    }
    if more {
        man.render_extra_section(&mut page)?;
    }
    page.flush()?;
    Ok(page)
}
