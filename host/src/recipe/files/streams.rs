//! Synchronous file streams, and `wasi:io` without hand-offs between threads.
//!
//! - In: a file handle that the guard has judged.
//! - Out: streams that read and write at once, on the guest's own thread.
//! - Not here: what may be opened (`guard`).
//!
//! Waiting is ours: a guest that sleeps is looked at every tick, since the engine's epochs do not
//! reach it there.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use wasmtime::component::{HasData, Resource, ResourceTable};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::bindings::sync::io::poll;
use wasmtime_wasi::p2::bindings::sync::io::streams::{self, InputStream, OutputStream};
use wasmtime_wasi::p2::{DynPollable, Pollable, StreamError, StreamResult};
use wasmtime_wasi_io::bindings::wasi::io::poll as waiting;
use wasmtime_wasi_io::bindings::wasi::io::streams as plain;

use super::guard::Written;
use crate::fault::{self, Step};

/// What one write may carry: more than any guest's buffer, less than a limit that matters.
const CHUNK: usize = 1 << 20;

/// How often a guest that waits is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Reads a file from a position on.
pub(crate) struct FileInput {
    file: Arc<File>,
    position: u64,
}

impl FileInput {
    pub(crate) fn new(file: Arc<File>, position: u64) -> Self {
        Self { file, position }
    }
}

#[async_trait]
impl Pollable for FileInput {
    async fn ready(&mut self) {}
}

impl wasmtime_wasi::p2::InputStream for FileInput {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        if size == 0 {
            return Ok(Bytes::new());
        }
        let mut buffer = vec![0; size.min(CHUNK)];
        let read = loop {
            match self.file.read_at(&mut buffer, self.position) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        match read {
            Ok(0) => Err(StreamError::Closed),
            Ok(count) => {
                buffer.truncate(count);
                self.position += count as u64;
                Ok(Bytes::from(buffer))
            }
            Err(error) => Err(StreamError::LastOperationFailed(error.into())),
        }
    }
}

/// Writes a file from a position on, or at its end.
pub(crate) struct FileOutput {
    file: Arc<File>,
    /// None appends.
    position: Option<u64>,
    written: Written,
}

impl FileOutput {
    pub(crate) fn new(file: Arc<File>, position: Option<u64>, written: Written) -> Self {
        Self { file, position, written }
    }
}

#[async_trait]
impl Pollable for FileOutput {
    async fn ready(&mut self) {}
}

impl wasmtime_wasi::p2::OutputStream for FileOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let written = self.written.clone();
        if !self.written.charge(bytes.len() as u64) {
            let spent = std::io::Error::from(std::io::ErrorKind::QuotaExceeded);
            return Err(StreamError::LastOperationFailed(spent.into()));
        }
        let failed = |error: std::io::Error| {
            written.failed(&error);
            StreamError::LastOperationFailed(error.into())
        };
        let point = || fault::point(Step::Write, "stream");
        match &mut self.position {
            Some(position) => {
                point().and_then(|()| self.file.write_all_at(&bytes, *position)).map_err(failed)?;
                *position += bytes.len() as u64;
            }
            None => {
                let mut rest = &bytes[..];
                while !rest.is_empty() {
                    let end = self.file.metadata().map_err(failed)?.len();
                    let count = point().and_then(|()| self.file.write_at(rest, end)).map_err(failed)?;
                    rest = &rest[count..];
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(CHUNK)
    }
}

/// How long a guest may wait, and who may end it earlier.
pub(crate) struct Waiting {
    /// When the call must be over, whatever it waits for.
    pub(crate) deadline: Instant,
    /// Whether the run was cancelled.
    pub(crate) cancelled: fn() -> bool,
}

/// Why a guest's waiting was ended.
#[derive(Debug, thiserror::Error)]
#[error("the recipe waited too long")]
pub(crate) struct WaitedTooLong;

/// `wasi:io` over the resources of a store.
pub(crate) struct Io<'a> {
    pub(crate) table: &'a mut ResourceTable,
    pub(crate) waiting: &'a Waiting,
}

/// Tells the linker how an [`Io`] is borrowed from a store.
pub(crate) struct HasIo;

impl HasData for HasIo {
    type Data<'a> = Io<'a>;
}

impl Waiting {
    /// Runs what is ready at once, else waits for it.
    fn run<F: Future>(&self, future: F) -> wasmtime::Result<F::Output> {
        let mut future = pin!(future);
        match wasmtime_wasi::runtime::poll_noop(future.as_mut()) {
            Some(done) => Ok(done),
            None => self.wait(future),
        }
    }

    /// Waits, and looks every now and then whether that may go on. A timer must be made in here.
    fn wait<F: Future>(&self, future: F) -> wasmtime::Result<F::Output> {
        wasmtime_wasi::runtime::in_tokio(async {
            let mut future = pin!(future);
            loop {
                let left = self.deadline.saturating_duration_since(Instant::now());
                match tokio::time::timeout(left.min(LOOK), future.as_mut()).await {
                    Ok(done) => return Ok(done),
                    Err(_) if left.is_zero() || (self.cancelled)() => return Err(WaitedTooLong.into()),
                    Err(_) => {}
                }
            }
        })
    }

    fn stream<T>(&self, future: impl Future<Output = StreamResult<T>>) -> StreamResult<T> {
        self.run(future).map_err(StreamError::Trap)?
    }
}

impl poll::Host for Io<'_> {
    fn poll(&mut self, list: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        self.waiting.wait(waiting::Host::poll(self.table, list))?
    }
}

impl poll::HostPollable for Io<'_> {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        self.waiting.wait(waiting::HostPollable::ready(self.table, pollable))?
    }

    fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        self.waiting.wait(waiting::HostPollable::block(self.table, pollable))?
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        waiting::HostPollable::drop(self.table, pollable)
    }
}

impl streams::Host for Io<'_> {
    fn convert_stream_error(&mut self, error: StreamError) -> wasmtime::Result<streams::StreamError> {
        streams::Host::convert_stream_error(self.table, error)
    }
}

impl streams::HostOutputStream for Io<'_> {
    fn drop(&mut self, stream: Resource<OutputStream>) -> wasmtime::Result<()> {
        self.waiting.run(plain::HostOutputStream::drop(self.table, stream))?
    }

    fn check_write(&mut self, stream: Resource<OutputStream>) -> StreamResult<u64> {
        plain::HostOutputStream::check_write(self.table, stream)
    }

    fn write(&mut self, stream: Resource<OutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        plain::HostOutputStream::write(self.table, stream, bytes)
    }

    fn blocking_write_and_flush(
        &mut self,
        stream: Resource<OutputStream>,
        bytes: Vec<u8>,
    ) -> StreamResult<()> {
        self.waiting.stream(plain::HostOutputStream::blocking_write_and_flush(self.table, stream, bytes))
    }

    fn blocking_write_zeroes_and_flush(
        &mut self,
        stream: Resource<OutputStream>,
        count: u64,
    ) -> StreamResult<()> {
        self.waiting
            .stream(plain::HostOutputStream::blocking_write_zeroes_and_flush(self.table, stream, count))
    }

    fn subscribe(&mut self, stream: Resource<OutputStream>) -> wasmtime::Result<Resource<DynPollable>> {
        plain::HostOutputStream::subscribe(self.table, stream)
    }

    fn write_zeroes(&mut self, stream: Resource<OutputStream>, count: u64) -> StreamResult<()> {
        plain::HostOutputStream::write_zeroes(self.table, stream, count)
    }

    fn flush(&mut self, stream: Resource<OutputStream>) -> StreamResult<()> {
        plain::HostOutputStream::flush(self.table, stream)
    }

    fn blocking_flush(&mut self, stream: Resource<OutputStream>) -> StreamResult<()> {
        self.waiting.stream(plain::HostOutputStream::blocking_flush(self.table, stream))
    }

    fn splice(
        &mut self,
        to: Resource<OutputStream>,
        from: Resource<InputStream>,
        count: u64,
    ) -> StreamResult<u64> {
        plain::HostOutputStream::splice(self.table, to, from, count)
    }

    fn blocking_splice(
        &mut self,
        to: Resource<OutputStream>,
        from: Resource<InputStream>,
        count: u64,
    ) -> StreamResult<u64> {
        self.waiting.stream(plain::HostOutputStream::blocking_splice(self.table, to, from, count))
    }
}

impl streams::HostInputStream for Io<'_> {
    fn drop(&mut self, stream: Resource<InputStream>) -> wasmtime::Result<()> {
        self.waiting.run(plain::HostInputStream::drop(self.table, stream))?
    }

    fn read(&mut self, stream: Resource<InputStream>, count: u64) -> StreamResult<Vec<u8>> {
        plain::HostInputStream::read(self.table, stream, count)
    }

    fn blocking_read(&mut self, stream: Resource<InputStream>, count: u64) -> StreamResult<Vec<u8>> {
        self.waiting.stream(plain::HostInputStream::blocking_read(self.table, stream, count))
    }

    fn skip(&mut self, stream: Resource<InputStream>, count: u64) -> StreamResult<u64> {
        plain::HostInputStream::skip(self.table, stream, count)
    }

    fn blocking_skip(&mut self, stream: Resource<InputStream>, count: u64) -> StreamResult<u64> {
        self.waiting.stream(plain::HostInputStream::blocking_skip(self.table, stream, count))
    }

    fn subscribe(&mut self, stream: Resource<InputStream>) -> wasmtime::Result<Resource<DynPollable>> {
        plain::HostInputStream::subscribe(self.table, stream)
    }
}
