//! Undoing: a failed or killed call of a recipe leaves nothing of what it was seen to make.
//!
//! - In: what the call was seen to make, in that order.
//! - Out: what could not be undone, and why.
//! - Not here: what it overwrote under a grant (reported by whoever granted it), putting an old part
//!   back (`aside`).
//!
//! Rules: `decisions.md` 3.3; those of `remove`, except that nothing need have been returned.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::remove::{Bounds, Removal, Sweep, Why};
use crate::installed::Made;

/// Removes what was made: files and links, the latest first, then directories, the deepest first.
///
/// A directory in which somebody else put something stays, as does what somebody exchanged.
/// Afterwards [`Journal::undone`](crate::installed::Journal::undone) must be said before anything else
/// may take the places.
pub fn undo(bounds: Bounds<'_>, made: &[Made]) -> Vec<(Utf8PathBuf, Why)> {
    let made: Vec<&Made> = made.iter().collect();
    Sweep::new(bounds, &made, &BTreeMap::new()).sweep(&made, Removal::default()).kept
}

#[cfg(test)]
mod tests {
    use super::super::remove::tests::Scratch;
    use super::*;

    #[test]
    fn exactly_what_was_made_is_undone() {
        let scratch = Scratch::new();
        scratch.make(&["parts/was-there"]);
        let before = scratch.tree();
        let made = scratch.make(&["parts/x/", "parts/x/f", "parts/x/l -> f", "bin/", "bin/run"]);
        assert_eq!(undo(scratch.bounds(), &made), []);
        assert_eq!(scratch.tree(), before);
        assert_eq!(undo(scratch.bounds(), &made), [], "once more is no failure");
    }

    #[test]
    fn what_others_put_there_stays_and_is_named() {
        let scratch = Scratch::new();
        let made = scratch.make(&["parts/x/", "parts/x/f"]);
        scratch.make(&["parts/x/notes"]);
        let kept = undo(scratch.bounds(), &made);
        assert_eq!(
            scratch.said(&kept),
            ["parts/x/notes: this part did not make it", "parts/x: it holds what this part did not make"]
        );
        assert_eq!(scratch.tree(), ["parts/", "parts/x/", "parts/x/notes"]);
    }
}
