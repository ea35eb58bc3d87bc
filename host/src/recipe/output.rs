//! What a guest prints, line by line.
//!
//! - In: bytes on its standard output and standard error.
//! - Out: messages under the part's name; the last lines of standard error for a bug report.
//! - Not here: drawing them (`report`).
//!
//! Lines on standard error are held back until something else happens, so that the last words before a
//! trap stand in the report of the trap and not before it as well.

use std::collections::VecDeque;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use super::limits::Limits;
use super::pool::Message;
use crate::event::Level;

/// A line without an end is passed on in pieces of this many bytes.
const LONGEST_LINE: usize = 16 << 10;
/// So many lines of standard error are held back.
const HELD: usize = 40;

/// The one log of a call: its own messages and both streams.
#[derive(Clone)]
pub(crate) struct Output {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    sender: Sender<Message>,
    lines_left: usize,
    bytes_left: usize,
    out: Vec<u8>,
    err: Vec<u8>,
    held: VecDeque<String>,
}

impl Output {
    pub(crate) fn new(sender: Sender<Message>, limits: &Limits) -> Self {
        let inner = Inner {
            sender,
            lines_left: limits.log_lines,
            bytes_left: limits.log_bytes,
            out: Vec::new(),
            err: Vec::new(),
            held: VecDeque::new(),
        };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nothing panics while it writes a line")
    }

    /// Writes one message.
    pub(crate) fn log(&self, level: Level, message: String) {
        let mut inner = self.lock();
        inner.release();
        inner.send(level, message);
    }

    /// One of the two streams.
    pub(crate) fn stream(&self, error: bool) -> Stream {
        Stream { output: self.clone(), error }
    }

    /// The call is over and well: what was held back is told.
    pub(crate) fn finish(&self) {
        let mut inner = self.lock();
        inner.end_line(true);
        inner.end_line(false);
        inner.release();
    }

    /// The call ended badly: returns the last lines of standard error instead of telling them.
    pub(crate) fn last_words(&self) -> Vec<String> {
        let mut inner = self.lock();
        inner.end_line(false);
        inner.end_line(true);
        inner.held.drain(..).collect()
    }
}

impl Inner {
    fn print(&mut self, error: bool, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = if error { &mut self.err } else { &mut self.out };
            line.extend_from_slice(piece);
            if line.ends_with(b"\n") || line.len() >= LONGEST_LINE {
                self.end_line(error);
            }
        }
    }

    fn end_line(&mut self, error: bool) {
        let line = std::mem::take(if error { &mut self.err } else { &mut self.out });
        if line.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.strip_suffix('\n').unwrap_or(&text).to_owned();
        if error {
            if self.held.len() == HELD {
                let oldest = self.held.pop_front().expect("it is not empty");
                self.send(Level::Warning, oldest);
            }
            self.held.push_back(text);
        } else {
            self.release();
            self.send(Level::Info, text);
        }
    }

    fn release(&mut self) {
        while let Some(line) = self.held.pop_front() {
            self.send(Level::Warning, line);
        }
    }

    fn send(&mut self, level: Level, message: String) {
        if self.lines_left == 0 {
            return;
        }
        self.lines_left -= 1;
        let fits = message.len() <= self.bytes_left;
        self.bytes_left = self.bytes_left.saturating_sub(message.len());
        let message = if fits && self.lines_left > 0 {
            Message::Log(level, message)
        } else {
            self.lines_left = 0;
            Message::Log(
                Level::Warning,
                "more output than a recipe may write; the rest is not shown (`--recipe-limit=log=SIZE` and `lines=NUMBER` raise the limit)".to_owned(),
            )
        };
        // The run may be over; then nobody needs to know.
        let _ = self.sender.send(message);
    }
}

/// A guest's standard output or standard error.
pub(crate) struct Stream {
    output: Output,
    error: bool,
}

impl IsTerminal for Stream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Stream {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.output.stream(self.error))
    }

    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        // Only WASI 0.3 asks for this, and nothing of it is linked.
        Box::new(tokio::io::sink())
    }
}

#[async_trait]
impl Pollable for Stream {
    async fn ready(&mut self) {}
}

impl OutputStream for Stream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.output.lock().print(self.error, &bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(LONGEST_LINE)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    fn output(limits: &Limits) -> (Output, Receiver<Message>) {
        let (sender, receiver) = channel();
        (Output::new(sender, limits), receiver)
    }

    fn told(receiver: &Receiver<Message>) -> Vec<(Level, String)> {
        receiver
            .try_iter()
            .map(|message| match message {
                Message::Log(level, text) => (level, text),
                _ => panic!("only lines are told here"),
            })
            .collect()
    }

    #[test]
    fn lines_on_standard_output_are_info_and_on_standard_error_warnings() {
        let (output, receiver) = output(&Limits::default());
        output.lock().print(false, b"one\ntw");
        output.lock().print(true, b"careful\n");
        output.lock().print(false, b"o\nthree");
        output.finish();
        assert_eq!(
            told(&receiver),
            [
                (Level::Info, "one".to_owned()),
                (Level::Warning, "careful".to_owned()),
                (Level::Info, "two".to_owned()),
                (Level::Info, "three".to_owned()),
            ]
        );
    }

    #[test]
    fn the_last_words_before_a_trap_are_kept_for_its_report() {
        let (output, receiver) = output(&Limits::default());
        output.lock().print(false, b"working\n");
        output.lock().print(true, b"thread panicked at lib.rs:1\nno more tea");
        assert_eq!(output.last_words(), ["thread panicked at lib.rs:1", "no more tea"]);
        assert_eq!(told(&receiver), [(Level::Info, "working".to_owned())]);
    }

    #[test]
    fn a_flood_ends_with_one_line_that_says_so() {
        let (output, receiver) = output(&Limits { log_lines: 3, ..Limits::default() });
        output.lock().print(false, b"a\nb\nc\nd\ne\n");
        output.finish();
        let told = told(&receiver);
        assert_eq!(told.len(), 3);
        assert_eq!(
            told[2].1,
            "more output than a recipe may write; the rest is not shown (`--recipe-limit=log=SIZE` and `lines=NUMBER` raise the limit)"
        );
    }
}
