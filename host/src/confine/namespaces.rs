//! Namespaces: a process for which nothing is there but what was put there.
//!
//! - In: a [`View`]: the paths that shall be there, the same inside as outside.
//! - Out: the calling process in namespaces of its own; its first child is their `init`, for which
//!   [`View::build`] makes the root directory.
//! - Not here: when it ends (`process`), what may be done to what is there (`landlock`, `seccomp`).
//!
//! Rules: only for a process of one thread, as the kernel wants it. A path of the system that is a link stays one;
//! every other path must be real. As root, the process is an ordinary user inside: there is nothing of root's that a
//! program could need. Kernels from 5.12 on.

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use rustix::thread::UnshareFlags;
use serde::{Deserialize, Serialize};

/// What of the system is there, read only, as far as it exists. Nothing that names users.
pub const SYSTEM: [&str; 17] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/debian_version",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/os-release",
    "/etc/ssl/certs",
];

/// The devices that hold and tell nothing.
pub const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// Who root is inside.
const ORDINARY: u32 = 1000;

/// Where the new root is put together, in a mount that only this process sees.
const WORKBENCH: &str = "/tmp";

/// What there is to see.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Files and directories that can be read.
    pub read: Vec<PathBuf>,
    /// Directories that can be written.
    pub write: Vec<PathBuf>,
    /// Bytes of the private `/tmp`, and of `/dev/shm`.
    pub temporary_bytes: u64,
    /// Processes and threads at once, where the kernel counts them for a namespace (from 6.14 on).
    pub processes: u64,
}

/// What did not work.
#[derive(Debug, thiserror::Error)]
#[error("{step}: {error}")]
pub struct NamespaceError {
    /// The system call, and what it was about.
    pub step: String,
    /// What the system said.
    pub error: io::Error,
}

type Result<T> = std::result::Result<T, NamespaceError>;

fn at(step: impl Into<String>) -> impl FnOnce(io::Error) -> NamespaceError {
    let step = step.into();
    move |error| NamespaceError { step, error }
}

/// Takes the calling process into namespaces of its own; processes that it starts from now on are in one where they
/// see only each other.
///
/// # Errors
///
/// Where the system does not give them; the process must then end.
pub fn enter() -> Result<()> {
    let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let namespaces = UnshareFlags::NEWUSER
        | UnshareFlags::NEWNS
        | UnshareFlags::NEWPID
        | UnshareFlags::NEWNET
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS;
    // SAFETY: no table of handles is unshared, which is all that could go wrong.
    unsafe { rustix::thread::unshare_unsafe(namespaces) }.map_err(|error| at("unshare")(error.into()))?;
    let inside = |id: u32| if user == 0 { ORDINARY } else { id };
    for (file, text) in [
        ("setgroups", "deny".to_owned()),
        ("uid_map", format!("{} {user} 1", inside(user))),
        ("gid_map", format!("{} {group} 1", inside(group))),
    ] {
        std::fs::write(format!("/proc/self/{file}"), text).map_err(at(file))?;
    }
    Ok(())
}

impl View {
    /// Makes this view the root directory of the calling process, the first one in its namespaces.
    ///
    /// # Errors
    ///
    /// Something cannot be mounted; the process must then end.
    pub fn build(&self) -> Result<()> {
        let usual = rustix::process::umask(Mode::from_raw_mode(0o022));
        let _ = rustix::system::sethostname(b"localhost");
        Mount { what: "none", flags: libc::MS_REC | libc::MS_PRIVATE, ..Mount::default() }.on("/")?;
        Mount::temporary("mode=0755,size=1m").on(WORKBENCH)?;
        let (old, new) = ("/old", "/new");
        for name in [old, new] {
            make_directory(&Path::new(WORKBENCH).join(&name[1..]))?;
        }
        Mount::temporary("mode=0755,size=4m").on(format!("{WORKBENCH}{new}"))?;
        pivot(WORKBENCH, &format!("{WORKBENCH}{old}"))?;
        std::env::set_current_dir("/").map_err(at("chdir"))?;
        self.fill(Path::new(old), Path::new(new))?;
        drop_mount(old)?;
        std::env::set_current_dir(new).map_err(at("chdir"))?;
        pivot(".", ".")?;
        drop_mount(".")?;
        std::env::set_current_dir("/").map_err(at("chdir"))?;
        rustix::process::umask(usual);
        Ok(())
    }

    fn fill(&self, old: &Path, new: &Path) -> Result<()> {
        let bind = Bind { old, new };
        for path in SYSTEM {
            bind.system(Path::new(path))?;
        }
        for path in DEVICES {
            bind.over(Path::new(path), MOUNT_ATTR_NOSUID)?;
        }
        let inside = rustix::process::geteuid().as_raw();
        let group = rustix::process::getegid().as_raw();
        let home = |name: &str| new.join(name.trim_start_matches('/'));
        for (path, text) in [
            ("/etc/passwd", format!("buildout:x:{inside}:{group}::/tmp:/bin/sh\n")),
            ("/etc/group", format!("buildout:x:{group}:\n")),
            ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n".to_owned()),
            ("/etc/hosts", "127.0.0.1 localhost\n".to_owned()),
        ] {
            let path = home(path);
            make_directory(path.parent().expect("it is absolute"))?;
            std::fs::write(&path, text).map_err(at(path.display().to_string()))?;
        }
        let size = format!("size={},nr_inodes=200000", self.temporary_bytes);
        for (path, mode) in [("/tmp", "1777"), ("/dev/shm", "1777")] {
            make_directory(&home(path))?;
            Mount::temporary(&format!("mode={mode},{size}")).on(home(path))?;
        }
        for (path, target) in [
            ("/dev/fd", "/proc/self/fd"),
            ("/dev/stdin", "/proc/self/fd/0"),
            ("/dev/stdout", "/proc/self/fd/1"),
            ("/dev/stderr", "/proc/self/fd/2"),
        ] {
            std::os::unix::fs::symlink(target, home(path)).map_err(at(path))?;
        }
        self.processes(&home("/proc"))?;
        // What lies in something else comes after it.
        let read = self.read.iter().map(|path| (path, MOUNT_ATTR_RDONLY));
        let write = self.write.iter().map(|path| (path, 0));
        let mut paths: Vec<_> = read.chain(write).collect();
        paths.sort();
        for (path, rights) in paths {
            bind.over(path, rights | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)?;
        }
        restrict(new, MOUNT_ATTR_RDONLY, 0)
    }

    /// Mounts what tells of the processes inside, and of nothing else where the system is hidden from us too.
    fn processes(&self, place: &Path) -> Result<()> {
        make_directory(place)?;
        let flags = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
        let proc = Mount { what: "proc", kind: "proc", flags, data: "" };
        if proc.clone().on(place).is_err() {
            Mount { data: "subset=pid", ..proc }.on(place)?;
        }
        // Older kernels count for a whole machine, where it is not ours to say.
        let _ = std::fs::write(place.join("sys/kernel/pid_max"), self.processes.max(301).to_string());
        restrict(place, MOUNT_ATTR_RDONLY, 0)
    }
}

/// Puts things of the old tree at the same place in the new one.
struct Bind<'p> {
    old: &'p Path,
    new: &'p Path,
}

impl Bind<'_> {
    /// Something of the system, as far as it is there: a link stays one.
    fn system(&self, path: &Path) -> Result<()> {
        let (from, to) = self.ends(path);
        let Ok(meta) = from.symlink_metadata() else { return Ok(()) };
        if !meta.is_symlink() {
            return self.over(path, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
        }
        make_directory(to.parent().unwrap_or(self.new))?;
        let target = std::fs::read_link(&from).map_err(at(path.display().to_string()))?;
        std::os::unix::fs::symlink(target, &to).map_err(at(path.display().to_string()))
    }

    /// A file or directory, with all that is mounted in it.
    fn over(&self, path: &Path, attributes: u64) -> Result<()> {
        let (from, to) = self.ends(path);
        let meta = from.symlink_metadata().map_err(at(path.display().to_string()))?;
        if meta.is_dir() {
            make_directory(&to)?;
        } else if to.symlink_metadata().is_err() {
            make_directory(to.parent().unwrap_or(self.new))?;
            std::fs::File::create(&to).map_err(at(path.display().to_string()))?;
        }
        let what = from.to_str().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename));
        let what = what.map_err(at(path.display().to_string()))?;
        Mount { what, flags: libc::MS_BIND | libc::MS_REC, ..Mount::default() }.on(&to)?;
        restrict(&to, attributes, AT_RECURSIVE)
    }

    fn ends(&self, path: &Path) -> (PathBuf, PathBuf) {
        let beneath = path.strip_prefix("/").unwrap_or(path);
        (self.old.join(beneath), self.new.join(beneath))
    }
}

fn make_directory(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(at(path.display().to_string()))
}

/// One call of `mount`.
#[derive(Debug, Clone, Default)]
struct Mount<'t> {
    what: &'t str,
    kind: &'t str,
    flags: libc::c_ulong,
    data: &'t str,
}

impl<'t> Mount<'t> {
    fn temporary(data: &'t str) -> Self {
        Self { what: "tmpfs", kind: "tmpfs", flags: libc::MS_NOSUID | libc::MS_NODEV, data }
    }

    fn on(self, place: impl AsRef<Path>) -> Result<()> {
        let place = place.as_ref();
        let step = format!("mount {}", place.display());
        let text = |text: &[u8]| CString::new(text).map_err(io::Error::from);
        let texts = text(self.what.as_bytes())
            .and_then(|what| Ok((what, text(place.as_os_str().as_bytes())?)))
            .and_then(|(what, place)| {
                Ok((what, place, text(self.kind.as_bytes())?, text(self.data.as_bytes())?))
            });
        let (what, place, kind, data) = texts.map_err(at(step.clone()))?;
        // SAFETY: four texts that end with NUL and outlive the call.
        let done = unsafe {
            libc::mount(what.as_ptr(), place.as_ptr(), kind.as_ptr(), self.flags, data.as_ptr().cast())
        };
        if done == 0 { Ok(()) } else { Err(at(step)(io::Error::last_os_error())) }
    }
}

const MOUNT_ATTR_RDONLY: u64 = 1;
const MOUNT_ATTR_NOSUID: u64 = 2;
const MOUNT_ATTR_NODEV: u64 = 4;
const AT_RECURSIVE: libc::c_int = 0x8000;

/// What `mount_setattr` is told.
#[repr(C)]
struct MountAttributes {
    set: u64,
    clear: u64,
    propagation: u64,
    user_namespace: u64,
}

/// Takes rights from a mount, and with [`AT_RECURSIVE`] from all that are mounted in it.
fn restrict(place: &Path, attributes: u64, flags: libc::c_int) -> Result<()> {
    let step = || format!("mount {} again", place.display());
    let path = CString::new(place.as_os_str().as_bytes()).map_err(|error| at(step())(error.into()))?;
    let attributes = MountAttributes { set: attributes, clear: 0, propagation: 0, user_namespace: 0 };
    // SAFETY: a text that ends with NUL, and a record of which the size is told; both outlive the call.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            flags,
            &raw const attributes,
            size_of::<MountAttributes>(),
        )
    };
    if done == 0 { Ok(()) } else { Err(at(step())(io::Error::last_os_error())) }
}

fn pivot(new: &str, old: &str) -> Result<()> {
    rustix::process::pivot_root(new, old).map_err(|error| at("pivot_root")(error.into()))
}

/// Lets go of a tree, whatever is still open in it.
fn drop_mount(place: &str) -> Result<()> {
    let path = CString::new(place).expect("these places hold no NUL");
    // SAFETY: a text that ends with NUL and outlives the call.
    let done = unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) };
    if done == 0 { Ok(()) } else { Err(at(format!("umount {place}"))(io::Error::last_os_error())) }
}
