//! The files of a run with what they extend, and the order in which they count.
//!
//! - In: settled files, the built-in defaults and the command line as nodes; who extends whom.
//! - Out: [`Graph`]: for each node its first and its last place in zc.buildout's list of files, in which a
//!   file that is reached by several paths stands several times. The list itself is never made: in
//!   SlapOS' ERP5 profile 248 files have 176,680 paths.
//! - Not here: reading files (`extends`), values (`merge`).

use std::sync::Arc;

use super::settle::Settled;
use super::value::Layer;
use crate::source::FileId;

/// What stands behind a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Speaker {
    File,
    CommandLine,
    Default,
    Computed,
    Recipe(Arc<str>),
}

/// One file, or what counts like one.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) speaker: Speaker,
    /// The source of the text, if the text is one.
    pub(super) file: Option<FileId>,
    pub(super) text: Arc<str>,
    pub(super) settled: Arc<Settled>,
    /// Extended nodes, first first; one may stand several times.
    pub(super) extends: Vec<usize>,
}

#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// The layers, the weakest first.
    top: Vec<(usize, Layer)>,
    /// Nodes by the place of their first visit, children before those who extend them.
    pub(super) by_first: Vec<usize>,
    first: Vec<u32>,
    last: Vec<u32>,
    last_layer: Vec<Layer>,
    single: Vec<bool>,
    parents: Vec<Vec<usize>>,
}

impl Graph {
    pub(super) fn new(nodes: Vec<Node>, top: Vec<(usize, Layer)>) -> Self {
        let count = nodes.len();
        let mut graph = Self {
            nodes,
            top,
            by_first: Vec::with_capacity(count),
            first: vec![u32::MAX; count],
            last: vec![u32::MAX; count],
            last_layer: vec![Layer::Default; count],
            single: vec![true; count],
            parents: vec![Vec::new(); count],
        };
        for at in 0..graph.top.len() {
            graph.visit_first(graph.top[at].0);
        }
        // From behind, the last visit of a node comes first.
        let mut place = u32::try_from(count).expect("the number of files is limited");
        for at in (0..graph.top.len()).rev() {
            let (node, layer) = graph.top[at];
            graph.visit_last(node, layer, &mut place);
        }
        graph.count_paths();
        graph
    }

    fn visit_first(&mut self, node: usize) {
        if self.first[node] != u32::MAX {
            return;
        }
        for at in 0..self.nodes[node].extends.len() {
            self.visit_first(self.nodes[node].extends[at]);
        }
        self.first[node] = self.by_first.len() as u32;
        self.by_first.push(node);
    }

    fn visit_last(&mut self, node: usize, layer: Layer, place: &mut u32) {
        if self.last[node] != u32::MAX {
            return;
        }
        *place -= 1;
        self.last[node] = *place;
        self.last_layer[node] = layer;
        for at in (0..self.nodes[node].extends.len()).rev() {
            self.visit_last(self.nodes[node].extends[at], layer, place);
        }
    }

    fn count_paths(&mut self) {
        let mut paths = vec![0_u32; self.nodes.len()];
        for (node, _) in &self.top {
            paths[*node] = paths[*node].saturating_add(1);
        }
        for &node in self.by_first.iter().rev() {
            self.single[node] = paths[node] == 1;
            for &child in &self.nodes[node].extends {
                paths[child] = paths[child].saturating_add(paths[node]);
                if self.parents[child].last() != Some(&node) {
                    self.parents[child].push(node);
                }
            }
        }
    }

    /// Whether exactly one path leads to the node.
    pub(super) fn is_single(&self, node: usize) -> bool {
        self.single[node]
    }

    /// The place of the node's first visit.
    pub(super) fn first(&self, node: usize) -> u32 {
        self.first[node]
    }

    /// The place of the node's last visit, among last visits.
    pub(super) fn last(&self, node: usize) -> u32 {
        self.last[node]
    }

    /// The layer in which the node is visited last.
    pub(super) fn last_layer(&self, node: usize) -> Layer {
        self.last_layer[node]
    }

    /// Every visit of one of `wanted`, the last first, as its index there. No step is made that does not
    /// lead to one.
    pub(super) fn backwards(&self, wanted: &[usize]) -> Backwards<'_> {
        let mut leads = vec![false; self.nodes.len()];
        let mut open = wanted.to_vec();
        let mut index = vec![None; self.nodes.len()];
        for (at, &node) in wanted.iter().enumerate() {
            index[node] = Some(at);
        }
        while let Some(node) = open.pop() {
            if !leads[node] {
                leads[node] = true;
                open.extend_from_slice(&self.parents[node]);
            }
        }
        let ahead = self.top.iter().filter(|(node, _)| leads[*node]).copied().collect();
        Backwards { graph: self, leads, index, ahead }
    }
}

/// Visits from behind; endless for all practical purposes where files extend each other many times.
pub(super) struct Backwards<'a> {
    graph: &'a Graph,
    leads: Vec<bool>,
    index: Vec<Option<usize>>,
    ahead: Vec<(usize, Layer)>,
}

impl Iterator for Backwards<'_> {
    type Item = (usize, Layer);

    fn next(&mut self) -> Option<(usize, Layer)> {
        while let Some((node, layer)) = self.ahead.pop() {
            let children = self.graph.nodes[node].extends.iter().filter(|child| self.leads[**child]);
            self.ahead.extend(children.map(|child| (*child, layer)));
            if let Some(at) = self.index[node] {
                return Some((at, layer));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A graph from "who extends whom"; the last node is the root.
    fn graph(extends: &[&[usize]]) -> Graph {
        let nodes = extends
            .iter()
            .map(|extends| Node {
                speaker: Speaker::File,
                file: None,
                text: "".into(),
                settled: Arc::default(),
                extends: extends.to_vec(),
            })
            .collect::<Vec<_>>();
        let root = nodes.len() - 1;
        Graph::new(nodes, vec![(root, Layer::Project)])
    }

    #[test]
    fn a_walk_from_behind_is_the_list_of_all_paths_read_backwards() {
        // 0 base; 1 left and 2 right extend it; 3 extends both.
        let diamond = graph(&[&[], &[0], &[0], &[1, 2]]);
        let walked: Vec<_> = diamond.backwards(&[0, 1, 2, 3]).map(|(node, _)| node).collect();
        assert_eq!(walked, [3, 2, 0, 1, 0]);
        let walked: Vec<_> = diamond.backwards(&[0]).map(|(at, _)| at).collect();
        assert_eq!(walked, [0, 0], "nodes in between are passed over");
    }

    #[test]
    fn places_are_those_of_the_first_and_the_last_visit() {
        let diamond = graph(&[&[], &[0], &[0], &[1, 2]]);
        assert_eq!(diamond.by_first, [0, 1, 2, 3]);
        let mut by_last: Vec<usize> = (0..4).collect();
        by_last.sort_by_key(|node| diamond.last(*node));
        assert_eq!(by_last, [1, 0, 2, 3]);
        assert_eq!([0, 1, 2, 3].map(|node| diamond.is_single(node)), [false, true, true, true]);
    }

    #[test]
    fn a_doubling_chain_costs_no_more_than_its_files() {
        let chain: Vec<Vec<usize>> =
            (0..60).map(|n: usize| n.checked_sub(1).map_or(vec![], |m| vec![m, m])).collect();
        let chain: Vec<&[usize]> = chain.iter().map(Vec::as_slice).collect();
        let chain = graph(&chain);
        assert_eq!(chain.by_first.len(), 60);
        assert_eq!(chain.backwards(&[0]).take(5).count(), 5);
    }
}
