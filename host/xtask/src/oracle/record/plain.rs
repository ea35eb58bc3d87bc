//! Texts of a run of zc.buildout without what differs from machine to machine and from run to run.
//!
//! - In: any text that it printed or left.
//! - Out: the same with `@DIR@` and its like (`tests/oracle/README.md`).
//! - Not here: cutting texts into fields (`answer`).

use regex_lite::Regex;

/// What stands for what, in the texts of one case.
pub(super) struct Plain {
    /// Longer texts first, as one may be the beginning of another.
    places: Vec<(String, String)>,
    patterns: Vec<(Regex, &'static str)>,
    signature: Regex,
    /// Signatures of recipes, in the order in which they were met.
    signatures: Vec<String>,
}

impl Plain {
    /// `places` are paths and addresses of this run, each with its name.
    pub(super) fn new(mut places: Vec<(String, String)>) -> Self {
        places.sort_by_key(|(place, _)| std::cmp::Reverse(place.len()));
        let patterns = [
            (r"/tmp/(buildout-|tmp)\w+", "@TMPFILE@"),
            // Whatever index pip and zc.buildout are set up for.
            (r"https?://[^/\s']+/simple/", "https://index.example.org/simple/"),
            (r"@VENV@/bin/python3(\.\d+)?", "@VENV@/bin/python"),
            (r">=6\.0\.1\b", ">=@ZCB@"),
            (r"buildout version \S+", "buildout version @ZCB@"),
            (r"Added by buildout at .*", "Added by buildout at @TIME@"),
            (r"0x[0-9a-f]{6,}", "0x@ADDR@"),
        ];
        let regex = |pattern| Regex::new(pattern).expect("the pattern is sound");
        Self {
            places,
            patterns: patterns.map(|(pattern, name)| (regex(pattern), name)).into(),
            signature: regex(r"(zcborec-|localrec-)([0-9a-f]{32}|[A-Za-z0-9+/]{22}==)"),
            signatures: Vec::new(),
        }
    }

    /// The text with names in it. Signatures get numbers, so that one that changes is seen.
    pub(super) fn text(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (place, name) in &self.places {
            text = text.replace(place, name);
        }
        for (pattern, name) in &self.patterns {
            text = pattern.replace_all(&text, *name).into_owned();
        }
        let (signature, known) = (&self.signature, &mut self.signatures);
        let named = signature.replace_all(&text, |found: &regex_lite::Captures<'_>| {
            let at = known.iter().position(|one| *one == found[2]).unwrap_or_else(|| {
                known.push(found[2].to_owned());
                known.len() - 1
            });
            format!("{}@SIG{}@", &found[1], at + 1)
        });
        named.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_signatures_and_moments_get_names() {
        let places = [("/case/proj", "@DIR@"), ("/case", "@TOP@"), ("/v", "@VENV@")];
        let mut plain = Plain::new(places.map(|(place, name)| (place.to_owned(), name.to_owned())).into());
        let (one, other) = ("0".repeat(32), "f".repeat(32));
        assert_eq!(
            plain.text(&format!(
                "/case/proj/a /case/x /v/bin/python3.11 /tmp/buildout-a1 /tmp/tmpx_1 zc.buildout>=6.0.1 <o at 0x7f00aa11> \
                 zcborec-{one} zcborec-{other} zcborec-{one}"
            )),
            "@DIR@/a @TOP@/x @VENV@/bin/python @TMPFILE@ @TMPFILE@ zc.buildout>=@ZCB@ <o at 0x@ADDR@> \
             zcborec-@SIG1@ zcborec-@SIG2@ zcborec-@SIG1@"
        );
    }
}
