//! Samples become `host/bench/README.md`.
//!
//! - In: every sample of every case, and the facts about the machine.
//! - Out: the text.
//! - Not here: measuring.

use std::fmt::Write as _;

use super::Row;
use super::cases::Case;
use super::measure::Sample;
use super::sandbox::{PARTS, PROGRAMS, Sandbox, Way};

/// What the project sets itself, from its plan.
const GOALS: [(Case, f64); 4] = [
    (Case::NoOp { parts: 100 }, 15.0),
    (Case::NoOp { parts: 500 }, 40.0),
    (Case::Annotate { sections: 2_000 }, 45.0),
    (Case::Profile, 100.0),
];
const MEMORY_GOAL_MB: f64 = 60.0;

/// Median, least and most of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(samples: &[Sample], number: impl Fn(&Sample) -> f64) -> Option<Self> {
        let mut numbers: Vec<f64> = samples.iter().map(number).collect();
        numbers.sort_by(f64::total_cmp);
        let (least, most) = (*numbers.first()?, *numbers.last()?);
        let middle = numbers.len() / 2;
        let median = if numbers.len() % 2 == 1 {
            numbers[middle]
        } else {
            f64::midpoint(numbers[middle - 1], numbers[middle])
        };
        Some(Self { median, least, most })
    }

    fn of_time(samples: &[Sample]) -> Option<Self> {
        Self::of(samples, |sample| sample.wall.as_secs_f64() * 1e3)
    }

    fn of_memory(samples: &[Sample]) -> Option<Self> {
        Self::of(samples, |sample| sample.memory_bytes as f64 / 1e6)
    }

    fn cell(self) -> String {
        format!("{} ({}–{})", digits(self.median), digits(self.least), digits(self.most))
    }
}

/// The whole file.
pub(super) fn text(rows: &[Row], sandbox: Option<&Sandbox>, runs: usize, facts: &[(&str, String)]) -> String {
    let mut text = format!(
        "# How fast it is\n\n\
         Written by `cargo xtask bench`; do not edit. Each number is the median of {runs} runs of the whole process, with the \
         least and the most in brackets. The runs of all cases and of both tools take turns. Both tools read the same file: \
         parts with the recipe `mkdir`, one substitution each (zc.buildout's `mkdir` is in `mkdir-egg`); the part with many \
         files is `zcborec:touchlist` of the tests, a component for one and a class for the other. zc.buildout runs with \
         `-U -N` and without its check for a newer self. Memory below 3 MB cannot be seen, as the measuring process holds that \
         itself.\n"
    );
    section(&mut text, "Time, in milliseconds", rows, Spread::of_time);
    section(&mut text, "Largest resident memory, in MB", rows, Spread::of_memory);
    if let Some(sandbox) = sandbox {
        text.push_str("\n## What the sandbox costs, in milliseconds\n\n| | |\n|---|---:|\n");
        walls(&mut text, sandbox.rows());
    }
    text.push_str("\n## Goals\n\n");
    goals(&mut text, rows);
    if let Some(sandbox) = sandbox {
        costs(&mut text, sandbox.rows());
    }
    text.push_str("\n## The floor, and what is above it\n\n");
    floor(&mut text, rows);
    if rows.iter().any(|row| matches!(row.case, Case::Annotate { .. } | Case::Parse { .. })) {
        text.push_str("\n## How it grows\n\n");
        growth(&mut text, rows);
    }
    text.push_str("\n## Measured on\n\n");
    for (name, value) in facts {
        writeln!(text, "- {name}: {value}").expect("writing to a string");
    }
    text.push_str(
        "\n## To repeat\n\n    cargo xtask bench --runs 15\n\n\
         It needs `python3` with `venv`, and pip's registry for zc.buildout. Everything it makes is in `target/bench`.\n",
    );
    text
}

fn section(text: &mut String, title: &str, rows: &[Row], spread: fn(&[Sample]) -> Option<Spread>) {
    write!(text, "\n## {title}\n\n| | buildout | zc.buildout | ratio |\n|---|---:|---:|---:|\n")
        .expect("writing to a string");
    for row in rows {
        let (ours, peer) = (spread(&row.ours), spread(&row.peers));
        let ratio = ours.zip(peer).map(|(ours, peer)| format!("{} ×", digits(peer.median / ours.median)));
        writeln!(
            text,
            "| {} | {} | {} | {} |",
            row.case,
            ours.map(Spread::cell).unwrap_or_default(),
            peer.map(Spread::cell).unwrap_or_default(),
            ratio.unwrap_or_default()
        )
        .expect("writing to a string");
    }
}

fn goals(text: &mut String, rows: &[Row]) {
    let met = |is: bool| if is { "met" } else { "missed" };
    for (case, goal) in GOALS {
        if let Some(time) = median(rows, case) {
            writeln!(text, "- {case}: {} ms; goal {goal} ms or less, {}", digits(time), met(time <= goal))
                .expect("writing to a string");
        }
    }
    // The goal is about runs of a usual size.
    let usual = |row: &&Row| {
        matches!(row.case, Case::Version | Case::NoOp { .. } | Case::Install { .. } | Case::Quickstart { .. })
    };
    let usual = rows.iter().filter(usual);
    let memory = usual.filter_map(|row| Spread::of_memory(&row.ours)).map(|spread| spread.most);
    // Nothing is said of what was not measured.
    if let Some(most) = memory.reduce(f64::max) {
        writeln!(
            text,
            "- resident memory of no-ops, first installs and the quickstart: {} MB at most; goal under {MEMORY_GOAL_MB} MB, {}",
            digits(most),
            met(most < MEMORY_GOAL_MB)
        )
        .expect("writing to a string");
    }
}

fn walls(text: &mut String, rows: &[(Way, Vec<Sample>)]) {
    for (way, samples) in rows {
        let time = Spread::of_time(samples).map(Spread::cell).unwrap_or_default();
        writeln!(text, "| {way} | {time} |").expect("writing to a string");
    }
}

/// What each wall costs, against what the project allows it to.
fn costs(text: &mut String, rows: &[(Way, Vec<Sample>)]) {
    let time = |wanted: Way| {
        let samples = rows.iter().find(|(way, _)| *way == wanted);
        samples.and_then(|(_, samples)| Spread::of_time(samples)).map_or(f64::NAN, |spread| spread.median)
    };
    let files = time(Way::Guarded);
    let parts = time(Way::Other) - time(Way::Stock);
    let confined = (time(Way::Programs) - time(Way::NoProgram) - time(Way::Spawned)) / PROGRAMS as f64;
    for (what, number, unit, goal) in [
        ("10,000 files against plain wasmtime-wasi", files / time(Way::Plain), " ×", 1.0),
        ("10,000 files against a native program", files / time(Way::Native), " ×", 3.0),
        ("a confined call above a pooled one", parts / PARTS as f64, " ms", 0.1),
        ("no-op of 100 parts of other recipes, above stock ones", parts, " ms", 10.0),
        ("a confined program above a plain one", confined, " ms", 5.0),
    ] {
        let met = if number <= goal { "met" } else { "missed" };
        writeln!(text, "- {what}: {}{unit}; goal {goal}{unit} or less, {met}", digits(number))
            .expect("writing to a string");
    }
}

/// What of a no-op is there before any part: each line is the difference of two medians above.
fn floor(text: &mut String, rows: &[Row]) {
    let no_op = |parts| median(rows, Case::NoOp { parts });
    let mut line = |what: &str, time: Option<f64>| {
        if let Some(time) = time {
            writeln!(text, "- {what}: {} ms", digits(time)).expect("writing to a string");
        }
    };
    let minus = |more: Option<f64>, less: Option<f64>| Some(more? - less?);
    line("start of the process", median(rows, Case::Version));
    line("configuration and state, without any part", minus(no_op(0), median(rows, Case::Version)));
    line("engine, loading native code, the first call", minus(no_op(1), no_op(0)));
    line("above that floor with 100 parts", minus(no_op(100), no_op(1)));
    line("each further part", minus(no_op(500), no_op(100)).map(|time| time / 400.0));
}

/// What a section and a megabyte cost, above the start of the process.
fn growth(text: &mut String, rows: &[Row]) {
    let start = median(rows, Case::Version).unwrap_or_default();
    for row in rows {
        let Some(time) = median(rows, row.case).map(|time| time - start) else { continue };
        match row.case {
            Case::Annotate { sections } => {
                let each = digits(1e3 * time / sections as f64);
                writeln!(text, "- {sections} sections: {each} µs each").expect("writing to a string");
            }
            Case::Parse { megabytes } => {
                let speed = digits(1e3 * megabytes as f64 / time);
                writeln!(text, "- reading a file, parsed and merged: {speed} MB/s")
                    .expect("writing to a string");
            }
            _ => {}
        }
    }
}

fn median(rows: &[Row], case: Case) -> Option<f64> {
    let row = rows.iter().find(|row| row.case == case)?;
    Some(Spread::of_time(&row.ours)?.median)
}

/// Three digits, or more where the number has more before its point.
fn digits(number: f64) -> String {
    let decimals = match number.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    format!("{number:.decimals$}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_the_sandbox_costs_is_told_with_its_goals() {
        let times = [300, 400, 120, 14, 20, 10, 150, 20];
        let rows: Vec<_> = Way::ALL.into_iter().zip(times.map(|time| samples(&[time], 1))).collect();
        let mut text = String::new();
        costs(&mut text, &rows);
        assert_eq!(
            text,
            "\
- 10,000 files against plain wasmtime-wasi: 0.750 ×; goal 1 × or less, met
- 10,000 files against a native program: 2.50 ×; goal 3 × or less, met
- a confined call above a pooled one: 0.060 ms; goal 0.1 ms or less, met
- no-op of 100 parts of other recipes, above stock ones: 6.00 ms; goal 10 ms or less, met
- a confined program above a plain one: 6.00 ms; goal 5 ms or less, missed
"
        );
    }

    fn samples(milliseconds: &[u64], megabytes: u64) -> Vec<Sample> {
        let sample =
            |ms: &u64| Sample { wall: Duration::from_millis(*ms), memory_bytes: megabytes * 1_000_000 };
        milliseconds.iter().map(sample).collect()
    }

    #[test]
    fn the_report_shows_medians_ratios_goals_and_the_floor() {
        let row = |case, ours: &[u64], peers: &[u64]| Row {
            case,
            ours: samples(ours, 12),
            peers: samples(peers, 48),
        };
        let rows = [
            row(Case::Version, &[1, 2, 3], &[200]),
            row(Case::NoOp { parts: 0 }, &[3], &[300]),
            row(Case::NoOp { parts: 1 }, &[4], &[310]),
            row(Case::NoOp { parts: 100 }, &[12, 14], &[820, 800, 840]),
            row(Case::NoOp { parts: 500 }, &[53], &[1500]),
            row(Case::Annotate { sections: 2_000 }, &[42], &[4_400]),
            row(Case::Parse { megabytes: 4 }, &[42], &[2_000]),
            row(Case::Quickstart { warm: true }, &[20], &[]),
        ];
        let text = text(&rows, None, 3, &[("processor", "one".to_owned())]);
        let (_, tables) = text.split_once("itself.\n").expect("the introduction");
        assert_eq!(
            tables,
            "
## Time, in milliseconds

| | buildout | zc.buildout | ratio |
|---|---:|---:|---:|
| `buildout --version` | 2.00 (1.00–3.00) | 200 (200–200) | 100 × |
| no-op, no part | 3.00 (3.00–3.00) | 300 (300–300) | 100 × |
| no-op, 1 part | 4.00 (4.00–4.00) | 310 (310–310) | 77.5 × |
| no-op, 100 parts | 13.0 (12.0–14.0) | 820 (800–840) | 63.1 × |
| no-op, 500 parts | 53.0 (53.0–53.0) | 1500 (1500–1500) | 28.3 × |
| `annotate`, 2000 sections | 42.0 (42.0–42.0) | 4400 (4400–4400) | 105 × |
| `query` of one option in 4 MB | 42.0 (42.0–42.0) | 2000 (2000–2000) | 47.6 × |
| quickstart, warm code cache | 20.0 (20.0–20.0) |  |  |

## Largest resident memory, in MB

| | buildout | zc.buildout | ratio |
|---|---:|---:|---:|
| `buildout --version` | 12.0 (12.0–12.0) | 48.0 (48.0–48.0) | 4.00 × |
| no-op, no part | 12.0 (12.0–12.0) | 48.0 (48.0–48.0) | 4.00 × |
| no-op, 1 part | 12.0 (12.0–12.0) | 48.0 (48.0–48.0) | 4.00 × |
| no-op, 100 parts | 12.0 (12.0–12.0) | 48.0 (48.0–48.0) | 4.00 × |
| no-op, 500 parts | 12.0 (12.0–12.0) | 48.0 (48.0–48.0) | 4.00 × |
| `annotate`, 2000 sections | 12.0 (12.0–12.0) | 48.0 (48.0–48.0) | 4.00 × |
| `query` of one option in 4 MB | 12.0 (12.0–12.0) | 48.0 (48.0–48.0) | 4.00 × |
| quickstart, warm code cache | 12.0 (12.0–12.0) |  |  |

## Goals

- no-op, 100 parts: 13.0 ms; goal 15 ms or less, met
- no-op, 500 parts: 53.0 ms; goal 40 ms or less, missed
- `annotate`, 2000 sections: 42.0 ms; goal 45 ms or less, met
- resident memory of no-ops, first installs and the quickstart: 12.0 MB at most; goal under 60 MB, met

## The floor, and what is above it

- start of the process: 2.00 ms
- configuration and state, without any part: 1.00 ms
- engine, loading native code, the first call: 1.00 ms
- above that floor with 100 parts: 9.00 ms
- each further part: 0.100 ms

## How it grows

- 2000 sections: 20.0 µs each
- reading a file, parsed and merged: 100 MB/s

## Measured on

- processor: one

## To repeat

    cargo xtask bench --runs 15

It needs `python3` with `venv`, and pip's registry for zc.buildout. Everything it makes is in `target/bench`.
"
        );
    }
}
