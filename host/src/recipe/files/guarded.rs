//! One place that a guest names: the directory held open, what is there, and the guard asked about it.
//!
//! - In: a handle of the guest's and a path from there.
//! - Out: the directory above the last component, open, with its real path; handles that were judged.
//! - Not here: which call of WASI does what (`wasi`), the rules (`guard`, `access`).

use std::os::fd::AsFd;
use std::pin::pin;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{Mode, OFlags, ResolveFlags};
use wasmtime::component::{HasData, Resource};
use wasmtime_wasi::filesystem::{Descriptor, Dir, File, OpenMode, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::filesystem::types as inner;
use wasmtime_wasi::p2::bindings::sync::filesystem::types as wasi;
use wasmtime_wasi::p2::bindings::sync::io::streams;
use wasmtime_wasi::p2::{DynOutputStream, FsError, FsResult};

use super::guard::{Guard, Refusal};
use super::porter::{Errand, Errands, Place, path_of};
use super::streams::FileOutput;
use crate::installed::Kind as MadeKind;

/// The file system of one store, with its guard.
pub(crate) struct Guarded<'a> {
    pub(crate) inner: WasiFilesystemCtxView<'a>,
    pub(crate) guard: &'a mut Guard,
    /// For what the kernel does not let a confined thread do.
    pub(crate) errands: &'a Errands,
}

/// Tells the linker how a [`Guarded`] is borrowed from a store.
pub(crate) struct HasGuarded;

impl HasData for HasGuarded {
    type Data<'a> = Guarded<'a>;
}

pub(super) type Handle = Resource<Descriptor>;

impl From<Refusal> for FsError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied => inner::ErrorCode::NotPermitted.into(),
            Refusal::Hidden => inner::ErrorCode::NoEntry.into(),
            Refusal::Quota => inner::ErrorCode::Quota.into(),
            Refusal::Io(error) => error.into(),
        }
    }
}

/// Finishes a future of wasmtime's file system: without its Tokio threads it is ready at once.
pub(super) fn now<F: Future>(future: F) -> F::Output {
    wasmtime_wasi::runtime::poll_noop(pin!(future)).expect("file calls run on the guest's own thread")
}

pub(super) fn again(handle: &Handle) -> Handle {
    Resource::new_borrow(handle.rep())
}

/// A directory that is held open, and the name of something in it.
pub(super) struct At {
    pub(super) directory: Handle,
    /// Whether the handle was opened for this call and must be closed after it.
    pub(super) opened: bool,
    pub(super) name: String,
    /// Where that is, as the kernel says.
    pub(super) path: Utf8PathBuf,
}

impl Guarded<'_> {
    /// The real path of an open handle, from the kernel.
    pub(super) fn path_of(&mut self, handle: &Handle) -> FsResult<Utf8PathBuf> {
        let path = match self.inner.table.get(handle)? {
            Descriptor::File(file) => path_of(file.file.as_fd()),
            Descriptor::Dir(directory) => path_of(directory.dir.as_fd()),
        };
        Ok(path?)
    }

    pub(super) fn open_directory(&mut self, from: &Handle, path: &str) -> FsResult<Handle> {
        let (follow, open) = (inner::PathFlags::SYMLINK_FOLLOW, inner::OpenFlags::DIRECTORY);
        self.open(from, follow, path, open, inner::DescriptorFlags::READ)
    }

    /// Opens what is there, by an errand where the kernel does not let this thread.
    pub(super) fn open(
        &mut self,
        from: &Handle,
        follow: inner::PathFlags,
        path: &str,
        open: inner::OpenFlags,
        flags: inner::DescriptorFlags,
    ) -> FsResult<Handle> {
        let opened = now(inner::HostDescriptor::open_at(
            &mut self.inner,
            again(from),
            follow,
            path.to_owned(),
            open,
            flags,
        ));
        if !self.is_kept_from(&opened) {
            return opened;
        }
        let Descriptor::Dir(directory) = self.inner.table.get(from)? else { return opened };
        // A handle without rights is open to every thread.
        let mut bare = OFlags::PATH | OFlags::CLOEXEC;
        if !follow.contains(inner::PathFlags::SYMLINK_FOLLOW) {
            bare |= OFlags::NOFOLLOW;
        }
        let handle = rustix::fs::openat2(&directory.dir, path, bare, Mode::empty(), ResolveFlags::BENEATH);
        let Ok(handle) = handle else { return opened };
        let write = flags.contains(inner::DescriptorFlags::WRITE);
        let path = path_of(handle.as_fd())?;
        let file = self.errands.open(Errand::Open { handle, write }).or_else(|error| {
            // The guard says it better, and notes it down.
            self.guard.may_see(&path)?;
            if write {
                self.guard.may_change(&path)?;
            }
            Err(FsError::from(error))
        })?;
        self.hold(from, file, open, flags)
    }

    /// Gives the guest a file that was opened for it elsewhere.
    pub(super) fn hold(
        &mut self,
        from: &Handle,
        file: std::fs::File,
        open: inner::OpenFlags,
        flags: inner::DescriptorFlags,
    ) -> FsResult<Handle> {
        let Descriptor::Dir(directory) = self.inner.table.get(from)? else {
            return Err(inner::ErrorCode::NotDirectory.into());
        };
        let perms = directory.perms;
        let write = flags.contains(inner::DescriptorFlags::WRITE);
        let read = flags.contains(inner::DescriptorFlags::READ) || !write;
        let mut mode = OpenMode::empty();
        mode.set(OpenMode::READ, read);
        mode.set(OpenMode::WRITE, write);
        let descriptor = if file.metadata()?.is_dir() {
            Descriptor::Dir(Dir::new(file, perms, mode, true))
        } else if open.contains(inner::OpenFlags::DIRECTORY) {
            return Err(inner::ErrorCode::NotDirectory.into());
        } else {
            Descriptor::File(File::new(file, perms, mode, true))
        };
        Ok(self.inner.table.push(descriptor)?)
    }

    /// Whether something may have failed only because this thread is confined.
    pub(super) fn is_kept_from<T>(&self, result: &FsResult<T>) -> bool {
        // Moving and linking between directories of different rights is EXDEV, which wasmtime calls `Io`.
        let kept = |error: &FsError| {
            matches!(error.downcast_ref(), Some(inner::ErrorCode::Access | inner::ErrorCode::Io))
        };
        self.errands.are_run() && result.as_ref().is_err_and(kept)
    }

    /// Ends a deed that was tried here: by an errand, if the kernel did not let this thread do it.
    pub(super) fn or_by(
        &mut self,
        tried: FsResult<()>,
        errand: impl FnOnce(&mut Self) -> FsResult<Errand>,
    ) -> FsResult<()> {
        if self.is_kept_from(&tried) {
            let errand = errand(self)?;
            self.errands.run(errand)?;
            return Ok(());
        }
        tried
    }

    /// A place as an errand names it.
    pub(super) fn place(&mut self, at: &At) -> FsResult<Place> {
        let Descriptor::Dir(directory) = self.inner.table.get(&at.directory)? else {
            return Err(inner::ErrorCode::NotDirectory.into());
        };
        Ok(Place { directory: directory.dir.clone(), name: at.name.clone() })
    }

    /// Opens everything but the last component.
    pub(super) fn at(&mut self, from: &Handle, path: &str) -> FsResult<At> {
        let trimmed = path.trim_end_matches('/');
        let (parent, name) = trimmed.rsplit_once('/').unwrap_or(("", trimmed));
        if matches!(name, "" | "." | "..") {
            let whole = if trimmed.is_empty() { "." } else { trimmed };
            let directory = self.open_directory(from, whole)?;
            let path = self.path_of(&directory)?;
            return Ok(At { directory, opened: true, name: ".".to_owned(), path });
        }
        let (directory, opened) =
            if parent.is_empty() { (again(from), false) } else { (self.open_directory(from, parent)?, true) };
        let path = self.path_of(&directory)?.join(name);
        Ok(At { directory, opened, name: name.to_owned(), path })
    }

    /// Does something at a place and closes the directory again.
    pub(super) fn doing<T>(
        &mut self,
        from: &Handle,
        path: &str,
        deed: impl FnOnce(&mut Self, &At) -> FsResult<T>,
    ) -> FsResult<T> {
        let at = self.at(from, path)?;
        let result = deed(self, &at);
        if at.opened {
            self.inner.table.delete(at.directory)?;
        }
        result
    }

    /// Refuses to look at what is hidden, itself or behind a link.
    pub(super) fn seen(&mut self, from: &Handle, follow: wasi::PathFlags, path: &str) -> FsResult<()> {
        self.doing(from, path, |this, at| {
            this.guard.may_see(&at.path)?;
            if follow.contains(wasi::PathFlags::SYMLINK_FOLLOW)
                && at.path.is_symlink()
                && let Ok(real) = at.path.canonicalize_utf8()
            {
                this.guard.may_see(&real)?;
            }
            Ok(())
        })
    }

    /// Opens what is there to look at it.
    pub(super) fn open_to_see(
        &mut self,
        from: Handle,
        follow: inner::PathFlags,
        path: String,
        open: inner::OpenFlags,
        flags: inner::DescriptorFlags,
    ) -> FsResult<Handle> {
        self.no_special(&from, follow, &path)?;
        let handle = self.open(&from, follow, &path, open, flags)?;
        let seen = self.path_of(&handle).and_then(|path| {
            self.guard.may_see(&path)?;
            Ok(path)
        });
        match seen {
            Ok(path) => {
                if matches!(self.inner.table.get(&handle)?, Descriptor::File(_))
                    && !self.guard.is_temporary(&path)
                {
                    self.guard.opened(&path);
                }
                Ok(handle)
            }
            Err(error) => {
                self.inner.table.delete(handle)?;
                Err(error)
            }
        }
    }

    /// What is there, without following a link; none if nothing is.
    pub(super) fn kind_at(&mut self, at: &At) -> FsResult<Option<MadeKind>> {
        let stat = now(inner::HostDescriptor::stat_at(
            &mut self.inner,
            again(&at.directory),
            inner::PathFlags::empty(),
            at.name.clone(),
        ));
        match stat {
            Ok(stat) => Ok(Some(match stat.type_ {
                inner::DescriptorType::Directory => MadeKind::Directory,
                inner::DescriptorType::SymbolicLink => MadeKind::Link,
                _ => MadeKind::File,
            })),
            Err(error) if matches!(error.downcast_ref(), Some(inner::ErrorCode::NoEntry)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes something new at a place; an error if something is there already.
    pub(super) fn create<T>(
        &mut self,
        at: &At,
        kind: MadeKind,
        make: impl FnOnce(&mut Self, &At) -> FsResult<T>,
    ) -> FsResult<T> {
        if self.kind_at(at)?.is_some() {
            return Err(inner::ErrorCode::Exist.into());
        }
        self.guard.may_create(&at.path, kind)?;
        let result = make(self, at)?;
        self.guard.made(&at.path, kind);
        Ok(result)
    }

    /// Makes a file that is not there yet, and opens it.
    pub(super) fn create_file(&mut self, at: &At, flags: inner::DescriptorFlags) -> FsResult<Handle> {
        let open = inner::OpenFlags::CREATE | inner::OpenFlags::EXCLUSIVE;
        let tried = now(inner::HostDescriptor::open_at(
            &mut self.inner,
            again(&at.directory),
            inner::PathFlags::empty(),
            at.name.clone(),
            open,
            flags,
        ));
        if !self.is_kept_from(&tried) {
            return tried;
        }
        let file = self.errands.open(Errand::Create(self.place(at)?))?;
        self.hold(&at.directory, file, open, flags)
    }

    /// Opens what is there to change it: first without any effect, then it is looked at where it is.
    pub(super) fn open_to_change(
        &mut self,
        from: Handle,
        follow: inner::PathFlags,
        path: String,
        open: inner::OpenFlags,
        flags: inner::DescriptorFlags,
    ) -> FsResult<Handle> {
        use inner::OpenFlags as Open;
        self.no_special(&from, follow, &path)?;
        let effectless = open & !(Open::CREATE | Open::TRUNCATE | Open::EXCLUSIVE);
        let handle = self.open(&from, follow, &path, effectless, flags | inner::DescriptorFlags::WRITE)?;
        let result = self.judge_opened(&handle).and_then(|()| {
            if open.contains(Open::TRUNCATE) {
                now(inner::HostDescriptor::set_size(&mut self.inner, again(&handle), 0))?;
            }
            Ok(())
        });
        match result {
            Ok(()) => Ok(handle),
            Err(error) => {
                self.inner.table.delete(handle)?;
                Err(error)
            }
        }
    }

    pub(super) fn judge_opened(&mut self, handle: &Handle) -> FsResult<()> {
        use std::os::unix::fs::MetadataExt;
        let path = self.path_of(handle)?;
        self.guard.may_see(&path)?;
        self.guard.may_change(&path)?;
        if let Descriptor::File(file) = self.inner.table.get(handle)?
            && file.file.metadata()?.nlink() > 1
        {
            // Another name of the same file may lie anywhere.
            return Err(inner::ErrorCode::NotPermitted.into());
        }
        Ok(())
    }

    /// Whether everything in a directory that is to be moved was made by this part.
    pub(super) fn all_own(&self, path: &Utf8Path) -> FsResult<bool> {
        let mut left = vec![path.to_owned()];
        while let Some(directory) = left.pop() {
            for entry in directory.read_dir_utf8()? {
                let entry = entry?;
                if !self.guard.is_own(entry.path()) {
                    return Ok(false);
                }
                if entry.file_type()?.is_dir() {
                    left.push(entry.path().to_owned());
                }
            }
        }
        Ok(true)
    }

    /// What lies in a temporary directory was never judged: when it is moved out, each thing is, where it
    /// will lie.
    pub(super) fn brought_out(
        &mut self,
        from: &Utf8Path,
        to: &Utf8Path,
        kind: MadeKind,
    ) -> FsResult<Vec<(Utf8PathBuf, MadeKind)>> {
        let mut brought = Vec::new();
        if kind != MadeKind::Directory || !self.guard.is_temporary(from) || self.guard.is_temporary(to) {
            return Ok(brought);
        }
        let mut left = vec![from.to_owned()];
        while let Some(directory) = left.pop() {
            for entry in directory.read_dir_utf8()? {
                let entry = entry?;
                let kind = MadeKind::of(entry.file_type()?).unwrap_or(MadeKind::File);
                if kind == MadeKind::Directory {
                    left.push(entry.path().to_owned());
                }
                let path = to.join(entry.path().strip_prefix(from).expect("it was found there"));
                self.guard.may_create(&path, kind)?;
                brought.push((path, kind));
            }
        }
        Ok(brought)
    }

    /// Refuses what is neither file nor directory: opening a pipe would wait for ever.
    pub(super) fn no_special(&mut self, from: &Handle, follow: inner::PathFlags, path: &str) -> FsResult<()> {
        let about =
            now(inner::HostDescriptor::stat_at(&mut self.inner, again(from), follow, path.to_owned()));
        match about.map(|about| about.type_) {
            // What is not there is said by whoever opens it.
            Err(_)
            | Ok(
                inner::DescriptorType::RegularFile
                | inner::DescriptorType::Directory
                | inner::DescriptorType::SymbolicLink,
            ) => Ok(()),
            Ok(_) => Err(inner::ErrorCode::NotPermitted.into()),
        }
    }

    pub(super) fn file(&mut self, handle: &Handle) -> FsResult<std::sync::Arc<std::fs::File>> {
        match self.inner.table.get(handle)? {
            Descriptor::File(file) => Ok(file.file.clone()),
            Descriptor::Dir(_) => Err(inner::ErrorCode::IsDirectory.into()),
        }
    }

    pub(super) fn output(
        &mut self,
        handle: &Handle,
        position: Option<u64>,
    ) -> FsResult<Resource<streams::OutputStream>> {
        // Wasmtime's own checks that the handle was opened for writing; its stream is replaced.
        let stream = match position {
            Some(at) => inner::HostDescriptor::write_via_stream(&mut self.inner, again(handle), at)?,
            None => inner::HostDescriptor::append_via_stream(&mut self.inner, again(handle))?,
        };
        let file = self.file(handle)?;
        let ours: DynOutputStream = Box::new(FileOutput::new(file, position, self.guard.written()));
        *self.inner.table.get_mut(&stream)? = ours;
        Ok(stream)
    }
}
