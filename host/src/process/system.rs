//! System calls without a safe name, each in a function that has one. For the child alone, which has one thread.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use rustix::process::Pid;

/// Who is who after a `fork`.
pub(super) enum Fork {
    Child,
    Parent(Pid),
}

/// Goes on twice.
pub(super) fn fork() -> io::Result<Fork> {
    // SAFETY: this process has one thread, so no lock is held by another that the copy lacks.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Fork::Child),
        pid => Ok(Fork::Parent(Pid::from_raw(pid).expect("a process has a number"))),
    }
}

/// Ends this process at once: what the other copy of it has begun is the other's to finish.
pub(super) fn leave(status: i32) -> ! {
    // SAFETY: nothing is left to clean up.
    unsafe { libc::_exit(status) }
}

/// Becomes the program; returns only if it cannot be started.
pub(super) fn execute(program: &CString, arguments: &[CString], environment: &[CString]) -> io::Error {
    let pointers = |texts: &[CString]| -> Vec<*const libc::c_char> {
        texts.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect()
    };
    let (arguments, environment) = (pointers(arguments), pointers(environment));
    // SAFETY: all texts end with NUL, both lists with a null pointer, and all outlive the call.
    unsafe { libc::execve(program.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    io::Error::last_os_error()
}

/// Takes standard input away from the process, and gives it an empty one.
pub(super) fn take_input() -> io::Result<OwnedFd> {
    let nothing = std::fs::File::open("/dev/null")?;
    // SAFETY: the new handle is nobody else's.
    let taken = unsafe {
        match libc::fcntl(0, libc::F_DUPFD_CLOEXEC, 3) {
            -1 => return Err(io::Error::last_os_error()),
            handle => OwnedFd::from_raw_fd(handle),
        }
    };
    // SAFETY: nothing here holds handle 0 as its own.
    match unsafe { libc::dup2(nothing.as_raw_fd(), 0) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(taken),
    }
}

/// Has every handle but the first three closed when a program is started.
pub(super) fn close_on_start() -> io::Result<()> {
    // SAFETY: it closes nothing now.
    let done = unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Takes signals as a program expects to find them.
pub(super) fn usual_signals() {
    // SAFETY: no handler of ours is replaced: there are none, only what Rust's runtime ignores.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// Gives up what root may do beyond any other user, also in programs that it starts.
pub(super) fn drop_capabilities() -> io::Result<()> {
    for capability in 0..=63 {
        // SAFETY: plain numbers.
        if unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) } != 0 {
            // The first number that the kernel does not know ends them.
            let error = io::Error::last_os_error();
            return if error.raw_os_error() == Some(libc::EINVAL) { Ok(()) } else { Err(error) };
        }
    }
    Ok(())
}
