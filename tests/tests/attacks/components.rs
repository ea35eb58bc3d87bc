//! Components that look for a way out: the cases WSM that need a system without something.

use buildout_tests::Site;

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
