//! `buildout approve [PART]…` asks for each thing that is missing, and keeps the answers; `buildout revoke [PART]…` takes
//! them back.

use super::person::Person;
use super::request::Asked;
use super::{Done, Failed};
use crate::access::{Approvals, Claim, Standing, Word};
use crate::diagnostic::{Diagnostic, Exit};
use crate::event::Reporter as _;
use crate::plan::Aim;
use crate::recipe::cancelled;
use crate::report::Report;
use crate::report::approve::{Revoked, question};
use crate::run;

pub(super) fn approve(asked: &Asked, parts: &[String], report: &mut Report) -> Done {
    let mut approvals = kept(asked)?;
    let Some(person) = Person::find(asked) else {
        let error = Diagnostic::error(
            "nobody-to-ask",
            "There is nobody to ask: `approve` needs a terminal, and no CI",
        );
        return Err(error.help("`buildout permissions` shows what is needed").exit(Exit::Denied).into());
    };
    let mut request = asked.request(&Aim::everything())?;
    let (mut agreed, mut asked_for) = (0, Vec::new());
    loop {
        let configuration = asked.load_to_follow(&request, report)?;
        let settings = asked.settings(&request.configuration.project, report);
        let stopped = match run::resolve(configuration, settings, &request, report) {
            Ok(_) => break,
            Err(stopped) => stopped,
        };
        let missing = stopped.buildout.as_ref().map(|buildout| buildout.missing.clone()).unwrap_or_default();
        if missing.is_empty() {
            return Err(stopped.into());
        }
        let concerns = |claim: &&Claim| {
            claim.standing == Standing::Missing
                && !asked_for.contains(*claim)
                && (parts.is_empty() || claim.part.as_ref().is_some_and(|part| parts.contains(part)))
        };
        let questions: Vec<Claim> = missing.iter().filter(concerns).cloned().collect();
        if questions.is_empty() {
            // What is left was declined, refused, or is of other parts.
            for told in &stopped.diagnostics {
                report.diagnostic(told, &stopped.sources);
            }
            said(agreed, report)?;
            return Err(Failed::Told(stopped.exit()));
        }
        for claim in questions {
            let question = question(&claim, &stopped.sources, request.surroundings.grants.directory());
            report.prompt(&question);
            let agrees = person.agrees("Allow it here from now on?", report)?;
            if cancelled() {
                return Err(Failed::Told(Exit::Interrupted));
            }
            if agrees {
                agreed += 1;
                approvals.approve(&claim);
                approvals.save().map_err(|error| error.diagnostic())?;
                request.surroundings.grants.give([claim.grant(Word::Approved)]);
            }
            asked_for.push(claim);
        }
        request.surroundings.environment = asked.variables(&request.surroundings.grants);
    }
    if asked_for.is_empty() {
        report.result("approve", "Nothing is lacking.\n", &agreed)?;
        return Ok(Exit::Done);
    }
    said(agreed, report)?;
    Ok(Exit::Done)
}

fn said(agreed: usize, report: &mut Report) -> Result<(), Failed> {
    let text = match agreed {
        0 => "Nothing was approved.\n".to_owned(),
        1 => "One thing was approved.\n".to_owned(),
        more => format!("{more} things were approved.\n"),
    };
    Ok(report.result("approve", &text, &agreed)?)
}

pub(super) fn revoke(asked: &Asked, parts: &[String], report: &mut Report) -> Done {
    let mut approvals = kept(asked)?;
    let gone = approvals.revoke(parts);
    if !gone.is_empty() {
        approvals.save().map_err(|error| error.diagnostic())?;
    }
    let shown = Revoked::of(&gone);
    report.result("revoke", &shown.text(), &shown)?;
    Ok(Exit::Done)
}

/// Where approvals are kept.
fn kept(asked: &Asked) -> Result<Approvals, Failed> {
    let approvals = asked.approvals(&asked.directory()?)?;
    approvals.ok_or_else(|| {
        let error =
            Diagnostic::error("no-state-directory", "There is no place of yours to keep approvals in");
        error.help("set HOME, or give `--state-dir=DIR` outside the project").exit(Exit::Usage).into()
    })
}
