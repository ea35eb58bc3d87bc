//! Lines: a value while operations are applied to it.
//!
//! - In: the lines of operands, each with its place.
//! - Out: the text, and which bytes each line was taken from.
//! - Not here: which operations, in which order (`walk`).
//!
//! Rules: zc.buildout 6, `SectionKey.addToValue` and `removeFromValue`; `semantics.md` 4.6.

use std::collections::HashSet;
use std::sync::Arc;

use super::value::{Piece, Pieces};
use crate::source::Span;

/// A value while it is put together.
#[derive(Default)]
pub(super) struct LineList<'a> {
    pub(super) lines: Vec<(&'a str, Option<Span>)>,
    /// Whether the option is there; it may be there with nothing in it.
    pub(super) there: bool,
    pub(super) bytes: usize,
}

impl<'a> LineList<'a> {
    pub(super) fn begin(&mut self, operand: impl Iterator<Item = (&'a str, Option<Span>)>) {
        self.lines.clear();
        self.bytes = 0;
        self.there = true;
        self.extend(operand);
    }

    fn extend(&mut self, operand: impl Iterator<Item = (&'a str, Option<Span>)>) {
        for line in operand {
            self.bytes += line.0.len() + usize::from(!self.lines.is_empty());
            self.lines.push(line);
        }
    }

    /// An increment with nothing before it starts from one empty line, except where it opens the section.
    pub(super) fn add(&mut self, operand: impl Iterator<Item = (&'a str, Option<Span>)>, fresh: bool) {
        if self.lines.is_empty() && (self.there || !fresh) {
            self.lines.push(("", None));
        }
        self.there = true;
        self.extend(operand);
    }

    /// Takes whole lines away, wherever they stand. Nothing left is one empty line.
    pub(super) fn remove(&mut self, operand: impl Iterator<Item = &'a str>) {
        self.there = true;
        let gone: HashSet<&str> = operand.collect();
        self.lines.retain(|(line, _)| !gone.contains(line));
        self.bytes = self.lines.iter().map(|(line, _)| line.len() + 1).sum::<usize>().saturating_sub(1);
    }

    pub(super) fn finish(self) -> (Arc<str>, Pieces) {
        if let [(line, span)] = self.lines[..] {
            return (line.into(), span.map_or(Pieces::None, Pieces::One));
        }
        let mut text = String::with_capacity(self.bytes);
        let mut pieces = Vec::with_capacity(self.lines.len());
        for (at, (line, span)) in self.lines.into_iter().enumerate() {
            if at > 0 {
                text.push('\n');
            }
            if let Some(span) = span {
                pieces.push(Piece { at: text.len() as u32, span });
            }
            text.push_str(line);
        }
        (text.into(), if pieces.is_empty() { Pieces::None } else { Pieces::Many(pieces.into()) })
    }
}
