//! Where every byte came from: files by number, stretches of them as spans.
//!
//! - In: the text of each configuration file, as it was read.
//! - Out: small copyable [`Span`]s, and the [`Place`] (file, line, column) of each.
//! - Not here: drawing a place for people (`report`).

use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// One file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A stretch of bytes in one file; `start == end` is a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file that holds the bytes.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// Makes a span of the bytes `start..end` of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let narrow = |n: usize| u32::try_from(n).expect("a source file is shorter than 4 GiB");
        Self { file, start: narrow(start), end: narrow(end) }
    }
}

/// A point in a file as people count: from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// Absolute path, URL, or `command line`.
    pub file: String,
    /// Physical line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
}

/// One text that was read, with the name that errors call it by.
#[derive(Debug)]
pub struct SourceFile {
    name: String,
    text: Arc<str>,
    /// Offsets of the line starts; found when the first place is asked for.
    lines: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// Absolute path, URL, or `command line`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text, with its line ends as they were.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut starts = vec![0];
            for (at, byte) in bytes.iter().enumerate() {
                // CR LF is one line end, and so is CR alone.
                let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
                if ends {
                    starts.push(u32::try_from(at + 1).expect("a source file is shorter than 4 GiB"));
                }
            }
            starts
        })
    }

    /// The line that holds the byte at `offset`, from 1.
    pub fn line(&self, offset: u32) -> usize {
        self.lines().partition_point(|start| *start <= offset)
    }

    /// The bytes of a line (from 1), without its line end.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let lines = self.lines();
        let start = lines[line - 1] as usize;
        let end = lines.get(line).map_or(self.text.len(), |next| *next as usize);
        start..start + self.text[start..end].trim_end_matches(['\r', '\n']).len()
    }
}

/// Every text of a run.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a text and returns its number.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than 4 billion files"));
        self.files.push(SourceFile { name: name.into(), text: text.into(), lines: OnceLock::new() });
        id
    }

    /// The file that `id` stands for.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files, in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// The bytes of a span.
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.file).text[span.start as usize..span.end as usize]
    }

    /// File, line and column of the first byte of a span.
    pub fn place(&self, span: Span) -> Place {
        let file = self.file(span.file);
        let line = file.line(span.start);
        let start = file.lines()[line - 1] as usize;
        let column = file.text[start..span.start as usize].chars().count() + 1;
        Place { file: file.name.clone(), line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.cfg", "[ä]\r\nbb = 1\rc = 2\n");
        let at = |start| {
            let place = sources.place(Span::new(file, start, start));
            (place.line, place.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(3), (1, 3), "columns count characters, not bytes");
        assert_eq!(at(6), (2, 1), "CR LF is one line end");
        assert_eq!(at(13), (3, 1), "CR alone ends a line");
        assert_eq!(at(19), (4, 1), "a last line end opens an empty line");
    }

    #[test]
    fn a_line_is_given_without_its_line_end() {
        let mut sources = SourceMap::default();
        let id = sources.add("a.cfg", "a\r\n\rc\n");
        let file = sources.file(id);
        let line = |number| &file.text()[file.line_range(number)];
        assert_eq!([line(1), line(2), line(3), line(4)], ["a", "", "c", ""]);
    }
}
