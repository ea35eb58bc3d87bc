//! Everything that a guest may import.
//!
//! - In: an engine.
//! - Out: a linker with all of `wasi:cli/imports`, files guarded and sockets denied, and our own interfaces.
//! - Not here: what each import does (`imports`, `files`).

use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};
use wasmtime_wasi::filesystem::WasiFilesystemCtxView;
use wasmtime_wasi::p2::bindings::sync::filesystem::types as filesystem;
use wasmtime_wasi::p2::bindings::sync::io::{poll, streams};

use super::bindings::Recipe;
use super::files::{Guarded, HasGuarded, HasIo, Io};
use super::instance::State;

/// Makes the linker of this process.
///
/// Sockets are linked, since every Python component imports them, and deny at the call: nothing of the
/// network was allowed when the store was made.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    linker.allow_shadowing(true);
    filesystem::add_to_linker::<State, HasGuarded>(&mut linker, |state| Guarded {
        inner: WasiFilesystemCtxView { ctx: state.wasi.filesystem(), table: &mut state.table },
        guard: &mut state.guard,
        errands: &state.errands,
    })?;
    streams::add_to_linker::<State, HasIo>(&mut linker, io)?;
    poll::add_to_linker::<State, HasIo>(&mut linker, io)?;
    linker.allow_shadowing(false);
    Recipe::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)?;
    Ok(linker)
}

fn io(state: &mut State) -> Io<'_> {
    Io { table: &mut state.table, waiting: &state.waiting }
}
