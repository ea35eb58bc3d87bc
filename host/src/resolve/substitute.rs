//! Substituting: a text with `${section:option}` in it becomes a text with values.
//!
//! - In: a text, and the section that it stands in.
//! - Out: the text with its references replaced; sections that they name are looked up.
//! - Not here: what a reference looks like (`reference`), looking sections up (`resolver`).
//!
//! Rules: zc.buildout 6, `Options._sub`; `semantics.md` 6.

use super::error::{Cause, ResolveError};
use super::needs;
use super::reference::{Piece, Reference, pieces};
use super::resolver::{Resolver, Result};
use crate::access::Claim;
use crate::config::Value;
use crate::diagnostic::{Diagnostic, Label, nearest};
use crate::source::Span;

/// Bytes of one substituted value.
const LARGEST_VALUE: usize = 1 << 20;
/// Bytes of substituted text in a run.
const ALL_VALUES: usize = 64 << 20;

/// The code of the warning about references that have no end.
const UNCLOSED: &str = "unclosed-reference";

impl Resolver<'_> {
    /// A text with its references replaced, as if it stood in `section`.
    pub(super) fn substitute(&mut self, section: &str, text: &str, value: Option<&Value>) -> Result<String> {
        let mut result = String::with_capacity(text.len());
        let mut start = 0;
        for piece in pieces(text) {
            match piece {
                Piece::Plain(text) => {
                    result.push_str(text);
                    self.unclosed(start, text, value);
                    start += text.len();
                }
                Piece::Malformed(malformed) => {
                    let at = value.and_then(|value| value.span_of(malformed.range.clone()));
                    let text = malformed.text.to_owned();
                    return Err(self.error(Cause::Malformed { text, fault: malformed.fault, at }));
                }
                Piece::Angle(reference) if !self.buildout.configuration.has(reference.section) => {
                    start = reference.range.end;
                    result.push_str(reference.text);
                    self.taken_for_text(&reference, value);
                }
                Piece::Reference(reference) | Piece::Angle(reference) => {
                    start = reference.range.end;
                    let at = value.and_then(|value| value.span_of(reference.range.clone()));
                    let text = self.reference(section, &reference, at)?;
                    self.buildout.substituted_bytes += text.len();
                    result.push_str(&text);
                    if result.len() > LARGEST_VALUE {
                        let what = "a value is larger than 1 MiB after substitution".to_owned();
                        return Err(self.error(Cause::Limit { what, at }));
                    }
                    if self.buildout.substituted_bytes > ALL_VALUES {
                        let what = "all substituted values together are larger than 64 MiB".to_owned();
                        return Err(self.error(Cause::Limit { what, at }));
                    }
                }
            }
        }
        Ok(result)
    }

    pub(super) fn reference(
        &mut self,
        own: &str,
        reference: &Reference<'_>,
        at: Option<Span>,
    ) -> Result<String> {
        let section = if reference.section.is_empty() { own } else { reference.section };
        if section == "env" && !self.buildout.configuration.has("env") {
            return self.variable(reference, at);
        }
        if reference.default.is_some() && !self.buildout.configuration.has(section) {
            return Ok(reference.default.unwrap_or_default().to_owned());
        }
        if section != own {
            self.refer(own, section);
            self.doing(format!("Getting section {section}."), |this| this.section(section, at))?;
        }
        if let Some(text) = self.option(section, reference.option, at)? {
            self.mark_used(section, reference.option);
            return Ok(text);
        }
        if let Some(default) = reference.default {
            return Ok(default.to_owned());
        }
        let live = &self.buildout.sections[section];
        let cause = Cause::UnknownOption {
            section: section.to_owned(),
            option: reference.option.to_owned(),
            at,
            section_at: live.written.at,
            nearest: nearest(reference.option, live.names()).map(str::to_owned),
            stray: self.strayed(section, reference.option),
        };
        Err(self.error(cause))
    }

    fn variable(&self, reference: &Reference<'_>, at: Option<Span>) -> Result<String> {
        let name = reference.option;
        let claim = needs::claim_of_file(self.buildout, name, at);
        if !claim.standing.is_met() {
            return Err(self.ungranted(vec![claim]));
        }
        match (self.buildout.surroundings.environment.get(name), reference.default) {
            (Some(text), _) => Ok(text.clone()),
            (None, Some(default)) => Ok(default.to_owned()),
            (None, None) => {
                let text = reference.text.to_owned();
                Err(self.error(Cause::UnsetVariable { name: name.to_owned(), text, at }))
            }
        }
    }

    /// Collects every environment variable that the files name, before anything runs.
    pub(super) fn granted_environment(&self) -> Result<()> {
        let configuration = &self.buildout.configuration;
        if configuration.has("env") {
            return Ok(());
        }
        let mut missing = Vec::new();
        let sections = configuration.names().filter_map(|name| configuration.section(name));
        for value in sections.flat_map(|section| section.iter()).map(|(_, value)| value) {
            if !value.text().contains("${env:") {
                continue;
            }
            for piece in pieces(value.text()) {
                if let Piece::Reference(reference) = piece
                    && reference.section == "env"
                {
                    let at = value.span_of(reference.range.clone());
                    missing.push(needs::claim_of_file(self.buildout, reference.option, at));
                }
            }
        }
        missing.iter().for_each(|claim| self.buildout.surroundings.audit.decided(claim));
        missing.retain(|claim| !claim.standing.is_met());
        if missing.is_empty() { Ok(()) } else { Err(self.ungranted(missing)) }
    }

    fn ungranted(&self, claims: Vec<Claim>) -> ResolveError {
        let directory = self.buildout.surroundings.grants.directory().to_owned();
        self.error(Cause::Environment { claims, directory })
    }

    /// Warns of a `${` without an end in a stretch of a value that begins at `start`. It is text, as in zc.buildout.
    fn unclosed(&mut self, start: usize, stretch: &str, value: Option<&Value>) {
        let Some(found) = stretch.find("${") else { return };
        let line = stretch[found..].split('\n').next().unwrap_or_default().trim_end();
        let start = start + found;
        let Some(at) = value.and_then(|value| value.span_of(start..start + line.len())) else { return };
        let warnings = &mut self.buildout.warnings;
        let known = warnings.iter().position(|warning| warning.code == UNCLOSED);
        let known = known.unwrap_or_else(|| {
            let warning = Diagnostic::warning(UNCLOSED, "References without their `}` are taken as text");
            warnings.push(warning.help("a reference is `${section:option}`"));
            warnings.len() - 1
        });
        // A macro brings the same bytes into several sections.
        if warnings[known].labels.iter().all(|label| label.span != at) {
            warnings[known].labels.push(Label { span: at, text: String::new() });
        }
    }

    fn taken_for_text(&mut self, reference: &Reference<'_>, value: Option<&Value>) {
        if !self.buildout.angles.insert(reference.text.to_owned()) {
            return;
        }
        let at = value.and_then(|value| value.span_of(reference.range.clone()));
        let warning = Diagnostic::warning("angle-text", format!("{} is taken as text", reference.text))
            .maybe_at(at, format!("there is no section `[{}]`", reference.section))
            .help(format!("`$${}` says that it is meant", &reference.text[1..]));
        self.buildout.warnings.push(warning);
    }
}
