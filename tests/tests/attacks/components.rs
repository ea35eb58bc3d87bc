//! Components that look for a way out: the cases WSM that need a system without something.

use std::fs;

use buildout_tests::{Site, guest};

/// Everything that a guest tries, on a system whose kernel does not find paths beneath a directory for us.
///
/// wasmtime 46 let 80 of such ways lead out there (RUSTSEC-2026-0269).
#[test]
fn there_is_no_way_out_where_the_kernel_does_not_find_paths_beneath_a_directory() {
    let site = Site::actor("init = escape [OUT]\ninstall = escape [OUT]");
    let secret = site.path("../outside/secret").display().to_string();
    site.write("buildout.cfg", site.read("buildout.cfg").replace("[OUT]", &secret));
    site.link(site.path("../outside"), "outside").link("../outside/secret", "secret-link");
    let run = site.run_without(&[libc::SYS_openat2], libc::ENOSYS, &[]);
    assert_eq!(run.exit, Some(0), "{run:?}");
    assert_eq!(run.said("a"), ["0 of 357 ways lead out"; 2]);
}

/// Somebody exchanges the file between `init` and `install`.
#[test]
fn a_recipe_that_is_exchanged_during_the_run_is_the_one_that_was_looked_at() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = ./a.wasm\ninit = say waiting\n    sleep 1\ninstall = say installing\n",
    );
    site.write("a.wasm", guest("actor"));
    let run = site.run_while(&[], "a: waiting", "CONT", |_| {
        site.write("new.wasm", guest("meta"));
        fs::rename(site.path("new.wasm"), site.path("a.wasm")).expect("it can be renamed");
    });
    assert_eq!((run.exit, run.said("a")), (Some(0), vec!["waiting", "installing"]), "{}", run.stderr);
    // What was made says so, and the next run sees another recipe.
    let plan = site.run(&["plan"]);
    assert!(plan.stdout.contains("recipe") || plan.exit != Some(0), "{plan:?}");
}
