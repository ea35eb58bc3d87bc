//! Guests that crash, never end, take all there is.

use buildout_tests::component::{Core, forever};
use buildout_tests::{Site, assert_shows};
use snapbox::str;
use wasm_encoder::{BlockType, Instruction};

/// A buildout with the one part `a`, made by a component written by hand.
fn by_hand(core: &Core<'_>) -> Site {
    let site = Site::new("[buildout]\nparts = a\n\n[a]\nrecipe = ./hand.wasm\n");
    site.write("hand.wasm", core.component());
    site
}

#[test]
fn a_component_written_by_hand_is_a_recipe_like_any_other() {
    assert_shows(
        by_hand(&Core::default()).run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.

"#]],
    );
}

#[test]
fn where_address_space_is_rationed_instances_take_it_one_by_one() {
    // 40 GB: enough for a few instances, not for room for all that there can be.
    assert_shows(
        by_hand(&Core::default()).run_after("ulimit -v 40000000", &["-q"]),
        str![[r#"
exit 0

"#]],
    );
}

#[test]
fn a_panic_is_a_bug_of_the_recipe_and_what_it_said_comes_first() {
    let site = Site::actor("init = warn reading the tea leaves\n    panic no more tea");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 70
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: This is a bug in the recipe actor 0.1.0 (sha256 [DIGEST]…): wasm trap: wasm `unreachable` instruction executed
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
note: it said:
      reading the tea leaves

      thread '<unnamed>' (1) panicked at actor/src/rogue.rs:12:20:
      no more tea
      note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
help: report it to the recipe's author, with what is above; `-v` shows the backtrace

"#]],
    );
}

#[test]
fn the_backtrace_of_a_panic_is_shown_to_who_asks_for_more() {
    let site = Site::actor("init = panic no more tea");
    assert_shows(
        site.run(&["-v"]),
        str![[r#"
exit 70
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: This is a bug in the recipe actor 0.1.0 (sha256 [DIGEST]…): wasm trap: wasm `unreachable` instruction executed
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
note: it said:

      thread '<unnamed>' (1) panicked at actor/src/rogue.rs:12:20:
      no more tea
      note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
note: wasm backtrace, innermost first:
      abort
      std::sys::pal::wasi::helpers::abort_internal
      std::process::abort
      __rustc::__rust_abort
      __rustc::__rust_start_panic
      __rustc::rust_panic
      std::panicking::panic_with_hook
      std::panicking::panic_handler::{closure#0}
      std::sys::backtrace::__rust_end_short_backtrace::<std::panicking::panic_handler::{closure#0}, !>
      __rustc::rust_begin_unwind
      core::panicking::panic_fmt
      core::panicking::panic_display
      actor::Play::deed
      actor::perform
      buildout:recipe/part@0.1.0#init
help: report it to the recipe's author, with what is above; `-v` shows the backtrace
code: recipe-bug

"#]],
    );
}

#[test]
fn a_trap_is_a_bug_of_the_recipe_and_what_it_made_is_undone() {
    let site = Site::actor("install = mkdir parts/a\n    write parts/a/f x\n    trap");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 70
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Removed what a had made.
While:
  Installing a.
Error: This is a bug in the recipe actor 0.1.0 (sha256 [DIGEST]…): wasm trap: wasm `unreachable` instruction executed
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
help: report it to the recipe's author, with what is above; `-v` shows the backtrace

"#]],
    );
    assert_shows(site.tree("parts"), str![]);
}

#[test]
fn leaving_the_process_is_a_bug_of_the_recipe_and_leaves_only_its_own() {
    for status in ["0", "3"] {
        let run = Site::actor(&format!("init = exit {status}")).run(&[]);
        assert_eq!(run.exit, Some(70), "{}", run.stderr);
        assert!(run.stderr.contains("This is a bug in the recipe actor 0.1.0"), "{}", run.stderr);
    }
}

#[test]
fn an_init_that_never_ends_ends_at_the_time_limit() {
    assert_shows(
        Site::actor("init = spin").run(&["--recipe-time-limit=1"]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: it used more than 1 s in `init`
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
help: `--recipe-time-limit=SECONDS` raises the limit

"#]],
    );
}

#[test]
fn an_install_that_never_ends_ends_at_the_time_limit_and_is_undone() {
    let site = Site::actor("install = mkdir parts/a\n    spin");
    assert_shows(
        site.run(&["--recipe-time-limit=1"]),
        str![[r#"
exit 5
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Removed what a had made.
While:
  Installing a.
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: it used more than 1 s in `install`
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
help: `--recipe-time-limit=SECONDS` raises the limit

"#]],
    );
    assert_shows(site.tree("parts"), str![]);
}

#[test]
fn a_recipe_that_sleeps_for_an_hour_is_woken_by_the_time_limit() {
    assert_shows(
        Site::actor("install = sleep 3600").run(&["--recipe-time-limit=1"]),
        str![[r#"
exit 5
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
While:
  Installing a.
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: it used more than 1 s in `install`
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
help: `--recipe-time-limit=SECONDS` raises the limit

"#]],
    );
}

#[test]
fn a_recipe_that_sleeps_in_init_where_the_clocks_stand_is_woken_too() {
    assert_shows(
        Site::actor("init = sleep 3600").run(&["--recipe-time-limit=1"]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: it used more than 1 s in `init`
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
help: `--recipe-time-limit=SECONDS` raises the limit

"#]],
    );
}

#[test]
fn a_loop_before_the_first_call_ends_at_the_time_limit() {
    let site = by_hand(&Core { start: forever(), ..Core::default() });
    assert_shows(
        site.run(&["--recipe-time-limit=1"]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./hand.wasm (sha256 [DIGEST]…) reached a limit: it used more than 1 s in `init`
 --> buildout.cfg:5:10
  |
5 | recipe = ./hand.wasm
  |          ^^^^^^^^^^^ this recipe
help: `--recipe-time-limit=SECONDS` raises the limit

"#]],
    );
}

#[test]
fn a_loop_in_the_guests_own_allocator_ends_at_the_time_limit() {
    let site = by_hand(&Core { realloc: forever(), ..Core::default() });
    assert_shows(
        site.run(&["--recipe-time-limit=1"]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./hand.wasm (sha256 [DIGEST]…) reached a limit: it used more than 1 s in `init`
 --> buildout.cfg:5:10
  |
5 | recipe = ./hand.wasm
  |          ^^^^^^^^^^^ this recipe
help: `--recipe-time-limit=SECONDS` raises the limit

"#]],
    );
}

#[test]
fn recursion_without_end_ends_at_the_stack_limit() {
    assert_shows(
        Site::actor("init = recurse").run(&[]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: it used more than 512 KiB of stack
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
help: `--recipe-limit=stack=SIZE` raises the limit

"#]],
    );
}

#[test]
fn memory_without_end_ends_at_the_memory_limit() {
    assert_shows(
        Site::actor("install = hoard").run(&[]),
        str![[r#"
exit 5
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
While:
  Installing a.
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: it asked for more than 256 MiB of memory
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
note: it said:
      memory allocation of 1048576 bytes failed
      note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
help: `--recipe-limit=memory=SIZE` raises the limit

"#]],
    );
}

#[test]
fn memory_that_is_asked_for_from_the_beginning_counts_too() {
    assert_shows(
        by_hand(&Core { pages: 60_000, ..Core::default() }).run(&[]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./hand.wasm (sha256 [DIGEST]…) reached a limit: it asked for more than 256 MiB of memory
 --> buildout.cfg:5:10
  |
5 | recipe = ./hand.wasm
  |          ^^^^^^^^^^^ this recipe
help: `--recipe-limit=memory=SIZE` raises the limit

"#]],
    );
}

#[test]
fn a_table_without_end_ends_at_the_table_limit() {
    // Grows by 10,000 elements until it is refused, and then asks for trouble, as who counts on the table would.
    let init = vec![
        Instruction::Loop(BlockType::Empty),
        Instruction::RefNull(wasm_encoder::HeapType::FUNC),
        Instruction::I32Const(10_000),
        Instruction::TableGrow(0),
        Instruction::I32Const(-1),
        Instruction::I32Ne,
        Instruction::BrIf(0),
        Instruction::End,
        Instruction::Unreachable,
    ];
    assert_shows(
        by_hand(&Core { init, ..Core::default() }).run(&[]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./hand.wasm (sha256 [DIGEST]…) reached a limit: it asked for tables of more than 100000 elements
 --> buildout.cfg:5:10
  |
5 | recipe = ./hand.wasm
  |          ^^^^^^^^^^^ this recipe
help: `--recipe-limit=tables=NUMBER` raises the limit

"#]],
    );
}

#[test]
fn a_table_that_is_large_from_the_beginning_counts_too() {
    assert_shows(
        by_hand(&Core { elements: 1_000_000, ..Core::default() }).run(&[]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./hand.wasm (sha256 [DIGEST]…) reached a limit: it asked for tables of more than 100000 elements
 --> buildout.cfg:5:10
  |
5 | recipe = ./hand.wasm
  |          ^^^^^^^^^^^ this recipe
help: `--recipe-limit=tables=NUMBER` raises the limit

"#]],
    );
}

#[test]
fn a_component_of_a_hundred_instances_is_refused() {
    assert_shows(
        by_hand(&Core { more: 100, ..Core::default() }).run(&[]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./hand.wasm (sha256 [DIGEST]…) reached a limit: it has more than 50 instances, memories or tables
 --> buildout.cfg:5:10
  |
5 | recipe = ./hand.wasm
  |          ^^^^^^^^^^^ this recipe
help: `--recipe-limit=instances=NUMBER` raises the limit

"#]],
    );
}

#[test]
fn an_answer_larger_than_the_border_carries_ends_the_call() {
    assert_shows(
        Site::actor("install = return-large 20").run(&[]),
        str![[r#"
exit 5
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
While:
  Installing a.
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: one call carried more than 16 MiB
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
help: `--recipe-limit=data=SIZE` raises the limit

"#]],
    );
}

#[test]
fn an_answer_of_very_many_small_pieces_ends_the_call() {
    assert_shows(
        Site::actor("install = return-many 3000000").run(&[]),
        str![[r#"
exit 5
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
While:
  Installing a.
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: one call carried more than 16 MiB
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
help: `--recipe-limit=data=SIZE` raises the limit

"#]],
    );
}

#[test]
fn an_error_larger_than_the_border_carries_ends_the_call() {
    assert_shows(
        Site::actor("init = fail-large 20").run(&[]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: one call carried more than 16 MiB
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
help: `--recipe-limit=data=SIZE` raises the limit

"#]],
    );
}

#[test]
fn a_question_larger_than_the_border_carries_ends_the_call() {
    assert_shows(
        Site::actor("init = set-very-large 20").run(&[]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: one call carried more than 16 MiB
 --> buildout.cfg:5:10
  |
5 | recipe = actor
  |          ^^^^^ this recipe
help: `--recipe-limit=data=SIZE` raises the limit

"#]],
    );
}

#[test]
fn a_flood_of_messages_is_cut_and_that_is_said() {
    for verb in ["log-lines", "print-lines"] {
        let run = Site::actor(&format!("init = {verb} 200000\n    say never shown")).run(&["plan"]);
        let said = run.said("a");
        assert_eq!(run.exit, Some(0));
        assert_eq!(said.len(), 10_000);
        assert_eq!(said[0], "line 1");
        assert!(said[9_999].starts_with("more output than a recipe may write; the rest is not shown"));
    }
}

#[test]
fn a_single_message_larger_than_the_log_is_not_shown() {
    assert_shows(
        Site::actor("init = log-large 2\n    say never shown").run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: more output than a recipe may write; the rest is not shown (`--recipe-limit=log=SIZE` and `lines=NUMBER` raise the limit)

"#]],
    );
}

#[test]
fn handles_without_end_harm_nobody_but_the_recipe() {
    let run = Site::actor("init = open-many 2000000").run(&["--recipe-time-limit=5", "plan"]);
    assert!(matches!(run.exit, Some(0 | 1 | 5)), "{run:?}");
}

#[test]
fn after_a_recipe_that_reached_a_limit_nothing_else_is_begun_and_the_next_run_works() {
    let site =
        Site::new("[buildout]\nparts = a b\n[a]\nrecipe = actor\ninstall = hoard\n[b]\nrecipe = mkdir\n");
    assert_eq!(site.run(&[]).exit, Some(5));
    assert!(!site.has("parts/b"));
    assert_eq!(site.run(&["install", "b"]).exit, Some(0));
    assert!(site.has("parts/b"));
}
