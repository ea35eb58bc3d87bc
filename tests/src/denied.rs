//! System calls that a command, and whatever it starts, is refused, as on an older or a closed machine.
//!
//! - In: a command; calls with the error that each answers.
//! - Out: the same command under a filter of the kernel's.
//! - Not here: counting calls, and striking one of them (`calls`).

use std::ffi::c_long;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// A call, and the error that it answers.
pub type Denied = (c_long, i32);

/// Has the command refused these calls.
pub(crate) fn deny(command: &mut Command, calls: &[Denied]) {
    let instruction = |code: u32, jt: u8, jf: u8, k: u32| libc::sock_filter {
        code: u16::try_from(code).expect("codes are small"),
        jt,
        jf,
        k,
    };
    // The number of the call is the first word of what a filter sees.
    let mut program = vec![instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0)];
    for (call, error) in calls {
        let number = u32::try_from(*call).expect("calls have small numbers");
        program.push(instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, 1, number));
        let answer = libc::SECCOMP_RET_ERRNO | error.unsigned_abs();
        program.push(instruction(libc::BPF_RET | libc::BPF_K, 0, 0, answer));
    }
    program.push(instruction(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW));
    let install = move || {
        let filter = libc::sock_fprog {
            len: u16::try_from(program.len()).expect("a handful"),
            filter: program.as_ptr().cast_mut(),
        };
        // SAFETY: the program is read, and outlives the call.
        let done = unsafe {
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
                && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const filter) == 0
        };
        if done { Ok(()) } else { Err(io::Error::last_os_error()) }
    };
    // SAFETY: between `fork` and `exec` it makes two system calls and nothing else.
    unsafe { command.pre_exec(install) };
}
