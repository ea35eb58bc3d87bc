//! What `approve` asks and `revoke` says.
//!
//! - In: claims, approvals.
//! - Out: text in which nothing that others wrote can look like ours.

use std::fmt::Write as _;

use camino::Utf8Path;
use serde::Serialize;

use super::visible;
use crate::access::{Approved, Claim};
use crate::source::SourceMap;

/// More of a text that others wrote is not shown in a question.
const LONGEST: usize = 120;

/// What others wrote, on one line and no longer than can be read.
fn theirs(text: &str) -> String {
    let shown = visible::line(text);
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown.into_owned(),
    }
}

/// What is to be decided, without the question itself.
pub fn question(claim: &Claim, sources: &SourceMap, directory: &Utf8Path) -> String {
    let mut text = String::new();
    let mut line = |what: String| writeln!(text, "{what}").expect("a String takes all");
    let wants = claim.need.kind.in_words(&theirs(&claim.value));
    match &claim.part {
        Some(part) => line(format!("\nThe part {} wants to {wants}.", theirs(part))),
        None => line(format!("\nThe configuration wants to {wants}.")),
    }
    if claim.part.is_some() {
        line(format!("  recipe     {} ({})", theirs(&claim.recipe), theirs(&claim.identity)));
    }
    if let Some(before) = &claim.before {
        let more = if before.same { "" } else { ", and it did not ask for this then" };
        line(format!("  before     you approved another one ({}){more}", theirs(&before.recipe)));
    }
    if let Some(at) = claim.at {
        let place = sources.place(at);
        line(format!("  written    {}:{}:{}", theirs(&place.file), place.line, place.column));
    }
    if !claim.need.why.is_empty() {
        line(format!("  it says    {}", theirs(&claim.need.why)));
    }
    line(format!("  in         {}", theirs(directory.as_str())));
    text
}

/// What was taken back, as programs read it.
#[derive(Debug, Serialize)]
pub struct Revoked<'a> {
    revoked: &'a [Approved],
}

impl<'a> Revoked<'a> {
    /// Puts it into words.
    pub fn of(revoked: &'a [Approved]) -> Self {
        Self { revoked }
    }

    /// For people.
    pub fn text(&self) -> String {
        if self.revoked.is_empty() {
            return "There is nothing to take back.\n".to_owned();
        }
        let line = |gone: &Approved| {
            let who = gone.part.as_deref().unwrap_or("the configuration");
            let what = format!("{}: {} {}", theirs(who), gone.kind.word(), theirs(&gone.value));
            format!("No longer approved: {}\n", what.trim_end())
        };
        self.revoked.iter().map(line).collect()
    }
}
