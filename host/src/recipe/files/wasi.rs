//! `wasi:filesystem/types`, in front of wasmtime's own.
//!
//! - In: a guest's calls.
//! - Out: the same calls on wasmtime's implementation, with what they make or change judged first.
//! - Not here: finding and looking at what a call names (`guarded`), the rules (`guard`, `access`).

use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::filesystem::types as inner;
use wasmtime_wasi::p2::bindings::sync::filesystem::types as wasi;
use wasmtime_wasi::p2::bindings::sync::io::streams;
use wasmtime_wasi::p2::{DynInputStream, FsError, FsResult};

use super::guarded::{Guarded, Handle, again, now};
use super::porter::Errand;
use super::streams::FileInput;
use crate::installed::Kind as MadeKind;

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
                let opened = this.create(at, MadeKind::File, |this, at| this.create_file(at, flags))?;
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
                let tried = now(inner::HostDescriptor::create_directory_at(
                    &mut this.inner,
                    again(&at.directory),
                    at.name.clone(),
                ));
                this.or_by(tried, |this| Ok(Errand::MakeDirectory(this.place(at)?)))
            })
        })
    }

    fn symlink_at(&mut self, handle: Handle, target: String, path: String) -> FsResult<()> {
        self.doing(&handle, &path, |this, at| {
            this.create(at, MadeKind::Link, |this, at| {
                let tried = now(inner::HostDescriptor::symlink_at(
                    &mut this.inner,
                    again(&at.directory),
                    target.clone(),
                    at.name.clone(),
                ));
                this.or_by(tried, |this| {
                    // As wasmtime: such a target would lead out wherever it is read.
                    let beneath = !target.starts_with('/');
                    if beneath {
                        Ok(Errand::Link(this.place(at)?, target))
                    } else {
                        Err(inner::ErrorCode::NotPermitted.into())
                    }
                })
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
                let tried = now(inner::HostDescriptor::link_at(
                    &mut this.inner,
                    again(&old.directory),
                    follow.into(),
                    old.name.clone(),
                    again(&new.directory),
                    new.name.clone(),
                ));
                this.or_by(tried, |this| Ok(Errand::HardLink(this.place(old)?, this.place(new)?)))?;
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
                let tried = now(inner::HostDescriptor::rename_at(
                    &mut this.inner,
                    again(&old.directory),
                    old.name.clone(),
                    again(&new.directory),
                    new.name.clone(),
                ));
                this.or_by(tried, |this| Ok(Errand::Rename(this.place(old)?, this.place(new)?)))?;
                // Two names of one file: the system then leaves both as they are.
                if replaced.is_some() && this.kind_at(old)?.is_some() {
                    return Ok(());
                }
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
            let tried = now(inner::HostDescriptor::unlink_file_at(
                &mut this.inner,
                again(&at.directory),
                at.name.clone(),
            ));
            this.or_by(tried, |this| Ok(Errand::Unlink(this.place(at)?)))?;
            this.guard.removed(&at.path);
            Ok(())
        })
    }

    fn remove_directory_at(&mut self, handle: Handle, path: String) -> FsResult<()> {
        self.doing(&handle, &path, |this, at| {
            this.kind_at(at)?.ok_or(inner::ErrorCode::NoEntry)?;
            this.guard.may_change(&at.path)?;
            let tried = now(inner::HostDescriptor::remove_directory_at(
                &mut this.inner,
                again(&at.directory),
                at.name.clone(),
            ));
            this.or_by(tried, |this| Ok(Errand::RemoveDirectory(this.place(at)?)))?;
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
        let (open, flags) = (inner::OpenFlags::empty(), inner::DescriptorFlags::READ);
        let opened = self.open(&handle, follow.into(), &path, open, flags)?;
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
