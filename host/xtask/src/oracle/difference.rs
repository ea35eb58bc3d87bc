//! The lines in which a field differs.
//!
//! - In: two [`Outcome`]s.
//! - Out: a [`Difference`] for each field that differs: the lines that only one of them has.
//! - Not here: whether it is meant (`rule`).

use super::outcome::Outcome;

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) field: &'static str,
    /// Lines that only zc.buildout has.
    pub(super) theirs: Vec<String>,
    /// Lines that only we have.
    pub(super) ours: Vec<String>,
}

impl Difference {
    /// Whether no line is left.
    pub(super) fn is_empty(&self) -> bool {
        self.theirs.is_empty() && self.ours.is_empty()
    }

    /// The lines that are not in `left`, which was made by taking lines away.
    pub(super) fn without(&self, left: &Self) -> Self {
        let gone = |all: &[String], left: &[String]| apart(all, left).0;
        Self {
            field: self.field,
            theirs: gone(&self.theirs, &left.theirs),
            ours: gone(&self.ours, &left.ours),
        }
    }

    /// One line, not too long.
    pub(super) fn short(&self) -> String {
        let shown = |lines: &[String]| {
            let text = format!("{:?}", lines.join("\n"));
            match text.char_indices().nth(LONGEST) {
                Some((at, _)) => format!("{}…", &text[..at]),
                None => text,
            }
        };
        format!("{}: theirs {}, ours {}", self.field, shown(&self.theirs), shown(&self.ours))
    }
}

/// So many characters of each side are shown.
const LONGEST: usize = 300;

/// Compares field by field. Where zc.buildout broke, the texts are Python's, and only that we fail too counts.
pub(super) fn between(theirs: &Outcome, ours: &Outcome) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (field, expected) in &theirs.fields {
        let got = ours.fields.get(field).map(Vec::as_slice).unwrap_or_default();
        if theirs.broke.is_some() {
            match *field {
                "rc" if got != ["0"] => continue,
                "error" => continue,
                // It was interrupted, and said nothing.
                "while" if expected.is_empty() => continue,
                _ => {}
            }
        }
        let (theirs, ours) = apart(expected, got);
        let difference = Difference { field, theirs, ours };
        if !difference.is_empty() {
            differences.push(difference);
        }
    }
    differences
}

/// The lines that are not in the longest common subsequence.
fn apart(one: &[String], other: &[String]) -> (Vec<String>, Vec<String>) {
    // `common[i][j]`: how many lines `one[i..]` and `other[j..]` have in common.
    let mut common = vec![vec![0_u32; other.len() + 1]; one.len() + 1];
    for i in (0..one.len()).rev() {
        for j in (0..other.len()).rev() {
            common[i][j] = match one[i] == other[j] {
                true => common[i + 1][j + 1] + 1,
                false => common[i + 1][j].max(common[i][j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let (mut only_one, mut only_other) = (Vec::new(), Vec::new());
    while i < one.len() || j < other.len() {
        if i < one.len() && j < other.len() && one[i] == other[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == other.len() || (i < one.len() && common[i + 1][j] >= common[i][j + 1]) {
            only_one.push(one[i].clone());
            i += 1;
        } else {
            only_other.push(other[j].clone());
            j += 1;
        }
    }
    (only_one, only_other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_both_have_are_left_out_in_their_order() {
        let lines = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        assert_eq!(apart(&lines("abcd"), &lines("axcd")), (lines("b"), lines("x")));
        assert_eq!(apart(&lines("ab"), &lines("ba")).0.len(), 1, "the order counts");
        assert_eq!(apart(&lines("ab"), &lines("ab")), (lines(""), lines("")));
    }
}
