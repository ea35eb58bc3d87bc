//! `buildout doctor [--verify] [--tier=TIER]`: what is known about a buildout and this machine. No recipe is asked, nothing is written.

use super::Done;
use super::request::Asked;
use crate::confine::Tier;
use crate::diagnostic::Exit;
use crate::plan::Aim;
use crate::process::Probe;
use crate::recipe::Settings;
use crate::report::Report;
use crate::report::doctor::{Doctor, Place};
use crate::run;

pub(super) fn run(asked: &Asked, verify: bool, tier: Option<Tier>, report: &mut Report) -> Done {
    let grants = asked.arguments.access.iter().map(ToString::to_string).collect();
    let probe = Probe::here();
    let confined = match tier.is_none_or(|tier| probe.gives(tier)) {
        true => Exit::Done,
        false => Exit::Unconfined,
    };
    let cache = asked.environment.cache_directory().map(|cache| cache.join("code"));
    let recipes = asked.environment.recipes.iter().map(|path| Place::of("recipes", Some(path)));
    // What the machine can do is asked before there is anything to build, too.
    if asked.arguments.file.is_none() && !verify && !asked.file()?.exists() {
        let places = [Place::of("code cache", cache.as_ref())].into_iter().chain(recipes).collect();
        let doctor = Doctor::of_the_machine(places, grants, &probe);
        report.result("doctor", &doctor.text(&asked.started_in), &doctor)?;
        return Ok(confined);
    }
    let request = asked.request(&Aim::everything())?;
    let configuration = asked.load_to_follow(&request, report)?;
    let buildout = run::settle(configuration, Settings::default(), &request, report)?;
    let installed = run::known(&buildout, &request, report)?;
    let mut places = vec![
        Place::of("configuration", Some(&request.configuration.file)),
        Place::of("buildout directory", Some(&buildout.directories.root)),
        Place::of("project", Some(&request.configuration.project)),
        Place::of("your defaults", request.configuration.user_defaults.as_ref()),
        Place::of("database", buildout.directories.database.as_ref()),
        Place::of("state directory", request.state.as_ref()),
        Place::of("code cache", cache.as_ref()),
    ];
    places.extend(recipes);
    let doctor = Doctor::of(&installed, places, grants, verify, &probe);
    report.result("doctor", &doctor.text(&asked.started_in), &doctor)?;
    if doctor.is_damaged() {
        return Ok(Exit::Failed);
    }
    Ok(confined)
}
