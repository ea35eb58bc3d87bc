//! The lines of a screen, of which the last one may move.
//!
//! - In: whole lines; a line that stands below them until it is replaced.
//! - Out: bytes for a terminal, or for a file as long as no line moves.
//! - Not here: what the lines say (`human`).
//!
//! A step that lasts is counted in seconds by a thread of its own, as the run's thread waits for the recipe meanwhile.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A step that lasts so many seconds is said to last.
const LONG_SECONDS: u64 = 2;

/// What lines are written on.
#[derive(Debug)]
pub(super) struct Screen<W: Write> {
    out: W,
    /// The line that stands below all others; empty: none.
    moving: String,
    /// What may last, and for how many seconds it has.
    lasting: Option<(String, u64)>,
}

impl<W: Write> Screen<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, moving: String::new(), lasting: None }
    }

    /// Writes whole lines, above the one that moves.
    ///
    /// If nobody can read them, there is nobody to tell that either: a closed standard error is no reason to stop a run
    /// half way.
    pub(super) fn write(&mut self, lines: &str) {
        let text = self.erased() + lines + &self.moving;
        self.put(&text);
    }

    /// Replaces the line that moves; an empty one takes it off.
    pub(super) fn show(&mut self, line: String) {
        if line != self.moving {
            let text = self.erased() + &line;
            self.moving = line;
            self.put(&text);
        }
    }

    /// From now on something is done that may last.
    pub(super) fn lasts(&mut self, what: String) {
        self.lasting = Some((what, 0));
    }

    /// It is over, or tells itself how far it is.
    pub(super) fn forget(&mut self) {
        self.lasting = None;
    }

    fn tick(&mut self) {
        let Some((what, seconds)) = &mut self.lasting else { return };
        *seconds += 1;
        if *seconds >= LONG_SECONDS {
            let line = format!("{what}, {seconds} s");
            self.show(line);
        }
    }

    fn put(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    /// What wipes the moving line off. No escape sequence: without colours those do not reach the terminal.
    fn erased(&self) -> String {
        match self.moving.is_empty() {
            true => String::new(),
            false => format!("\r{}\r", " ".repeat(columns(&self.moving))),
        }
    }
}

/// The most columns that a text can take: beyond ASCII some characters take two.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum()
}

/// Counts seconds on a screen until it is dropped.
#[derive(Debug)]
pub(super) struct Ticker {
    ended: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    pub(super) fn start<W: Write + Send + 'static>(screen: &Arc<Mutex<Screen<W>>>) -> Self {
        let ended = Arc::new((Mutex::new(false), Condvar::new()));
        let (screen, until) = (Arc::clone(screen), Arc::clone(&ended));
        let count = move || {
            let (ended, changed) = &*until;
            let mut guard = ended.lock().expect("nothing panics while it holds this");
            while !*guard {
                let waited = changed.wait_timeout(guard, Duration::from_secs(1));
                let (now, timeout) = waited.expect("nothing panics while it holds this");
                guard = now;
                if timeout.timed_out() && !*guard {
                    screen.lock().expect("nothing panics while it holds the screen").tick();
                }
            }
        };
        // Without a thread nothing is counted, and nothing else is lost.
        Self { ended, thread: thread::Builder::new().name("ticker".into()).spawn(count).ok() }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        let (ended, changed) = &*self.ended;
        *ended.lock().expect("nothing panics while it holds this") = true;
        changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_is_counted_until_it_is_over_or_speaks_for_itself() {
        let mut screen = Screen::new(Vec::new());
        screen.lasts("a: installing".to_owned());
        (0..3).for_each(|_| screen.tick());
        screen.write("a: half way\n");
        screen.forget();
        screen.show(String::new());
        screen.tick();
        let shown = String::from_utf8(screen.out).expect("we write text").replace('\r', "|");
        let blank = " ".repeat("a: installing, 2 s".len());
        assert_eq!(
            shown,
            format!(
                "a: installing, 2 s|{blank}|a: installing, 3 s|{blank}|a: half way\na: installing, 3 s|{blank}|"
            )
        );
    }
}
