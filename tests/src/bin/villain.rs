//! A program that tries, one after the other, what no program of a stranger may do, and tells what worked.
//!
//! - In: what to try, as its first argument; where, as the others.
//! - Out: a line for each try, `NAME: denied` or `NAME: WORKED`; where it must be ended, nothing.
//! - Not here: who looks whether anything happened (`tests/attacks/programs`).

use std::ffi::CString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (deed, rest) = arguments.split_first().expect("the test says what to try");
    let first = || rest.first().expect("the test says where").as_str();
    match deed.as_str() {
        "files" => files(Path::new(first())),
        "looks" => looks(first()),
        "network" => network(first(), &rest[1]),
        "calls" => calls(),
        "bits" => bits(),
        "forks" => forks(),
        "memory" => memory(first()),
        "fill" => fill(first()),
        "outlive" => outlive(first()),
        "stubborn" => stubborn(),
        "hand-out" => hand_out(first()),
        "flood" => flood(),
        "as-root" => as_root(),
        other => panic!("nobody taught this villain `{other}`"),
    }
}

/// Tells what came of a try.
fn tried<T>(what: &str, result: io::Result<T>) {
    println!("{what}: {}", if result.is_ok() { "WORKED" } else { "denied" });
}

/// The system's word about a call that std has no name for.
fn system(result: libc::c_long) -> io::Result<libc::c_long> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn text(path: &Path) -> CString {
    CString::new(path.to_str().expect("tests write UTF-8")).expect("tests write no NUL")
}

/// Everything that can be done to a directory of somebody else, and to the file `secret` in it.
fn files(directory: &Path) {
    let secret = directory.join("secret");
    let name = text(&secret);
    tried("see", fs::metadata(&secret));
    tried("read", fs::read(&secret));
    tried("list", fs::read_dir(directory));
    tried("write", fs::write(&secret, "x"));
    tried("append", OpenOptions::new().append(true).open(&secret));
    tried("cut", OpenOptions::new().write(true).truncate(true).open(&secret));
    tried("make", fs::write(directory.join("made"), "x"));
    tried("remove", fs::remove_file(&secret));
    tried("rename", fs::rename(&secret, "stolen"));
    tried("link", fs::hard_link(&secret, "linked"));
    tried("through a link", symlink(&secret, "way").and_then(|()| fs::read("way")));
    let _ = fs::remove_file("way");
    tried("mode", fs::set_permissions(&secret, Permissions::from_mode(0o777)));
    let time = File::open(&secret).and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH));
    tried("time", time);
    let times = [libc::timeval { tv_sec: 0, tv_usec: 0 }; 2];
    // SAFETY: texts that end with NUL and records that outlive each call.
    unsafe {
        tried("time by path", system(libc::utimes(name.as_ptr(), times.as_ptr()).into()));
        tried("owner", system(libc::chown(name.as_ptr(), 0, 0).into()));
        let value = c"x";
        tried(
            "attribute",
            system(libc::setxattr(name.as_ptr(), c"user.x".as_ptr(), value.as_ptr().cast(), 1, 0).into()),
        );
    }
}

/// What can be learnt of the user: `word` stands in an environment and on a command line outside.
fn looks(word: &str) {
    let mut names: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
    names.sort();
    println!("environment: {}", names.join(" "));
    tried("HOME", fs::read_dir(std::env::var("HOME").unwrap_or_default()));
    for what in ["environ", "cmdline"] {
        let mut found = false;
        for entry in fs::read_dir("/proc").expect("there is one").flatten() {
            let name = entry.file_name().into_string().unwrap_or_default();
            // The other two names of itself are words.
            let others = name.parse() != Ok(std::process::id()) && name.parse::<u32>().is_ok();
            let bytes = fs::read(entry.path().join(what)).unwrap_or_default();
            found |= others && String::from_utf8_lossy(&bytes).contains(word);
        }
        println!("{what} of others: {}", if found { "WORKED" } else { "denied" });
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    println!("users: {}", users.lines().count());
    let root = fs::read_dir("/").map(|entries| entries.flatten().map(|entry| entry.file_name()));
    let mut root: Vec<_> =
        root.expect("it can be listed").filter_map(|name| name.into_string().ok()).collect();
    root.retain(|name| {
        ["root", "home", "srv", "var", "opt", "mnt", "run", "boot", "sys"].contains(&name.as_str())
    });
    root.sort();
    println!("of the machine: {}", root.join(" "));
}

/// Every way to talk to somebody: a port of this machine, a socket by its path.
fn network(port: &str, socket: &str) {
    let address = format!("127.0.0.1:{port}");
    tried("connect", TcpStream::connect(&address));
    tried("connect by IPv6", TcpStream::connect(format!("[::1]:{port}")));
    tried("send", UdpSocket::bind("127.0.0.1:0").and_then(|own| own.send_to(b"x", &address)));
    tried("listen", TcpListener::bind("127.0.0.1:0"));
    tried("socket by path", UnixStream::connect(socket));
    tried("socket of its own", UnixListener::bind("own"));
    let name = SocketAddr::from_abstract_name(format!("villain-{port}")).expect("a name");
    tried("socket without a path", UnixStream::connect_addr(&name));
    tried("datagram", UnixDatagram::unbound());
    // SAFETY: plain numbers.
    unsafe {
        for (what, family, kind, protocol) in [
            ("raw", libc::AF_INET, libc::SOCK_RAW, libc::IPPROTO_ICMP),
            ("multipath", libc::AF_INET, libc::SOCK_STREAM, 262),
            ("packets", libc::AF_PACKET, libc::SOCK_RAW, 0),
            ("routes", libc::AF_NETLINK, libc::SOCK_RAW, 0),
            ("machines", libc::AF_VSOCK, libc::SOCK_STREAM, 0),
        ] {
            tried(what, system(libc::socket(family, kind, protocol).into()));
        }
    }
    tried("pair", UnixStream::pair());
}

/// System calls that no build needs.
fn calls() {
    let nothing = std::ptr::null::<libc::c_void>();
    // SAFETY: each is given numbers and null pointers; those that are denied never look at them.
    unsafe {
        let call = |what, result| tried(what, system(result));
        call("unshare", libc::syscall(libc::SYS_unshare, libc::CLONE_NEWUSER));
        call("namespace by clone", libc::syscall(libc::SYS_clone, libc::CLONE_NEWUSER, 0, 0, 0, 0));
        call("mount", libc::syscall(libc::SYS_mount, nothing, c"/tmp".as_ptr(), c"tmpfs".as_ptr(), 0, 0));
        call("chroot", libc::syscall(libc::SYS_chroot, c"/".as_ptr()));
        call("trace", libc::syscall(libc::SYS_ptrace, libc::PTRACE_SEIZE, 1, 0, 0));
        call("memory of others", libc::syscall(libc::SYS_process_vm_readv, 1, nothing, 0, nothing, 0, 0));
        call("rings", libc::syscall(libc::SYS_io_uring_setup, 1, nothing));
        call("keys", libc::syscall(libc::SYS_keyctl, 0, -3, 0));
        call("programs for the kernel", libc::syscall(libc::SYS_bpf, 0, nothing, 0));
        call("events", libc::syscall(libc::SYS_perf_event_open, nothing, 0, -1, -1, 0));
        call("faults", libc::syscall(libc::SYS_userfaultfd, 0));
        call("files by number", libc::syscall(libc::SYS_open_by_handle_at, -1, nothing, 0));
        call("personality", libc::syscall(libc::SYS_personality, 0x0008));
        call("kernel log", libc::syscall(libc::SYS_syslog, 3, nothing, 0));
        #[cfg(target_arch = "x86_64")]
        call("second names", libc::syscall(0x4000_0000 + libc::SYS_getpid));
    }
    // A system call of 32 bits ends whoever makes it, so that is somebody else.
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: the child does nothing but the call, and leaves.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: `getpid` of 32 bits takes nothing and changes one register.
            unsafe {
                std::arch::asm!("int 0x80", inout("eax") 20 => _);
                libc::_exit(0);
            }
        }
        let mut status = 0;
        // SAFETY: the number is ours to write.
        unsafe { libc::waitpid(child, &raw mut status, 0) };
        println!("32 bits: {}", if libc::WIFEXITED(status) { "WORKED" } else { "denied" });
    }
    for (what, path) in [("kernel settings", "/proc/sys/kernel/hostname"), ("a device", "/dev/mem")] {
        tried(what, OpenOptions::new().write(true).open(path));
    }
    // SAFETY: plain numbers and a text.
    tried(
        "end the first process",
        system(unsafe { libc::kill(1, libc::SIGKILL) }.into()).and_then(|_| {
            // The call is allowed; whether it does anything is another thing.
            if Path::new("/proc/1").exists() { Err(io::Error::other("it is there")) } else { Ok(()) }
        }),
    );
}

/// Every way to make a file that runs as its owner.
fn bits() {
    fs::write("plain", "x").expect("it can write here");
    tried("chmod", fs::set_permissions("plain", Permissions::from_mode(0o4755)));
    let file = File::open("plain").expect("it was just made");
    tried("fchmod", file.set_permissions(Permissions::from_mode(0o2755)));
    // SAFETY: texts that end with NUL, and plain numbers.
    unsafe {
        let call = |what, result| tried(what, system(result));
        call("fchmodat", libc::syscall(libc::SYS_fchmodat, libc::AT_FDCWD, c"plain".as_ptr(), 0o4755));
        call("fchmodat2", libc::syscall(452, libc::AT_FDCWD, c"plain".as_ptr(), 0o4755, 0));
        let flags = libc::O_CREAT | libc::O_WRONLY;
        call("open", libc::syscall(libc::SYS_openat, libc::AT_FDCWD, c"opened".as_ptr(), flags, 0o6755));
        call("mkdir", libc::syscall(libc::SYS_mkdirat, libc::AT_FDCWD, c"directory".as_ptr(), 0o2755));
        call(
            "mknod",
            libc::syscall(libc::SYS_mknodat, libc::AT_FDCWD, c"node".as_ptr(), libc::S_IFREG | 0o4755, 0),
        );
        call(
            "a device",
            libc::syscall(libc::SYS_mknodat, libc::AT_FDCWD, c"dev".as_ptr(), libc::S_IFBLK | 0o666, 0),
        );
    }
}

/// Processes that never end, each of which starts two more.
fn forks() {
    loop {
        // SAFETY: both go on here.
        unsafe { libc::fork() };
    }
}

/// All memory: of one process, of many, in a file system that is memory.
fn memory(how: &str) {
    let hoard = || -> ! {
        let mut heap = Vec::new();
        loop {
            heap.push(vec![1_u8; 8 << 20]);
            std::hint::black_box(&heap);
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    match how {
        "one" => hoard(),
        "many" => {
            for _ in 0..8 {
                // SAFETY: the child goes on by itself.
                if unsafe { libc::fork() } == 0 {
                    hoard();
                }
            }
            std::thread::sleep(Duration::from_secs(600));
        }
        _ => {
            let mut file = File::create("/dev/shm/hoard").expect("it is there");
            while file.write_all(&vec![1; 8 << 20]).is_ok() {
                std::thread::sleep(Duration::from_millis(2));
            }
            std::thread::sleep(Duration::from_secs(600));
        }
    }
}

/// The whole disk.
fn fill(how: &str) {
    let piece = vec![1_u8; 1 << 20];
    for number in 0.. {
        let mut file = File::create(format!("file-{number}")).expect("it can be made");
        let pieces = if how == "many" { 1 } else { u64::MAX };
        for _ in 0..pieces {
            if file.write_all(&piece).is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// A daemon that writes when everybody has gone home.
fn outlive(path: &str) {
    // SAFETY: both go on; the parents leave.
    unsafe {
        if libc::fork() > 0 {
            return;
        }
        libc::setsid();
        if libc::fork() > 0 {
            libc::_exit(0);
        }
    }
    std::thread::sleep(Duration::from_millis(500));
    let _ = fs::write(path, "late");
}

/// Ignores all that can be ignored, stops, and waits.
fn stubborn() {
    fs::create_dir("half").and_then(|()| fs::write("half/made", "x")).expect("it can write here");
    // SAFETY: plain numbers.
    unsafe {
        for signal in [libc::SIGTERM, libc::SIGHUP, libc::SIGINT, libc::SIGQUIT] {
            libc::signal(signal, libc::SIG_IGN);
        }
        println!("waiting");
        libc::kill(libc::getpid(), libc::SIGSTOP);
    }
    std::thread::sleep(Duration::from_secs(600));
}

/// Gives a handle on its output to somebody who listens at a socket without a path.
fn hand_out(name: &str) {
    let address = SocketAddr::from_abstract_name(name).expect("a name");
    tried("reach the accomplice", UnixStream::connect_addr(&address));
    let child = Command::new("/proc/self/exe").args(["outlive", "output"]).spawn();
    tried("leave one behind", child);
    fs::write("output", "as it was built").expect("it can write here");
}

/// More than anybody reads, with signs for the terminal in it.
fn flood() {
    let mut out = io::stdout().lock();
    let _ = out.write_all(b"\x1b]0;owned\x07\x1b[31mred\r\xff\xfe\n");
    let line = [b'x'; 1023];
    for _ in 0..20_000 {
        if out.write_all(&line).and_then(|()| out.write_all(b"\n")).is_err() {
            return;
        }
    }
}

/// What root can do that others cannot.
fn as_root() {
    // SAFETY: plain numbers, a text, and null pointers that are never looked at.
    unsafe {
        println!("user {}", if libc::getuid() == 0 { "0" } else { "ordinary" });
        tried("become root", system(libc::setuid(0).into()));
        let node = libc::mknod(c"node".as_ptr(), libc::S_IFCHR | 0o666, libc::makedev(1, 1));
        tried("device", system(node.into()));
        tried("own", system(libc::chown(c".".as_ptr(), 0, 12345).into()));
        tried("limits", {
            let more = libc::rlimit { rlim_cur: 1 << 20, rlim_max: 1 << 20 };
            system(libc::setrlimit(libc::RLIMIT_NOFILE, &raw const more).into())
        });
        tried("priority", system(libc::setpriority(libc::PRIO_PROCESS, 0, -5).into()));
    }
    tried("kernel settings", OpenOptions::new().write(true).open("/proc/sys/kernel/core_pattern"));
    let mut buffer = [0; 1];
    tried("kernel memory", File::open("/proc/kcore").and_then(|mut file| file.read_exact(&mut buffer)));
    tried("shadow", File::open("/etc/shadow"));
}
