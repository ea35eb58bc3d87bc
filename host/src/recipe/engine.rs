//! The engine: how components are compiled, and the clock that stops them.
//!
//! - In: [`Limits`].
//! - Out: an [`Engine`] that a run makes when its first guest is needed.
//! - Not here: keeping compiled code (`code_cache`), what a guest may call (`link`).

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use wasmtime::{Config, Engine, EngineWeak};

use super::limits::Limits;

/// How often a running guest is looked at.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Makes the engine of this process.
///
/// `baseline` compiles for any machine of this architecture instead of this very one, for code
/// that is carried elsewhere.
pub(crate) fn engine(limits: &Limits, baseline: bool) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    config.max_wasm_stack(limits.stack_bytes);
    // What no recipe needs is what no recipe can attack us with.
    config.wasm_memory64(false);
    config.wasm_relaxed_simd(false);
    if baseline {
        config.target(&target_lexicon())?;
    }
    Engine::new(&config)
}

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
