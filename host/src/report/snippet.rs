//! Drawing a diagnostic: the message, the source lines with carets, the advice.
//!
//! - In: a [`Diagnostic`] and the [`SourceMap`] that its spans lie in.
//! - Out: text with colours; whoever writes it takes them out where they are not wanted (`anstream`).
//! - Not here: whether it is shown at all (`human`).
//!
//! Rules: `While:` and `Error: TEXT` are zc.buildout's, to the letter; places, notes and help come after them. A line of
//! any length and with any character in it is drawn in a bounded space, and the carets stand below what they mean.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstyle::{AnsiColor, Effects, Style};
use camino::{Utf8Path, Utf8PathBuf};

use super::visible;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Place, SourceFile, SourceMap, Span};

/// What the drawing must fit into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Files below it are named relative to it; absolute.
    pub directory: Utf8PathBuf,
    /// Columns of the screen.
    pub width: usize,
    /// Whether details and codes are shown as well, for whoever wants to know more.
    pub verbose: bool,
}

/// The colour of line numbers and of the lines between them and the source, as the drawing library has it.
const RULE: Style = AnsiColor::BrightBlue.on_default().effects(Effects::BOLD);
const HELP: Style = AnsiColor::BrightCyan.on_default().effects(Effects::BOLD);
const NOTE: Style = AnsiColor::BrightGreen.on_default().effects(Effects::BOLD);

/// The smallest and the largest width that lines are cut to.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=160;

/// Returns a diagnostic as people read it; ends with a line end.
pub fn draw(diagnostic: &Diagnostic, sources: &SourceMap, frame: &Frame) -> String {
    let mut drawing = String::new();
    if !diagnostic.doing.is_empty() {
        drawing.push_str("While:\n");
        for activity in &diagnostic.doing {
            writeln!(drawing, "  {}", visible::line(activity)).expect("a String takes all");
        }
    }
    let (word, style) = match diagnostic.severity {
        Severity::Error => ("Error", AnsiColor::BrightRed.on_default().effects(Effects::BOLD)),
        Severity::Warning => ("Warning", AnsiColor::Yellow.on_default().effects(Effects::BOLD)),
        Severity::Notice => ("Notice", AnsiColor::BrightBlue.on_default().effects(Effects::BOLD)),
    };
    writeln!(drawing, "{style}{word}:{style:#} {}", visible::text(&diagnostic.message))
        .expect("a String takes all");
    draw_places(&mut drawing, diagnostic, sources, frame);
    for note in &diagnostic.notes {
        draw_words(&mut drawing, "note", NOTE, note);
    }
    if frame.verbose {
        for detail in &diagnostic.details {
            draw_words(&mut drawing, "note", NOTE, detail);
        }
    }
    for help in &diagnostic.help {
        draw_words(&mut drawing, "help", HELP, help);
    }
    if frame.verbose {
        let dim = Style::new().effects(Effects::DIMMED);
        writeln!(drawing, "{dim}code: {}{dim:#}", diagnostic.code).expect("a String takes all");
    }
    drawing
}

/// Returns a place as people click on it: `site.cfg:6:10`, relative to `directory` if it lies below.
pub fn place(place: &Place, directory: &Utf8Path) -> String {
    format!("{}:{}:{}", file_name(&place.file, directory), place.line, place.column)
}

/// Returns the name of a file as people know it: relative to `directory` if it lies below.
pub fn file_name(name: &str, directory: &Utf8Path) -> String {
    let relative = Utf8Path::new(name).strip_prefix(directory).ok().map(Utf8Path::as_str);
    visible::line(relative.filter(|rest| !rest.is_empty()).unwrap_or(name)).into_owned()
}

/// Draws one or more lines behind a word; the later lines stand below the first.
fn draw_words(drawing: &mut String, word: &str, style: Style, text: &str) {
    let text = visible::text(text.trim_end_matches('\n'));
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default();
    writeln!(drawing, "{style}{word}:{style:#} {first}").expect("a String takes all");
    for line in lines {
        let indent = if line.is_empty() { "" } else { "      " };
        writeln!(drawing, "{indent}{line}").expect("a String takes all");
    }
}

fn draw_places(drawing: &mut String, diagnostic: &Diagnostic, sources: &SourceMap, frame: &Frame) {
    let places: Vec<Place> = diagnostic.labels.iter().map(|label| sources.place(label.span)).collect();
    let digits = |place: &Place| place.line.to_string().len();
    let gutter = places.iter().map(digits).max().unwrap_or_default();
    for (number, (label, at)) in diagnostic.labels.iter().zip(&places).enumerate() {
        let arrow = if number == 0 { "-->" } else { ":::" };
        if number > 0 {
            writeln!(drawing, "{:gutter$} {RULE}|{RULE:#}", "").expect("a String takes all");
        }
        writeln!(drawing, "{:gutter$}{RULE}{arrow}{RULE:#} {}", "", place(at, &frame.directory))
            .expect("a String takes all");
        let width = frame.width.saturating_sub(gutter + 3).clamp(*WIDTHS.start(), *WIDTHS.end());
        let excerpt = Excerpt::of(sources.file(label.span.file), label.span, width);
        let kind = if number == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let words = visible::line(&label.text);
        let group = Group::with_level(match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Notice => Level::INFO,
        })
        .element(
            Snippet::source(excerpt.text.as_str())
                .line_start(at.line)
                .annotation(kind.span(excerpt.marked.clone()).label(words.as_ref())),
        );
        // Each place is drawn by itself, as the library cannot count the columns of a line that we have changed;
        // so the shorter line numbers are moved to where the longest one ends.
        let indent = " ".repeat(gutter - digits(at));
        for line in Renderer::styled().term_width(width).render(&[group]).lines() {
            writeln!(drawing, "{indent}{line}").expect("a String takes all");
        }
    }
}

/// The part of one source line around a span, as it is shown.
struct Excerpt {
    text: String,
    /// The bytes of `text` to mark.
    marked: std::ops::Range<usize>,
}

impl Excerpt {
    /// Takes so much of the span's first line that a screen of `width` is full on both sides; the rest of a line may be
    /// megabytes. The drawing library cuts it down to the screen and shows where.
    fn of(file: &SourceFile, span: Span, width: usize) -> Self {
        let line = file.line_range(file.line(span.start));
        let text = file.text();
        let start = (span.start as usize).clamp(line.start, line.end);
        let end = (span.end as usize).clamp(start, line.end);
        let end = ahead(text, start..end, width / 2);
        let from = text[line.start..start]
            .char_indices()
            .rev()
            .nth(width * 2)
            .map_or(line.start, |(offset, _)| line.start + offset);
        let until = ahead(text, end..line.end, width * 2);
        let mut shown = visible::text(&text[from..start]).into_owned();
        let marked_from = shown.len();
        shown.push_str(&visible::text(&text[start..end]));
        let marked = marked_from..shown.len();
        shown.push_str(&visible::text(&text[end..until]));
        Self { text: shown, marked }
    }
}

/// The offset `count` characters behind the start of `range`, or its end.
fn ahead(text: &str, range: std::ops::Range<usize>, count: usize) -> usize {
    text[range.clone()].char_indices().nth(count).map_or(range.end, |(offset, _)| range.start + offset)
}

#[cfg(test)]
mod tests {
    use snapbox::{IntoData as _, assert_data_eq, str};

    use super::*;

    fn plain(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
        let frame = Frame { directory: "/home/ann/site".into(), width: 80, verbose: false };
        anstream::adapter::strip_str(&draw(diagnostic, sources, &frame)).to_string()
    }

    /// A source map of one file, and the span of `marked` in it.
    fn one_file(text: &str, marked: &str) -> (SourceMap, Span) {
        let mut sources = SourceMap::default();
        let file = sources.add("/home/ann/site/site.cfg", text);
        let start = text.find(marked).expect("the text holds it");
        (sources, Span::new(file, start, start + marked.len()))
    }

    fn one_line(text: &str, marked: &str) -> String {
        let (sources, span) = one_file(text, marked);
        plain(&Diagnostic::error("x", "Wrong.").at(span, "this"), &sources)
    }

    #[test]
    fn an_error_shows_what_was_done_what_is_wrong_where_and_what_to_do() {
        let (sources, span) = one_file(
            "[buildout]\nparts = site\n\n[site]\nrecipe = mkdir\ntarget = ${paths:vra}/app.conf\n",
            "${paths:vra}",
        );
        let diagnostic = Diagnostic::error("unknown-option", "Referenced option does not exist: paths vra")
            .at(span, "no option `vra` in `[paths]`")
            .help("did you mean `${paths:var}`?")
            .doing("Getting option site:target.")
            .doing("Getting section site.")
            .doing("Installing.");
        assert_data_eq!(
            plain(&diagnostic, &sources),
            str![[r#"
While:
  Installing.
  Getting section site.
  Getting option site:target.
Error: Referenced option does not exist: paths vra
 --> site.cfg:6:10
  |
6 | target = ${paths:vra}/app.conf
  |          ^^^^^^^^^^^^ no option `vra` in `[paths]`
help: did you mean `${paths:var}`?

"#]]
        );
    }

    #[test]
    fn places_in_several_files_stand_below_each_other_with_their_line_numbers_in_one_column() {
        let mut sources = SourceMap::default();
        let near = sources.add("/home/ann/site/site.cfg", "[a]\nx = ${b:y}\n");
        let far_text = format!("{}[b]\ny = ${{a:x}}\n", "\n".repeat(120));
        let far = sources.add("/etc/base.cfg", far_text.clone());
        let start = far_text.find("${").expect("it is there");
        let diagnostic = Diagnostic::error("circular", "Circular reference in substitutions.")
            .at(Span::new(near, 8, 14), "needs `b:y`")
            .at(Span::new(far, start, start + 6), "needs `a:x`")
            .note("the chain is\na:x → b:y → a:x");
        assert_data_eq!(
            plain(&diagnostic, &sources),
            str![[r#"
Error: Circular reference in substitutions.
   --> site.cfg:2:5
    |
  2 | x = ${b:y}
    |     ^^^^^^ needs `b:y`
    |
   ::: /etc/base.cfg:122:5
    |
122 | y = ${a:x}
    |     ------ needs `a:x`
note: the chain is
      a:x → b:y → a:x

"#]]
        );
    }

    #[test]
    fn a_line_ends_at_cr_lf_and_at_cr_alone() {
        let whole = str![[r#"
Error: Wrong.
 --> site.cfg:2:1
  |
2 | bad
  | ^^^ this

"#]];
        assert_data_eq!(one_line("[a]\r\nbad\r\nc = 1\r\n", "bad"), whole.clone());
        assert_data_eq!(one_line("[a]\rbad\rc = 1\r", "bad"), whole);
    }

    #[test]
    fn carets_stand_below_what_they_mean_behind_tabs_and_wide_characters() {
        assert_data_eq!(
            one_line("\tx =\t${漢字:ä} rest\n", "${漢字:ä}"),
            str![[r#"
Error: Wrong.
 --> site.cfg:1:6
  |
1 |     x =    ${漢字:ä} rest
  |            ^^^^^^^^^ this

"#]]
        );
    }

    #[test]
    fn control_characters_are_shown_and_columns_still_count_the_file() {
        assert_data_eq!(
            one_line("x\u{1b}[31m = \u{202e}bad\u{200b} y\n", "bad\u{200b}"),
            str![[r#"
Error: Wrong.
 --> site.cfg:1:11
  |
1 | x\u{1b}[31m = \u{202e}bad\u{200b} y
  |                       ^^^^^^^^^^^ this

"#]]
            .raw()
        );
    }

    #[test]
    fn messages_notes_and_labels_cannot_reach_the_terminal_either() {
        let (sources, span) = one_file("bad\n", "bad");
        let diagnostic = Diagnostic::error("x", "a\rb\u{1b}]0;t\u{7}")
            .at(span, "two\nlines")
            .note("\u{1b}c")
            .help("\u{9b}c")
            .doing("Installing \u{1b}c\n.");
        assert_data_eq!(
            plain(&diagnostic, &sources),
            str![[r#"
While:
  Installing \u{1b}c\u{a}.
Error: a\u{d}b\u{1b}]0;t\u{7}
 --> site.cfg:1:1
  |
1 | bad
  | ^^^ two\u{a}lines
note: \u{1b}c
help: \u{9b}c

"#]]
            .raw()
        );
    }

    #[test]
    fn a_very_long_line_is_cut_around_its_carets() {
        let text = format!("x = {} ${{a:b}} {}\n", "before ".repeat(100_000), "after ".repeat(100_000));
        assert_data_eq!(
            one_line(&text, "${a:b}"),
            str![[r#"
Error: Wrong.
 --> site.cfg:1:700006
  |
1 | ...fore before before before  ${a:b} after after after after after af...
  |                               ^^^^^^ this

"#]]
        );
        assert_data_eq!(
            one_line(&text, "x ="),
            str![[r#"
Error: Wrong.
 --> site.cfg:1:1
  |
1 | x = before before before before before before before before before be...
  | ^^^ this

"#]]
        );
    }

    #[test]
    fn a_very_long_span_is_marked_as_far_as_it_can_be_seen() {
        let text = format!("x = {}\nrest\n", "long ".repeat(100_000));
        assert_data_eq!(
            one_line(&text, &text),
            str![[r#"
Error: Wrong.
 --> site.cfg:1:1
  |
1 | x = long long long long long long long long long long long long long ...
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this

"#]]
        );
    }

    #[test]
    fn a_point_at_the_end_of_a_line_or_of_the_file_has_a_caret() {
        let mut sources = SourceMap::default();
        let file = sources.add("/home/ann/site/site.cfg", "[a\n");
        let at = |offset, text| {
            plain(&Diagnostic::error("x", "Wrong.").at(Span::new(file, offset, offset), text), &sources)
        };
        assert_data_eq!(
            at(2, "`]` is missing"),
            str![[r#"
Error: Wrong.
 --> site.cfg:1:3
  |
1 | [a
  |   ^ `]` is missing

"#]]
        );
        assert_data_eq!(
            at(3, ""),
            str![[r#"
Error: Wrong.
 --> site.cfg:2:1
  |
2 |
  | ^

"#]]
        );
    }

    #[test]
    fn warnings_and_notices_look_like_errors_and_codes_stand_last() {
        let frame = Frame { directory: "/".into(), width: 80, verbose: true };
        let sources = SourceMap::default();
        let drawn = |diagnostic: Diagnostic| {
            anstream::adapter::strip_str(&draw(&diagnostic.help("do this\nor that"), &sources, &frame))
                .to_string()
        };
        assert_data_eq!(
            drawn(Diagnostic::warning("unsupported-condition", "Skipped.")),
            str![[r#"
Warning: Skipped.
help: do this
      or that
code: unsupported-condition

"#]]
        );
        assert_data_eq!(
            drawn(Diagnostic::notice("no-python", "Taken.")),
            str![[r#"
Notice: Taken.
help: do this
      or that
code: no-python

"#]]
        );
    }

    #[test]
    fn colours_mark_the_words_and_the_carets() {
        let (sources, span) = one_file("bad\n", "bad");
        let frame = Frame { directory: "/".into(), width: 80, verbose: false };
        let drawn = draw(&Diagnostic::error("x", "Wrong.").at(span, "this"), &sources, &frame);
        assert_data_eq!(
            drawn.replace('\u{1b}', "ESC"),
            str![[r#"
ESC[1mESC[91mError:ESC[0m Wrong.
 ESC[1mESC[94m-->ESC[0m home/ann/site/site.cfg:1:1
  ESC[1mESC[94m|ESC[0m
ESC[1mESC[94m1ESC[0m ESC[1mESC[94m|ESC[0m bad
  ESC[1mESC[94m|ESC[0m ESC[1mESC[91m^^^ESC[0m ESC[1mESC[91mthisESC[0m

"#]]
            .raw()
        );
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_file_holds_it_is_drawn_without_a_control_character(
            text in "(\\PC|[\\x00-\\x20]|\\$\\{|\u{202e}|漢|\u{301}){0,300}",
            from in 0_usize..400,
            length in 0_usize..400,
        ) {
            let edge = |offset: usize| (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
            let (start, end) = (edge(from).unwrap_or_default(), edge(from + length).unwrap_or_default());
            let mut sources = SourceMap::default();
            let file = sources.add("x.cfg", text.clone());
            let diagnostic = Diagnostic::error("x", "Wrong.").at(Span::new(file, start, end), text.as_str());
            let drawn = plain(&diagnostic, &sources);
            proptest::prop_assert!(!drawn.contains(|c| c != '\n' && visible::is_invisible(c)), "{drawn:?}");
        }
    }
}
