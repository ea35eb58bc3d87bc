//! Whatever happened before: after a run that ends well, all is as a fresh install would have it.
//!
//! A sequence of configurations, failures and edits of a user is made up and carried out. What then lies on the disk and
//! is recorded is what one run in a fresh directory leaves, and besides that only what the user put there, what recipes
//! made and did not return, and the user's edits: in their place where no later run made it anew, else in `.buildout/kept`.
//!
//! The sequences are the same in each run of the tests; with `BUILDOUT_MODEL_CASES=N` there are N others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use buildout_tests::{Run, Site, everything, recorded};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

/// So many parts there can be.
const SLOTS: usize = 4;
const CASES: u32 = 24;

/// A part that a configuration may have.
#[derive(Debug, Clone, Default)]
struct Part {
    named: bool,
    /// Under its second name.
    renamed: bool,
    /// One file instead of a directory.
    file: bool,
    /// A second directory in its directory.
    deep: bool,
    /// Leaves something that it does not return.
    stray: bool,
    /// Fails, when it does, after all else.
    late: bool,
    /// Its update writes its file again.
    updates: bool,
    /// Has something to do when it goes.
    hook: bool,
    /// Has a file in a directory that it shares with others.
    shared: bool,
    /// Copies a file of the project.
    reads: bool,
    /// What that file holds.
    input: u8,
    text: u8,
    /// A part before it to whose text it refers.
    needs: Option<usize>,
}

/// What somebody changes in a configuration.
#[derive(Debug, Clone)]
enum Change {
    Named(usize),
    Renamed(usize),
    File(usize),
    Deep(usize),
    Stray(usize),
    Late(usize),
    Updates(usize),
    Hook(usize),
    Shared(usize),
    Reads(usize),
    Input(usize, u8),
    Text(usize, u8),
    Needs(usize, usize),
    Swapped(usize, usize),
}

/// What a user does to what a part made, where it is there.
#[derive(Debug, Clone)]
enum Edit {
    AddsFile(usize, bool),
    Rewrites(usize),
    DeletesFile(usize),
    DeletesAll(usize),
}

/// A configuration, a run of it in which some parts fail, and what the user does then.
#[derive(Debug, Clone)]
struct Round {
    changes: Vec<Change>,
    failing: Vec<usize>,
    /// The parts whose uninstalling fails, if they have anything to do in it.
    sticking: Vec<usize>,
    edits: Vec<Edit>,
}

fn change() -> impl Strategy<Value = Change> {
    let slot = 0..SLOTS;
    prop_oneof![
        4 => slot.clone().prop_map(Change::Named),
        2 => slot.clone().prop_map(Change::Renamed),
        1 => slot.clone().prop_map(Change::File),
        1 => slot.clone().prop_map(Change::Deep),
        1 => slot.clone().prop_map(Change::Stray),
        1 => slot.clone().prop_map(Change::Late),
        1 => slot.clone().prop_map(Change::Updates),
        2 => slot.clone().prop_map(Change::Hook),
        2 => slot.clone().prop_map(Change::Shared),
        1 => slot.clone().prop_map(Change::Reads),
        2 => (slot.clone(), 0..3_u8).prop_map(|(slot, input)| Change::Input(slot, input)),
        3 => (slot.clone(), 0..3_u8).prop_map(|(slot, text)| Change::Text(slot, text)),
        2 => (slot.clone(), slot.clone()).prop_map(|(slot, needed)| Change::Needs(slot, needed)),
        2 => (slot.clone(), slot).prop_map(|(one, other)| Change::Swapped(one, other)),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    let slot = 0..SLOTS;
    prop_oneof![
        2 => slot.clone().prop_map(|slot| Edit::AddsFile(slot, false)),
        1 => slot.clone().prop_map(|slot| Edit::AddsFile(slot, true)),
        2 => slot.clone().prop_map(Edit::Rewrites),
        2 => slot.clone().prop_map(Edit::DeletesFile),
        1 => slot.prop_map(Edit::DeletesAll),
    ]
}

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let round = (vec(change(), 0..4), vec(0..SLOTS, 0..2), vec(0..SLOTS, 0..2), vec(edit(), 0..4));
    let round =
        round.prop_map(|(changes, failing, sticking, edits)| Round { changes, failing, sticking, edits });
    vec(round, 2..7)
}

/// The configuration as it is now.
struct Parts {
    slots: [Part; SLOTS],
    order: [usize; SLOTS],
}

impl Parts {
    fn new() -> Self {
        let mut parts = Self { slots: Default::default(), order: [0, 1, 2, 3] };
        parts.slots[..3].iter_mut().for_each(|part| part.named = true);
        parts.slots[..2].iter_mut().for_each(|part| part.updates = true);
        parts.slots[1..]
            .iter_mut()
            .for_each(|part| (part.hook, part.shared, part.reads) = (true, true, true));
        parts
    }

    fn change(&mut self, change: &Change) {
        let toggle = |flag: &mut bool| *flag = !*flag;
        match *change {
            Change::Named(slot) => toggle(&mut self.slots[slot].named),
            Change::Renamed(slot) => toggle(&mut self.slots[slot].renamed),
            Change::File(slot) => toggle(&mut self.slots[slot].file),
            Change::Deep(slot) => toggle(&mut self.slots[slot].deep),
            Change::Stray(slot) => toggle(&mut self.slots[slot].stray),
            Change::Late(slot) => toggle(&mut self.slots[slot].late),
            Change::Updates(slot) => toggle(&mut self.slots[slot].updates),
            Change::Hook(slot) => toggle(&mut self.slots[slot].hook),
            Change::Shared(slot) => toggle(&mut self.slots[slot].shared),
            Change::Reads(slot) => toggle(&mut self.slots[slot].reads),
            Change::Input(slot, input) => self.slots[slot].input = input,
            Change::Text(slot, text) => self.slots[slot].text = text,
            Change::Needs(slot, needed) => self.slots[slot].needs = (needed < slot).then_some(needed),
            Change::Swapped(one, other) => self.order.swap(one, other),
        }
    }

    fn name(&self, slot: usize) -> String {
        format!("p{slot}{}", if self.slots[slot].renamed { "-again" } else { "" })
    }

    /// Those that are named, in order.
    fn named(&self) -> Vec<usize> {
        self.order.into_iter().filter(|slot| self.slots[*slot].named).collect()
    }

    fn configuration(&self) -> String {
        let names: Vec<_> = self.named().into_iter().map(|slot| self.name(slot)).collect();
        let mut text = format!("[buildout]\nparts = {}\n", names.join(" "));
        for slot in self.named() {
            let part = &self.slots[slot];
            let needed = part.needs.filter(|needed| self.slots[*needed].named);
            let from =
                needed.map_or("nothing".to_owned(), |needed| format!("${{{}:text}}", self.name(needed)));
            let switch = format!("    read switch/p{slot}\n");
            let main = main_file(slot, part.file);
            let write = format!("    write parts/{main} ${{:text}} from ${{:from}}\n");
            let mut install = String::new();
            if !part.late {
                install += &switch;
            }
            if !part.file {
                install += &format!("    try mkdir parts/p{slot}\n");
            }
            install += &write;
            if part.deep && !part.file {
                install +=
                    &format!("    try mkdir parts/p{slot}/d\n    write parts/p{slot}/d/h ${{:text}}\n");
            }
            if part.stray {
                install += &format!("    try write parts/stray-{slot} left\n");
            }
            if part.shared {
                install += &format!(
                    "    try mkdir parts/shared\n    write parts/shared/p{slot} ${{:text}}\n    return parts/shared\n    return parts/shared/p{slot}\n"
                );
            }
            if part.reads {
                install += &format!("    copy input/p{slot} parts/p{slot}.in\n    return parts/p{slot}.in\n");
            }
            if part.late {
                install += &switch;
            }
            let returned = if part.file { main } else { format!("p{slot}") };
            install += &format!("    return parts/{returned}\n");
            let update = if part.updates { switch + &write } else { String::new() };
            let uninstall = if part.hook {
                format!("    read ${{buildout:directory}}/switch/gone-p{slot}\n")
            } else {
                String::new()
            };
            let entry = if part.reads { format!(":places\ninput = input/p{slot}") } else { String::new() };
            write!(
                text,
                "\n[{}]\nrecipe = actor{entry}\ntext = {}\nfrom = {from}\ninstall =\n{install}update =\n{update}uninstall =\n{uninstall}",
                self.name(slot),
                part.text
            )
            .expect("a String takes all");
        }
        text
    }
}

/// The file in which a part says its text, below `parts`.
fn main_file(slot: usize, file: bool) -> String {
    if file { format!("p{slot}.txt") } else { format!("p{slot}/f") }
}

/// A run of a configuration, in which the parts in `failing` fail where they are asked to be, and those in `sticking`
/// where they are asked to go.
fn run(site: &Site, parts: &Parts, failing: &[usize], sticking: &[usize]) -> Run {
    site.write("buildout.cfg", parts.configuration());
    for slot in 0..SLOTS {
        for (switch, off) in
            [(format!("switch/p{slot}"), failing), (format!("switch/gone-p{slot}"), sticking)]
        {
            site.write(&switch, "on");
            if off.contains(&slot) {
                fs::remove_file(site.path(&switch)).expect("it was just written");
            }
        }
        site.write(&format!("input/p{slot}"), parts.slots[slot].input.to_string());
    }
    site.run(&[])
}

/// What the user has done that must still be there.
#[derive(Default)]
struct User {
    /// The user's own files below `parts`.
    files: BTreeSet<String>,
    /// Files of parts, and what the user has made of them; nothing if they were deleted.
    edits: BTreeMap<String, Option<&'static str>>,
    /// How many edited files are kept elsewhere, as their part went or was made anew.
    kept: usize,
}

impl User {
    fn edit(&mut self, site: &Site, parts: &Parts, edit: &Edit) {
        let at = |path: &str| site.path("parts").join(path);
        match *edit {
            Edit::AddsFile(slot, deep) => {
                let folder = format!("p{slot}{}", if deep { "/d" } else { "" });
                if at(&folder).is_dir() {
                    let path = format!("{folder}/notes");
                    fs::write(at(&path), "the user's").expect("there is room");
                    self.files.insert(path);
                }
            }
            Edit::Rewrites(slot) => {
                let path = main_file(slot, parts.slots[slot].file);
                if at(&path).exists() {
                    fs::write(at(&path), "edited").expect("there is room");
                    self.edits.insert(path, Some("edited"));
                }
            }
            Edit::DeletesFile(slot) => {
                let path = format!("p{slot}/f");
                if at(&path).exists() {
                    fs::remove_file(at(&path)).expect("it is there");
                    self.edits.insert(path, None);
                }
            }
            Edit::DeletesAll(slot) => {
                let (folder, file) = (format!("p{slot}"), format!("p{slot}.txt"));
                if at(&folder).exists() {
                    fs::remove_dir_all(at(&folder)).expect("it is there");
                    self.files.retain(|path| !path.starts_with(&format!("{folder}/")));
                }
                if at(&file).exists() {
                    fs::remove_file(at(&file)).expect("it is there");
                }
                // What was returned and is gone is made anew.
                self.forget(slot);
            }
        }
    }

    /// What a run has made anew, or taken away for good, has no edits any more.
    fn see(&mut self, run: &Run, parts: &Parts) {
        let did = |activity: &str| -> Vec<usize> {
            let names = run.stderr.lines().filter_map(|line| line.strip_prefix(activity)?.strip_suffix('.'));
            names.filter_map(|name| name.strip_prefix('p')?.get(..1)?.parse().ok()).collect()
        };
        let started = run.stderr.lines().filter(|line| line.ends_with('.') && !line.starts_with(' '));
        let started: Vec<_> = started
            .filter(|line| ["Installing p", "Updating p"].iter().any(|activity| line.starts_with(activity)))
            .collect();
        let failed = if run.exit == Some(0) { None } else { started.last().copied() };
        for slot in did("Installing ") {
            if failed != Some(&format!("Installing {}.", parts.name(slot))) {
                self.kept += self.forget(slot);
            }
        }
        for slot in did("Updating ") {
            if parts.slots[slot].updates && failed != Some(&format!("Updating {}.", parts.name(slot))) {
                self.edits.remove(&main_file(slot, parts.slots[slot].file));
            }
        }
        for line in run.stderr.lines() {
            let Some(name) = line.strip_prefix("Uninstalling ").and_then(|line| line.strip_suffix('.'))
            else {
                continue;
            };
            let comes_again = parts.named().into_iter().any(|slot| parts.name(slot) == name);
            // Whoever fails to go is still there.
            let sticks =
                run.exit != Some(0) && run.stderr.contains(&format!("  Uninstalling {name}.\nError: "));
            if !comes_again
                && !sticks
                && let Ok(slot) = name[1..2].parse()
            {
                self.kept += self.forget(slot);
            }
        }
    }

    /// Forgets what was edited of a part, and returns how many files held an edit.
    fn forget(&mut self, slot: usize) -> usize {
        let (folder, file) = (format!("p{slot}/"), format!("p{slot}.txt"));
        let of_it = |path: &String| path.starts_with(&folder) || *path == file;
        self.edits.extract_if(.., |path, _| of_it(path)).filter(|(_, edit)| edit.is_some()).count()
    }
}

/// The parts that a failed run was about to make anew or to bring up to date: whatever they were, they are half that.
fn unfinished(run: &Run, parts: &Parts) -> Vec<String> {
    let did = |line: &str, activity: &str, name: &str| line == format!("{activity} {name}.");
    let lines: Vec<_> = run.stderr.lines().collect();
    let last = lines.iter().rfind(|line| line.starts_with("Installing p") || line.starts_with("Updating p"));
    let names = parts.named().into_iter().map(|slot| parts.name(slot));
    names
        .filter(|name| {
            let uninstalled = lines.iter().any(|line| did(line, "Uninstalling", name));
            let installed = lines.iter().any(|line| did(line, "Installing", name));
            let failed = last.is_some_and(|line| did(line, "Installing", name));
            let failed_update = last.is_some_and(|line| did(line, "Updating", name));
            failed_update || uninstalled && (!installed || failed)
        })
        .collect()
}

/// What lies below `parts`, a line of [`Site::tree`] for each path.
fn files(site: &Site) -> BTreeSet<String> {
    site.tree("parts").lines().map(str::to_owned).collect()
}

/// What is recorded, without who made a directory that was there already.
fn records(site: &Site) -> String {
    recorded(site)
        .lines()
        .filter(|line| !line.starts_with("  made "))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Carries a sequence out, and says what is then not as it should be.
fn check(rounds: &[Round]) -> Result<(), String> {
    let (mut parts, mut user, mut strays) = (Parts::new(), User::default(), BTreeSet::new());
    let site = Site::new("");
    let mut told = String::new();
    for (at, round) in rounds.iter().enumerate() {
        round.changes.iter().for_each(|change| parts.change(change));
        let last = at + 1 == rounds.len();
        let run = if last {
            run(&site, &parts, &[], &[])
        } else {
            run(&site, &parts, &round.failing, &round.sticking)
        };
        writeln!(told, "-- {}\n{:?}\n{}", parts.configuration(), run.exit, run.stderr)
            .expect("a String takes all");
        match run.exit {
            Some(0) => {}
            Some(1) if !last && run.stderr.contains("Error: ") => {}
            exit => return Err(format!("a run ended with {exit:?}\n{told}")),
        }
        user.see(&run, &parts);
        if run.exit != Some(0) {
            let plan = site.run(&["plan"]).stdout;
            for name in unfinished(&run, &parts) {
                if !plan.lines().any(|line| line == format!("reinstall {name}")) {
                    return Err(format!("{name} is not to be made anew:\n{plan}{told}"));
                }
            }
        }
        let leave = parts.named().into_iter().filter(|slot| parts.slots[*slot].stray);
        strays.extend(leave.map(|slot| format!("stray-{slot} 644 \"left\"")));
        if !last {
            for edit in &round.edits {
                user.edit(&site, &parts, edit);
                writeln!(told, "-- the user: {edit:?}").expect("a String takes all");
            }
        }
    }
    let again = site.run(&[]);
    if again.exit != Some(0) || again.stderr.lines().any(|line| line.contains("nstalling ")) {
        return Err(format!("once more, and it is not still:\n{}\n{told}", again.stderr));
    }
    user.see(&again, &parts);

    let fresh = Site::new("");
    let alone = run(&fresh, &parts, &[], &[]);
    if alone.exit != Some(0) {
        return Err(format!("a fresh install fails:\n{}\n{told}", alone.stderr));
    }
    let mut expected = files(&fresh);
    for (path, edit) in &user.edits {
        expected.retain(|line| !line.starts_with(&format!("{path} ")));
        expected.extend(edit.map(|text| format!("{path} 644 {text:?}")));
    }
    for path in &user.files {
        expected.insert(format!("{path} 644 \"the user's\""));
        let above = path.match_indices('/').map(|(end, _)| format!("{}/", &path[..end]));
        expected.extend(above);
    }
    let found: BTreeSet<_> =
        files(&site).into_iter().filter(|line| expected.contains(line) || !strays.contains(line)).collect();
    let mut wrong = String::new();
    for line in expected.difference(&found) {
        writeln!(wrong, "missing: {line}").expect("a String takes all");
    }
    for line in found.difference(&expected) {
        writeln!(wrong, "too much: {line}").expect("a String takes all");
    }
    let kept = site.tree(".buildout/kept").lines().filter(|line| line.ends_with("\"edited\"")).count();
    let in_folder = |site: &Site| -> String {
        site.tree(".buildout")
            .lines()
            .filter(|line| !line.starts_with("kept/"))
            .map(|line| format!("{line}\n"))
            .collect()
    };
    for (what, is, should) in [
        ("recorded", records(&site), records(&fresh)),
        ("edits that are kept elsewhere", kept.to_string(), user.kept.to_string()),
        ("left in .buildout", in_folder(&site), in_folder(&fresh)),
        ("in bin", site.tree("bin"), fresh.tree("bin")),
    ] {
        if is != should {
            writeln!(wrong, "{what}:\n{is}instead of\n{should}").expect("a String takes all");
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{wrong}{told}")) }
}

#[test]
fn whatever_happened_before_a_run_that_ends_well_leaves_what_a_fresh_install_leaves() {
    let variable = |name: &str| std::env::var(name).ok();
    let cases = variable("BUILDOUT_MODEL_CASES").map(|cases| cases.parse().expect("a number"));
    let cases = cases.or_else(|| everything().then_some(20 * CASES));
    let config =
        |cases| Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let mut runner = match cases {
        Some(cases) => TestRunner::new(config(cases)),
        None => TestRunner::new_with_rng(config(CASES), TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let done = runner.run(&rounds(), |rounds| check(&rounds).map_err(TestCaseError::fail));
    match done {
        Ok(()) => {}
        Err(TestError::Fail(why, rounds)) => panic!("{rounds:#?}\n{why}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}
