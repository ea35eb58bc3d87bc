//! `wasi:filesystem/types`, in front of wasmtime's own.
//!
//! - In: a guest's calls.
//! - Out: the same calls on wasmtime's implementation, with what they make or change judged first.
//! - Not here: the rules (`guard`, `access`).

use std::os::fd::AsRawFd;
use std::pin::pin;

use camino::{Utf8Path, Utf8PathBuf};
use wasmtime::component::{HasData, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::filesystem::types as inner;
use wasmtime_wasi::p2::bindings::sync::filesystem::types as wasi;
use wasmtime_wasi::p2::bindings::sync::io::streams;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult};

use super::guard::{Guard, Refusal};
use super::streams::{FileInput, FileOutput};
use crate::installed::Kind as MadeKind;

/// The file system of one store, with its guard.
pub(crate) struct Guarded<'a> {
    pub(crate) inner: WasiFilesystemCtxView<'a>,
    pub(crate) guard: &'a mut Guard,
}

/// Tells the linker how a [`Guarded`] is borrowed from a store.
pub(crate) struct HasGuarded;

impl HasData for HasGuarded {
    type Data<'a> = Guarded<'a>;
}

type Handle = Resource<Descriptor>;

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
fn now<F: Future>(future: F) -> F::Output {
    wasmtime_wasi::runtime::poll_noop(pin!(future)).expect("file calls run on the guest's own thread")
}

fn again(handle: &Handle) -> Handle {
    Resource::new_borrow(handle.rep())
}

/// A directory that is held open, and the name of something in it.
struct At {
    directory: Handle,
    /// Whether the handle was opened for this call and must be closed after it.
    opened: bool,
    name: String,
    /// Where that is, as the kernel says.
    path: Utf8PathBuf,
}

impl Guarded<'_> {
    /// The real path of an open handle, from the kernel.
    fn path_of(&mut self, handle: &Handle) -> FsResult<Utf8PathBuf> {
        let fd = match self.inner.table.get(handle)? {
            Descriptor::File(file) => file.file.as_raw_fd(),
            Descriptor::Dir(directory) => directory.dir.as_raw_fd(),
        };
        let path = std::fs::read_link(format!("/proc/self/fd/{fd}"))?;
        Utf8PathBuf::from_path_buf(path).map_err(|_| inner::ErrorCode::IllegalByteSequence.into())
    }

    fn open_directory(&mut self, from: &Handle, path: &str) -> FsResult<Handle> {
        now(inner::HostDescriptor::open_at(
            &mut self.inner,
            again(from),
            inner::PathFlags::SYMLINK_FOLLOW,
            path.to_owned(),
            inner::OpenFlags::DIRECTORY,
            inner::DescriptorFlags::READ,
        ))
    }

    /// Opens everything but the last component.
    fn at(&mut self, from: &Handle, path: &str) -> FsResult<At> {
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
    fn doing<T>(
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
    fn seen(&mut self, from: &Handle, follow: wasi::PathFlags, path: &str) -> FsResult<()> {
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
    fn open_to_see(
        &mut self,
        from: Handle,
        follow: inner::PathFlags,
        path: String,
        open: inner::OpenFlags,
        flags: inner::DescriptorFlags,
    ) -> FsResult<Handle> {
        self.no_special(&from, follow, &path)?;
        let handle = now(inner::HostDescriptor::open_at(&mut self.inner, from, follow, path, open, flags))?;
        match self.path_of(&handle).and_then(|path| Ok(self.guard.may_see(&path)?)) {
            Ok(()) => Ok(handle),
            Err(error) => {
                self.inner.table.delete(handle)?;
                Err(error)
            }
        }
    }

    /// What is there, without following a link; none if nothing is.
    fn kind_at(&mut self, at: &At) -> FsResult<Option<MadeKind>> {
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
    fn create<T>(
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

    /// Opens what is there to change it: first without any effect, then it is looked at where it is.
    fn open_to_change(
        &mut self,
        from: Handle,
        follow: inner::PathFlags,
        path: String,
        open: inner::OpenFlags,
        flags: inner::DescriptorFlags,
    ) -> FsResult<Handle> {
        use inner::OpenFlags as Open;
        self.no_special(&from, follow, &path)?;
        let handle = now(inner::HostDescriptor::open_at(
            &mut self.inner,
            from,
            follow,
            path,
            open & !(Open::CREATE | Open::TRUNCATE | Open::EXCLUSIVE),
            flags | inner::DescriptorFlags::WRITE,
        ))?;
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

    fn judge_opened(&mut self, handle: &Handle) -> FsResult<()> {
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
    fn all_own(&self, path: &Utf8Path) -> FsResult<bool> {
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
    fn brought_out(
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
                let about = entry.file_type()?;
                let kind = if about.is_dir() {
                    left.push(entry.path().to_owned());
                    MadeKind::Directory
                } else if about.is_symlink() {
                    MadeKind::Link
                } else {
                    MadeKind::File
                };
                let path = to.join(entry.path().strip_prefix(from).expect("it was found there"));
                self.guard.may_create(&path, kind)?;
                brought.push((path, kind));
            }
        }
        Ok(brought)
    }

    /// Refuses what is neither file nor directory: opening a pipe would wait for ever.
    fn no_special(&mut self, from: &Handle, follow: inner::PathFlags, path: &str) -> FsResult<()> {
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

    fn file(&mut self, handle: &Handle) -> FsResult<std::sync::Arc<std::fs::File>> {
        match self.inner.table.get(handle)? {
            Descriptor::File(file) => Ok(file.file.clone()),
            Descriptor::Dir(_) => Err(inner::ErrorCode::IsDirectory.into()),
        }
    }

    fn output(
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

impl wasi::Host for Guarded<'_> {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<wasi::ErrorCode> {
        wasi::Host::convert_error_code(&mut self.inner, error)
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<streams::Error>,
    ) -> wasmtime::Result<Option<wasi::ErrorCode>> {
        let io = self.inner.table.get(&error)?.downcast_ref::<std::io::Error>();
        if io.is_some_and(|error| error.kind() == std::io::ErrorKind::QuotaExceeded) {
            return Ok(Some(wasi::ErrorCode::Quota));
        }
        wasi::Host::filesystem_error_code(&mut self.inner, error)
    }
}

/// What changes nothing goes to wasmtime's own.
macro_rules! pass {
    ($(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {$(
        fn $name(&mut self, $($argument: $type),*) -> $result {
            Ok(now(inner::HostDescriptor::$name(&mut self.inner, $($argument.into()),*))?.into())
        }
    )*};
}

impl wasi::HostDescriptor for Guarded<'_> {
    pass! {
        fn get_flags(handle: Handle) -> FsResult<wasi::DescriptorFlags>;
        fn get_type(handle: Handle) -> FsResult<wasi::DescriptorType>;
        fn stat(handle: Handle) -> FsResult<wasi::DescriptorStat>;
        fn metadata_hash(handle: Handle) -> FsResult<wasi::MetadataHashValue>;
        fn is_same_object(one: Handle, other: Handle) -> wasmtime::Result<bool>;
    }

    fn stat_at(
        &mut self,
        handle: Handle,
        follow: wasi::PathFlags,
        path: String,
    ) -> FsResult<wasi::DescriptorStat> {
        self.seen(&handle, follow, &path)?;
        Ok(now(inner::HostDescriptor::stat_at(&mut self.inner, handle, follow.into(), path))?.into())
    }

    fn readlink_at(&mut self, handle: Handle, path: String) -> FsResult<String> {
        self.seen(&handle, wasi::PathFlags::empty(), &path)?;
        now(inner::HostDescriptor::readlink_at(&mut self.inner, handle, path))
    }

    fn metadata_hash_at(
        &mut self,
        handle: Handle,
        follow: wasi::PathFlags,
        path: String,
    ) -> FsResult<wasi::MetadataHashValue> {
        self.seen(&handle, follow, &path)?;
        Ok(now(inner::HostDescriptor::metadata_hash_at(&mut self.inner, handle, follow.into(), path))?.into())
    }

    fn advise(&mut self, handle: Handle, offset: u64, length: u64, advice: wasi::Advice) -> FsResult<()> {
        now(inner::HostDescriptor::advise(&mut self.inner, handle, offset, length, advice.into()))
    }

    fn sync(&mut self, handle: Handle) -> FsResult<()> {
        now(inner::HostDescriptor::sync(&mut self.inner, handle))
    }

    fn sync_data(&mut self, handle: Handle) -> FsResult<()> {
        now(inner::HostDescriptor::sync_data(&mut self.inner, handle))
    }

    fn read(&mut self, handle: Handle, length: u64, offset: u64) -> FsResult<(Vec<u8>, bool)> {
        now(inner::HostDescriptor::read(&mut self.inner, handle, length, offset))
    }

    fn read_directory(&mut self, handle: Handle) -> FsResult<Resource<wasi::DirectoryEntryStream>> {
        let path = self.path_of(&handle)?;
        let stream = now(inner::HostDescriptor::read_directory(&mut self.inner, handle))?;
        self.guard.listings.insert(stream.rep(), path);
        Ok(stream)
    }

    fn read_via_stream(&mut self, handle: Handle, offset: u64) -> FsResult<Resource<streams::InputStream>> {
        let stream = inner::HostDescriptor::read_via_stream(&mut self.inner, again(&handle), offset)?;
        let ours: DynInputStream = Box::new(FileInput::new(self.file(&handle)?, offset));
        *self.inner.table.get_mut(&stream)? = ours;
        Ok(stream)
    }

    fn drop(&mut self, handle: Handle) -> wasmtime::Result<()> {
        inner::HostDescriptor::drop(&mut self.inner, handle)
    }

    // What changes a file through an open handle was judged when it was opened; its bytes are counted.

    fn set_size(&mut self, handle: Handle, size: u64) -> FsResult<()> {
        let path = self.path_of(&handle)?;
        self.guard.may_change(&path)?;
        self.guard.charge(size)?;
        now(inner::HostDescriptor::set_size(&mut self.inner, handle, size))
    }

    fn set_times(
        &mut self,
        handle: Handle,
        access: wasi::NewTimestamp,
        modification: wasi::NewTimestamp,
    ) -> FsResult<()> {
        let path = self.path_of(&handle)?;
        self.guard.may_change(&path)?;
        now(inner::HostDescriptor::set_times(&mut self.inner, handle, access.into(), modification.into()))
    }

    fn write(&mut self, handle: Handle, bytes: Vec<u8>, offset: u64) -> FsResult<u64> {
        self.guard.charge(bytes.len() as u64)?;
        now(inner::HostDescriptor::write(&mut self.inner, handle, bytes, offset))
    }

    fn write_via_stream(&mut self, handle: Handle, offset: u64) -> FsResult<Resource<streams::OutputStream>> {
        self.output(&handle, Some(offset))
    }

    fn append_via_stream(&mut self, handle: Handle) -> FsResult<Resource<streams::OutputStream>> {
        self.output(&handle, None)
    }

    // What names a path is judged on the handle of its directory.

    fn open_at(
        &mut self,
        handle: Handle,
        follow: wasi::PathFlags,
        path: String,
        open: wasi::OpenFlags,
        flags: wasi::DescriptorFlags,
    ) -> FsResult<Handle> {
        use inner::OpenFlags as Open;
        let (follow, open, flags): (inner::PathFlags, Open, inner::DescriptorFlags) =
            (follow.into(), open.into(), flags.into());
        let creates = open.contains(Open::CREATE) && !open.contains(Open::DIRECTORY);
        let writes =
            creates || open.contains(Open::TRUNCATE) || flags.contains(inner::DescriptorFlags::WRITE);
        if !writes {
            return self.open_to_see(handle, follow, path, open, flags);
        }
        if creates {
            let made = self.doing(&handle, &path, |this, at| {
                if at.name == "." || this.kind_at(at)?.is_some() {
                    return Ok(None);
                }
                let opened = this.create(at, MadeKind::File, |this, at| {
                    now(inner::HostDescriptor::open_at(
                        &mut this.inner,
                        again(&at.directory),
                        inner::PathFlags::empty(),
                        at.name.clone(),
                        Open::CREATE | Open::EXCLUSIVE,
                        flags,
                    ))
                })?;
                Ok(Some(opened))
            })?;
            if let Some(opened) = made {
                return Ok(opened);
            }
            if open.contains(Open::EXCLUSIVE) {
                return Err(inner::ErrorCode::Exist.into());
            }
        }
        self.open_to_change(handle, follow, path, open, flags)
    }

    fn create_directory_at(&mut self, handle: Handle, path: String) -> FsResult<()> {
        self.doing(&handle, &path, |this, at| {
            this.create(at, MadeKind::Directory, |this, at| {
                now(inner::HostDescriptor::create_directory_at(
                    &mut this.inner,
                    again(&at.directory),
                    at.name.clone(),
                ))
            })
        })
    }

    fn symlink_at(&mut self, handle: Handle, target: String, path: String) -> FsResult<()> {
        self.doing(&handle, &path, |this, at| {
            this.create(at, MadeKind::Link, |this, at| {
                now(inner::HostDescriptor::symlink_at(
                    &mut this.inner,
                    again(&at.directory),
                    target,
                    at.name.clone(),
                ))
            })
        })
    }

    fn link_at(
        &mut self,
        handle: Handle,
        follow: wasi::PathFlags,
        path: String,
        new_handle: Handle,
        new_path: String,
    ) -> FsResult<()> {
        self.doing(&handle, &path, |this, old| {
            // Else a file that is not the part's becomes readable and writable under a new name.
            this.guard.may_move(&old.path)?;
            let kind = this.kind_at(old)?.ok_or(inner::ErrorCode::NoEntry)?;
            this.doing(&new_handle, &new_path, |this, new| {
                if this.kind_at(new)?.is_some() {
                    return Err(inner::ErrorCode::Exist.into());
                }
                this.guard.may_hard_link(&new.path, kind)?;
                now(inner::HostDescriptor::link_at(
                    &mut this.inner,
                    again(&old.directory),
                    follow.into(),
                    old.name.clone(),
                    again(&new.directory),
                    new.name.clone(),
                ))?;
                this.guard.made(&new.path, kind);
                Ok(())
            })
        })
    }

    fn rename_at(
        &mut self,
        handle: Handle,
        path: String,
        new_handle: Handle,
        new_path: String,
    ) -> FsResult<()> {
        self.doing(&handle, &path, |this, old| {
            let kind = this.kind_at(old)?.ok_or(inner::ErrorCode::NoEntry)?;
            this.guard.may_move(&old.path)?;
            if kind == MadeKind::Directory && !this.all_own(&old.path)? {
                return Err(inner::ErrorCode::NotPermitted.into());
            }
            this.doing(&new_handle, &new_path, |this, new| {
                let brought_out = this.brought_out(&old.path, &new.path, kind)?;
                let replaced = this.kind_at(new)?;
                match replaced {
                    Some(_) => this.guard.may_change(&new.path)?,
                    None => this.guard.may_create(&new.path, kind)?,
                }
                let brought = this.guard.may_bring(&old.path, &new.path)?;
                now(inner::HostDescriptor::rename_at(
                    &mut this.inner,
                    again(&old.directory),
                    old.name.clone(),
                    again(&new.directory),
                    new.name.clone(),
                ))?;
                this.guard.renamed((&old.path, &new.path), kind, replaced, &brought);
                for (path, kind) in brought_out {
                    this.guard.made(&path, kind);
                }
                Ok(())
            })
        })
    }

    fn unlink_file_at(&mut self, handle: Handle, path: String) -> FsResult<()> {
        self.doing(&handle, &path, |this, at| {
            this.kind_at(at)?.ok_or(inner::ErrorCode::NoEntry)?;
            this.guard.may_change(&at.path)?;
            now(inner::HostDescriptor::unlink_file_at(
                &mut this.inner,
                again(&at.directory),
                at.name.clone(),
            ))?;
            this.guard.removed(&at.path);
            Ok(())
        })
    }

    fn remove_directory_at(&mut self, handle: Handle, path: String) -> FsResult<()> {
        self.doing(&handle, &path, |this, at| {
            this.kind_at(at)?.ok_or(inner::ErrorCode::NoEntry)?;
            this.guard.may_change(&at.path)?;
            now(inner::HostDescriptor::remove_directory_at(
                &mut this.inner,
                again(&at.directory),
                at.name.clone(),
            ))?;
            this.guard.removed(&at.path);
            Ok(())
        })
    }

    fn set_times_at(
        &mut self,
        handle: Handle,
        follow: wasi::PathFlags,
        path: String,
        access: wasi::NewTimestamp,
        modification: wasi::NewTimestamp,
    ) -> FsResult<()> {
        self.no_special(&handle, follow.into(), &path)?;
        // Opened first, so that what is judged is what is changed.
        let opened = now(inner::HostDescriptor::open_at(
            &mut self.inner,
            handle,
            follow.into(),
            path,
            inner::OpenFlags::empty(),
            inner::DescriptorFlags::READ,
        ))?;
        let result = self.set_times(again(&opened), access, modification);
        self.inner.table.delete(opened)?;
        result
    }
}

impl wasi::HostDirectoryEntryStream for Guarded<'_> {
    fn read_directory_entry(
        &mut self,
        stream: Resource<wasi::DirectoryEntryStream>,
    ) -> FsResult<Option<wasi::DirectoryEntry>> {
        loop {
            let stream = Resource::new_borrow(stream.rep());
            let directory = self.guard.listings.get(&stream.rep()).cloned();
            let entry = now(inner::HostDirectoryEntryStream::read_directory_entry(&mut self.inner, stream))?;
            let hidden = |entry: &inner::DirectoryEntry| {
                directory.is_some_and(|directory| !self.guard.is_visible(&directory.join(&entry.name)))
            };
            match entry {
                Some(entry) if hidden(&entry) => {}
                entry => return Ok(entry.map(Into::into)),
            }
        }
    }

    fn drop(&mut self, stream: Resource<wasi::DirectoryEntryStream>) -> wasmtime::Result<()> {
        self.guard.listings.remove(&stream.rep());
        inner::HostDirectoryEntryStream::drop(&mut self.inner, stream)
    }
}
