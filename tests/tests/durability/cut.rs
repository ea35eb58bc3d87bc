//! Records that were cut off, or whose end is zeros, as by a machine that lost its power.
//!
//! Each file is damaged at one byte after the other; `plan` and a run then say so or do what is right, and take nothing
//! away that nobody knows to be a part's. A run of the tests takes a share of the bytes; `cargo xtask torture`
//! takes all.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use buildout_tests::{Run, Shelf, Site, assert_shows, everything, recorded};
use snapbox::str;

const BEFORE: &str = "\
[buildout]
parts = a b

[a]
recipe = actor
install =
    mkdir parts/a
    write parts/a/f 1
    return parts/a

[b]
recipe = actor
install =
    write parts/b 1
    return parts/b
";

/// The user's own files.
const USERS: [&str; 2] = ["a/notes 644 \"the user's\"", "theirs/f 644 \"the user's\""];

/// Installed, with files of the user's among those of the parts; now `a` is to go, and `b` has changed.
fn site() -> Site {
    let site = Site::new(BEFORE);
    let run = site.run(&[]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    site.write("parts/a/notes", "the user's").write("parts/theirs/f", "the user's");
    site.write("buildout.cfg", BEFORE.replace("parts = a b", "parts = b").replace("parts/b 1", "parts/b 2"));
    site
}

/// The same, after a run that was killed in the middle of making `b`.
fn killed() -> Site {
    let site = site();
    let trace = site.path("../trace");
    let shelf = Shelf::of(&site);
    let run = site.run_with(&[("BUILDOUT_FAULT_TRACE", trace.to_str().expect("it is text"))], &[]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    shelf.bring_back(&site);
    let trace = fs::read_to_string(trace).expect("the run left it");
    let step = 1 + trace.lines().position(|line| line.ends_with(" Write stream")).expect("it writes `b`");
    assert_eq!(site.run_with(&[("BUILDOUT_FAULT", &format!("kill:{step}"))], &[]).exit, None);
    site
}

/// A file of the user's state about the one directory of a site.
fn in_state(site: &Site, name: &str) -> PathBuf {
    let mut folders = fs::read_dir(site.path("../state/buildout/installed")).expect("it can be read");
    folders.next().expect("it is there").expect("it can be read").path().join(name)
}

fn database(site: &Site) -> PathBuf {
    site.path(".installed.cfg")
}

fn state(site: &Site) -> PathBuf {
    in_state(site, "state.json")
}

fn journal(site: &Site) -> PathBuf {
    in_state(site, "journal.jsonl")
}

/// What is left of the bytes of a file, with words for it.
type Damage = (String, Vec<u8>);

/// The file cut at every `stride`th byte and about the ends of all lines, and zeros from some bytes on.
fn damages(whole: &[u8], stride: usize) -> Vec<Damage> {
    let stride = if everything() { 1 } else { stride };
    let ends = |at: usize| whole[at] == b'\n' || at > 0 && whole[at - 1] == b'\n';
    let cuts = (0..whole.len()).filter(|at| at % stride == 0 || ends(*at));
    let zeros = (0..whole.len()).filter(|at| at % (8 * stride) == 0);
    let zeroed = |at: usize| [&whole[..at], &vec![0; whole.len() - at]].concat();
    cuts.map(|at| (format!("cut at {at}"), whole[..at].to_vec()))
        .chain(zeros.map(|at| (format!("zeros from {at}"), zeroed(at))))
        .collect()
}

/// Damages a file in all these ways, and shows all that the runs then do wrong.
fn sweep(
    begin: fn() -> Site,
    file: fn(&Site) -> PathBuf,
    stride: usize,
    judge: fn(&Site, &Run) -> Vec<String>,
) {
    let next = AtomicUsize::new(0);
    let wrong: Vec<String> = thread::scope(|scope| {
        let worker = || {
            let undisturbed = begin();
            assert_eq!(undisturbed.run(&[]).exit, Some(0));
            let (tree, record) = (undisturbed.tree(""), recorded(&undisturbed));
            let site = begin();
            let (shelf, file) = (Shelf::of(&site), file(&site));
            let whole = fs::read(&file).expect("it is there");
            let damages = damages(&whole, stride);
            let mut wrong = Vec::new();
            while let Some((how, damaged)) = damages.get(next.fetch_add(1, Ordering::Relaxed)) {
                shelf.bring_back(&site);
                fs::write(&file, damaged).expect("there is room");
                let damaged = site.tree("");
                let mut found = Vec::new();
                let plan = site.run(&["plan"]);
                found.extend(unclear(&plan));
                if site.tree("") != damaged {
                    found.push("plan changed something".to_owned());
                }
                let run = site.run(&[]);
                found.extend(unclear(&run));
                let after = site.tree("parts");
                let gone = USERS.iter().filter(|line| !after.lines().any(|left| left == **line));
                found.extend(gone.map(|line| format!("this is gone: {line}")));
                found.extend(judge(&site, &run));
                if run.exit == Some(7) {
                    fs::write(&file, &whole).expect("there is room");
                    let again = site.run(&[]);
                    if again.exit != Some(0) || site.tree("") != tree || recorded(&site) != record {
                        found.push(format!("with the file brought back: {again:#?}\n{}", site.tree("")));
                    }
                }
                if !found.is_empty() {
                    wrong.push(format!("== {how}\n{}\n{plan:#?}\n{run:#?}\n{after}", found.join("\n")));
                }
            }
            wrong
        };
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("it does not panic")).collect()
    });
    assert!(wrong.is_empty(), "{} went wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// A run that ends well, or says in words of its own why not.
fn unclear(run: &Run) -> Option<String> {
    let clear = match run.exit {
        Some(0) => true,
        Some(1 | 3 | 7) => run.stderr.contains("Error: ") && run.stderr.contains("help: "),
        Some(_) | None => false,
    };
    (!clear || run.stderr.contains("panicked")).then(|| format!("{:?} without a clear word", run.exit))
}

/// Of the parts nothing is removed while it is not known what is theirs.
fn nothing_removed(site: &Site, run: &Run) -> Vec<String> {
    let after = site.tree("parts");
    let mut wrong = Vec::new();
    for path in ["a/f 644 \"1\"", if run.exit == Some(0) { "b 644 \"2\"" } else { "b 644 \"1\"" }] {
        if !after.lines().any(|line| line == path) {
            wrong.push(format!("this is not there: {path}"));
        }
    }
    wrong
}

#[test]
fn a_database_that_is_damaged_anywhere_removes_nothing_and_counts_again_once_it_is_brought_back() {
    sweep(site, database, 5, nothing_removed);
}

#[test]
fn a_state_that_is_damaged_anywhere_changes_nothing_and_counts_again_once_it_is_brought_back() {
    sweep(site, state, 29, |site, run| {
        let mut wrong = nothing_removed(site, run);
        if run.exit != Some(7) {
            wrong.push("it was believed".to_owned());
        }
        wrong
    });
}

#[test]
fn after_a_damaged_journal_the_run_is_finished_or_says_what_is_to_be_moved_away() {
    const FINISHED: &str =
        "a/\na/notes 644 \"the user's\"\nb 644 \"2\"\ntheirs/\ntheirs/f 644 \"the user's\"\n";
    sweep(killed, journal, 7, |site, run| {
        if run.exit == Some(3) && run.stderr.contains("parts/b was denied") {
            // What was half made when the journal was lost is nobody's.
            fs::rename(site.path("parts/b"), site.path("moved-away")).expect("it is there");
            assert_eq!(site.run(&[]).exit, Some(0));
        } else if run.exit != Some(0) {
            return vec!["it failed".to_owned()];
        }
        Vec::from_iter((site.tree("parts") != FINISHED).then(|| "it is not finished".to_owned()))
    });
}

#[test]
fn an_emptied_database_is_as_one_that_is_not_there_and_said() {
    let site = site();
    site.write(".installed.cfg", "");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Warning: [DIR]/.installed.cfg names no part any more, and buildout did not write it so: all parts are installed anew
note: of what the parts made, nothing is removed
Installing b.

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/
a/f 644 "1"
a/notes 644 "the user's"
b 644 "2"
theirs/
theirs/f 644 "the user's"

"#]],
    );
}
