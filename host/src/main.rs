//! The process: arguments in, exit code out.

use std::process::ExitCode;
use std::thread;

use buildout::cli;
use buildout::diagnostic::Exit;
use buildout::environment::Environment;
use buildout::process;
use buildout::recipe::{COMPILE, cancel_on, compile_here};

/// Bytes for the run's own thread: a thousand options may refer to each other, two hundred recipes wait.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    // Children of ours are this same program, under a word that nobody types: before anything else, and before any
    // thread.
    let first = std::env::args_os().nth(1);
    if first.as_ref().is_some_and(|first| first == process::START) {
        return process::start();
    }
    if first.is_some_and(|first| first == COMPILE) {
        return if compile_here() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        // The first ends the run with care, the second at once.
        let flag = cancel_on();
        let _ =
            signal_hook::flag::register_conditional_shutdown(signal, Exit::Interrupted as i32, flag.clone());
        let _ = signal_hook::flag::register(signal, flag);
    }
    let run = || cli::main(std::env::args_os().skip(1), &Environment::read());
    let thread = thread::Builder::new().name("run".into()).stack_size(STACK).spawn(run);
    let exit = match thread.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(exit))) => exit,
        Ok(Ok(Err(error))) => {
            eprintln!("Error: {error:#}");
            Exit::Failed
        }
        Ok(Err(_panic)) => {
            eprintln!(
                "This is a bug in buildout {}. Please report it with what is above.",
                env!("CARGO_PKG_VERSION")
            );
            Exit::Bug
        }
        Err(error) => {
            eprintln!("Error: Cannot start a thread: {error}");
            Exit::Failed
        }
    };
    ExitCode::from(exit as u8)
}
