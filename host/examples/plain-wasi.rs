//! A component's `install` on wasmtime-wasi as it comes, with nothing of ours around it: what `cargo xtask bench` measures
//! the guarded file system against.
//!
//! - In: `COMPONENT CODE DIRECTORY ENTRY`: the component, the file of its native code, written if it is not there; the one
//!   directory that it sees; the entry that is called. Its option `path` is `made` in that directory.
//! - Out: what it made, and an exit code.

use std::env;
use std::path::Path;

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, ResourceTable, Val};
use wasmtime::error::Context as _;
use wasmtime::{Config, Engine, Result, Store, bail};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [component, code, directory, entry] = &arguments[..] else {
        bail!("plain-wasi COMPONENT CODE DIRECTORY ENTRY");
    };
    let engine = Engine::new(&Config::new())?;
    if !Path::new(code).exists() {
        std::fs::write(code, engine.precompile_component(&std::fs::read(component)?)?)?;
    }
    // SAFETY: this program wrote the file itself.
    let component = unsafe { Component::deserialize_file(&engine, code)? };

    let mut linker = Linker::<State>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    let made = format!("{directory}/made");
    for (name, item) in component.component_type().imports(&engine) {
        let ComponentItem::ComponentInstance(instance) = item.ty else { continue };
        if !name.starts_with("buildout:") {
            continue;
        }
        let mut ours = linker.instance(name)?;
        for (function, item) in instance.exports(&engine) {
            if !matches!(item.ty, ComponentItem::ComponentFunc(_)) {
                continue;
            }
            let made = made.clone();
            let what = format!("{name}#{function}");
            ours.func_new(function, move |_, _, _, results| {
                results[0] = match what.as_str() {
                    "buildout:recipe/section@0.1.0#get" => {
                        let path = Val::Option(Some(Box::new(Val::String(made.clone()))));
                        Val::Result(Ok(Some(Box::new(path))))
                    }
                    "buildout:recipe/section@0.1.0#name" => Val::String("many".to_owned()),
                    other => bail!("nothing here answers {other}"),
                };
                Ok(())
            })?;
        }
    }

    let mut wasi = WasiCtx::builder();
    wasi.preopened_dir(directory, directory, FsPerms::ReadWrite)?;
    // Else each call of the file system is handed to another thread.
    wasi.allow_blocking_current_thread(true);
    let mut store = Store::new(&engine, State { wasi: wasi.build(), table: ResourceTable::new() });
    let instance = linker.instantiate(&mut store, &component)?;
    let part = instance.get_export_index(&mut store, None, "buildout:recipe/part@0.1.0");
    let part = part.context("the component is a recipe")?;
    let install = instance.get_export_index(&mut store, Some(&part), "install");
    let install = install.and_then(|install| instance.get_func(&mut store, install));
    let mut results = [Val::Bool(false)];
    install.context("a recipe installs")?.call(&mut store, &[Val::String(entry.clone())], &mut results)?;
    match &results[0] {
        Val::Result(Ok(_)) => Ok(()),
        failed => bail!("{failed:?}"),
    }
}
