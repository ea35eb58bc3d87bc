//! The filter of system calls: what a program and whatever it starts can ask the kernel for.
//!
//! - In: nothing; it is the same for every program.
//! - Out: a process for which the calls named here fail, for the rest of its life.
//! - Not here: files (`landlock`, `namespaces`), numbers and sizes (`limits`).
//!
//! What is refused answers EPERM, as the kernel would, so that a program says what it could not do. Calls whose
//! arguments lie in memory, where no filter can look, answer ENOSYS: the C library then takes their older sisters.
//! System calls of a foreign architecture (32 bits) end the program.

use std::collections::BTreeMap;
use std::io;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Width, SeccompCmpOp as Is, SeccompCondition,
    SeccompFilter, SeccompRule, sock_filter,
};

/// Reaching into other processes, the kernel's own affairs, and ways around the other layers.
const NEVER: &[libc::c_long] = &[
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    // Mounts and namespaces.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_fsconfig,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_unshare,
    libc::SYS_setns,
    // Programs for the kernel, and its queues that no other filter sees.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    // The machine.
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_acct,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_fanotify_init,
    libc::SYS_personality,
    // Files by number instead of by path.
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    // Whose a file is, and what is attached to it.
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    SYS_SETXATTRAT,
    SYS_REMOVEXATTRAT,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    // Every kind of network; `socketpair` is not one.
    libc::SYS_socket,
];

/// The same under names that only this architecture has.
#[cfg(target_arch = "x86_64")]
const NEVER_HERE: &[libc::c_long] =
    &[libc::SYS_chown, libc::SYS_lchown, libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_lookup_dcookie];
#[cfg(not(target_arch = "x86_64"))]
const NEVER_HERE: &[libc::c_long] = &[];

/// Calls with their flags in memory, and which argument of others is a mode.
const UNSEEN: &[libc::c_long] = &[libc::SYS_clone3, libc::SYS_openat2];

/// Calls that set permission bits, with the number of the argument.
const MODES: &[(libc::c_long, u8)] = &[
    (libc::SYS_fchmod, 1),
    (libc::SYS_fchmodat, 2),
    (SYS_FCHMODAT2, 2),
    (libc::SYS_mknodat, 2),
    (libc::SYS_mkdirat, 2),
];
#[cfg(target_arch = "x86_64")]
const MODES_HERE: &[(libc::c_long, u8)] =
    &[(libc::SYS_chmod, 1), (libc::SYS_mknod, 1), (libc::SYS_creat, 1), (libc::SYS_mkdir, 1)];
#[cfg(not(target_arch = "x86_64"))]
const MODES_HERE: &[(libc::c_long, u8)] = &[];

/// Calls that open a file, with the numbers of the flags and of the mode.
#[cfg(target_arch = "x86_64")]
const OPENS: &[(libc::c_long, u8, u8)] = &[(libc::SYS_openat, 2, 3), (libc::SYS_open, 1, 2)];
#[cfg(not(target_arch = "x86_64"))]
const OPENS: &[(libc::c_long, u8, u8)] = &[(libc::SYS_openat, 2, 3)];

// The same numbers on every architecture; `libc` does not have them all yet.
const SYS_FCHMODAT2: libc::c_long = 452;
const SYS_SETXATTRAT: libc::c_long = 463;
const SYS_REMOVEXATTRAT: libc::c_long = 466;

/// The bits that make a program run as its owner.
const SET_ID: [u64; 2] = [0o4000, 0o2000];

/// Writing into somebody's terminal as if it had been typed: `TIOCSTI`, `TIOCLINUX`.
const TYPING: [u64; 2] = [0x5412, 0x541C];

/// What `clone` may not make.
const NAMESPACES: [libc::c_int; 7] = [
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWCGROUP,
];

/// Where numbers of system calls begin that are another name for the others (x32).
#[cfg(target_arch = "x86_64")]
const SECOND_NAMES: u32 = 0x4000_0000;

/// The filters, ready to be put on.
#[derive(Debug)]
pub struct Seccomp(Vec<BpfProgram>);

impl Seccomp {
    /// Writes the filters.
    ///
    /// # Errors
    ///
    /// On an architecture for which none can be written.
    pub fn new() -> io::Result<Self> {
        let mut denied: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
        for call in NEVER.iter().chain(NEVER_HERE) {
            denied.insert(*call, Vec::new());
        }
        for (call, mode) in MODES.iter().chain(MODES_HERE) {
            denied.insert(*call, any(SET_ID.map(|bit| vec![(*mode, Is::MaskedEq(bit), bit)]))?);
        }
        for (call, flags, mode) in OPENS {
            // Both flags that make a file.
            let made = [libc::O_CREAT, libc::O_TMPFILE & !libc::O_DIRECTORY].map(|flag| flag as u64);
            let rules = made.into_iter().flat_map(|flag| {
                SET_ID.map(|bit| vec![(*flags, Is::MaskedEq(flag), flag), (*mode, Is::MaskedEq(bit), bit)])
            });
            denied.insert(*call, any(rules)?);
        }
        let namespaces = NAMESPACES.map(|flag| flag as u64);
        denied.insert(libc::SYS_clone, any(namespaces.map(|flag| vec![(0, Is::MaskedEq(flag), flag)]))?);
        denied.insert(libc::SYS_ioctl, any(TYPING.map(|request| vec![(1, Is::Eq, request)]))?);
        let unseen = UNSEEN.iter().map(|call| (*call, Vec::new())).collect();
        Ok(Self(vec![filter(unseen, libc::ENOSYS)?, first_names(filter(denied, libc::EPERM)?)]))
    }

    /// Asks the kernel whether it has such filters.
    ///
    /// # Errors
    ///
    /// It has not.
    pub fn offered() -> io::Result<()> {
        Self::new()?;
        let answer = libc::SECCOMP_RET_ERRNO;
        // SAFETY: the kernel reads one number, which outlives the call.
        let known =
            unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_GET_ACTION_AVAIL, 0, &raw const answer) };
        if known == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// Puts them on the calling thread, and on whatever it starts from now on.
    ///
    /// # Errors
    ///
    /// When the kernel has no such filters.
    pub fn apply(&self) -> io::Result<()> {
        self.0.iter().try_for_each(|filter| seccompiler::apply_filter(filter).map_err(io::Error::other))
    }
}

/// Matches when one of the lists of conditions does; each names an argument.
fn any(lists: impl IntoIterator<Item = Vec<(u8, Is, u64)>>) -> io::Result<Vec<SeccompRule>> {
    let rule = |conditions: Vec<(u8, Is, u64)>| {
        let conditions: Result<Vec<_>, _> = conditions
            .into_iter()
            .map(|(argument, is, value)| SeccompCondition::new(argument, Width::Dword, is, value))
            .collect();
        SeccompRule::new(conditions?)
    };
    lists.into_iter().map(|list| rule(list).map_err(io::Error::other)).collect()
}

fn filter(calls: BTreeMap<i64, Vec<SeccompRule>>, answer: libc::c_int) -> io::Result<BpfProgram> {
    let here = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
    let answer = SeccompAction::Errno(answer.unsigned_abs());
    let filter = SeccompFilter::new(calls, SeccompAction::Allow, answer, here).map_err(io::Error::other)?;
    filter.try_into().map_err(io::Error::other)
}

/// Refuses the numbers that are second names, before anything else is looked at.
#[cfg(target_arch = "x86_64")]
fn first_names(filter: BpfProgram) -> BpfProgram {
    const LOAD: u16 = 0x20;
    const IF_AT_LEAST: u16 = 0x35;
    const RETURN: u16 = 0x06;
    const ERRNO: u32 = 0x0005_0000;
    let refuse = ERRNO | libc::ENOSYS.unsigned_abs();
    let mut whole = vec![
        // The number is the first word of what a filter sees.
        sock_filter { code: LOAD, jt: 0, jf: 0, k: 0 },
        sock_filter { code: IF_AT_LEAST, jt: 0, jf: 1, k: SECOND_NAMES },
        sock_filter { code: RETURN, jt: 0, jf: 0, k: refuse },
    ];
    whole.extend(filter);
    whole
}

#[cfg(not(target_arch = "x86_64"))]
fn first_names(filter: BpfProgram) -> BpfProgram {
    filter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filtered_thread_gets_no_socket_and_no_namespace_and_works_on() {
        let answers = std::thread::spawn(|| {
            Seccomp::new().unwrap().apply().unwrap();
            let scratch = tempfile::tempdir().unwrap();
            [
                ("socket", std::net::UdpSocket::bind("127.0.0.1:0").map(drop)),
                ("a pair", std::os::unix::net::UnixStream::pair().map(drop)),
                ("a file", std::fs::write(scratch.path().join("f"), "x")),
                ("a directory", std::fs::create_dir(scratch.path().join("d"))),
                ("set-user-id", set_mode(scratch.path(), 0o4755)),
                ("permission bits", set_mode(scratch.path(), 0o755)),
                ("a thread", std::thread::Builder::new().spawn(|| ()).map(|thread| thread.join().unwrap())),
            ]
            .map(|(what, result)| (what, result.map_err(|error| error.raw_os_error().unwrap_or(0))))
        });
        let denied = Err(libc::EPERM);
        assert_eq!(
            answers.join().unwrap(),
            [
                ("socket", denied),
                ("a pair", Ok(())),
                ("a file", Ok(())),
                ("a directory", Ok(())),
                ("set-user-id", denied),
                ("permission bits", Ok(())),
                ("a thread", Ok(())),
            ]
        );
    }

    fn set_mode(path: &std::path::Path, mode: u32) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
    }
}
