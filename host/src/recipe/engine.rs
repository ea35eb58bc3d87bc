//! The engine: how components are compiled, and the clock that stops them.
//!
//! - In: [`Limits`].
//! - Out: an [`Engine`] that a run makes when its first guest is needed.
//! - Not here: keeping compiled code (`code_cache`), what a guest may call (`link`).

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, EngineWeak, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::limits::Limits;

/// How often a running guest is looked at.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Makes the engine of this process.
///
/// `baseline` compiles for any machine of this architecture instead of this very one, for code
/// that is carried elsewhere.
pub(crate) fn engine(limits: &Limits, baseline: bool) -> wasmtime::Result<Engine> {
    let mut config = config(limits);
    if baseline {
        config.target(&target_lexicon())?;
    }
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(slots(limits)));
    Engine::new(&config).or_else(|_| {
        // Where address space is rationed (`ulimit -v`), each instance maps its own.
        config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        Engine::new(&config)
    })
}

/// Makes an engine that compiles the same code and has no room for instances.
pub(crate) fn compiler(limits: &Limits) -> wasmtime::Result<Engine> {
    Engine::new(config(limits).allocation_strategy(InstanceAllocationStrategy::OnDemand))
}

/// All that compiled code depends on.
fn config(limits: &Limits) -> Config {
    let mut config = Config::new();
    config.epoch_interruption(true);
    config.max_wasm_stack(limits.stack_bytes);
    // What no recipe needs is what no recipe can attack us with.
    config.wasm_memory64(false);
    config.wasm_relaxed_simd(false);
    config
}

/// The slots that instances live in, one after the other.
///
/// A fresh instance in a used slot costs no mapping and no unmapping, which would have to be announced to
/// every core: a third of a short call. What a guest wrote is put back before the slot is used again.
fn slots(limits: &Limits) -> PoolingAllocationConfig {
    let count = |number: usize| u32::try_from(number).expect("limits are small");
    let at_once = limits.nesting + 1;
    let mut slots = PoolingAllocationConfig::new();
    slots
        .total_component_instances(count(at_once))
        .total_core_instances(count(at_once * limits.instances))
        .total_memories(count(at_once + SPARE_MEMORIES))
        .total_tables(count(at_once * TABLES))
        // Guests run on the stacks of threads, not on those that an engine can offer.
        .total_stacks(1)
        // What one call may have is counted in its store, which says what was too much.
        .max_memories_per_module(count(2 * limits.instances))
        .max_tables_per_module(count(2 * limits.instances))
        .table_elements((10 * limits.table_elements).max(TABLE_ELEMENTS))
        .max_unused_warm_slots(WARM)
        .linear_memory_keep_resident(KEPT_BYTES)
        .table_keep_resident(KEPT_BYTES)
        .pagemap_scan(Enabled::Auto);
    slots
}

/// Memories beyond one for each recipe that waits for another; nearly every component has one.
const SPARE_MEMORIES: usize = 50;

/// Tables for each recipe that waits for another: a Rust component has two, a Python one six.
const TABLES: usize = 8;

/// Room for the elements of each table, at the least: what is too much is told by the store.
const TABLE_ELEMENTS: usize = 100_000;

/// How many used slots keep their pages.
const WARM: u32 = 8;

/// How much of a used slot is put back by writing instead of by the kernel.
const KEPT_BYTES: usize = 1 << 20;

/// The target triple of this build, spelled as the compiler backend spells it.
fn target_lexicon() -> String {
    let system = match std::env::consts::OS {
        "macos" => "apple-darwin",
        "windows" => "pc-windows-msvc",
        _ => "unknown-linux-gnu",
    };
    format!("{}-{system}", std::env::consts::ARCH)
}

/// Starts the thread that advances the engine's epoch, once for each engine.
///
/// It ends when the engine is gone.
pub(crate) fn start_ticker(engine: &Engine, started: &AtomicBool) {
    if started.swap(true, Ordering::SeqCst) {
        return;
    }
    let engine: EngineWeak = engine.weak();
    let ticker = move || {
        loop {
            thread::sleep(TICK);
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => return,
            }
        }
    };
    thread::Builder::new().name("ticker".into()).spawn(ticker).expect("a process can start one thread");
}
