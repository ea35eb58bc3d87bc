//! Parsing: the text of one file becomes the sections and options that are written in it.
//!
//! - In: text, with any line ends, with or without a byte order mark.
//! - Out: [`ConfigFile`]: blocks in the order of the file, everything as stretches of the text, so that
//!   whoever changes a value keeps every other byte; or all bad lines at once.
//! - Not here: conditions (`condition`), one section from its several blocks (`settle`), `extends`.
//!
//! Rules: zc.buildout 6, `configparser.py`.

use std::ops::Range;

use super::limits::Limits;
use super::text::{is_blank, trim, trim_end};

/// A stretch of a file's text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Stretch {
    pub(super) fn new(start: usize, end: usize) -> Self {
        let narrow = |n: usize| u32::try_from(n).expect("a configuration file is far shorter than 4 GiB");
        Self { start: narrow(start), end: narrow(end) }
    }

    /// The stretch of `part`, which is a part of `text`.
    fn of(text: &str, part: &str) -> Self {
        let start = part.as_ptr() as usize - text.as_ptr() as usize;
        Self::new(start, start + part.len())
    }

    /// As a range of indices.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(super) fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// What an option does to the value that was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=`
    Set,
    /// `+=`
    Add,
    /// `-=`
    Remove,
}

/// The name of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// As written.
    Written(Stretch),
    /// Written `=>`, which is short for `<part-dependencies>`.
    Dependencies(Stretch),
}

impl Name {
    /// The name itself.
    pub fn text(self, text: &str) -> &str {
        match self {
            Self::Written(stretch) => &text[stretch.range()],
            Self::Dependencies(_) => "<part-dependencies>",
        }
    }

    /// Where it is written.
    pub fn stretch(self) -> Stretch {
        match self {
            Self::Written(stretch) | Self::Dependencies(stretch) => stretch,
        }
    }
}

/// One option as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its name, without operator.
    pub name: Name,
    /// `=`, `+=` or `-=`.
    pub operator: Operator,
    /// What stands on the option's own line.
    pub first: Stretch,
    /// The lines after it, without comments; in a block (empty `first`) with their indentation and blank
    /// ones included.
    pub more: Vec<Stretch>,
    /// From behind the `=` to the end of the last line: what an editor replaces.
    pub whole: Stretch,
}

/// A header and the options below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The section's name.
    pub name: Stretch,
    /// The expression behind the colon, if it is not empty.
    pub condition: Option<Stretch>,
    /// The options, in order; names may repeat.
    pub options: Vec<Written>,
}

/// What is written in one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfigFile {
    /// The blocks, in order; names may repeat.
    pub blocks: Vec<Block>,
    /// How many options all blocks have.
    pub options: usize,
}

/// A line that is neither header, option, comment nor part of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadLine {
    /// Physical line, from 1.
    pub number: usize,
    /// The line without its end.
    pub at: Stretch,
    /// Whether a line end follows.
    pub ended: bool,
}

impl BadLine {
    /// The line as zc.buildout shows it.
    pub(super) fn shown(self, text: &str) -> String {
        let line = &text[self.at.range()];
        super::text::repr(&format!("{line}{}", if self.ended { "\n" } else { "" }))
    }
}

/// Why a text is no configuration file. All lines are looked at before one of the first two is returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Lines that mean nothing.
    Lines {
        /// The first line before any header, if there is one.
        headless: Option<BadLine>,
        /// The others, a thousand at most.
        bad: Vec<BadLine>,
        /// How many more there are.
        more: usize,
    },
    /// More section headers or options than allowed.
    TooMany {
        /// `sections` or `options`.
        what: &'static str,
        /// Where one too many stands.
        at: Stretch,
    },
}

/// Parses a text. At most `limits.sections` headers and `limits.options` options are accepted.
///
/// # Errors
///
/// All bad lines of the text, or the first thing that is one too many.
pub fn parse(text: &str, limits: &Limits) -> Result<ConfigFile, Fault> {
    let mut parser = Parser {
        text,
        file: ConfigFile::default(),
        in_option: false,
        headless: None,
        bad: Vec::new(),
        more: 0,
    };
    for line in Lines::new(text) {
        parser.line(line, limits)?;
    }
    if parser.headless.is_some() || !parser.bad.is_empty() {
        return Err(Fault::Lines { headless: parser.headless, bad: parser.bad, more: parser.more });
    }
    Ok(parser.file)
}

/// Physical lines: CR LF, LF and CR alone end one.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    number: usize,
}

#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    text: &'a str,
    ended: bool,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self { text, at, number: 0 }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = self.text.as_bytes().get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let end = self.at + length.unwrap_or(rest.len());
        let ended = match length {
            None => 0,
            Some(length) if rest[length..].starts_with(b"\r\n") => 2,
            Some(_) => 1,
        };
        self.number += 1;
        let line = Line { number: self.number, text: &self.text[self.at..end], ended: ended > 0 };
        self.at = end + ended;
        Some(line)
    }
}

struct Parser<'a> {
    text: &'a str,
    file: ConfigFile,
    /// Whether a continuation line would have an option to continue.
    in_option: bool,
    headless: Option<BadLine>,
    bad: Vec<BadLine>,
    more: usize,
}

/// Bad lines that are kept; whoever has more has the wrong file.
const MOST_BAD_LINES: usize = 1_000;

impl<'a> Parser<'a> {
    fn stretch(&self, part: &str) -> Stretch {
        Stretch::of(self.text, part)
    }

    /// The rules in zc.buildout's order.
    fn line(&mut self, line: Line<'a>, limits: &Limits) -> Result<(), Fault> {
        let text = line.text;
        // A line end is a blank too: an empty line continues a value.
        let first = text.chars().next().unwrap_or('\n');
        if first == '#' || first == ';' {
            return Ok(());
        }
        if is_blank(first) && self.in_option {
            self.continuation(text);
            return Ok(());
        }
        if first == '['
            && let Some((name, condition)) = header(text)
        {
            if self.file.blocks.len() == limits.sections {
                return Err(Fault::TooMany { what: "sections", at: self.stretch(text) });
            }
            let condition = condition.map(|expression| self.stretch(expression));
            self.file.blocks.push(Block { name: self.stretch(name), condition, options: Vec::new() });
            self.in_option = false;
            return Ok(());
        }
        let empty = trim(text).is_empty();
        if self.file.blocks.is_empty() {
            if !empty && self.headless.is_none() {
                self.headless = Some(self.bad_line(line));
            }
            return Ok(());
        }
        if let Some(option) = self.option(text) {
            if self.file.options == limits.options {
                return Err(Fault::TooMany { what: "options", at: self.stretch(text) });
            }
            self.file.options += 1;
            self.file.blocks.last_mut().expect("just looked").options.push(option);
            self.in_option = true;
        } else if empty && !self.in_option {
            // A blank line before the first option.
        } else if self.bad.len() < MOST_BAD_LINES {
            self.bad.push(self.bad_line(line));
        } else {
            self.more += 1;
        }
        Ok(())
    }

    fn bad_line(&self, line: Line<'a>) -> BadLine {
        BadLine { number: line.number, at: self.stretch(line.text), ended: line.ended }
    }

    fn continuation(&mut self, line: &str) {
        let all = self.text;
        let option = self.file.blocks.last_mut().and_then(|block| block.options.last_mut());
        let option = option.expect("`in_option` is set with an option and unset with a header");
        let kept = if option.first.is_empty() { trim_end(line) } else { trim(line) };
        if kept.is_empty() && !option.first.is_empty() {
            return;
        }
        // The blank line's own offset, so that its stretch lies where it stands.
        let kept = if kept.is_empty() { Stretch::of(all, &line[..0]) } else { Stretch::of(all, kept) };
        option.more.push(kept);
        if !kept.is_empty() {
            option.whole.end = kept.end;
        }
    }

    fn option(&self, line: &str) -> Option<Written> {
        if let Some(rest) = line.strip_prefix("=>") {
            let name = Name::Dependencies(self.stretch(&line[..2]));
            return Some(self.written(name, Operator::Set, rest));
        }
        let run = line.find(|c| is_blank(c) || matches!(c, '{' | '}' | '[' | ']' | '=' | ':'))?;
        if run == 0 {
            return None;
        }
        let after = line[run..].trim_start_matches(is_blank);
        let (key, value) = if let Some(value) = after.strip_prefix('=') {
            (&line[..run], value)
        } else {
            let value = after.strip_prefix(['+', '-'])?.strip_prefix('=')?;
            (&line[..line.len() - value.len() - 1], value)
        };
        let signs = |c: char| matches!(c, '+' | '-') || is_blank(c);
        // `c++ = 1` adds to `c`: zc.buildout cuts the key off there. A lone sign is a name.
        let name = match key.trim_end_matches(signs) {
            "" => key.get(..1)?,
            name => name,
        };
        let operator = match key.as_bytes().last() {
            Some(b'+') if key.len() > name.len() => Operator::Add,
            Some(b'-') if key.len() > name.len() => Operator::Remove,
            _ => Operator::Set,
        };
        Some(self.written(Name::Written(self.stretch(name)), operator, value))
    }

    fn written(&self, name: Name, operator: Operator, value: &str) -> Written {
        let trimmed = trim(value);
        let first = self.stretch(if trimmed.is_empty() { &value[..0] } else { trimmed });
        let whole = Stretch { start: self.stretch(value).start, end: first.end };
        Written { name, operator, first, more: Vec::new(), whole }
    }
}

/// Takes a header apart: name, and the expression if there is one.
fn header(line: &str) -> Option<(&str, Option<&str>)> {
    let inner = line.strip_prefix('[')?.trim_start_matches(is_blank);
    let end = inner.find(|c| is_blank(c) || matches!(c, '#' | '[' | ']' | ':' | ';' | '{' | '}'))?;
    let (name, rest) = inner.split_at(end);
    if name.is_empty() {
        return None;
    }
    let rest = rest.trim_start_matches(is_blank);
    let Some(expression) = rest.strip_prefix(':') else {
        let tail = rest.strip_prefix(']')?.trim_start_matches(is_blank);
        return (tail.is_empty() || tail.starts_with(['#', ';'])).then_some((name, None));
    };
    // An expression holds no `#` and no `;`, so the first of these begins the comment.
    let code = &expression[..expression.find(['#', ';']).unwrap_or(expression.len())];
    let expression = trim(trim_end(code).strip_suffix(']')?);
    Some((name, (!expression.is_empty()).then_some(expression)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every block and option of a text, one a line.
    fn outline(text: &str) -> String {
        let file = parse(text, &Limits::default()).expect("no bad lines");
        let mut out = String::new();
        for block in &file.blocks {
            let condition = block.condition.map_or("", |at| &text[at.range()]);
            out.push_str(&format!("[{}:{condition}]\n", &text[block.name.range()]));
            for option in &block.options {
                let lines: Vec<_> = option.more.iter().map(|at| &text[at.range()]).collect();
                out.push_str(&format!(
                    "{} {:?} {:?} {lines:?}\n",
                    option.name.text(text),
                    option.operator,
                    &text[option.first.range()],
                ));
            }
        }
        out
    }

    fn bad(text: &str) -> Vec<usize> {
        match parse(text, &Limits::default()) {
            Err(Fault::Lines { headless, bad, .. }) => {
                headless.iter().chain(&bad).map(|line| line.number).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn headers_take_blanks_comments_and_conditions() {
        let text = "[ a ] ; c ] d\n[b:]\n[c:x in [1]] # y\n[f.g-h_i/j@k(l)$m=n+o]\n";
        assert_eq!(outline(text), "[a:]\n[b:]\n[c:x in [1]]\n[f.g-h_i/j@k(l)$m=n+o:]\n");
    }

    #[test]
    fn names_end_at_the_operator_however_it_is_spelled() {
        let text = "[s]\na=1\nb += 2\nc+=3\nd   -=4\ne++ = 5\nf==z\na-b = 6\n=> x y\n<= m\n<+= n\n+= 7\n";
        assert_eq!(
            outline(text),
            "[s:]\na Set \"1\" []\nb Add \"2\" []\nc Add \"3\" []\nd Remove \"4\" []\ne Add \"5\" []\n\
             f Set \"=z\" []\na-b Set \"6\" []\n<part-dependencies> Set \"x y\" []\n< Set \"m\" []\n\
             < Add \"n\" []\n+ Set \"7\" []\n"
        );
    }

    #[test]
    fn a_block_keeps_indentation_and_blank_lines_and_an_inline_value_does_not() {
        let text = "[s]\na =\n  x\n\n# no\n    y \nb = x\n\n   y\n  # yes\n";
        assert_eq!(
            outline(text),
            "[s:]\na Set \"\" [\"  x\", \"\", \"    y\"]\nb Set \"x\" [\"y\", \"# yes\"]\n"
        );
    }

    #[test]
    fn every_line_end_counts_and_no_other_character_does() {
        let mark = "\u{feff}[s]\r\na =\r  x\r\n  y\u{b}z\u{85}\n";
        assert_eq!(outline(mark), "[s:]\na Set \"\" [\"  x\", \"  y\\u{b}z\"]\n");
    }

    #[test]
    fn all_bad_lines_are_reported_at_once() {
        let text = "x\ny\n[s]\n  indented\nwhat\n[]\n[a b]\n[[c]]\n[d] [e]\nb + = 2\n= 1\na:b = 1\nok=1\n\
                    [t]\n += 1\n";
        assert_eq!(bad(text), [1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15]);
    }

    #[test]
    fn one_section_too_many_is_refused_where_it_stands() {
        let limits = Limits { sections: 1, ..Limits::default() };
        let at = Stretch { start: 4, end: 7 };
        assert_eq!(parse("[a]\n[b]\n", &limits), Err(Fault::TooMany { what: "sections", at }));
    }

    #[test]
    fn an_editor_can_replace_a_value_and_keep_every_other_byte() {
        let text = "[s]\r\na = 1 \r\n# c\r\nb =\r\n  x\r\n\r\n# d\r\n  y\r\n\r\n[t]\r\n";
        let file = parse(text, &Limits::default()).unwrap();
        let whole: Vec<_> = file.blocks[0].options.iter().map(|o| &text[o.whole.range()]).collect();
        assert_eq!(whole, [" 1", "\r\n  x\r\n\r\n# d\r\n  y"]);
    }
}
