//! Parts and what they need, for people and for programs that draw.
//!
//! - In: a [`Buildout`].
//! - Out: text, Graphviz' dot, Mermaid; data for programs.
//! - Not here: finding out what a part needs (`resolve`).

use std::fmt::Write;

use serde::Serialize;

use super::visible;
use crate::resolve::Buildout;

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A part a line.
    Text,
    /// For Graphviz.
    Dot,
    /// For Markdown.
    Mermaid,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Dot, Self::Mermaid];

    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == name)
    }

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Dot => "dot",
            Self::Mermaid => "mermaid",
        }
    }
}

/// A graph as programs read it.
#[derive(Debug, Serialize)]
pub struct GraphShown {
    /// In the order in which they are installed.
    pub parts: Vec<NodeShown>,
}

/// A part as programs read it.
#[derive(Debug, Serialize)]
pub struct NodeShown {
    /// Its name.
    pub part: String,
    /// Its recipe, as the configuration names it.
    pub recipe: String,
    /// The parts that it needs, directly or through other sections; sorted.
    pub needs: Vec<String>,
}

impl GraphShown {
    /// Takes the parts out of a buildout.
    pub fn of(buildout: &Buildout) -> Self {
        let parts = buildout.parts().map(|part| NodeShown {
            part: part.name.clone(),
            recipe: buildout.options(&part.name).get("recipe").cloned().unwrap_or_default(),
            needs: part.needs.iter().cloned().collect(),
        });
        Self { parts: parts.collect() }
    }

    /// The text in a format.
    pub fn text(&self, format: Format) -> String {
        match format {
            Format::Text => self.lines(),
            Format::Dot => self.dot(),
            Format::Mermaid => self.mermaid(),
        }
    }

    fn lines(&self) -> String {
        if self.parts.is_empty() {
            return "no parts\n".to_owned();
        }
        let mut text = String::new();
        for part in &self.parts {
            let needs = match part.needs.is_empty() {
                true => String::new(),
                false => format!(", needs {}", part.needs.join(", ")),
            };
            let line = format!("{} ({}){needs}", part.part, part.recipe);
            writeln!(text, "{}", visible::line(&line)).expect("a String takes all");
        }
        text
    }

    fn dot(&self) -> String {
        let quoted =
            |text: &str| format!("\"{}\"", visible::line(text).replace('\\', "\\\\").replace('"', "\\\""));
        let mut text = "digraph buildout {\n".to_owned();
        for part in &self.parts {
            let (name, recipe) = (quoted(&part.part), quoted(&part.recipe));
            writeln!(text, "  {name} [tooltip={recipe}];").expect("a String takes all");
            for need in &part.needs {
                writeln!(text, "  {name} -> {};", quoted(need)).expect("a String takes all");
            }
        }
        text + "}\n"
    }

    fn mermaid(&self) -> String {
        let number = |name: &str| self.parts.iter().position(|part| part.part == name);
        let quoted = |text: &str| {
            let escaped = |character: char| match character {
                'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '-' | '_' | '.' | '/' => character.to_string(),
                other => format!("#{};", u32::from(other)),
            };
            visible::line(text).chars().map(escaped).collect::<String>()
        };
        let mut text = "graph TD\n".to_owned();
        for (at, part) in self.parts.iter().enumerate() {
            writeln!(text, "  p{at}[\"{}\"]", quoted(&part.part)).expect("a String takes all");
        }
        for (at, part) in self.parts.iter().enumerate() {
            for need in part.needs.iter().filter_map(|need| number(need)) {
                writeln!(text, "  p{at} --> p{need}").expect("a String takes all");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{IntoData as _, assert_data_eq, str};

    use super::*;

    #[test]
    fn names_cannot_leave_their_quotes() {
        let node = |part: &str, needs: &[&str]| NodeShown {
            part: part.to_owned(),
            recipe: "mkdir".to_owned(),
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        };
        let graph = GraphShown { parts: vec![node(r#"a"\]"#, &[]), node("b\u{1b}", &[r#"a"\]"#])] };
        let all = [Format::Text, Format::Dot, Format::Mermaid].map(|format| graph.text(format)).concat();
        assert_data_eq!(
            all,
            str![[r#"
a"\] (mkdir)
b\u{1b} (mkdir), needs a"\]
digraph buildout {
  "a\"\\]" [tooltip="mkdir"];
  "b\\u{1b}" [tooltip="mkdir"];
  "b\\u{1b}" -> "a\"\\]";
}
graph TD
  p0["a#34;#92;#93;"]
  p1["b#92;u#123;1b#125;"]
  p1 --> p0

"#]]
            .raw()
        );
    }
}
