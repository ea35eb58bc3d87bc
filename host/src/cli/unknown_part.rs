//! Access that was typed for a part that nobody knows.
//!
//! - In: `--allow-KIND=PART:…` and `--deny-KIND=PART:…` as typed, the names that can be a part's.
//! - Out: a warning for what gives to nobody, an error for what refuses to nobody.
//! - Not here: reading the flags (`grant`), what follows from them (`access`).

use super::grant::Typed;
use crate::diagnostic::{Diagnostic, Exit, nearest};

/// What is to be said about each flag whose part is none of `names`; errors first.
///
/// A name that is mistyped must not refuse nothing.
pub(super) fn unknown(typed: &[Typed], names: &[&str]) -> Vec<Diagnostic> {
    let told = |typed: &Typed| {
        let part = typed.part.as_deref()?;
        if names.contains(&part) {
            return None;
        }
        let diagnostic = match typed.refuses {
            true => Diagnostic::error(
                "unknown-part",
                format!("`{typed}` protects from nobody: there is no part `{part}`"),
            )
            .exit(Exit::Usage),
            false => Diagnostic::warning(
                "unknown-part",
                format!("`{typed}` gives to nobody: there is no part `{part}`"),
            ),
        };
        Some(match nearest(part, names.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("without a part, it is for all of them"),
        })
    };
    let mut told: Vec<Diagnostic> = typed.iter().filter_map(told).collect();
    told.sort_by_key(|diagnostic| diagnostic.exit == Exit::Done);
    told
}
