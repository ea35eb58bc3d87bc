//! A terminal that a command runs on.
//!
//! - In: a command, and what somebody types.
//! - Out: the exit code, and everything that reached the screen, byte by byte.
//! - Not here: which command (`site`).

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::process::{Command, Stdio};

/// Runs a command with standard input and standard error on a terminal.
///
/// # Panics
///
/// There are no terminals, or the command does not start.
pub(crate) fn run(mut command: Command, input: &str) -> (Option<i32>, String) {
    let (mut screen, inside) = open();
    let again = || inside.try_clone().expect("a handle can be copied");
    command.stdin(again()).stderr(again()).stdout(Stdio::null());
    // Typed before anything is said, so that the echo stands first in every run.
    screen.write_all(input.as_bytes()).expect("a terminal takes a line");
    let mut child = command.spawn().expect("the command can be started");
    // The screen ends when nobody can write on it any more.
    drop((command, inside));
    let mut shown = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(count @ 1..) = screen.read(&mut piece) {
        shown.extend_from_slice(&piece[..count]);
    }
    let exit = child.wait().expect("it ends").code();
    (exit, String::from_utf8(shown).expect("buildout writes UTF-8").replace("\r\n", "\n"))
}

/// Both ends of a new terminal: the screen with its keyboard, and what programs see.
fn open() -> (File, OwnedFd) {
    let (mut screen, mut inside) = (-1, -1);
    let size = libc::winsize { ws_row: 24, ws_col: 60, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the two numbers are ours to write, the size is read, and no name or settings are given.
    let done = unsafe {
        libc::openpty(
            &raw mut screen,
            &raw mut inside,
            std::ptr::null_mut(),
            std::ptr::null(),
            &raw const size,
        )
    };
    assert_eq!(done, 0, "there are no terminals: {}", std::io::Error::last_os_error());
    // SAFETY: both were just opened and belong to nobody else.
    unsafe { (File::from_raw_fd(screen), OwnedFd::from_raw_fd(inside)) }
}
