//! The plan of `uninstall`: parts go, whatever the configuration says.
//!
//! Rules: as what nothing names any more: in the reverse of the recorded order, whichever order was typed.

use super::{Action, Plan, PlanError, Reason, Step};
use crate::diagnostic::nearest;
use crate::installed::Installed;

impl Plan {
    /// Plans that parts go; none named: all.
    ///
    /// # Errors
    ///
    /// [`PlanError::NotInstalled`]: then none of them goes.
    pub(super) fn uninstall(installed: &Installed, only: &[String], force: bool) -> Result<Self, PlanError> {
        let parts = &installed.database.parts;
        if let Some(part) = only.iter().find(|part| !parts.contains_key(*part)) {
            let nearest = nearest(part, parts.keys().map(String::as_str)).map(str::to_owned);
            return Err(PlanError::NotInstalled { part: part.clone(), nearest, any: !parts.is_empty() });
        }
        let chosen = |part: &&String| only.is_empty() || only.contains(part);
        let going: Vec<String> = parts.keys().rev().filter(chosen).cloned().collect();
        let step = |part: &String| Step {
            part: part.clone(),
            action: Action::Uninstall,
            reasons: vec![Reason::Asked],
        };
        Ok(Self {
            steps: going.iter().map(step).collect(),
            going,
            force,
            uninstalls: true,
            ..Self::default()
        })
    }
}
