//! One fresh instance for one call: its store, its limits, its deadline, and how it ended.
//!
//! - In: a loaded component, a [`Call`], the way to the run.
//! - Out: the [`Outcome`].
//! - Not here: what the guest may import (`link`, `imports`, `files`).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use sha2::{Digest, Sha256};
use wasmtime::component::ResourceTable;
use wasmtime::{Engine, ResourceLimiter, Store, Trap, UpdateDeadline};
use wasmtime_wasi::{FsPerms, HostMonotonicClock, HostWallClock, I32Exit, WasiCtx, WasiCtxView, WasiView};

use super::bindings::RecipePre;
use super::bindings::buildout::recipe::types::Error as WitError;
use super::call::{Ask, Call, Change, Failure, NoReply, Outcome, Phase, RecipeError, Reply};
use super::files::{Errands, Guard, Places, Waiting};
use super::limits::size_in_words as size;
use super::output::Output;
use super::pool::{Answer, Message};
use crate::confine::Rules;

/// 1980-01-01T00:00:00Z, the oldest time that a zip archive can hold.
const INIT_TIME: Duration = Duration::from_secs(315_532_800);

/// Set by a signal: every guest stops within a tick.
static CANCELLED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// The flag that ends every call of this process within a tick, for a signal handler to set.
pub fn cancel_on() -> Arc<AtomicBool> {
    Arc::clone(&CANCELLED)
}

/// Whether the run was cancelled.
pub fn cancelled() -> bool {
    CANCELLED.load(Ordering::SeqCst)
}

/// What a store holds: everything that one call knows.
pub(crate) struct State {
    pub(super) wasi: WasiCtx,
    pub(super) table: ResourceTable,
    pub(super) guard: Guard,
    pub(super) places: Places,
    pub(super) errands: Errands,
    pub(super) waiting: Waiting,
    pub(super) call: Call,
    pub(super) output: Output,
    pub(super) used: BTreeSet<String>,
    pub(super) used_of_buildout: BTreeSet<String>,
    pub(super) changes: Vec<Change>,
    /// Bytes of all values that were set.
    pub(super) set_bytes: usize,
    run: Sender<Message>,
    limiter: Limiter,
    /// When the guest began, and how much of the time since then was not its own.
    started: Instant,
    elsewhere: Duration,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// Why the host ended a guest.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the run is over")]
    Stopped,
    #[error("it used more time than it may")]
    Time,
}

/// Refuses what is above the limits and remembers that it did.
#[derive(Default)]
struct Limiter {
    memory: usize,
    largest_memory: usize,
    elements: usize,
    largest_elements: usize,
    instances: usize,
    refused: Option<&'static str>,
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let whole = self.memory + desired.saturating_sub(current);
        if whole > self.largest_memory {
            self.refused = Some("memory");
            return Ok(false);
        }
        self.memory = whole;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let whole = self.elements + desired.saturating_sub(current);
        if whole > self.largest_elements {
            self.refused = Some("tables");
            return Ok(false);
        }
        self.elements = whole;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.instances
    }

    fn memories(&self) -> usize {
        self.instances
    }
}

/// A clock that stands still, for `init`.
struct Still;

impl HostWallClock for Still {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        INIT_TIME
    }
}

impl HostMonotonicClock for Still {
    fn resolution(&self) -> u64 {
        1_000_000_000
    }

    fn now(&self) -> u64 {
        u64::try_from(INIT_TIME.as_nanos()).expect("1980 fits")
    }
}

impl State {
    /// Makes the state of one call; fails when a directory that it may read cannot be opened.
    fn new(call: Call, seed: &str, run: Sender<Message>) -> wasmtime::Result<Self> {
        let limits = call.limits.clone();
        let output = Output::new(run.clone(), &limits);
        let mut wasi = WasiCtx::builder();
        // Files are read and written on the guest's own thread.
        wasi.allow_blocking_current_thread(true);
        wasi.stdout(output.stream(false)).stderr(output.stream(true));
        wasi.envs(&call.environment);
        let perms = if call.reach.writes() { FsPerms::ReadWrite } else { FsPerms::ReadOnly };
        for directory in &call.reach.read {
            wasi.preopened_dir(directory, directory, perms)?;
        }
        if call.phase == Phase::Init {
            wasi.wall_clock(Still).monotonic_clock(Still);
            let seed: [u8; 32] = Sha256::digest(format!("{seed} {}", call.part)).into();
            wasi.secure_random(ChaCha8Rng::from_seed(seed)).insecure_random(ChaCha8Rng::from_seed(seed));
            let (low, _) = seed.split_first_chunk::<16>().expect("32 bytes hold 16");
            wasi.insecure_random_seed(u128::from_le_bytes(*low));
        }
        let now = Instant::now();
        Ok(Self {
            wasi: wasi.build(),
            table: ResourceTable::new(),
            guard: Guard::new(call.reach.clone(), call.witness.clone(), &limits),
            places: Places::new(&call.reach.read),
            errands: Errands::default(),
            waiting: Waiting { deadline: now + budget(&call), cancelled },
            limiter: Limiter {
                largest_memory: limits.memory_bytes,
                largest_elements: limits.table_elements,
                instances: limits.instances,
                ..Limiter::default()
            },
            output,
            used: BTreeSet::new(),
            used_of_buildout: BTreeSet::new(),
            changes: Vec::new(),
            set_bytes: 0,
            run,
            started: now,
            elsewhere: Duration::ZERO,
            call,
        })
    }

    /// Asks the run and waits for its answer. The outer error stops the guest, the inner is for it.
    pub(super) fn ask(&mut self, ask: Ask) -> wasmtime::Result<Result<Reply, WitError>> {
        let answer = self.asked(ask)?;
        let stopped = Answer { reply: Err(NoReply::Stop), elsewhere: Duration::ZERO };
        self.answered(answer.recv().unwrap_or(stopped))
    }

    /// Asks the run for something that takes as long as it takes, and meanwhile does something again and again.
    pub(super) fn ask_while(
        &mut self,
        ask: Ask,
        meanwhile: impl Fn(&Self),
    ) -> wasmtime::Result<Result<Reply, WitError>> {
        let answer = self.asked(ask)?;
        loop {
            match answer.recv_timeout(Duration::from_millis(500)) {
                Ok(answer) => return self.answered(answer),
                Err(RecvTimeoutError::Timeout) => meanwhile(self),
                Err(RecvTimeoutError::Disconnected) => return Err(Ended::Stopped.into()),
            }
        }
    }

    fn asked(&mut self, ask: Ask) -> wasmtime::Result<Receiver<Answer>> {
        let (reply, answer) = channel();
        let changes = std::mem::take(&mut self.changes);
        self.run.send(Message::Ask(changes, ask, reply)).map_err(|_| Ended::Stopped)?;
        Ok(answer)
    }

    fn answered(&mut self, Answer { reply, elsewhere }: Answer) -> wasmtime::Result<Result<Reply, WitError>> {
        // Another recipe's time is not this one's; what the run itself does for this one is.
        self.elsewhere += elsewhere;
        self.waiting.deadline += elsewhere;
        match reply {
            Ok(reply) => Ok(Ok(reply)),
            Err(NoReply::Error(error)) => Ok(Err(error.into())),
            Err(NoReply::Stop) => Err(Ended::Stopped.into()),
        }
    }

    pub(super) fn show_progress(&self, what: String, done: f64, total: f64) {
        let _ = self.run.send(Message::Progress(what, done, total));
    }
}

/// Starts what lets guests wait, if nothing has yet.
///
/// Its threads have the rights of whoever starts it, and serve every guest that comes later.
pub(super) fn start_waiting() {
    wasmtime_wasi::runtime::in_tokio(async {});
}

fn budget(call: &Call) -> Duration {
    if call.phase == Phase::Init { call.limits.init_time } else { call.limits.call_time }
}

impl From<RecipeError> for WitError {
    fn from(error: RecipeError) -> Self {
        Self { kind: error.kind, message: error.message, details: error.details }
    }
}

impl From<WitError> for RecipeError {
    fn from(error: WitError) -> Self {
        Self { kind: error.kind, message: error.message, details: error.details }
    }
}

/// Runs one call from its fresh instance to its outcome, on the thread of the caller, which is never free
/// again if it is `confined`.
pub(super) fn run(
    engine: &Engine,
    recipe: &RecipePre<State>,
    digest: &str,
    call: Call,
    confined: Option<Rules>,
    run: &Sender<Message>,
) -> Outcome {
    let mut state = match State::new(call, digest, run.clone()) {
        Ok(state) => state,
        Err(error) => return Failure::Error(RecipeError::new("io", format!("{error:#}"))).into(),
    };
    if let Some(rules) = confined {
        state.errands = Errands(Some(run.clone()));
        if let Err(error) = rules.restrict_thread() {
            return Failure::Unconfined(error.to_string()).into();
        }
    }
    let phase = state.call.phase;
    let entry = state.call.entry.clone();
    let limits = state.call.limits.clone();
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(limits.border_bytes);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|store| {
        let state = store.data();
        if cancelled() {
            return Err(Ended::Stopped.into());
        }
        let used = state.started.elapsed().saturating_sub(state.elsewhere);
        if used > budget(&state.call) { Err(Ended::Time.into()) } else { Ok(UpdateDeadline::Continue(1)) }
    });
    let nothing = |result: Result<(), WitError>| result.map(|()| Vec::new());
    let called = recipe.instantiate(&mut store).and_then(|instance| {
        let part = instance.buildout_recipe_part();
        match phase {
            Phase::Init => part.call_init(&mut store, &entry).map(nothing),
            Phase::Install => part.call_install(&mut store, &entry),
            Phase::Update => part.call_update(&mut store, &entry),
            Phase::Uninstall => part.call_uninstall(&mut store, &entry).map(nothing),
        }
    });
    let state = store.into_data();
    let limit = state.limiter.refused;
    // Of a confined thread, the porter has made them, and removes them.
    let temporary = if state.errands.are_run() { Vec::new() } else { state.guard.temporary().to_vec() };
    let changes = state.changes;
    let used = state.used.into_iter().collect();
    let used_of_buildout = state.used_of_buildout.into_iter().collect();
    let record = state.guard.finish();
    let result = match called {
        Ok(Ok(paths)) => {
            state.output.finish();
            Ok(paths)
        }
        Ok(Err(error)) => {
            state.output.finish();
            Err(match record.limit {
                Some(what) => file_limit(what, &limits, Vec::new()),
                None => Failure::Error(error.into()),
            })
        }
        Err(error) => Err(match (record.limit, limit) {
            (Some(what), _) => file_limit(what, &limits, state.output.last_words()),
            (None, limit) => ended(&error, limit, phase, &limits, state.output.last_words()),
        }),
    };
    for directory in temporary {
        // What is left there is swept away by the next run.
        let _ = crate::fault::point(crate::fault::Step::Remove, &directory)
            .and_then(|()| fs_err::remove_dir_all(directory));
    }
    Outcome { result, changes, used, used_of_buildout, record }
}

fn file_limit(what: &str, limits: &super::Limits, said: Vec<String>) -> Failure {
    let (what, flag) = match what {
        "files" => (format!("it made more than {} files", limits.files), "--recipe-limit=files=NUMBER"),
        _ => (format!("it wrote more than {}", size(limits.written_bytes)), "--recipe-limit=written=SIZE"),
    };
    Failure::Limit { what, flag: Some(flag), said }
}

/// Sorts out why a guest did not return.
fn ended(
    error: &wasmtime::Error,
    refused: Option<&'static str>,
    phase: Phase,
    limits: &super::Limits,
    said: Vec<String>,
) -> Failure {
    let limit = |what: String, flag| Failure::Limit { what, flag, said: said.clone() };
    let time = || {
        let seconds = if phase == Phase::Init { limits.init_time } else { limits.call_time }.as_secs();
        limit(
            format!("it used more than {seconds} s in `{}`", phase.word()),
            Some("--recipe-time-limit=SECONDS"),
        )
    };
    if let Some(ended) = error.downcast_ref::<Ended>() {
        return match ended {
            Ended::Stopped => Failure::Stopped,
            Ended::Time => time(),
        };
    }
    if error.is::<super::files::WaitedTooLong>() {
        return if cancelled() { Failure::Stopped } else { time() };
    }
    match refused {
        Some("memory") => {
            return limit(
                format!("it asked for more than {} of memory", size(limits.memory_bytes as u64)),
                Some("--recipe-limit=memory=SIZE"),
            );
        }
        Some(_) => {
            return limit(
                format!("it asked for tables of more than {} elements", limits.table_elements),
                Some("--recipe-limit=tables=NUMBER"),
            );
        }
        None => {}
    }
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return Failure::Bug {
            what: format!("it left the process with status {}", exit.0),
            said,
            backtrace: Vec::new(),
        };
    }
    let trap = error.downcast_ref::<Trap>();
    if trap == Some(&Trap::StackOverflow) {
        return limit(
            format!("it used more than {} of stack", size(limits.stack_bytes as u64)),
            Some("--recipe-limit=stack=SIZE"),
        );
    }
    if error.is::<wasmtime::PoolConcurrencyLimitError>() {
        let most = limits.nesting + 1;
        return limit(
            format!("recipes that wait for each other need more than {most} of them have room for"),
            Some("--recipe-limit=nesting=NUMBER"),
        );
    }
    if let Some(refused) = error.downcast_ref::<rustix::io::Errno>() {
        return Failure::System(refused.to_string());
    }
    let root = error.root_cause().to_string();
    if root.contains("fuel") {
        return limit(
            format!("one call carried more than {}", size(limits.border_bytes as u64)),
            Some("--recipe-limit=data=SIZE"),
        );
    }
    if root.contains("resource limit exceeded") || root.contains("count too high") {
        return limit(
            format!("it has more than {} instances, memories or tables", limits.instances),
            Some("--recipe-limit=instances=NUMBER"),
        );
    }
    let backtrace = error
        .downcast_ref::<wasmtime::WasmBacktrace>()
        .map(|backtrace| {
            let name = |frame: &wasmtime::FrameInfo| {
                let name = frame.func_name().unwrap_or("<unnamed>");
                demangled(name)
            };
            backtrace.frames().iter().map(name).collect()
        })
        .unwrap_or_default();
    let what = trap.map_or(root, ToString::to_string);
    Failure::Bug { what, said, backtrace }
}

/// A function's name as its author wrote it.
fn demangled(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}
