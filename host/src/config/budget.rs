//! What merging may spend: bytes of values, and lines looked at.
//!
//! - In: the limits.
//! - Out: [`Budget`], from which merging takes; [`TooMuch`] when there is not enough.
//! - Not here: how that is told (`failure`, `error`).

use std::sync::Arc;

use indexmap::IndexMap;

use super::limits::Limits;
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::Span;

/// What stops a merge; always a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TooMuch {
    pub(super) what: Excess,
    pub(super) section: Arc<str>,
    pub(super) option: Arc<str>,
    pub(super) at: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// One value is too long.
    Value,
    /// All values together are.
    Values,
    /// Too many lines were looked at.
    Steps,
}

/// So many removals get advice, out of so many lines.
const FEW: usize = 100;

/// What may still be spent.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    pub(super) value_bytes: usize,
    values_bytes: usize,
    steps: usize,
    /// Removals by place: the lines that they did not find, and the nearest that were there; none if they
    /// found all at least once.
    idle: IndexMap<Span, Option<Idle>>,
}

/// A removal of a line that is not there.
#[derive(Debug, Clone)]
struct Idle {
    nearest: Option<String>,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            value_bytes: limits.value_bytes,
            values_bytes: limits.values_bytes,
            steps: limits.steps,
            idle: IndexMap::new(),
        }
    }

    pub(super) fn step(&mut self, steps: usize) -> Result<(), Excess> {
        self.steps = self.steps.checked_sub(steps).ok_or(Excess::Steps)?;
        Ok(())
    }

    /// Notes that a line was to be removed from these, at one of the visits of its file.
    pub(super) fn removal<'l>(
        &mut self,
        line: &str,
        at: Option<Span>,
        lines: impl Iterator<Item = &'l str> + Clone,
    ) {
        let Some(at) = at.filter(|at| at.start < at.end) else { return };
        if lines.clone().any(|there| there == line) {
            self.idle.insert(at, None);
        } else {
            // Comparing with everything is for advice only, so it may not cost much.
            let nearest = if self.idle.len() < FEW { nearest(line, lines.take(FEW)) } else { None };
            self.idle.entry(at).or_insert_with(|| Some(Idle { nearest: nearest.map(str::to_owned) }));
        }
    }

    /// One warning about all lines that were to be removed and were never there.
    pub(super) fn idle(&self) -> Option<Diagnostic> {
        let idle = self.idle.iter().filter_map(|(at, idle)| Some((*at, idle.as_ref()?)));
        let warning = Diagnostic::warning("idle-removal", "`-=` takes away lines that are not there");
        let warning = idle.fold(warning, |warning, (at, idle)| {
            let words = match &idle.nearest {
                Some(near) => format!("there is no such line; is it `{near}`?"),
                None => "there is no such line".to_owned(),
            };
            warning.at(at, words)
        });
        (!warning.labels.is_empty()).then_some(warning)
    }

    pub(super) fn value(&mut self, bytes: usize) -> Result<(), Excess> {
        if bytes > self.value_bytes {
            return Err(Excess::Value);
        }
        self.values_bytes = self.values_bytes.checked_sub(bytes).ok_or(Excess::Values)?;
        Ok(())
    }
}
