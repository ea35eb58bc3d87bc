//! Threads that guests run on, while the run answers their questions.
//!
//! - In: a call that is ready to run, and whoever serves it.
//! - Out: its outcome.
//! - Not here: the guest itself (`instance`).
//!
//! A guest in the middle of its call may need another part, whose guest then runs before the first can go
//! on. So each has a thread and a stack of its own, and the run's own thread, which alone knows the
//! configuration, answers whoever asks. A thread is parked and used again for recipes that we ship; a
//! recipe of somebody else gets one that nobody used before or will use after it.

use std::cell::RefCell;
use std::io;
use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::call::{Ask, Change, NoReply, Outcome, Reply, Serve};
use super::files::{Brought, Errand, Porter};
use crate::event::Level;

/// What a guest's thread says to the run.
pub(crate) enum Message {
    /// A question; the thread waits for the reply.
    Ask(Vec<Change>, Ask, Sender<Answer>),
    /// A line for the user.
    Log(Level, String),
    /// How far it is.
    Progress(String, f64, f64),
    /// Something that its thread may not do; it waits for what comes of it.
    Errand(Errand, Sender<io::Result<Brought>>),
    /// The call is over.
    Done(Box<Outcome>),
}

/// What the run says to a guest's thread that asked.
pub(crate) struct Answer {
    pub(crate) reply: Result<Reply, NoReply>,
    /// How much of the waiting was other recipes' time.
    pub(crate) elsewhere: Duration,
}

/// What runs on a thread: one call, given the way to the run.
pub(crate) type Job = Box<dyn FnOnce(&Sender<Message>) -> Outcome + Send>;

/// How long a thread looks for its next message before it lets itself be woken: about what a short call
/// takes. A wake-up costs a fifth of that, twice a call.
const LOOK: Duration = Duration::from_micros(50);

/// Looking only helps where the other thread can run meanwhile.
static SEVERAL_CORES: LazyLock<bool> =
    LazyLock::new(|| thread::available_parallelism().is_ok_and(|cores| cores.get() > 1));

/// Takes the next message; none if nobody can send any more.
fn next<T>(receiver: &Receiver<T>) -> Option<T> {
    if *SEVERAL_CORES {
        let began = Instant::now();
        loop {
            match receiver.try_recv() {
                Ok(message) => return Some(message),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) if began.elapsed() > LOOK => break,
                Err(TryRecvError::Empty) => std::hint::spin_loop(),
            }
        }
    }
    receiver.recv().ok()
}

/// The parked threads.
#[derive(Default)]
pub(crate) struct Pool {
    idle: Vec<Sender<(Job, Sender<Message>)>>,
    /// Bytes of stack for each thread.
    stack: usize,
}

impl Pool {
    /// Makes a pool without any thread; `stack` is in bytes.
    pub(crate) fn new(stack: usize) -> Self {
        Self { idle: Vec::new(), stack }
    }

    /// Takes a thread that is not at work, or a new one.
    fn take(&mut self) -> std::io::Result<Sender<(Job, Sender<Message>)>> {
        if let Some(worker) = self.idle.pop() {
            return Ok(worker);
        }
        let (sender, jobs) = channel::<(Job, Sender<Message>)>();
        thread::Builder::new().name("recipe".into()).stack_size(self.stack).spawn(move || {
            while let Some((job, run)) = next(&jobs) {
                let outcome = job(&run);
                // Nobody waits any more if the run was given up.
                let _ = run.send(Message::Done(Box::new(outcome)));
            }
        })?;
        Ok(sender)
    }
}

/// A call that has begun.
pub struct Running {
    messages: Receiver<Message>,
    worker: Option<Sender<(Job, Sender<Message>)>>,
    /// Runs its errands; one that may do nothing, if its thread may do everything itself.
    pub(super) porter: RefCell<Porter>,
    /// When it began, its compiling included.
    pub(super) began: Instant,
    /// How long calls had worked by then.
    pub(super) worked: Duration,
}

impl Pool {
    /// Begins a call. With `keep`, its thread is parked afterwards.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub(crate) fn begin(&mut self, job: Job, keep: bool) -> std::io::Result<Running> {
        let worker = if keep { self.take()? } else { Self::new(self.stack).take()? };
        let (run, messages) = channel();
        worker.send((job, run)).expect("a parked thread waits for its next job");
        Ok(Running {
            messages,
            worker: keep.then_some(worker),
            porter: RefCell::default(),
            began: Instant::now(),
            worked: Duration::ZERO,
        })
    }

    /// Parks the thread of a call that is over.
    pub(crate) fn park(&mut self, running: Running) {
        self.idle.extend(running.worker);
    }
}

impl Running {
    /// Answers until the call is over. Returns none if the thread died, which only a bug of ours can do.
    pub fn serve(&self, part: &str, serve: &mut dyn Serve) -> Option<Outcome> {
        loop {
            match next(&self.messages)? {
                Message::Ask(changes, ask, reply) => {
                    let before = serve.nested();
                    let answer = serve.answer(part, changes, ask);
                    let elsewhere = serve.nested().saturating_sub(before);
                    // A guest that was stopped meanwhile no longer listens.
                    let _ = reply.send(Answer { reply: answer, elsewhere });
                }
                Message::Log(level, text) => serve.log(part, level, &text),
                Message::Progress(what, done, total) => serve.progress(part, &what, done, total),
                Message::Errand(errand, reply) => {
                    let _ = reply.send(self.porter.borrow_mut().run(errand));
                }
                Message::Done(outcome) => return Some(*outcome),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers everything; of the first question it says that another recipe worked for an hour.
    #[derive(Default)]
    struct Hour(Duration);

    impl Serve for Hour {
        fn answer(&mut self, _: &str, _: Vec<Change>, ask: Ask) -> Result<Reply, NoReply> {
            if ask == Ask::Names {
                self.0 += Duration::from_secs(3600);
            }
            Ok(Reply::Done)
        }

        fn nested(&self) -> Duration {
            self.0
        }

        fn log(&mut self, _: &str, _: Level, _: &str) {}

        fn progress(&mut self, _: &str, _: &str, _: f64, _: f64) {}
    }

    #[test]
    fn only_the_time_of_other_recipes_is_elsewhere() {
        let (told, elsewhere) = channel();
        let job = move |run: &Sender<Message>| {
            for ask in [Ask::Names, Ask::Parse("[x]".to_owned())] {
                let (reply, answer) = channel();
                run.send(Message::Ask(Vec::new(), ask, reply)).expect("the run listens");
                let answer: Answer = answer.recv().expect("the run answers");
                told.send(answer.elsewhere).expect("the test listens");
            }
            Outcome {
                result: Ok(Vec::new()),
                changes: Vec::new(),
                used: Vec::new(),
                used_of_buildout: Vec::new(),
                record: super::super::Record::default(),
            }
        };
        let running = Pool::new(1 << 20).begin(Box::new(job), false).expect("there is room for a thread");
        running.serve("a", &mut Hour::default()).expect("the job ends");
        let elsewhere: Vec<Duration> = elsewhere.iter().collect();
        assert_eq!(elsewhere, [Duration::from_secs(3600), Duration::ZERO]);
    }
}
