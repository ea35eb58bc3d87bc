//! What merging may spend: bytes of values, and lines looked at.
//!
//! - In: the limits.
//! - Out: [`Budget`], from which merging takes; [`TooMuch`] when there is not enough.
//! - Not here: how that is told (`failure`, `error`).

use std::sync::Arc;

use super::limits::Limits;
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

/// What may still be spent.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    pub(super) value_bytes: usize,
    values_bytes: usize,
    steps: usize,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { value_bytes: limits.value_bytes, values_bytes: limits.values_bytes, steps: limits.steps }
    }

    pub(super) fn step(&mut self, steps: usize) -> Result<(), Excess> {
        self.steps = self.steps.checked_sub(steps).ok_or(Excess::Steps)?;
        Ok(())
    }

    pub(super) fn value(&mut self, bytes: usize) -> Result<(), Excess> {
        if bytes > self.value_bytes {
            return Err(Excess::Value);
        }
        self.values_bytes = self.values_bytes.checked_sub(bytes).ok_or(Excess::Values)?;
        Ok(())
    }
}
