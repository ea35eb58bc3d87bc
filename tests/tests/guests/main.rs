//! What a recipe must not be able to do, and what it can rely on: the real command, run on guests of every kind.
//!
//! - In: the guests, built by `cargo xtask test`.
//! - Out: what the user sees, and what lies on the disk.
//! - Not here: the language and the life cycle of honest recipes (`cases`).
//!
//! | file | what it holds |
//! |---|---|
//! | `limits` | guests that crash, never end, take all there is |
//! | `allowances` | the user's option for each limit |
//! | `compiling` | components that take long to compile, or cannot be |
//! | `sandbox` | what a guest can see of the machine |
//! | `confined` | what the kernel holds when the guard does not |
//! | `files` | where it may write, and in which spellings it tries |
//! | `protected` | names and files that nothing writes |
//! | `links` | symbolic and hard links, permission bits |
//! | `ownership` | what belongs to a part, alone or with others |
//! | `hands` | what people do by hand to what a part made |
//! | `overwriting` | what a grant lets a recipe overwrite |
//! | `undoing` | what failed, was interrupted or was killed leaves nothing |
//! | `life` | update, uninstall, what is called when |
//! | `adopting` | records of zc.buildout, of another machine or of another place are taken over |
//! | `asked` | parts that are asked for by name |
//! | `reasons` | why a part is made anew, the same in `plan` and in the run |
//! | `failing` | what is left when something fails |
//! | `obstacles` | what would stop a run halfway is found before its first step |
//! | `options` | the part's own section |
//! | `sections` | other sections: nested `init`s, sections that recipes add |
//! | `grants`, `missing`, `refusals` | declared access: granted, not granted, refused |
//! | `policy`, `approving`, `audit` | what the user says once and for all, and when asked; what is written down of it |
//! | `names` | how a recipe is found, and what is no recipe |
//! | `descriptions` | what a recipe says about itself |
//! | `code_cache` | compiled code that somebody touched |
//! | `terminal` | what a recipe prints |
//! | `directories` | configurations that lead elsewhere |
//! | `looking` | `annotate`, `query`, `why` |

mod adopting;
mod allowances;
mod approving;
mod asked;
mod audit;
mod code_cache;
mod compiling;
mod confined;
mod descriptions;
mod directories;
mod failing;
mod files;
mod grants;
mod hands;
mod life;
mod limits;
mod links;
mod looking;
mod missing;
mod names;
mod obstacles;
mod options;
mod overwriting;
mod ownership;
mod poisoned;
mod policy;
mod protected;
mod reasons;
mod refusals;
mod robust;
mod sandbox;
mod sections;
mod terminal;
mod undoing;
