//! Namespaces from bubblewrap, where this user can make none but that program may.
//!
//! - In: a [`View`]: what shall be there.
//! - Out: the arguments with which `bwrap` starts a child of ours in it.
//! - Not here: the layers that the child then takes on itself (`start`), namespaces of our own (`confine`).
//!
//! Rule: `security.md` 5.6. Some systems let only programs that they know make namespaces; `bwrap` is one of those.

use std::ffi::OsString;
use std::path::Path;

use super::programs::find;
use crate::confine::{DEVICES, SYSTEM, View};

/// Where our own program is in there.
const OURSELVES: &str = "/.buildout";

/// `bwrap` with its arguments up to ours; none if the system has no such program.
pub(super) fn command(view: &View) -> Option<std::process::Command> {
    let program = find("bwrap", &["bwrap".to_owned()]).ok()?;
    let ourselves = std::fs::read_link("/proc/self/exe").ok()?;
    let mut command = std::process::Command::new(program);
    command.args(["--unshare-all", "--unshare-user", "--die-with-parent", "--hostname", "localhost"]);
    for path in SYSTEM {
        system(Path::new(path), &mut command);
    }
    command.args(["--proc", "/proc"]);
    for device in DEVICES {
        command.args(["--dev-bind", device, device]);
    }
    for (path, target) in
        [("/dev/fd", ""), ("/dev/stdin", "/0"), ("/dev/stdout", "/1"), ("/dev/stderr", "/2")]
    {
        command.args(["--symlink", &format!("/proc/self/fd{target}"), path]);
    }
    let size = view.temporary_bytes.to_string();
    for place in ["/tmp", "/dev/shm"] {
        command.args(["--size", &size, "--tmpfs", place]);
    }
    // What lies in something else comes after it.
    let read = view.read.iter().map(|path| (path, "--ro-bind"));
    let write = view.write.iter().map(|path| (path, "--bind"));
    let mut paths: Vec<_> = read.chain(write).collect();
    paths.sort();
    for (path, how) in paths {
        bind(how, path, path, &mut command);
    }
    bind("--ro-bind", &ourselves, Path::new(OURSELVES), &mut command);
    command.args(["--remount-ro", "/", "--chdir", "/", "--", OURSELVES]);
    Some(command)
}

/// Something of the system, as far as it is there: a link stays one.
fn system(path: &Path, command: &mut std::process::Command) {
    let Ok(meta) = path.symlink_metadata() else { return };
    match std::fs::read_link(path) {
        Ok(target) if meta.is_symlink() => {
            command.args(["--symlink".into(), target.into_os_string(), path.into()]);
        }
        _ => bind("--ro-bind", path, path, command),
    }
}

fn bind(how: &str, from: &Path, to: &Path, command: &mut std::process::Command) {
    command.args([OsString::from(how), from.into(), to.into()]);
}
