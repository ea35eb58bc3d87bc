//! Components that take long to compile, or cannot be.

use buildout_tests::component::Core;
use buildout_tests::{Site, assert_shows};
use snapbox::str;
use wasm_encoder::{Instruction, MemArg};

/// A buildout whose recipe has so many values on its stack at once, all of which live across calls.
fn bomb(values: usize) -> Site {
    let value = [
        Instruction::I32Const(0),
        Instruction::I32Load(MemArg { offset: 0, align: 2, memory_index: 0 }),
        Instruction::Call(0),
    ];
    let mut init: Vec<Instruction<'static>> = std::iter::repeat_n(value, values).flatten().collect();
    init.extend((1..values).map(|_| Instruction::I32Add));
    init.push(Instruction::Drop);
    let site = Site::new("[buildout]\nparts = a\n\n[a]\nrecipe = ./bomb.wasm\n").with_own_cache();
    site.write("bomb.wasm", Core { init, ..Core::default() }.component());
    site
}

#[test]
fn a_component_that_takes_too_long_to_compile_is_given_up_and_that_is_remembered() {
    let site = bomb(150_000);
    let limit = "--recipe-limit=compile-time=1s";
    assert_shows(
        site.run(&[limit]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./bomb.wasm (sha256 [DIGEST]…) reached a limit: compiling it took more than 1 s on the processor
 --> buildout.cfg:5:10
  |
5 | recipe = ./bomb.wasm
  |          ^^^^^^^^^^^ this recipe
help: `--recipe-limit=compile-time=TIME` raises the limit

"#]],
    );
    assert_shows(
        site.run(&[limit]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./bomb.wasm (sha256 [DIGEST]…) reached a limit: compiling it took more than 1 s on the processor (in an earlier run; it is tried again after a day)
 --> buildout.cfg:5:10
  |
5 | recipe = ./bomb.wasm
  |          ^^^^^^^^^^^ this recipe
help: `--recipe-limit=compile-time=TIME` raises the limit

"#]],
    );
    // Whoever gives it more time is not told what was too little before.
    assert_shows(
        site.run(&["-q"]),
        str![[r#"
exit 0

"#]],
    );
}

#[test]
fn a_component_that_takes_too_much_memory_to_compile_is_given_up() {
    assert_shows(
        bomb(60_000).run(&["--recipe-limit=compile-memory=64M"]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./bomb.wasm (sha256 [DIGEST]…) reached a limit: compiling it took more than 64 MiB of memory
 --> buildout.cfg:5:10
  |
5 | recipe = ./bomb.wasm
  |          ^^^^^^^^^^^ this recipe
help: `--recipe-limit=compile-memory=SIZE` raises the limit

"#]],
    );
}

#[test]
fn who_does_not_want_to_wait_for_a_compiler_need_not() {
    let run = bomb(400_000).run_until(&[], "Compiling recipe ./bomb.wasm (once on this machine).", "INT");
    assert_eq!(run.exit, Some(130), "{}", run.stderr);
}

#[test]
fn what_is_no_valid_component_is_told_by_the_compiler() {
    let site = Site::new("[buildout]\nparts = a\n\n[a]\nrecipe = ./hand.wasm\n");
    let init = vec![Instruction::I32Add];
    site.write("hand.wasm", Core { init, ..Core::default() }.component());
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./hand.wasm (sha256 [DIGEST]…) cannot be used: it is not a valid component: failed to compile: wasm[0]::function[1]: WebAssembly translation error: Invalid input WebAssembly code at offset 197: type mismatch: expected i32 but nothing on stack
 --> buildout.cfg:5:10
  |
5 | recipe = ./hand.wasm
  |          ^^^^^^^^^^^ this recipe

"#]],
    );
}
