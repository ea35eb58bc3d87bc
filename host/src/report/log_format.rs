//! How a line of the log looks: the option `log-format`.
//!
//! - In: a format as Python's `logging` takes it, of which a few fields are known.
//! - Out: [`LogFormat`], which makes lines.
//! - Not here: which lines are shown (`threshold`), writing them (`human`).
//!
//! Rules: zc.buildout 6: with a format every message is formatted, its own under the name `zc.buildout`. Ours: a
//! format that leaves the name out does not take it from what a recipe says, which could speak for buildout otherwise.

use std::fmt::Write as _;

use crate::diagnostic::Diagnostic;
use crate::event::Level;
use crate::source::Span;

/// What stands for itself, and what for a field of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Name,
    LevelName,
    LevelNumber,
    Message,
}

/// A format that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFormat {
    pieces: Vec<Piece>,
}

/// A field that only Python's `logging` knows, or a `%` that begins none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The option `log-format` has a field that is not known here: {0}")]
pub struct LogFormatError(String);

impl LogFormatError {
    /// A warning with the place of the option: the lines look as usual then.
    pub fn diagnostic(&self, at: Option<Span>) -> Diagnostic {
        Diagnostic::warning("log-format", self.to_string())
            .maybe_at(at, "set here")
            .help("use `%(name)s`, `%(levelname)s`, `%(levelno)s`, `%(message)s`, and `%%` for a `%`")
    }
}

impl LogFormat {
    /// Reads a format; none if it is empty, which means lines as usual.
    ///
    /// # Errors
    ///
    /// The first field that is not known.
    pub fn parse(text: &str) -> Result<Option<Self>, LogFormatError> {
        if text.is_empty() {
            return Ok(None);
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            pieces.push(Piece::Text(rest[..at].to_owned()));
            let field = &rest[at..];
            let known = [
                ("%%", Piece::Text("%".to_owned())),
                ("%(name)s", Piece::Name),
                ("%(levelname)s", Piece::LevelName),
                ("%(levelno)s", Piece::LevelNumber),
                ("%(levelno)d", Piece::LevelNumber),
                ("%(message)s", Piece::Message),
            ];
            let Some((spelled, piece)) = known.into_iter().find(|(spelled, _)| field.starts_with(spelled))
            else {
                let end = field.find(')').map_or(field.len().min(1), |end| end + 1);
                return Err(LogFormatError(field[..end].to_owned()));
            };
            pieces.push(piece);
            rest = &field[spelled.len()..];
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Some(Self { pieces }))
    }

    /// One message as it is written: of a part, or without one of buildout itself.
    pub fn lines(&self, part: Option<&str>, level: Level, message: &str) -> String {
        // Line by line: else the second line of a recipe's message could look like one of buildout.
        let messages: Vec<&str> = if part.is_some() { message.split('\n').collect() } else { vec![message] };
        messages
            .into_iter()
            .fold(String::new(), |lines, message| lines + &self.line(part, level, message) + "\n")
    }

    fn line(&self, part: Option<&str>, level: Level, message: &str) -> String {
        let mut line = String::new();
        if let Some(part) = part.filter(|_| !self.pieces.contains(&Piece::Name)) {
            write!(line, "{part}: ").expect("a String takes all");
        }
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => line.push_str(text),
                Piece::Name => line.push_str(part.unwrap_or("zc.buildout")),
                Piece::LevelName => line.push_str(level.word()),
                Piece::LevelNumber => write!(line, "{}", level.number()).expect("a String takes all"),
                Piece::Message => line.push_str(message),
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(format: &str, part: Option<&str>, message: &str) -> String {
        LogFormat::parse(format).unwrap().unwrap().lines(part, Level::Warning, message)
    }

    #[test]
    fn fields_stand_for_what_the_message_has() {
        let format = "[%(levelname)s] %(name)s: %(message)s (%(levelno)s, 100%%)";
        assert_eq!(lines(format, Some("site"), "careful"), "[WARNING] site: careful (30, 100%)\n");
        assert_eq!(lines(format, None, "careful"), "[WARNING] zc.buildout: careful (30, 100%)\n");
    }

    #[test]
    fn no_format_takes_a_parts_name_from_any_of_its_lines() {
        assert_eq!(
            lines("> %(message)s", Some("site"), "a\nInstalling b."),
            "site: > a\nsite: > Installing b.\n"
        );
        assert_eq!(lines("> %(message)s", None, "a\nb"), "> a\nb\n");
    }

    #[test]
    fn a_field_that_is_not_known_is_told() {
        let unknown = |format| LogFormat::parse(format).unwrap_err().0;
        assert_eq!(unknown("%(asctime)s %(message)s"), "%(asctime)");
        assert_eq!(unknown("100 % sure"), "%");
        assert_eq!(LogFormat::parse(""), Ok(None));
    }
}
