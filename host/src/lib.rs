//! buildout: repeatable assemblies from parts, with every recipe in a sandbox.
//!
//! This page is the map. One run is a straight line of five nouns, each plain data:
//!
//! ```text
//! ConfigFile → Configuration → Buildout → Plan → Installed
//!   written      merged         meaning   to do   what is there
//! ```
//!
//! [`run`] is that line in code; `plan`, `annotate`, `query` and `why` are the same line stopped earlier.
//!
//! # The rooms
//!
//! Lowest first; no room names one above it (`tests/rooms.rs` in this package keeps it so).
//!
//! | room | from | to |
//! |---|---|---|
//! | [`fault`] | | a point before each step that changes something on disk, where tests strike |
//! | [`source`], [`diagnostic`], [`event`], [`environment`] | | where bytes came from, what went wrong, what just happened, what the environment says: plain data |
//! | [`path`] | a path somebody wrote | the same without detours, or without links as far as it is there |
//! | [`confine`] | directories with rights, numbers | a thread or a child that the kernel holds to them |
//! | [`config`] | configuration files | every section merged, every value with its history |
//! | [`installed`] | `.installed.cfg`, the user's state directory | what is known to be on disk; one run at a time |
//! | [`access`] | what recipes declare, what the user granted | what one call may touch |
//! | [`audit`] | what was decided about access | a line for each decision, with the user |
//! | [`process`] | a native program that was granted | how it ended, what it wrote and made |
//! | [`recipe`] | a component | four calls in a sandbox |
//! | [`resolve`] | a configuration | what it means: sections substituted, recipes asked, parts in order |
//! | [`plan`] | a buildout and what is installed | steps, each with its reasons |
//! | [`execute`] | a plan | what is there now |
//! | [`run`] | a request | the line above |
//! | [`report`] | events and diagnostics | what people and programs are told |
//! | [`cli`] | the command line | an exit code |
//!
//! # Invariants
//!
//! 1. `config` reads no clock, network or environment.
//! 2. A recipe's `init` runs with nothing writable: same files and recipes, same [`resolve::Buildout`].
//! 3. A fresh instance for every call. What `install` knows, the options say and `.installed.cfg` records.
//! 4. [`plan::Plan`] decides, [`execute`] obeys.
//! 5. State is replaced by write-to-temporary and rename after every step; a journal says what a step was
//!    making. `.installed.cfg` is believed only when the user's own state directory vouches for its bytes.
//! 6. Only what a part returned and is known to have made is removed; a failed call leaves nothing behind.
//! 7. Only `report` prints, only `main` exits, only `recipe` names wasmtime. stdout is results, stderr talk.
//! 8. A parse never stops at the first error. Every value knows the bytes it came from.
//! 9. What a part may touch = defaults ∪ (what its recipe declares ∧ what the user granted); of a recipe that is not
//!    built in, the kernel holds the thread to it as well.
//! 10. Untrusted text reaches a terminal with control characters made visible.
//! 11. No panics on input. Exit codes are [`diagnostic::Exit`].
//!
//! # Files on disk, and who reads them
//!
//! | file | room |
//! |---|---|
//! | `buildout.cfg` and what it extends, `~/.buildout/default.cfg` | `config` |
//! | `$XDG_CONFIG_HOME/buildout/policy.toml`: what the user said once and for all | `cli`, `access` |
//! | `.installed.cfg` in the buildout directory | `installed` (and people's tools: the format is zc.buildout's) |
//! | `.buildout/` there: `lock`, `aside/`, `kept/`, `new/`, `tmp/` | `installed`, `execute`, `recipe` |
//! | `$XDG_STATE_HOME/buildout/`: state and journal for each buildout directory, approvals, the audit log, the key of the code cache | `installed`, `access`, `audit`, `recipe` |
//! | `$XDG_CACHE_HOME/buildout/`: `code/`, `components/`, `python.json` | `recipe`, `cli` |

pub mod access;
pub mod audit;
pub mod cli;
pub mod config;
pub mod confine;
pub mod diagnostic;
pub mod environment;
pub mod event;
pub mod execute;
pub mod fault;
pub mod installed;
pub mod path;
pub mod plan;
pub mod process;
pub mod recipe;
pub mod report;
pub mod resolve;
pub mod run;
pub mod source;
