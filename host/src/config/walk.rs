//! Walking: everything that the files do to one option, its value and its history.
//!
//! - In: a [`Graph`], and where in it the option is written.
//! - Out: the [`Value`], and its history when somebody asks.
//! - Not here: finding the options (`merge`), what an operation does to lines (`lines`).
//!
//! An option is looked at from behind: where its newest file assigns, that is all; otherwise the visits of
//! its files are walked back to the last `=`. The result is that of the fold over the list of all paths.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::budget::{Budget, Excess, TooMuch};
use super::graph::{Graph, Speaker};
use super::lines::LineList;
use super::parse::{Operator, Stretch};
use super::settle::Operation;
use super::value::{Change, Entry, Inner, Layer, Layers, Origin, Past, Value};
use crate::source::{FileId, Span};

/// Longest history that is shown.
const MOST_ENTRIES: usize = 1_000;

/// One option of one node: where its operations stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) node: u32,
    pub(super) section: u32,
    pub(super) option: u32,
}

pub(super) fn span(file: FileId, stretch: Stretch) -> Span {
    Span::new(file, stretch.start as usize, stretch.end as usize)
}

/// One visit of a node that concerns the option.
pub(super) type Visit = (Place, Layer);

/// An increment that counts no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// The option's name, where it is incremented.
    pub at: Span,
    /// Where it is set, before that and after that.
    pub by: Span,
}

/// One step of a history, before its text is put together.
#[derive(Clone, Copy)]
struct Step {
    /// The operation, by its number; none of the empty start of an increment that found nothing to add to.
    at: Option<(Place, usize)>,
    change: Change,
    layer: Layer,
}

/// Everything that the files do to one option.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    graph: Arc<Graph>,
    /// By last visit, the newest last.
    places: Box<[Place]>,
    /// The node that opens the section, if an increment there finds no section to add to.
    fresh: Option<usize>,
}

impl Walk {
    pub(super) fn new(graph: &Arc<Graph>, mut places: Vec<Place>, fresh: Option<usize>) -> Self {
        places.sort_by_key(|place| graph.last(place.node as usize));
        Self { graph: Arc::clone(graph), places: places.into(), fresh }
    }

    fn operations(&self, place: Place) -> &[Operation] {
        let settled = &self.graph.nodes[place.node as usize].settled;
        &settled.sections[place.section as usize].options[place.option as usize].operations
    }

    /// Where in its operations a place assigns for the last time.
    fn assignment(&self, place: Place) -> Option<usize> {
        self.operations(place).iter().rposition(|operation| operation.operator == Operator::Set)
    }

    /// The same walk, in which no increment opens its section.
    pub(super) fn never_fresh(mut self) -> Self {
        self.fresh = None;
        self
    }

    /// The newest visit, if nothing before it matters.
    pub(super) fn newest_assigns(&self) -> Option<Visit> {
        let newest = *self.places.last().expect("an option is written somewhere");
        self.assignment(newest)?;
        Some((newest, self.graph.last_layer(newest.node as usize)))
    }

    /// Whether the visits begin with an increment, and not before the place `from`.
    pub(super) fn begins_from(&self, visits: &[Visit], from: u32) -> bool {
        visits.first().is_some_and(|(place, _)| {
            self.assignment(*place).is_none() && self.graph.first(place.node as usize) >= from
        })
    }

    /// Every visit, the newest first.
    fn backwards(&self) -> Box<dyn Iterator<Item = Visit> + '_> {
        if self.places.iter().all(|place| self.graph.is_single(place.node as usize)) {
            let visit = |place: &Place| (*place, self.graph.last_layer(place.node as usize));
            return Box::new(self.places.iter().rev().map(visit));
        }
        let wanted: Vec<usize> = self.places.iter().map(|place| place.node as usize).collect();
        Box::new(self.graph.backwards(&wanted).map(|(at, layer)| (self.places[at], layer)))
    }

    /// The visits from the last one that assigns, or from the first of all; the oldest first.
    pub(super) fn since_assignment(&self, budget: &mut Budget) -> Result<Vec<Visit>, Excess> {
        let mut visits = Vec::new();
        for visit in self.backwards() {
            budget.step(1)?;
            visits.push(visit);
            if self.assignment(visit.0).is_some() {
                break;
            }
        }
        visits.reverse();
        Ok(visits)
    }

    /// Applies the visits to nothing, or to the value that a macro gave.
    pub(super) fn value(
        self,
        visits: &[Visit],
        base: Option<&Value>,
        budget: &mut Budget,
    ) -> Result<Value, (Self, Excess)> {
        match self.lines(visits, base, budget) {
            Err(excess) => Err((self, excess)),
            Ok((lines, name, layers)) => {
                let (text, pieces) = lines.finish();
                let past = match base {
                    None => Past::Walk(self, OnceLock::new()),
                    Some(base) => Past::Listed(self.history_onto(base, visits)),
                };
                Ok(Value::new(Inner { text, pieces, name, layers, past }))
            }
        }
    }

    fn lines<'a>(
        &'a self,
        visits: &[Visit],
        base: Option<&'a Value>,
        budget: &mut Budget,
    ) -> Result<(LineList<'a>, Option<Span>, Layers), Excess> {
        let mut lines = LineList::default();
        let mut layers = Layers::default();
        let mut name = None;
        if let Some(base) = base {
            lines.begin(base.lines());
            layers = base.layers();
        }
        for (place, layer) in visits {
            let node = &self.graph.nodes[place.node as usize];
            let operations = self.operations(*place);
            layers = layers.and(Layers::only(*layer));
            for operation in &operations[self.assignment(*place).unwrap_or(0)..] {
                let operand = operation.lines.as_slice().iter();
                let operand =
                    operand.map(|line| (&node.text[line.range()], node.file.map(|file| span(file, *line))));
                let fresh = self.fresh == Some(place.node as usize);
                budget.step(operation.lines.as_slice().len())?;
                match operation.operator {
                    Operator::Set => lines.begin(operand),
                    Operator::Add => lines.add(operand, fresh),
                    Operator::Remove => {
                        budget.step(lines.lines.len())?;
                        for (text, at) in operand.clone() {
                            budget.step(lines.lines.len())?;
                            budget.removal(text, at, lines.lines.iter().map(|(line, _)| *line));
                        }
                        lines.remove(operand.map(|(text, _)| text));
                    }
                }
                if lines.bytes > budget.value_bytes {
                    return Err(Excess::Value);
                }
                name = node.file.map(|file| span(file, operation.name)).or(name);
            }
        }
        budget.value(lines.bytes)?;
        Ok((lines, name, layers))
    }

    pub(super) fn too_much(&self, what: Excess, section: &Arc<str>, option: &Arc<str>) -> TooMuch {
        let newest = *self.places.last().expect("an option is written somewhere");
        let node = &self.graph.nodes[newest.node as usize];
        let operation = self.operations(newest).last();
        let at = node.file.zip(operation).map(|(file, operation)| span(file, operation.name));
        TooMuch { what, section: Arc::clone(section), option: Arc::clone(option), at }
    }

    /// The history, oldest first, of at most [`MOST_ENTRIES`] entries.
    pub(super) fn history(&self) -> Vec<Entry> {
        let mut texts = Texts::default();
        let entry = |step: Step| {
            let text = match step.at {
                Some((place, at)) => texts.of(self, place, at),
                None => "".into(),
            };
            Entry { change: step.change, text, origin: self.origin_of(step), layer: step.layer }
        };
        self.steps(false).into_iter().map(entry).collect()
    }

    /// What was done and who says so, from the last `=` on, oldest first.
    pub(super) fn recent(&self) -> Vec<(Change, Origin)> {
        self.steps(true).into_iter().map(|step| (step.change, self.origin_of(step))).collect()
    }

    /// The steps, oldest first, of at most [`MOST_ENTRIES`] operations; the `recent` ones begin with the last `=`.
    fn steps(&self, recent: bool) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some((place, layer)) = self.newest_assigns().filter(|_| recent) {
            self.visit(place, layer, &mut steps);
            steps.reverse();
            return steps;
        }
        let mut whole = true;
        let mut starts = false;
        for (place, layer) in self.backwards() {
            if steps.len() >= MOST_ENTRIES {
                whole = false;
                break;
            }
            let more = self.visit(place, layer, &mut steps);
            starts = self.assignment(place).is_some();
            // An assignment with increments after it leaves nothing of what was before.
            if starts && (recent || more > 1) {
                break;
            }
        }
        steps.reverse();
        if whole {
            self.begin(&mut steps, starts);
        }
        steps
    }

    /// Adds the steps of one visit, the newest first, and says how many they are.
    fn visit(&self, place: Place, layer: Layer, steps: &mut Vec<Step>) -> usize {
        let operations = self.operations(place);
        let from = self.assignment(place).unwrap_or(0);
        let count = operations.len() - from;
        for (at, operation) in operations.iter().enumerate().skip(from).rev() {
            let change = match operation.operator {
                Operator::Set if count == 1 => Change::Override,
                Operator::Set => Change::Set,
                Operator::Add => Change::Add,
                Operator::Remove => Change::Remove,
            };
            steps.push(Step { at: Some((place, at)), change, layer });
        }
        count
    }

    /// Says how the first step began.
    fn begin(&self, steps: &mut Vec<Step>, assigned: bool) {
        let Some(first) = steps.first_mut() else { return };
        let oldest = self.places.iter().min_by_key(|place| self.graph.first(place.node as usize));
        let fresh = oldest.is_some_and(|place| self.fresh == Some(place.node as usize));
        if assigned || (fresh && first.change == Change::Add) {
            first.change = Change::Set;
        } else {
            let layer = first.layer;
            steps.insert(0, Step { at: None, change: Change::Set, layer });
        }
    }

    fn origin_of(&self, step: Step) -> Origin {
        match step.at {
            Some((place, at)) => self.origin(place, &self.operations(place)[at]),
            None => Origin::Implicit,
        }
    }

    /// Increments that count no more because the file of the last `=`, read before them, is read again after them.
    pub(super) fn lost(&self) -> Vec<Lost> {
        let single = |place: &Place| self.graph.is_single(place.node as usize);
        let assigns = |place: &Place| self.assignment(*place).is_some();
        if self.places.len() < 2 || self.places.iter().all(assigns) || self.places.iter().all(single) {
            return Vec::new();
        }
        let mut visits: Vec<Place> = self.backwards().map(|(place, _)| place).take(MOST_ENTRIES).collect();
        visits.reverse();
        let Some(last) = visits.iter().rposition(|place| self.assignment(*place).is_some()) else {
            return Vec::new();
        };
        let assigning = visits[last];
        let Some(first) = visits[..last].iter().position(|place| place.node == assigning.node) else {
            return Vec::new();
        };
        let name = |place: Place, operation: &Operation| {
            self.graph.nodes[place.node as usize].file.map(|file| span(file, operation.name))
        };
        let Some(by) = self.operations(assigning).first().and_then(|operation| name(assigning, operation))
        else {
            return Vec::new();
        };
        let mut lost: Vec<Lost> = Vec::new();
        for place in &visits[first..last] {
            let again = visits[last..].iter().any(|other| other.node == place.node);
            if again || self.assignment(*place).is_some() {
                continue;
            }
            for at in self.operations(*place).iter().filter_map(|operation| name(*place, operation)) {
                if lost.iter().all(|known| known.at != at) {
                    lost.push(Lost { at, by });
                }
            }
        }
        lost
    }

    fn history_onto(&self, base: &Value, visits: &[Visit]) -> Vec<Entry> {
        let mut texts = Texts::default();
        let mut entries = base.history().to_vec();
        let free = MOST_ENTRIES.saturating_sub(entries.len());
        for (place, layer) in visits.iter().take(free) {
            for (at, operation) in self.operations(*place).iter().enumerate() {
                let change = if operation.operator == Operator::Add { Change::Add } else { Change::Remove };
                let text = texts.of(self, *place, at);
                entries.push(Entry { change, text, origin: self.origin(*place, operation), layer: *layer });
            }
        }
        entries
    }

    /// All operands of one kind as one value.
    pub(super) fn row(
        &self,
        visits: &[Visit],
        operator: Operator,
        budget: &mut Budget,
    ) -> Result<Option<Value>, Excess> {
        let mut texts = Texts::default();
        let mut lines = LineList::default();
        let mut past: Vec<Entry> = Vec::new();
        let mut layers = Layers::default();
        let mut name = None;
        for (place, layer) in visits {
            let node = &self.graph.nodes[place.node as usize];
            for (at, operation) in self.operations(*place).iter().enumerate() {
                if operation.operator != operator {
                    continue;
                }
                let operand = operation.lines.as_slice().iter();
                let operand =
                    operand.map(|line| (&node.text[line.range()], node.file.map(|file| span(file, *line))));
                budget.step(operation.lines.as_slice().len())?;
                lines.add(operand, true);
                if lines.bytes > budget.value_bytes {
                    return Err(Excess::Value);
                }
                if past.len() < MOST_ENTRIES {
                    let change = if past.is_empty() { Change::Set } else { Change::Add };
                    let text = texts.of(self, *place, at);
                    past.push(Entry { change, text, origin: self.origin(*place, operation), layer: *layer });
                }
                layers = layers.and(Layers::only(*layer));
                name = node.file.map(|file| span(file, operation.name)).or(name);
            }
        }
        if !lines.there {
            return Ok(None);
        }
        budget.value(lines.bytes)?;
        let (text, pieces) = lines.finish();
        Ok(Some(Value::new(Inner { text, pieces, name, layers, past: Past::Listed(past) })))
    }

    fn origin(&self, place: Place, operation: &Operation) -> Origin {
        let node = &self.graph.nodes[place.node as usize];
        let whole = || {
            let end = operation.lines.as_slice().last().map_or(operation.name.end, |line| line.end);
            let end = end.max(operation.name.end);
            let file = node.file.expect("files and the command line are sources");
            span(file, Stretch { start: operation.name.start, end })
        };
        match &node.speaker {
            Speaker::File => Origin::File(whole()),
            Speaker::CommandLine => Origin::CommandLine(whole()),
            Speaker::Default => Origin::Default,
            Speaker::Computed => Origin::Computed,
            Speaker::Recipe(part) => Origin::Recipe(Arc::clone(part)),
        }
    }
}

/// Texts of operations; each is made once, however often a file is visited.
#[derive(Default)]
struct Texts(HashMap<(u32, usize), Arc<str>>);

impl Texts {
    fn of(&mut self, walk: &Walk, place: Place, at: usize) -> Arc<str> {
        let text = self.0.entry((place.node, at)).or_insert_with(|| {
            let text = &walk.graph.nodes[place.node as usize].text;
            let lines = walk.operations(place)[at].lines.as_slice();
            let lines: Vec<&str> = lines.iter().map(|line| &text[line.range()]).collect();
            lines.join("\n").into()
        });
        Arc::clone(text)
    }
}
