//! Pending: increments of a section that uses macros, until the macro's value is known.
//!
//! - In: the walk of an option that no file assigns.
//! - Out: the value, once there is one to add to; what `annotate` shows before that.
//! - Not here: macros themselves (`macros`).
//!
//! Rules: `semantics.md` 5: pending operations per option, in layer order.

use std::sync::Arc;

use super::budget::{Budget, TooMuch};
use super::parse::Operator;
use super::value::Value;
use super::walk::{Visit, Walk};

/// Increments of a section that uses macros, waiting for the macro's value.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    walk: Walk,
    visits: Vec<Visit>,
    /// As `annotate` shows them: all that is added, all that is removed.
    rows: Vec<(&'static str, Value)>,
}

impl Pending {
    pub(super) fn new(
        walk: Walk,
        visits: Vec<Visit>,
        budget: &mut Budget,
        section: &Arc<str>,
        option: &Arc<str>,
    ) -> Result<Self, TooMuch> {
        let mut rows = Vec::new();
        for (sign, operator) in [("+", Operator::Add), ("-", Operator::Remove)] {
            let row = walk.row(&visits, operator, budget);
            rows.extend(row.map_err(|what| walk.too_much(what, section, option))?.map(|value| (sign, value)));
        }
        Ok(Self { walk, visits, rows })
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.rows.iter().map(|(sign, value)| (*sign, value))
    }

    /// The value once the macro's is known; with none the increments start from an empty line.
    pub(super) fn onto(
        &self,
        base: Option<&Value>,
        budget: &mut Budget,
        section: &Arc<str>,
        option: &Arc<str>,
    ) -> Result<Value, TooMuch> {
        let walk = self.walk.clone().never_fresh();
        let value = walk.value(&self.visits, base, budget);
        value.map_err(|(walk, what)| walk.too_much(what, section, option))
    }
}
