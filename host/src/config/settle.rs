//! Settling: the blocks of one file become its operations, one list for each option of each section.
//!
//! - In: a parsed file, and which of its conditional blocks count.
//! - Out: [`Settled`]: per option at most one `=`, then one `+=`, then one `-=`; lines as stretches of the
//!   text, with blocks already dedented.
//! - Not here: several files (`merge`).
//!
//! Rules: zc.buildout 6, `configparser.py`, `parse`; `semantics.md` 2.5, 2.6: within one section of one
//! file all additions come before all removals, and a later `=` clears what was before.

use std::collections::HashMap;

use super::parse::{Block, Name, Operator, Stretch, Written};
use super::text::trim_end;

/// The lines of an operand; never none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lines {
    One(Stretch),
    Many(Box<[Stretch]>),
}

impl Lines {
    pub(super) fn as_slice(&self) -> &[Stretch] {
        match self {
            Self::One(line) => std::slice::from_ref(line),
            Self::Many(lines) => lines,
        }
    }
}

impl From<Vec<Stretch>> for Lines {
    fn from(lines: Vec<Stretch>) -> Self {
        if let [line] = lines[..] { Self::One(line) } else { Self::Many(lines.into()) }
    }
}

/// One operation on an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    pub(super) operator: Operator,
    pub(super) name: Stretch,
    pub(super) lines: Lines,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SettledOption {
    pub(super) name: Name,
    /// In the order in which they apply.
    pub(super) operations: Vec<Operation>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SettledSection {
    /// Of the first header.
    pub(super) name: Stretch,
    pub(super) options: Vec<SettledOption>,
}

/// What one file says, each section and each option once, in order of first appearance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Settled {
    pub(super) sections: Vec<SettledSection>,
}

/// An option while its blocks are read: its operations so far, by operator.
struct Growing {
    name: Name,
    kinds: [Option<Operand>; 3],
}

/// An operand whose lines are not yet dedented.
struct Operand {
    name: Stretch,
    first: Stretch,
    more: Vec<Stretch>,
}

/// A section while its blocks are read.
struct GrowingSection<'a> {
    name: Stretch,
    options: Vec<Growing>,
    /// Where each option is, once there are too many to look through.
    by_name: HashMap<&'a str, usize>,
}

/// So many options are looked through one by one.
const FEW: usize = 16;

/// Puts the blocks together that `counts` accepts.
pub(super) fn settle(text: &str, blocks: &[Block], mut counts: impl FnMut(&Block) -> bool) -> Settled {
    let mut sections: Vec<GrowingSection<'_>> = Vec::with_capacity(blocks.len());
    let mut by_name: HashMap<&str, usize> = HashMap::with_capacity(blocks.len());
    for block in blocks {
        if !counts(block) {
            continue;
        }
        let index = *by_name.entry(&text[block.name.range()]).or_insert_with(|| {
            let options = Vec::with_capacity(block.options.len());
            sections.push(GrowingSection { name: block.name, options, by_name: HashMap::new() });
            sections.len() - 1
        });
        for written in &block.options {
            sections[index].option(text, written).take(text, written);
        }
    }
    let sections = sections
        .into_iter()
        .map(|section| SettledSection {
            name: section.name,
            options: section.options.into_iter().map(|option| option.finish(text)).collect(),
        })
        .collect();
    Settled { sections }
}

impl<'a> GrowingSection<'a> {
    fn option(&mut self, text: &'a str, written: &Written) -> &mut Growing {
        let name = written.name.text(text);
        let found = if self.options.len() <= FEW {
            self.options.iter().position(|option| option.name.text(text) == name)
        } else {
            if self.by_name.is_empty() {
                let names = self.options.iter().map(|option| option.name.text(text));
                self.by_name = names.enumerate().map(|(at, name)| (name, at)).collect();
            }
            self.by_name.get(name).copied()
        };
        let at = found.unwrap_or_else(|| {
            self.options.push(Growing { name: written.name, kinds: [None, None, None] });
            self.options.len() - 1
        });
        if found.is_none() && !self.by_name.is_empty() {
            self.by_name.insert(name, at);
        }
        &mut self.options[at]
    }
}

impl Growing {
    fn take(&mut self, text: &str, written: &Written) {
        let name = written.name.stretch();
        let fresh = || Operand { name, first: written.first, more: written.more.clone() };
        if written.operator == Operator::Set {
            self.kinds = [Some(fresh()), None, None];
            return;
        }
        match &mut self.kinds[written.operator as usize] {
            empty @ None => *empty = Some(fresh()),
            Some(operand) => {
                operand.name = name;
                operand.strip_end(text);
                operand.more.extend((!written.first.is_empty()).then_some(written.first));
                operand.more.extend_from_slice(&written.more);
            }
        }
    }

    fn finish(self, text: &str) -> SettledOption {
        let mut operations = Vec::with_capacity(self.kinds.iter().flatten().count());
        for (operator, operand) in
            [Operator::Set, Operator::Add, Operator::Remove].into_iter().zip(self.kinds)
        {
            if let Some(operand) = operand {
                operations.push(Operation { operator, name: operand.name, lines: operand.finish(text) });
            }
        }
        SettledOption { name: self.name, operations }
    }
}

impl Operand {
    /// Takes blanks and blank lines off the end.
    fn strip_end(&mut self, text: &str) {
        let strip = |line: &mut Stretch| line.end = line.start + trim_end(&text[line.range()]).len() as u32;
        while let Some(last) = self.more.last_mut() {
            strip(last);
            if !last.is_empty() {
                return;
            }
            self.more.pop();
        }
        strip(&mut self.first);
    }

    fn finish(mut self, text: &str) -> Lines {
        if self.more.is_empty() {
            return Lines::One(self.first);
        }
        if !self.first.is_empty() {
            self.more.insert(0, self.first);
            return self.more.into();
        }
        self.strip_end(text);
        dedent(text, &mut self.more);
        if self.more.is_empty() { Lines::One(self.first) } else { self.more.into() }
    }
}

/// Takes off common indentation and leading blank lines, as `textwrap.dedent` counts indentation.
fn dedent(text: &str, lines: &mut Vec<Stretch>) {
    let mut margin: Option<&str> = None;
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let line = &text[line.range()];
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        let common = margin.map_or(indent, |margin| {
            let same = margin.bytes().zip(indent.bytes()).take_while(|(one, other)| one == other).count();
            &margin[..same]
        });
        margin = Some(common);
    }
    let margin = margin.map_or(0, str::len) as u32;
    for line in lines.iter_mut().filter(|line| !line.is_empty()) {
        line.start += margin;
    }
    let blank = |line: &Stretch| trim_end(&text[line.range()]).is_empty();
    let leading = lines.iter().take_while(|line| blank(line)).count();
    lines.drain(..leading);
}

#[cfg(test)]
mod tests {
    use super::super::limits::Limits;
    use super::super::parse::parse;
    use super::*;

    /// Every operation of a text, one a line.
    fn outline(text: &str) -> String {
        let file = parse(text, &Limits::default()).expect("no bad lines");
        let settled = settle(text, &file.blocks, |block| block.condition.is_none());
        let mut out = String::new();
        for section in &settled.sections {
            for option in &section.options {
                for operation in &option.operations {
                    let lines: Vec<_> =
                        operation.lines.as_slice().iter().map(|at| &text[at.range()]).collect();
                    let name = option.name.text(text);
                    out.push_str(&format!("{name} {:?} {:?}\n", operation.operator, lines.join("\n")));
                }
            }
        }
        out
    }

    #[test]
    fn a_block_loses_the_indentation_that_all_its_lines_share() {
        assert_eq!(
            outline("[s]\na =\n    /root\n      branch\n\n        leaf\n\n"),
            "a Set \"/root\\n  branch\\n\\n    leaf\"\n"
        );
        assert_eq!(outline("[s]\na =\n\n      x\n    y\n"), "a Set \"  x\\ny\"\n");
        assert_eq!(
            outline("[s]\na =\n\tx\n        y\n"),
            "a Set \"\\tx\\n        y\"\n",
            "tabs are no blanks"
        );
        assert_eq!(outline("[s]\na =\n\n\n"), "a Set \"\"\n");
    }

    #[test]
    fn a_later_assignment_clears_earlier_increments_of_the_file() {
        assert_eq!(
            outline("[s]\na += 1\na = 2\n[t]\n[s]\na -= 3\na +=4\n"),
            "a Set \"2\"\na Add \"4\"\na Remove \"3\"\n"
        );
    }

    #[test]
    fn increments_of_one_file_are_one_increment() {
        assert_eq!(outline("[s]\na +=\n   c\na +=\n     d\n"), "a Add \"c\\n  d\"\n");
        assert_eq!(outline("[s]\na += c\na +=\na+=d\n"), "a Add \"c\\nd\"\n");
        assert_eq!(outline("[s]\na +=\na += d\n"), "a Add \"d\"\n");
    }

    #[test]
    fn a_block_that_does_not_count_leaves_no_trace() {
        assert_eq!(outline("[s:no]\na = 1\n[s]\nb = 2\n[s:no]\nb = 3\n"), "b Set \"2\"\n");
    }
}
