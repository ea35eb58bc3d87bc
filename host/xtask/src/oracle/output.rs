//! What a run printed, cut into the fields that are compared.
//!
//! - In: standard output and standard error, already without what differs from machine to machine.
//! - Out: steps taken, what was being done, the error, what recipes said.
//! - Not here: results of commands, which are compared as they are (`outcome`).

/// What standard error told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// `Installing a.` and its like.
    pub(super) actions: Vec<String>,
    /// The lines below `While:`.
    pub(super) doing: Vec<String>,
    /// The first error, with all its lines.
    pub(super) error: Vec<String>,
    /// What recipes printed, without the names of their parts.
    pub(super) said: Vec<String>,
    /// The reports of unused options.
    pub(super) unused: Vec<String>,
}

impl Told {
    /// Reads our standard error.
    pub(super) fn ours(stderr: &str) -> Self {
        let mut told = Self::default();
        let mut lines = stderr.lines().peekable();
        let mut doing = Vec::new();
        while let Some(line) = lines.next() {
            if line == "While:" {
                doing.clear();
                while let Some(activity) = lines.peek().and_then(|line| line.strip_prefix("  ")) {
                    doing.push(activity.to_owned());
                    lines.next();
                }
            } else if let Some(message) = line.strip_prefix("Error: ") {
                told.error.push(message.to_owned());
                told.error.extend(lines.take_while(|line| !ends_message(line)).map(str::to_owned));
                while told.error.last().is_some_and(String::is_empty) {
                    told.error.pop();
                }
                told.doing = doing;
                break;
            } else if is_action(line) {
                told.actions.push(line.to_owned());
            } else if is_unused(line) {
                told.unused.push(line.to_owned());
            } else if let Some((part, said)) = line.split_once(": ")
                && !part.contains(' ')
                && !["Warning", "Notice", "note", "help"].contains(&part)
            {
                told.said.push(said.to_owned());
            }
        }
        told
    }

    /// Reads the lines of zc.buildout's standard output.
    pub(super) fn theirs<'l>(stdout: impl Iterator<Item = &'l str>) -> Self {
        let mut told = Self::default();
        for line in stdout {
            if is_action(line) {
                told.actions.push(line.to_owned());
            } else if is_unused(line) {
                told.unused.push(line.to_owned());
            } else if !line.starts_with("This may be an indication for either a typo") {
                // Loggers of recipes have the part's name, what they print has not.
                let said = line.split_once(": ").filter(|(part, _)| !part.contains([' ', '=']));
                told.said.push(said.map_or(line, |(_, said)| said).to_owned());
            }
        }
        told
    }
}

fn is_action(line: &str) -> bool {
    let verbs = ["Installing ", "Updating ", "Uninstalling "];
    line.ends_with('.') && verbs.iter().any(|verb| line.starts_with(verb))
        || line.starts_with("Develop: ")
        || line.starts_with("Creating '")
        || line == "Running uninstall recipe."
}

fn is_unused(line: &str) -> bool {
    line.starts_with("Section `") && line.contains("contains unused option(s)")
}

/// Whether a line below `Error:` is no longer zc.buildout's message but what we add to it.
fn ends_message(line: &str) -> bool {
    let added = ["--> ", "note: ", "help: ", "code: "];
    let line = line.trim_start();
    added.iter().any(|start| line.starts_with(start))
        || ["Error: ", "While:", "Keeping ", "Removed what "].iter().any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_standard_error_is_cut_into_fields() {
        let told = Told::ours(
            "Compiling recipe r (once on this machine).\n\
             Warning: odd\n\
             Installing a.\n  because it is new\n\
             a: made: it\n\
             Section `a` contains unused option(s): 'x'.\n  x: buildout.cfg:3:1\n\
             While:\n  Installing.\n  Getting section b.\n\
             Error: one\ntwo\n --> buildout.cfg:1:1\n  |\nhelp: no\n",
        );
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            told,
            Told {
                actions: lines(&["Installing a."]),
                doing: lines(&["Installing.", "Getting section b."]),
                error: lines(&["one", "two"]),
                said: lines(&["made: it"]),
                unused: lines(&["Section `a` contains unused option(s): 'x'."]),
            }
        );
    }
}
