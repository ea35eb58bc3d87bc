//! What a native program tries that a recipe was allowed to start: the cases NAT.
//!
//! The program is `villain`, of this package; it says of each try what came of it. All of this is in the strict tier;
//! where a machine has none, they are left out, and `tiers` is what can be shown there.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use buildout_tests::{Run, Site, assert_shows, is_strict};
use snapbox::str;

const VILLAIN: &str = env!("CARGO_BIN_EXE_villain");

/// A part `a` with a directory of that name, in which these deeds are done; `V` is the villain.
fn site(deeds: &str) -> Site {
    let deeds = deeds.replace("start V", "start ${:program}").replace('\n', "\n    ");
    Site::new(&format!(
        "[buildout]\nparts = a\n\n[a]\nrecipe = actor:program\nprogram = {VILLAIN}\n\
         install = mkdir parts/a\n    {deeds}\n    return parts/a\n"
    ))
}

/// Runs it with the villain granted.
fn run(site: &Site, more: &[&str]) -> Run {
    let grant = format!("--allow-run={VILLAIN}");
    let mut run = site.run(&[&[grant.as_str(), "--allow-env=CC"], more].concat());
    run.stderr = run.stderr.replace(VILLAIN, "[VILLAIN]");
    run
}

/// What the villain told.
fn told(site: &Site, more: &[&str]) -> String {
    let run = run(site, more);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    run.said("a").join("\n")
}

/// Processes that this user could see, whose command line holds `word`.
fn processes(word: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").expect("there is one").flatten();
    let lines = entries.filter_map(|entry| {
        let line = String::from_utf8_lossy(&fs::read(entry.path().join("cmdline")).ok()?).replace('\0', " ");
        // One that has ended and was not asked for yet has no command line.
        line.contains(word).then_some(line)
    });
    lines.collect()
}

/// Nothing is left of what has this on its command line; the dead take a moment to be counted.
#[track_caller]
fn assert_gone(word: &str) {
    for _ in 0..100 {
        if processes(word).is_empty() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("still there: {:?}", processes(word));
}

#[test]
fn a_program_that_nobody_granted_is_not_started() {
    if !is_strict() {
        return;
    }
    let site = site("start V bits");
    let run = site.run(&["--allow-env=CC"]);
    assert_eq!(run.exit, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("--allow-run="), "{}", run.stderr);
    assert!(!site.has("parts/a"), "nothing was begun");
}

#[test]
fn a_compiler_compiles_and_the_program_that_it_made_runs() {
    if !is_strict() {
        return;
    }
    let site = Site::new(
        "[buildout]\nparts = a\n\n[a]\nrecipe = actor:program\nprogram = cc\ninstall = mkdir parts/a\n    \
         start reads=src cc -O1 -o hello ${buildout:directory}/src/hello.c\n    return parts/a\n",
    );
    site.write("src/hello.c", "#include <stdio.h>\nint main(void) { return puts(\"hello\") < 0; }\n");
    let run = site.run(&["--allow-run=cc", "--allow-env=CC"]);
    assert_shows(
        run,
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Section `a` contains unused option(s): 'program'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  program: buildout.cfg:6:1

"#]],
    );
    let hello = Command::new(site.path("parts/a/hello")).output().expect("it was made");
    assert_eq!(hello.stdout, b"hello\n");
    assert_eq!(site.run(&["buildout:parts="]).exit, Some(0));
    assert!(!site.has("parts/a"), "what a program made goes with its part");
}

#[test]
fn a_compiler_cannot_include_what_it_cannot_see() {
    if !is_strict() {
        return;
    }
    for way in [".incbin \\\"SECRET\\\"", "SECRET"] {
        let site = site("say x");
        let secret = site.path("../outside/secret");
        let source = match way.starts_with('.') {
            true => format!("__asm__(\".incbin \\\"{}\\\"\");\n", secret.display()),
            false => format!("#include \"{}\"\n", secret.display()),
        };
        site.write("src/x.c", source);
        site.write(
            "buildout.cfg",
            "[buildout]\nparts = a\n\n[a]\nrecipe = actor:program\nprogram = cc\ninstall = mkdir parts/a\n    \
             start reads=src cc -c -o x.o ${buildout:directory}/src/x.c\n    return parts/a\n",
        );
        let run = site.run(&["--allow-run=cc", "--allow-env=CC"]);
        assert!(run.said("a").contains(&"status 1"), "{}", run.stderr);
        assert!(!site.has("parts/a/x.o"), "{}", run.stderr);
    }
}

#[test]
fn files_of_others_can_neither_be_seen_nor_touched() {
    if !is_strict() {
        return;
    }
    let site = site("start V files ROOT/outside\nstart V files ROOT/home\nstart V files ROOT/site");
    let text =
        site.read("buildout.cfg").replace("ROOT", site.path("..").canonicalize().unwrap().to_str().unwrap());
    site.write("buildout.cfg", text).write("../home/secret", "CANARY").write("secret", "CANARY");
    let before = fs::metadata(site.path("../outside/secret")).unwrap();
    let told = told(&site, &[]);
    assert_eq!(told.matches("see: denied").count(), 3, "{told}");
    // A directory on the way to the part's is an empty one of the sandbox, where anything goes and nothing stays.
    assert_eq!(told.lines().take(32).filter(|line| line.ends_with("denied")).count(), 32, "{told}");
    assert_eq!(site.read("secret"), "CANARY");
    assert!(!site.has("made"));
    let after = fs::metadata(site.path("../outside/secret")).unwrap();
    let facts = |meta: &fs::Metadata| (meta.mode(), meta.uid(), meta.mtime(), meta.atime(), meta.nlink());
    assert_eq!(facts(&after), facts(&before));
}

#[test]
fn nothing_of_the_user_is_seen() {
    if !is_strict() {
        return;
    }
    let site = site("start V looks CANARY");
    for name in ["SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "https_proxy", "GITHUB_TOKEN"] {
        site.set(name, "CANARY");
    }
    // Somebody else has the word in its environment and on its command line.
    let idle = |command: &mut Command| {
        // Nobody waits for what it could write, should it stay.
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut other = idle(Command::new("cat").env("X", "CANARY"));
    let mut words = idle(Command::new("sh").args(["-c", "read line; : CANARY"]));
    let told = told(&site, &[]);
    for child in [&mut other, &mut words] {
        child.kill().and_then(|()| child.wait()).unwrap();
    }
    assert_shows(
        told,
        str![[r#"
environment: HOME LANG PATH SOURCE_DATE_EPOCH TERM TMPDIR
HOME: denied
environ of others: denied
cmdline of others: denied
users: 1
of the machine: 
"#]],
    );
}

#[test]
fn nobody_can_be_talked_to() {
    if !is_strict() {
        return;
    }
    let site = site("say x");
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = tcp.local_addr().unwrap().port();
    let tcp6 = TcpListener::bind(("::1", port));
    let udp = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    let path = site.path("../docker.sock");
    let unix = UnixListener::bind(&path).unwrap();
    let name = SocketAddr::from_abstract_name(format!("villain-{port}")).unwrap();
    let nameless = UnixListener::bind_addr(&name).unwrap();
    let text = site
        .read("buildout.cfg")
        .replace("say x", &format!("start ${{:program}} network {port} {}", path.display()));
    site.write("buildout.cfg", text);
    let told = told(&site, &[]);
    tcp.set_nonblocking(true).unwrap();
    udp.set_nonblocking(true).unwrap();
    unix.set_nonblocking(true).unwrap();
    nameless.set_nonblocking(true).unwrap();
    assert!(tcp.accept().is_err() && unix.accept().is_err() && nameless.accept().is_err());
    assert!(udp.recv(&mut [0; 9]).is_err());
    if let Ok(tcp6) = tcp6 {
        tcp6.set_nonblocking(true).unwrap();
        assert!(tcp6.accept().is_err());
    }
    assert_shows(
        told,
        str![[r#"
connect: denied
connect by IPv6: denied
send: denied
listen: denied
socket by path: denied
socket of its own: denied
socket without a path: denied
datagram: denied
raw: denied
multipath: denied
packets: denied
routes: denied
machines: denied
pair: WORKED
"#]],
    );
}

#[test]
fn system_calls_that_no_build_needs_are_denied() {
    if !is_strict() {
        return;
    }
    assert_shows(
        told(&site("start V calls"), &[]),
        str![[r#"
unshare: denied
namespace by clone: denied
mount: denied
chroot: denied
trace: denied
memory of others: denied
rings: denied
keys: denied
programs for the kernel: denied
events: denied
faults: denied
files by number: denied
personality: denied
kernel log: denied
second names: denied
32 bits: denied
kernel settings: denied
a device: denied
end the first process: denied
"#]],
    );
}

#[test]
fn no_file_is_made_that_would_run_as_its_owner() {
    if !is_strict() {
        return;
    }
    let site = site("start V bits");
    let told = told(&site, &[]);
    assert_shows(
        told,
        str![[r#"
chmod: denied
fchmod: denied
fchmodat: denied
fchmodat2: denied
open: denied
mkdir: denied
mknod: denied
a device: denied
"#]],
    );
    let mode = fs::metadata(site.path("parts/a/plain")).unwrap().permissions().mode();
    assert_eq!(mode & 0o6000, 0);
}

#[test]
fn what_root_may_do_is_nothing_here() {
    if !is_strict() {
        return;
    }
    assert_shows(
        told(&site("start V as-root"), &[]),
        str![[r#"
user ordinary
become root: denied
device: denied
own: denied
limits: denied
priority: denied
kernel settings: denied
kernel memory: denied
shadow: denied
"#]],
    );
}

#[test]
fn processes_without_end_are_ended_at_their_limit() {
    if !is_strict() {
        return;
    }
    let site = site("start V forks");
    assert_shows(
        run(&site, &["--run-process-limit=400", "--run-time-limit=5"]),
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
Error: `[VILLAIN]` took longer than 5 s
 --> buildout.cfg:4:2
  |
4 | [a]
  |  ^
help: `--run-time-limit=SECONDS` raises the limit

"#]],
    );
    assert_gone("villain forks");
}

#[test]
fn a_disk_is_not_filled() {
    if !is_strict() {
        return;
    }
    for how in ["one", "many"] {
        let site = site(&format!("start V fill {how}"));
        let run = run(&site, &["--run-disk-limit=20"]);
        assert_eq!(run.exit, Some(5), "{}", run.stderr);
        assert!(run.stderr.contains("`--run-disk-limit=MIB` raises the limit"), "{}", run.stderr);
        assert!(!site.has("parts/a"), "what it wrote is gone");
    }
}

#[test]
fn memory_is_not_taken_without_end() {
    if !is_strict() {
        return;
    }
    for how in ["one", "many", "file"] {
        let site = site(&format!("start V memory {how}"));
        let run = run(&site, &["--run-memory-limit=200"]);
        assert_eq!(run.exit, Some(5), "{how}: {}", run.stderr);
        assert!(run.stderr.contains("used more than 200 MiB of memory"), "{how}: {}", run.stderr);
        assert_gone("villain memory");
    }
}

#[test]
fn nothing_outlives_its_program() {
    if !is_strict() {
        return;
    }
    let site = site("start V outlive late\nsleep 1");
    assert_eq!(told(&site, &[]), "");
    thread::sleep(Duration::from_millis(700));
    assert!(!site.has("parts/a/late"));
    assert_gone("villain outlive");
}

#[test]
fn a_program_that_ignores_signals_and_stops_is_ended_in_time() {
    if !is_strict() {
        return;
    }
    let site = site("start V stubborn");
    let began = Instant::now();
    assert_shows(
        run(&site, &["--run-time-limit=1"]),
        str![[r#"
exit 5
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: waiting
Removed what a had made.
While:
  Installing a.
Error: `[VILLAIN]` took longer than 1 s
 --> buildout.cfg:4:2
  |
4 | [a]
  |  ^
help: `--run-time-limit=SECONDS` raises the limit

"#]],
    );
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_gone("villain stubborn");
}

#[test]
fn a_signal_ends_the_program_with_the_run() {
    if !is_strict() {
        return;
    }
    for (signal, exit) in [("INT", Some(130)), ("KILL", None)] {
        let site = site("start V stubborn");
        let grant = format!("--allow-run={VILLAIN}");
        let run = site.run_until(&[&grant, "--allow-env=CC"], "a: waiting", signal);
        assert_eq!(run.exit, exit, "{}", run.stderr);
        assert_gone("villain stubborn");
        // What it had made until then is undone, at once or by the next run.
        let again = run_calm(&site);
        assert_eq!(again.exit, Some(0), "{}", again.stderr);
        assert!(site.has("parts/a/plain") && !site.has("parts/a/half"), "after {signal}");
    }
}

/// The next run, in which the villain has become harmless.
fn run_calm(site: &Site) -> Run {
    let text = site.read("buildout.cfg").replace("stubborn", "bits");
    site.write("buildout.cfg", text);
    run(site, &[])
}

#[test]
fn what_was_built_is_not_changed_by_an_accomplice() {
    if !is_strict() {
        return;
    }
    let name = format!("accomplice-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let ear = UnixListener::bind_addr(&address).unwrap();
    ear.set_nonblocking(true).unwrap();
    let site = site(&format!("start V hand-out {name}"));
    assert_shows(
        told(&site, &[]),
        str![[r#"
reach the accomplice: denied
leave one behind: WORKED
"#]],
    );
    thread::sleep(Duration::from_millis(700));
    assert!(ear.accept().is_err());
    assert_eq!(site.read("parts/a/output"), "as it was built");
}

#[test]
fn a_flood_of_output_is_cut_and_its_signs_are_shown() {
    if !is_strict() {
        return;
    }
    let run = run(&site("start V flood"), &[]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    let said = run.said("a");
    assert_eq!(said[0], "\\u{1b}]0;owned\\u{7}\\u{1b}[31mred\\u{d}\u{fffd}\u{fffd}");
    assert_eq!(*said.last().unwrap(), "19431446 more bytes of `[VILLAIN]` are not shown");
    assert!(run.stderr.len() < 2 << 20);
}

#[test]
fn a_program_of_the_project_is_not_taken_for_one_of_the_system() {
    if !is_strict() {
        return;
    }
    for (program, exit) in [("../../bin/sh", 1), ("bin/sh", 1)] {
        let site = site("start V bits");
        let text = site.read("buildout.cfg").replace(VILLAIN, program);
        site.write("buildout.cfg", text);
        site.write("bin/sh", "#!/bin/sh\n");
        let grant = format!("--allow-run={program}");
        let run = site.run(&[&grant, "--allow-env=CC"]);
        assert_eq!(run.exit, Some(exit + 2), "{program}: {}", run.stderr);
    }
    let site = Site::new(
        "[buildout]\nparts = a\n\n[a]\nrecipe = actor:shell\ninstall = mkdir parts/a\n    find sh\n    \
         start sh -c -- echo $0; command -v sh\n    return parts/a\n",
    );
    site.write("bin/sh", "#!/bin/sh\necho WORKED\n");
    fs::set_permissions(site.path("bin/sh"), fs::Permissions::from_mode(0o755)).unwrap();
    site.set("PATH", site.path("bin").to_str().unwrap());
    let run = site.run(&["--allow-run=sh"]);
    assert_eq!(run.said("a"), ["sh: Some(\"/usr/bin/sh\")", "sh", "/usr/bin/sh"], "{}", run.stderr);
}

#[test]
fn variables_that_change_what_a_program_is_are_refused_unless_the_recipe_declares_them() {
    if !is_strict() {
        return;
    }
    let deeds = ["LD_PRELOAD=x", "PYTHONPATH=x", "MAKEFLAGS=x", "CC=x", "COLOUR=x"]
        .map(|set| format!("try start env={set} sh -c -- echo it ran"));
    let shell = Site::new(&format!(
        "[buildout]\nparts = a\n\n[a]\nrecipe = actor:shell\ninstall = mkdir parts/a\n    {}\n    return parts/a\n",
        deeds.join("\n    ")
    ));
    let run = shell.run(&["--allow-run=sh"]);
    assert_shows(
        run.said("a").join("\n"),
        str![[r#"
start env=LD_PRELOAD=x sh -c -- echo it ran: denied: `LD_PRELOAD` cannot be set in the environment of a program: it makes any program run other code
start env=PYTHONPATH=x sh -c -- echo it ran: denied: `PYTHONPATH` cannot be set in the environment of a program: it makes programs run others; a recipe must declare that it sets it
start env=MAKEFLAGS=x sh -c -- echo it ran: denied: `MAKEFLAGS` cannot be set in the environment of a program: it makes programs run others; a recipe must declare that it sets it
start env=CC=x sh -c -- echo it ran: denied: `CC` cannot be set in the environment of a program: it makes programs run others; a recipe must declare that it sets it
it ran
"#]],
    );
    let declared = site("try start env=CC=x V bits").read("buildout.cfg");
    let site = Site::new(&declared.replace("env=CC=x V bits", "env=CC=x ${:program} bits"));
    assert!(told(&site, &[]).contains("chmod: denied"));
}

#[test]
fn what_a_program_left_that_no_part_may_have_is_removed() {
    if !is_strict() {
        return;
    }
    for (script, why) in [
        ("mkdir .git; echo x > .git/config", "a protected name"),
        ("echo x > .envrc", "a protected name"),
        ("ln -s /etc/passwd way", "a link that leads out of the part's directories, or nowhere"),
        ("ln -s x/y/up/../../.. way", "a link that leads out of the part's directories, or nowhere"),
        ("mkfifo pipe", "which is neither a file nor a directory nor a link"),
    ] {
        let site = Site::new(&format!(
            "[buildout]\nparts = a\n\n[a]\nrecipe = actor:shell\ninstall = mkdir parts/a\n    \
             try start sh -c -- echo kept > kept; {script}\n    return parts/a\n"
        ));
        let run = site.run(&["--allow-run=sh"]);
        assert_eq!(run.exit, Some(0), "{}", run.stderr);
        assert!(run.stderr.contains(why), "{script}: {}", run.stderr);
        assert_eq!(site.tree("parts/a"), "kept 644 \"kept\\n\"\n", "{script}");
    }
}

#[test]
fn links_inside_a_parts_directory_are_as_good_as_files() {
    if !is_strict() {
        return;
    }
    let site = Site::new(
        "[buildout]\nparts = a\n\n[a]\nrecipe = actor:shell\ninstall = mkdir parts/a\n    \
         start sh -c -- echo 1 > libz.so.1; ln -s libz.so.1 libz.so; mkdir d; ln -s ../libz.so d/l\n    \
         return parts/a\n",
    );
    assert_eq!(site.run(&["--allow-run=sh"]).exit, Some(0));
    assert_eq!(site.tree("parts/a"), "d/\nd/l -> ../libz.so\nlibz.so -> libz.so.1\nlibz.so.1 644 \"1\\n\"\n");
    assert_eq!(site.run(&["buildout:parts="]).exit, Some(0));
    assert!(!site.has("parts/a"));
}

#[test]
fn somebody_elses_file_in_a_directory_of_the_part_can_be_read_and_not_changed() {
    if !is_strict() {
        return;
    }
    let site = Site::new(
        "[buildout]\nparts = a\n\n[a]\nrecipe = actor:shell\ninstall = mkdir parts/a\n    return parts/a\n\
         update = start sh -c -- exec 2>&1; cat notes; echo x > notes; rm -f notes; mv notes n; echo new > new\n",
    );
    assert_eq!(site.run(&["--allow-run=sh"]).exit, Some(0));
    site.write("parts/a/notes", "mine\n");
    let run = site.run(&["--allow-run=sh"]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert_eq!(run.said("a").first(), Some(&"mine"), "{}", run.stderr);
    assert_eq!(site.tree("parts/a"), "new 644 \"new\\n\"\nnotes 644 \"mine\\n\"\n");
}

#[test]
fn secrets_in_what_a_program_reads_are_not_there() {
    if !is_strict() {
        return;
    }
    let site = Site::new(
        "[buildout]\nparts = a\n\n[a]\nrecipe = actor:shell\ninstall = mkdir parts/a\n    \
         start reads=src sh -c -- ls -A ${buildout:directory}/src; cat ${buildout:directory}/src/.env 2>&1\n    \
         return parts/a\n",
    );
    site.write("src/main.c", "x")
        .write("src/.env", "CANARY")
        .write("src/deep/id_rsa", "CANARY")
        .write("src/deep/b", "x");
    let run = site.run(&["--allow-run=sh"]);
    assert_eq!(
        run.said("a"),
        ["deep", "main.c", "cat: [DIR]/src/.env: No such file or directory", "status 1"],
        "{}",
        run.stderr
    );
}

#[test]
fn what_a_program_writes_where_the_user_allowed_it_stays_and_that_is_said() {
    if !is_strict() {
        return;
    }
    let site = Site::new("");
    fs::create_dir(site.path("../granted")).unwrap();
    let place = site.path("../granted").canonicalize().unwrap().display().to_string();
    site.write(
        "buildout.cfg",
        format!(
            "[buildout]\nparts = a\n\n[a]\nrecipe = actor:shell-writer\nplace = {place}\ninstall = mkdir parts/a\n    \
             start sh -c -- echo x > {place}/made; echo y > made\n    return parts/a\n"
        ),
    );
    let run = site.run(&["--allow-run=sh", &format!("--allow-write={place}")]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert_eq!(run.said("a"), ["What `sh` writes below [ROOT]/granted is not recorded, and stays"]);
    assert_eq!(site.run(&["-q", "uninstall"]).exit, Some(0));
    assert!(site.has("../granted/made") && !site.has("parts/a"));
}

/// Until its very end, a program exchanges a file with a link to the user's.
#[test]
fn a_link_that_is_exchanged_until_the_end_leads_nobody_outside() {
    if !is_strict() {
        return;
    }
    let site = Site::new(
        "[buildout]\nparts = a\n\n[a]\nrecipe = actor:shell\ninstall = mkdir parts/a\n    \
         try start sh -c -- mkdir in; ln -s ../../../outside out; (while :; do mv -T in x; mv -T out in; mv -T in out; mv -T x in; done) & sleep 1\n    \
         return parts/a\n",
    );
    for _ in 0..5 {
        let run = site.run(&["--allow-run=sh"]);
        assert_eq!(run.exit, Some(0), "{}", run.stderr);
        let left = site.tree("parts/a");
        assert!(!left.contains("->"), "a link that leads out stayed: {left}");
        assert_eq!(site.run(&["-q", "uninstall"]).exit, Some(0));
        assert!(!site.has("parts/a") && site.has("../outside/file"));
    }
}

#[test]
fn what_was_a_file_and_became_a_link_is_judged_as_a_new_one() {
    if !is_strict() {
        return;
    }
    let site = Site::new(
        "[buildout]\nparts = a\n\n[a]\nrecipe = actor:shell\ninstall = mkdir parts/a\n    write parts/a/x hello\n    \
         mkdir parts/a/d\n    try start sh -c -- rm x; ln -s ../../../outside/secret x; rm -r d; ln -s ../../../outside d\n    \
         return parts/a\n",
    );
    let run = site.run(&["--allow-run=sh"]);
    assert!(
        run.stderr.contains("a link that leads out of the part's directories, or nowhere"),
        "{}",
        run.stderr
    );
    assert_eq!(site.tree("parts/a"), "");
}
