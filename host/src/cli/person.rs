//! Whoever sits at the terminal, and can be asked.
//!
//! - In: a question, in our words.
//! - Out: yes or no; everything but `y` is no.
//! - Not here: what is asked (`approve`, `install`).
//!
//! Rules: `security.md` PRM-02, PRM-03, PRM-13. The answer is read from the terminal itself, and what was typed before the
//! question was drawn is thrown away: neither a pipe nor a recipe's output nor a key pressed too early answers it.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{QueueSelector, tcflush};

use super::request::Asked;
use crate::recipe::cancelled;
use crate::report::Report;

/// How often a signal is looked for, which does not end a wait by itself.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
/// Nobody types more.
const LONGEST_ANSWER_BYTES: usize = 4096;

/// A terminal with somebody before it.
pub(super) struct Person {
    terminal: File,
}

impl Person {
    /// Finds out whether anybody can be asked: not with CI set, not for a program, not without a terminal.
    pub(super) fn find(asked: &Asked) -> Option<Self> {
        if asked.environment.ci || asked.arguments.json {
            return None;
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return None;
        }
        Some(Self { terminal: File::open("/dev/tty").ok()? })
    }

    /// Asks, and waits for the answer. The end of the input and a signal are no answer.
    pub(super) fn agrees(&self, question: &str, report: &mut Report) -> io::Result<bool> {
        tcflush(&self.terminal, QueueSelector::IFlush)?;
        report.prompt(&format!("{question} [y/N] "));
        let mut answer = Vec::new();
        let ended = loop {
            if cancelled() {
                break false;
            }
            let mut waiting = [PollFd::new(&self.terminal, PollFlags::IN)];
            match poll(&mut waiting, Some(&LOOK)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
            let mut byte = [0];
            match (&self.terminal).read(&mut byte) {
                Ok(0) => break false,
                // The terminal is gone.
                Err(error) if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {
                    break false;
                }
                Err(error) => return Err(error),
                Ok(_) if byte[0] == b'\n' => break true,
                Ok(_) if answer.len() < LONGEST_ANSWER_BYTES => answer.push(byte[0]),
                Ok(_) => break false,
            }
        };
        if !ended {
            report.prompt("\n");
        }
        let answer = String::from_utf8_lossy(&answer).trim().to_lowercase();
        Ok(ended && matches!(answer.as_str(), "y" | "yes"))
    }
}
