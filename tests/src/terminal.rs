//! A terminal that a command runs on.
//!
//! - In: a command, and what somebody types.
//! - Out: the exit code, and everything that reached the screen, byte by byte.
//! - Not here: which command (`site`).

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
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

/// Runs a command on a terminal of its own, on which somebody has typed `before`, and types each answer as soon as what it
/// answers is on the screen.
///
/// # Panics
///
/// As [`run`]; or something that is to be answered never comes.
pub(crate) fn converse(
    mut command: Command,
    before: &str,
    exchanges: &[(&str, &str)],
) -> (Option<i32>, String) {
    let (mut screen, inside) = open();
    let again = || inside.try_clone().expect("a handle can be copied");
    command.stdin(again()).stderr(again()).stdout(again());
    // SAFETY: both calls are allowed between fork and exec; they touch nothing of this process.
    unsafe {
        command.pre_exec(|| {
            if libc::setsid() < 0 || libc::ioctl(0, libc::TIOCSCTTY, 0) < 0 {
                return Err(std::io::Error::last_os_error());
            }
            Ok(())
        });
    }
    screen.write_all(before.as_bytes()).expect("a terminal takes a line");
    let mut child = command.spawn().expect("the command can be started");
    drop((command, inside));
    let mut shown = Vec::new();
    let mut piece = [0; 4096];
    let mut answered = 0;
    let mut left = exchanges.iter();
    let mut next = left.next();
    while let Ok(count @ 1..) = screen.read(&mut piece) {
        shown.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&shown).into_owned();
        while let Some((question, answer)) = next
            && let Some(at) = text[answered..].find(question)
        {
            answered += at + question.len();
            screen.write_all(answer.as_bytes()).expect("a terminal takes a line");
            next = left.next();
        }
    }
    let exit = child.wait().expect("it ends").code();
    let shown = String::from_utf8(shown).expect("buildout writes UTF-8").replace("\r\n", "\n");
    assert!(next.is_none(), "`{}` never came:\n{shown}", next.expect("it was just seen").0);
    (exit, shown)
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
    for end in [screen, inside] {
        // SAFETY: both were just opened. Another test that starts a command now shall not hold them open.
        unsafe { libc::fcntl(end, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
    // SAFETY: both were just opened and belong to nobody else.
    unsafe { (File::from_raw_fd(screen), OwnedFd::from_raw_fd(inside)) }
}
