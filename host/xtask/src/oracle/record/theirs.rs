//! The steps of one case, taken by the real zc.buildout.
//!
//! - In: a [`Case`], the virtual environment.
//! - Out: the text that is recorded.
//! - Not here: what is kept of a run (`answer`), the names of places (`plain`).

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::answer::{self, Left};
use super::plain::Plain;
use super::server::Server;
use crate::oracle::disk;
use crate::oracle::ground::{Ground, finished};
use crate::oracle::suite::{Case, Step};
use crate::shell;

/// A run that lasts longer hangs; building an egg takes long.
const PATIENCE: Duration = Duration::from_secs(400);

/// The exit code of a run that was ended for that.
const TOO_LONG: i32 = -99;

/// Takes all steps and returns the text to record.
pub(super) fn answers(case: &Case, venv: &Path) -> Result<String> {
    let server = case.serve.is_some().then(Server::start).transpose()?;
    let address = server.as_ref().map_or_else(String::new, |server| server.address.clone());
    let ground = Ground::new(case, address.clone())?;
    let recipes = ground.path("rec");
    copy(&shell::root().join("tests/oracle/recipes"), &recipes)?;

    let text = |path: &Path| path.display().to_string();
    let mut places = vec![
        (text(&recipes), "@REC@".to_owned()),
        (text(&ground.path("home")), "@HOME@".to_owned()),
        (text(&ground.path("proj")), "@DIR@".to_owned()),
        (text(&ground.path("")), "@TOP@".to_owned()),
        (text(venv), "@VENV@".to_owned()),
        (text(&venv.canonicalize()?), "@VENV@".to_owned()),
    ];
    if let Some(server) = &server {
        serve(server, &ground, case.serve.iter().flatten(), false);
        places.push((address.clone(), "@URL@".to_owned()));
        places.push((address.trim_end_matches('/').to_owned(), "@URLNS@".to_owned()));
        places.extend(digests(case, &address, venv)?);
    }
    let mut plain = Plain::new(places);
    let mut steps = Vec::new();
    for step in &case.steps {
        ground.prepare(step)?;
        if let Some(server) = &server {
            serve(server, &ground, step.serve.iter(), step.serve_down);
        }
        for (path, text) in &step.recipe {
            let mut file = OpenOptions::new().append(true).create(true).open(recipes.join(path))?;
            file.write_all(text.as_bytes())?;
        }
        steps.push(answer::step(&taken(case, step, &ground, venv, &mut plain)?));
    }
    Ok(answer::text(&steps))
}

fn serve<'a>(
    server: &Server,
    ground: &Ground,
    files: impl Iterator<Item = (&'a String, &'a String)>,
    closed: bool,
) {
    server.serve(files.map(|(path, text)| (path.clone(), ground.placed(text))), closed);
}

/// What zc.buildout calls a file in its cache: the MD5 of its address, which Python knows.
fn digests(case: &Case, address: &str, venv: &Path) -> Result<Vec<(String, String)>> {
    let program =
        "import hashlib, sys\nfor text in sys.argv[1:]: print(hashlib.md5(text.encode()).hexdigest())";
    let mut python = Command::new(venv.join("bin/python"));
    python.args(["-c", program]).args(case.served().map(|path| format!("{address}{path}")));
    let digests = shell::output(&mut python)?;
    let named = digests.lines().zip(case.served());
    Ok(named.map(|(digest, path)| (digest.to_owned(), format!("@MD5:{path}@"))).collect())
}

/// Runs zc.buildout once and looks at what it left.
fn taken(case: &Case, step: &Step, ground: &Ground, venv: &Path, plain: &mut Plain) -> Result<Left> {
    let path = |name: &str| ground.path(name);
    let mut command = Command::new(venv.join("bin/buildout"));
    command
        .args(step.arguments.iter().map(|argument| ground.placed(argument)))
        .current_dir(path("proj").join(&step.directory))
        .env_clear()
        .env("HOME", path("home"))
        .env("LC_ALL", "C.UTF-8")
        .env("LANG", "C.UTF-8")
        .env("PATH", format!("{}:/usr/bin:/bin", venv.join("bin").display()))
        .env("PYTHONPATH", path("rec"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUNBUFFERED", "1")
        .env("PYTHONWARNINGS", "ignore")
        // It would look for a newer version of itself and start again.
        .env("BUILDOUT_RESTART_AFTER_UPGRADE", "1")
        .env("TMPDIR", "/tmp")
        .env("no_proxy", "*")
        .stdin(Stdio::null())
        .stdout(File::create(path("stdout"))?)
        .stderr(File::create(path("stderr"))?);
    for (name, value) in case.environment.iter().chain(&step.environment) {
        command.env(name, ground.placed(value));
    }
    let mut child = command.spawn().context("zc.buildout does not start")?;
    let exit = finished(&mut child, PATIENCE)?.map_or(TOO_LONG, |status| {
        // As Python counts it: a signal is a negative number.
        status.code().or(status.signal().map(|signal| -signal)).unwrap_or(TOO_LONG)
    });

    let mut read =
        |path: &Path| fs::read(path).ok().map(|bytes| plain.text(&String::from_utf8_lossy(&bytes)));
    let project = path("proj");
    let (stdout, stderr) = (read(&path("stdout")), read(&path("stderr")));
    let database = read(&project.join(&step.database));
    let shown = step.show.iter().map(|file| (file.clone(), read(&project.join(file)))).collect();
    let tree = disk::tree(&project).into_iter().filter(|path| !case.files.contains_key(path));
    let mut tree: Vec<String> = tree.map(|path| plain.text(&path)).collect();
    tree.sort();
    Ok(Left {
        arguments: step.arguments.clone(),
        exit,
        stdout: stdout.unwrap_or_default(),
        stderr: stderr.unwrap_or_default(),
        database,
        tree,
        shown,
    })
}

/// Copies a folder; what was compiled beside the sources stays.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_name() == "__pycache__" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
