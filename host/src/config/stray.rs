//! What strayed into a value: an option that is indented, a comment behind the text.
//!
//! - In: a value that makes no sense, or a section that lacks an option.
//! - Out: a [`Stray`], which says where.
//! - Not here: whether the value makes sense (room `resolve`).
//!
//! Both are text to zc.buildout, and often meant to be, so only an error that may come from them speaks of them.

use super::section::Section;
use super::value::Value;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span};

/// Something that was probably not meant to be part of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stray {
    /// An option on a line that is indented.
    Option {
        /// Its own name.
        name: String,
        /// The whole line, without its blanks.
        at: Span,
        /// The line's number, from 1.
        line: usize,
        /// The option that it became part of, if that is known.
        above: Option<String>,
    },
    /// A comment.
    Comment {
        /// From its sign on.
        at: Span,
    },
}

impl Stray {
    /// The first thing that strayed into the value of `option`.
    pub fn in_value(option: &str, value: &Value, sources: &SourceMap) -> Option<Self> {
        let mut at = 0;
        value.text().split('\n').find_map(|line| {
            let start = at;
            at += line.len() + 1;
            let stray = value
                .span_of(start..start + line.len())
                .and_then(|span| Self::option(span, sources))
                .map(|stray| stray.below(option));
            stray.or_else(|| {
                let comment = start + comment(line)?;
                Some(Self::Comment { at: value.span_of(comment..start + line.len())? })
            })
        })
    }

    /// What a word of a value is part of.
    pub fn around(word: Span, sources: &SourceMap) -> Option<Self> {
        let file = sources.file(word.file);
        let line = file.line_range(file.line(word.start));
        let before = comment(&file.text()[line.start..word.end as usize]);
        match before {
            Some(at) => Some(Self::Comment { at: Span::new(word.file, line.start + at, line.end) }),
            None => Self::option(word, sources),
        }
    }

    /// The option `wanted`, which a section lacks, inside another one of its values; else an option that strayed into a value
    /// which begins beside its name, where few lines are meant to look like one.
    pub fn wanted(wanted: &str, section: &Section, sources: &SourceMap) -> Option<Self> {
        let mut other = None;
        for (option, value) in section.iter() {
            let beside = match (value.name_span(), value.span()) {
                (Some(name), Some(span)) if name.file == span.file => {
                    let file = sources.file(name.file);
                    file.line(name.start) == file.line(span.start)
                }
                _ => false,
            };
            let mut at = 0;
            for line in value.text().split('\n') {
                let start = at;
                at += line.len() + 1;
                let span = value.span_of(start..start + line.len());
                let Some(stray) = span.and_then(|span| Self::option(span, sources)) else { continue };
                let stray = stray.below(option);
                if matches!(&stray, Self::Option { name, .. } if name == wanted) {
                    return Some(stray);
                }
                if beside {
                    other.get_or_insert(stray);
                }
            }
        }
        other
    }

    fn below(mut self, option: &str) -> Self {
        if let Self::Option { above, .. } = &mut self {
            *above = Some(option.to_owned());
        }
        self
    }

    /// The indented line of a file that holds the first byte of `span`, if it looks like an option.
    fn option(span: Span, sources: &SourceMap) -> Option<Self> {
        let file = sources.file(span.file);
        let line = file.line(span.start);
        let range = file.line_range(line);
        let whole = &file.text()[range.clone()];
        let text = whole.trim_start_matches([' ', '\t']);
        if text.len() == whole.len() {
            return None;
        }
        let name = text.split_once('=')?.0.trim_end_matches(['+', '-']).trim_end();
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '<');
        if name.is_empty() || name.starts_with('-') || !name.chars().all(plain) {
            return None;
        }
        let at = Span::new(span.file, range.end - text.len(), range.end);
        Some(Self::Option { name: name.to_owned(), at, line, above: None })
    }

    /// Says it. No place is pointed at twice.
    pub fn tell(&self, error: Diagnostic) -> Diagnostic {
        match self {
            Self::Option { at, line, above, .. } => {
                let above = match above {
                    Some(option) => format!("the value of `{option}`"),
                    None => "the value above".to_owned(),
                };
                let there = error.labels.iter().any(|label| within(label.span, *at));
                let at = Some(*at).filter(|_| !there);
                error.maybe_at(at, "indented, so it belongs to the value above").help(format!(
                    "line {line} is indented, so it belongs to {above}: an option stands at the beginning of its line"
                ))
            }
            Self::Comment { at } => {
                let there = |span| within(*at, span) || within(span, *at);
                let there = error.labels.iter().any(|label| there(label.span));
                error.maybe_at(Some(*at).filter(|_| !there), "part of the value").help(COMMENT)
            }
        }
    }
}

/// What a comment is.
const COMMENT: &str = "a comment is a line of its own that begins with `#` or `;`, with no blank before it";

/// Whether one place lies within another.
fn within(inner: Span, outer: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

/// Where in a line of a value a comment begins, if there is one.
fn comment(line: &str) -> Option<usize> {
    let mut blank = true;
    line.char_indices().find_map(|(at, c)| {
        let begins = blank && matches!(c, '#' | ';');
        blank = matches!(c, ' ' | '\t');
        begins.then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What strayed into a text after `x = `.
    fn stray(text: &str) -> Option<String> {
        let mut sources = SourceMap::default();
        let text = format!("x = {text}");
        let file = sources.add("a.cfg", &*text);
        let lines = text.split_inclusive('\n');
        let starts = lines.scan(0, |at, line| Some(std::mem::replace(at, *at + line.len())));
        let found = starts.into_iter().find_map(|at| Stray::option(Span::new(file, at, at), &sources));
        found.map(|stray| match stray {
            Stray::Option { name, at, line, .. } => format!("{line} {name}: {}", sources.text(at)),
            Stray::Comment { .. } => unreachable!("only options were looked for"),
        })
    }

    #[test]
    fn an_indented_line_with_an_equals_sign_looks_like_an_option() {
        assert_eq!(stray("1\n  y = 2\n").as_deref(), Some("2 y: y = 2"));
        assert_eq!(stray("1\n\ty+=2").as_deref(), Some("2 y: y+=2"));
        assert_eq!(stray("1\n   <= z\n").as_deref(), Some("2 <: <= z"), "no");
    }

    #[test]
    fn a_line_that_is_an_argument_or_a_sentence_does_not() {
        assert_eq!(stray("1\n  --prefix=/usr\n  a b = c\n  \"y\"=1\n  z\n"), None);
        assert_eq!(stray("1=2\n"), None, "it stands on the option's own line");
    }

    #[test]
    fn a_comment_begins_behind_a_blank() {
        assert_eq!(
            [comment("a # b"), comment("; b"), comment("a\t;"), comment("http://x#y")],
            [Some(2), Some(0), Some(2), None]
        );
    }
}
