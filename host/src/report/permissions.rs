//! What `permissions` shows: each part with what it needs, has and lacks.
//!
//! - In: a buildout, resolved or stopped for want of a grant.
//! - Out: text for people, data for programs.

use std::fmt::Write as _;

use camino::Utf8Path;
use serde::Serialize;

use super::visible;
use crate::access::{Claim, Standing};
use crate::resolve::Buildout;
use crate::source::{Place, SourceMap};

/// What parts may do, as programs read it.
#[derive(Debug, Serialize)]
pub struct Permissions {
    parts: Vec<PartShown>,
}

/// One part; none is the configuration itself.
#[derive(Debug, Serialize)]
struct PartShown {
    part: Option<String>,
    recipe: String,
    /// What a grant is bound to.
    identity: String,
    needs: Vec<NeedShown>,
}

/// One thing that it needs.
#[derive(Debug, Serialize)]
struct NeedShown {
    kind: &'static str,
    value: String,
    why: String,
    place: Option<Place>,
    /// `default`, `granted`, `missing`, `refused` or `everything`.
    standing: &'static str,
    /// Who gave or refused it.
    by: Option<String>,
    flag: Option<String>,
}

impl NeedShown {
    fn of(claim: &Claim, sources: &SourceMap) -> Self {
        let (standing, by) = match &claim.standing {
            Standing::Default => ("default", None),
            Standing::Granted(word) => ("granted", Some(word.to_string())),
            Standing::Refused(word) => ("refused", Some(word.to_string())),
            Standing::Missing => ("missing", None),
            Standing::Everything => ("everything", None),
        };
        Self {
            kind: claim.need.kind.word(),
            value: claim.need.value.clone(),
            why: claim.need.why.clone(),
            place: claim.at.map(|at| sources.place(at)),
            standing,
            by,
            flag: claim.flag(),
        }
    }

    fn text(&self) -> String {
        let verb = match self.standing {
            "default" | "granted" => "has   ",
            "refused" => "denied",
            "everything" => "never ",
            _ => "lacks ",
        };
        let by = self.by.as_ref().map(|by| format!("  by {by}")).unwrap_or_default();
        let why = if self.why.is_empty() { String::new() } else { format!("  ({})", self.why) };
        format!("  {verb} {:5} {}{by}{why}", self.kind, self.value)
    }
}

impl Permissions {
    /// Looks at these parts; without any, at all, and at the configuration.
    pub fn of(buildout: &Buildout, sources: &SourceMap, parts: &[String]) -> Self {
        let mut claims = buildout.claims();
        for missing in &buildout.missing {
            let same = |claim: &Claim| claim.part == missing.part && claim.need == missing.need;
            if !claims.iter().any(same) {
                claims.push(missing.clone());
            }
        }
        let mut shown: Vec<PartShown> = buildout
            .parts()
            .map(|part| PartShown {
                part: Some(part.name.clone()),
                recipe: part.recipe.name.clone(),
                identity: part.recipe.identity(),
                needs: Vec::new(),
            })
            .collect();
        for claim in &claims {
            let need = NeedShown::of(claim, sources);
            match shown.iter_mut().find(|part| part.part == claim.part && part.identity == claim.identity) {
                Some(part) => part.needs.push(need),
                None => shown.push(PartShown {
                    part: claim.part.clone(),
                    recipe: claim.recipe.clone(),
                    identity: claim.identity.clone(),
                    needs: vec![need],
                }),
            }
        }
        shown.retain(|part| parts.is_empty() || part.part.as_ref().is_some_and(|name| parts.contains(name)));
        Self { parts: shown }
    }

    /// For people; files below `directory` are named relative to it.
    pub fn text(&self, directory: &Utf8Path) -> String {
        let mut text = String::new();
        let mut line = |what: &str| writeln!(text, "{}", visible::line(what)).expect("a String takes all");
        let mut lacking = false;
        for part in &self.parts {
            let recipe = Utf8Path::new(&part.recipe);
            let recipe = recipe.strip_prefix(directory).unwrap_or(recipe);
            match &part.part {
                Some(name) => line(&format!("{name}: {recipe} ({})", part.identity)),
                None => line(&format!("the configuration: {recipe}")),
            }
            if part.needs.is_empty() {
                line("  needs nothing but the defaults");
            }
            for need in &part.needs {
                lacking |= need.standing == "missing";
                line(&need.text());
            }
        }
        if lacking {
            line(
                "`buildout approve` asks for what is lacking; `buildout` shows flags and policy lines for it",
            );
        }
        text
    }
}
