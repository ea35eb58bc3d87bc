//! System calls that a command, and whatever it starts, is refused, as on an older or a closed machine.
//!
//! - In: a command; calls with the error that each answers.
//! - Out: the same command under a filter of the kernel's.
//! - Not here: counting calls, and striking one of them (`calls`).

use std::ffi::c_long;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::{io, ptr};

/// A call, and the error that it answers.
pub type Denied = (c_long, i32);

/// Has the command refused these calls.
pub(crate) fn deny(command: &mut Command, calls: &[Denied]) {
    let answers = calls.iter().map(|(call, error)| (*call, libc::SECCOMP_RET_ERRNO | error.unsigned_abs()));
    let filter = filter(answers);
    // SAFETY: between `fork` and `exec` it makes two system calls and nothing else; `filter` was made before.
    unsafe { command.pre_exec(move || install(&filter)) };
}

/// A program for the kernel that answers for some calls; all others go on.
pub(crate) fn filter(answers: impl IntoIterator<Item = (c_long, u32)>) -> Vec<libc::sock_filter> {
    let line = |code: u32, jf: u8, k: u32| libc::sock_filter {
        code: u16::try_from(code).expect("codes are small"),
        jt: 0,
        jf,
        k,
    };
    // The number of the call is the first word of what a filter sees.
    let mut filter = vec![line(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0)];
    for (call, answer) in answers {
        let number = u32::try_from(call).expect("calls have small numbers");
        filter.push(line(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, number));
        filter.push(line(libc::BPF_RET | libc::BPF_K, 0, answer));
    }
    filter.push(line(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW));
    filter
}

/// Gives this process a filter that it cannot take off.
pub(crate) fn install(filter: &[libc::sock_filter]) -> io::Result<()> {
    let program = libc::sock_fprog {
        len: u16::try_from(filter.len()).map_err(|_| io::ErrorKind::InvalidInput)?,
        filter: filter.as_ptr().cast_mut(),
    };
    // SAFETY: the calls change this process alone, and `program` lives until they return.
    let done = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, ptr::from_ref(&program))
                == 0
    };
    if done { Ok(()) } else { Err(io::Error::last_os_error()) }
}
