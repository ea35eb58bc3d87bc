//! A native program runs, confined: what it is, where it may write, how it ends, what it left.
//!
//! - In: a recipe's [`Command`], and what its part is [`Allowed`].
//! - Out: [`Ended`]: the exit status, what it wrote to its outputs, what it made; or a [`ProcessError`].
//! - Not here: who may start what (`access`), how a recipe asks (`recipe`), whether the kernel does it (`confine`).
//!
//! Rules: `decisions.md` 4.10. A program is started by a child of our own binary (`__start`), as a process with
//! threads can make no namespaces; the child is told what to do over a socket, and ends all that it started when
//! that closes.
//!
//! | file | what it holds |
//! |---|---|
//! | `command` | what is asked for, what is allowed, how it ended |
//! | `places` | where it can read and write, without secrets and without what is somebody else's |
//! | `programs` | a program's name → its file |
//! | `bubblewrap` | namespaces from a program of the system |
//! | `surroundings` | the environment that a program sees |
//! | `plan` | what the child is told, and what it tells |
//! | `probe` | what of all this the machine gives to this user |
//! | `run` | start it, pass on what it writes, end it in time |
//! | `start` | in the child: the layers, then the program |
//! | `keep` | in the child: waiting, reaping, counting, ending all |
//! | `system` | in the child: the system calls without a safe name |
//! | `sweep` | what lies in its directories, before and after |
//! | `limits` | how much a program may use |

mod bubblewrap;
mod command;
mod error;
mod keep;
mod limits;
mod places;
mod plan;
mod probe;
mod programs;
mod run;
mod start;
mod surroundings;
mod sweep;
mod system;

pub use command::{Allowed, Command, Ended, Output, Ran, Stream};
pub use error::ProcessError;
pub use limits::Limits;
pub use probe::Probe;
pub use programs::find;
pub use run::run;
pub use start::{START, start};
pub use sweep::Swept;
