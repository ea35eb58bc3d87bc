//! Environment markers (PEP 508): `python_version >= "3.8" and sys_platform == "linux"`.

use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree, MarkerWarningKind};

use super::super::facts::{Facts, Python};

/// Comparisons in one marker; its decision diagram can double with each.
const MOST_COMPARISONS: usize = 16;

/// Parentheses in one marker; the library's parser calls itself for each.
const MOST_PARENTHESES: usize = 20;

/// The marker's truth; none if it is no marker, or one whose meaning is in doubt.
pub(super) fn judge(expression: &str, facts: &Facts) -> Option<bool> {
    // The library counts characters where it cuts bytes; PEP 508's own grammar has ASCII alone.
    if !expression.is_ascii() {
        return None;
    }
    if expression.matches('(').count() > MOST_PARENTHESES || orders_text(expression) {
        return None;
    }
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    if words.filter(|word| matches!(*word, "and" | "or")).count() >= MOST_COMPARISONS {
        return None;
    }
    let mut doubt = false;
    let mut note = |kind: MarkerWarningKind, _: String| {
        doubt |= !matches!(kind, MarkerWarningKind::DeprecatedMarkerName);
    };
    let tree = MarkerTree::parse_reporter(expression.trim(), &mut note).ok()?;
    let about_python = ["python", "implementation"].iter().any(|word| expression.contains(word));
    let unasked = Python::default();
    let environment = environment(facts, if about_python { facts.python() } else { &unasked })?;
    (!doubt).then(|| tree.evaluate_reporter(&environment, &[], &mut |_: MarkerWarningKind, _: String| ()))
}

/// Whether `<` or `>` stands next to a variable that is text. pip compares what looks like versions there
/// as versions, and the library does not.
fn orders_text(expression: &str) -> bool {
    const TEXTS: [&str; 9] = [
        "implementation_name",
        "os_name",
        "os.name",
        "platform_machine",
        "platform_python_implementation",
        "platform_release",
        "platform_system",
        "platform_version",
        "sys_platform",
    ];
    TEXTS.iter().any(|name| {
        expression.match_indices(name).any(|(at, name)| {
            let (before, after) = (expression[..at].trim_end(), expression[at + name.len()..].trim_start());
            let before = before.strip_suffix('=').unwrap_or(before);
            before.ends_with(['<', '>']) || after.starts_with(['<', '>'])
        })
    })
}

fn environment(facts: &Facts, python: &Python) -> Option<MarkerEnvironment> {
    let (major, minor, _) = python.version;
    let implementation = match python.implementation.as_str() {
        "cpython" => "CPython",
        "pypy" => "PyPy",
        "jython" => "Jython",
        "ironpython" => "IronPython",
        other => other,
    };
    MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
        implementation_name: &python.implementation,
        implementation_version: &python.full,
        os_name: &facts.os_name,
        platform_machine: &facts.machine,
        platform_python_implementation: implementation,
        platform_release: &facts.release,
        platform_system: &facts.system,
        platform_version: &facts.version,
        python_full_version: &python.full,
        python_version: &format!("{major}.{minor}"),
        sys_platform: &facts.sys_platform,
    })
    .ok()
}
