//! What an option holds: its text, the bytes that it was written with, and how it came to be.
//!
//! - In: lines of files, of the command line, of recipes; put together by `merge`.
//! - Out: [`Value`], cheap to clone; places for any part of its text.
//! - Not here: replacing `${…}` (room `resolve`), drawing places (room `report`).

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::walk::{Lost, Walk};
use crate::source::Span;

/// What a value's newest text goes back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A configuration file; the span is the option's name and its whole value.
    File(Span),
    /// The command line, as a source named `command line`.
    CommandLine(Span),
    /// A built-in default.
    Default,
    /// Worked out from where the configuration file lies.
    Computed,
    /// The empty start of an increment that found nothing to add to.
    Implicit,
    /// The recipe of this part.
    Recipe(Arc<str>),
}

impl Origin {
    /// The bytes that say it, if it was written down.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::File(span) | Self::CommandLine(span) => Some(*span),
            Self::Default | Self::Computed | Self::Implicit | Self::Recipe(_) => None,
        }
    }
}

/// Whose word something is. Later ones win over earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Layer {
    /// Ours: built in, or worked out from where the configuration file lies.
    Default = 1,
    /// The user's `default.cfg` and what it extends.
    User = 2,
    /// The project's configuration files.
    Project = 4,
    /// The command line, and files that it adds with `buildout:extends=`.
    CommandLine = 8,
    /// A recipe.
    Recipe = 16,
}

/// The layers that had a hand in something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layers(u8);

impl Layers {
    /// Exactly one layer.
    pub fn only(layer: Layer) -> Self {
        Self(layer as u8)
    }

    /// These and those.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `layer` had a hand in it.
    pub fn contains(self, layer: Layer) -> bool {
        self.0 & layer as u8 != 0
    }

    /// Whether nobody else had a hand in it.
    pub fn is_only(self, layer: Layer) -> bool {
        self.0 == layer as u8
    }
}

/// What one entry of a history did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// First value.
    Set,
    /// A later `=`.
    Override,
    /// `+=`.
    Add,
    /// `-=`.
    Remove,
    /// A directory was made absolute.
    Directory,
}

impl Change {
    /// zc.buildout's word for it, as `annotate` prints it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Set => "SET",
            Self::Override => "OVERRIDE",
            Self::Add => "ADD",
            Self::Remove => "REMOVE",
            Self::Directory => "DIRECTORY",
        }
    }
}

/// One step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What was done.
    pub change: Change,
    /// The text that it was done with.
    pub text: Arc<str>,
    /// Where that stands.
    pub origin: Origin,
    /// Whose word it is.
    pub layer: Layer,
}

/// One line of a value and the bytes that it was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// Offset in the value's text.
    pub(super) at: u32,
    pub(super) span: Span,
}

#[derive(Debug, Default)]
pub(super) enum Pieces {
    #[default]
    None,
    /// The text is these bytes.
    One(Span),
    /// The text comes from these bytes, but is another.
    Whole(Span),
    Many(Box<[Piece]>),
}

/// What an option holds. A clone shares everything.
#[derive(Debug, Clone)]
pub struct Value(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) text: Arc<str>,
    pub(super) pieces: Pieces,
    /// The option's name where the newest step wrote it.
    pub(super) name: Option<Span>,
    pub(super) layers: Layers,
    pub(super) past: Past,
}

/// Where a history comes from.
#[derive(Debug)]
pub(super) enum Past {
    Listed(Vec<Entry>),
    /// Worked out from the files when somebody asks.
    Walk(Walk, OnceLock<Vec<Entry>>),
}

impl Value {
    pub(super) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Makes a value that was never written in a source.
    pub(super) fn unwritten(text: &str, change: Change, origin: Origin, layer: Layer) -> Self {
        let text: Arc<str> = text.into();
        let entry = Entry { change, text: Arc::clone(&text), origin, layer };
        let past = Past::Listed(vec![entry]);
        Self::new(Inner { text, pieces: Pieces::None, name: None, layers: Layers::only(layer), past })
    }

    /// The same value after one more step that gave it `text`, which no source holds.
    pub(super) fn changed(&self, change: Change, text: &str, origin: Origin, layer: Layer) -> Self {
        let text: Arc<str> = text.into();
        let mut past = self.history().to_vec();
        past.push(Entry { change, text: Arc::clone(&text), origin, layer });
        Self::new(Inner {
            text,
            pieces: self.span().map_or(Pieces::None, Pieces::Whole),
            name: self.0.name,
            layers: self.0.layers.and(Layers::only(layer)),
            past: Past::Listed(past),
        })
    }

    /// The text, with `\n` between lines, before any `${…}` is replaced.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The same text, to keep.
    pub fn shared_text(&self) -> &Arc<str> {
        &self.0.text
    }

    /// The bytes of the whole value; of its first file only, if several files wrote it.
    pub fn span(&self) -> Option<Span> {
        match &self.0.pieces {
            Pieces::None => None,
            Pieces::One(span) | Pieces::Whole(span) => Some(*span),
            Pieces::Many(pieces) => {
                let first = pieces.first()?.span;
                let mut whole = first;
                for piece in pieces.iter() {
                    if piece.span.file == whole.file && piece.span.start >= whole.end {
                        whole.end = piece.span.end;
                    }
                }
                Some(whole)
            }
        }
    }

    /// The source bytes of a stretch of the text; to the end of its line if it crosses files.
    ///
    /// A line break in the text belongs to the line before it.
    pub fn span_of(&self, range: Range<usize>) -> Option<Span> {
        let pieces = match &self.0.pieces {
            Pieces::None => return None,
            Pieces::Whole(span) => return Some(*span),
            Pieces::One(span) => &[Piece { at: 0, span: *span }][..],
            Pieces::Many(pieces) => pieces,
        };
        let piece_at = |offset: usize| {
            let behind = pieces.partition_point(|piece| piece.at as usize <= offset);
            Some(pieces[behind.checked_sub(1)?])
        };
        let length = |piece: Piece| (piece.span.end - piece.span.start) as usize;
        let within = |piece: Piece, offset: usize| {
            piece.span.start as usize + (offset - piece.at as usize).min(length(piece))
        };
        let first = piece_at(range.start)?;
        if range.start > first.at as usize + length(first) {
            // A line that no source holds, such as one of a default.
            return None;
        }
        let start = within(first, range.start);
        let last = piece_at(range.end.max(range.start + 1) - 1)?;
        let end = within(last, range.end.max(last.at as usize));
        if first.span.file == last.span.file && end >= start {
            return Some(Span::new(first.span.file, start, end));
        }
        Some(Span::new(first.span.file, start, first.span.end as usize))
    }

    /// The option's name, where the newest step wrote it.
    pub fn name_span(&self) -> Option<Span> {
        self.0.name
    }

    /// The best single place to point at: the value, or the option's name if the value is empty.
    pub fn place(&self) -> Option<Span> {
        self.span().filter(|span| span.start < span.end).or(self.0.name).or_else(|| self.span())
    }

    /// Whose words the text consists of, since the last `=`; lines taken away count too.
    pub fn layers(&self) -> Layers {
        self.0.layers
    }

    /// How the value came to be, oldest first; of a very long history the newest thousand entries.
    ///
    /// Source: zc.buildout 6, `annotate`, `SectionKey.history`.
    pub fn history(&self) -> &[Entry] {
        match &self.0.past {
            Past::Listed(entries) => entries,
            Past::Walk(walk, known) => known.get_or_init(|| walk.history()),
        }
    }

    /// What was done and who says so, from the step on that gave it a whole value last; oldest first.
    pub fn recent(&self) -> Vec<(Change, Origin)> {
        match &self.0.past {
            Past::Listed(entries) => {
                let is_increment = |entry: &Entry| matches!(entry.change, Change::Add | Change::Remove);
                let base = entries.iter().rposition(|entry| !is_increment(entry)).unwrap_or_default();
                entries[base..].iter().map(|entry| (entry.change, entry.origin.clone())).collect()
            }
            Past::Walk(walk, _) => walk.recent(),
        }
    }

    /// Increments that a file took back because it is extended on two ways: read once more, it sets the option again.
    pub fn lost(&self) -> Vec<Lost> {
        match &self.0.past {
            Past::Listed(_) => Vec::new(),
            Past::Walk(walk, _) => walk.lost(),
        }
    }

    /// Where the newest step stands.
    pub fn origin(&self) -> Origin {
        self.history().last().map_or(Origin::Implicit, |entry| entry.origin.clone())
    }

    /// The text's lines, each with its place.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&str, Option<Span>)> {
        let mut at = 0;
        self.text().split('\n').map(move |line| {
            let range = at..at + line.len();
            at = range.end + 1;
            (line, self.span_of(range))
        })
    }
}
