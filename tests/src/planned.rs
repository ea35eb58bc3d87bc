//! A run that is held against its own plan.
//!
//! - In: the arguments of a run that changes things.
//! - Out: its steps with their reasons, after `plan` has said the same ones.
//! - Not here: starting it (`site`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::Site;
use crate::run::Run;

/// What was done to which part, with the reasons.
type Done = BTreeMap<(String, String), Value>;

impl Site {
    /// Plans, runs, and returns the steps that both told, with the run: a line for each step, its reasons below.
    ///
    /// `plan` takes the words of `install` as they are, and those of `uninstall` behind `--uninstall`.
    ///
    /// # Panics
    ///
    /// The two tell different steps or reasons, or there is no plan.
    #[track_caller]
    pub fn run_as_planned(&self, arguments: &[&str]) -> (String, Run) {
        let mut plan = vec!["--json"];
        match arguments.iter().position(|word| ["install", "uninstall"].contains(word)) {
            Some(at) => {
                plan.extend(&arguments[..at]);
                plan.push("plan");
                plan.extend((arguments[at] == "uninstall").then_some("--uninstall"));
                plan.extend(&arguments[at + 1..]);
            }
            None => {
                plan.extend(arguments);
                plan.push("plan");
            }
        }
        let planned = self.run(&plan);
        let run = self.run(&[&["--json"], arguments].concat());
        let steps = steps_of(&planned);
        let mut expected = Done::new();
        for step in &steps {
            let (action, part) = (text(&step["action"]), text(&step["part"]));
            let activities: &[&str] = match action.as_str() {
                "install" => &["installing"],
                "update" => &["updating"],
                "reinstall" => &["uninstalling", "installing"],
                "uninstall" => &["uninstalling"],
                _ => &[],
            };
            for activity in activities {
                expected.insert(((*activity).to_owned(), part.clone()), step["reasons"].clone());
            }
        }
        let started = lines(&run).filter(|line| line["event"] == "step-started");
        let done: Done = started
            .map(|line| ((text(&line["activity"]), text(&line["part"])), line["causes"].clone()))
            .collect();
        assert_eq!(done, expected, "the plan said something else: {}", planned.stdout);
        (told(&steps), run)
    }
}

fn lines(run: &Run) -> impl Iterator<Item = Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("each line is JSON"))
}

fn steps_of(planned: &Run) -> Vec<Value> {
    let result = lines(planned).find(|line| line["result"] == "plan");
    let result = result.unwrap_or_else(|| panic!("there is no plan: {}{}", planned.stdout, planned.stderr));
    result["data"]["steps"].as_array().expect("it has steps").clone()
}

fn told(steps: &[Value]) -> String {
    let mut told = String::new();
    for step in steps {
        writeln!(told, "{} {}", text(&step["action"]), text(&step["part"])).expect("a String takes all");
        for reason in step["reasons"].as_array().expect("it has reasons") {
            writeln!(told, "  {}: {}", text(&reason["code"]), text(&reason["text"]))
                .expect("a String takes all");
        }
    }
    told
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is text").to_owned()
}
