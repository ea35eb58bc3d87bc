//! A command on a system that lacks something: some of its system calls fail with an error of our choice.
//!
//! - In: a command, calls, the error they answer.
//! - Out: the same command, with a filter of the kernel that it and all that it starts keep.
//! - Not here: counting and striking one call (`calls`).

use std::ffi::c_long;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::{io, ptr};

/// Lets these calls fail with `error`.
pub(crate) fn without(command: &mut Command, calls: &[c_long], error: i32) {
    let filter = filter(calls, error);
    // SAFETY: between fork and exec it makes system calls and nothing else; `filter` was made before.
    unsafe { command.pre_exec(move || install(&filter)) };
}

/// A program for the kernel that answers for `calls`.
fn filter(calls: &[c_long], error: i32) -> Vec<libc::sock_filter> {
    let error = u32::try_from(error).expect("errors are above 0");
    let mut filter = vec![line(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0)];
    for call in calls {
        let number = u32::try_from(*call).expect("numbers of calls are small");
        filter.push(line(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, number));
        filter.push(line(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ERRNO | error));
    }
    filter.push(line(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW));
    filter
}

/// One line of such a program; where it compares, so many lines are passed over if the two differ.
pub(crate) fn line(code: u32, otherwise: u8, k: u32) -> libc::sock_filter {
    libc::sock_filter { code: u16::try_from(code).expect("a code"), jt: 0, jf: otherwise, k }
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
