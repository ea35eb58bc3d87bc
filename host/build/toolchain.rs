//! Finding a compiler for wasm components, and the cargo command that uses it.
//!
//! - In: the compilers of this machine.
//! - Out: a [`Way`], and from it a `cargo build` for `wasm32-wasip2`.
//! - Not here: which crates are built (`stock`, `cargo xtask`), installing a compiler (`cargo xtask setup`).
//!
//! Shared by `build.rs` and `cargo xtask`, so that the two cannot come to differ.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What recipes are compiled for: WASI 0.2 components.
pub(crate) const TARGET: &str = "wasm32-wasip2";

/// Names a compiler to be used instead of the running toolchain's.
pub(crate) const WASM_RUSTC: &str = "BUILDOUT_WASM_RUSTC";

/// Debian's compiler (package `rustc-web`).
pub(crate) const SYSTEM_RUSTC: &str = "/usr/bin/rustc";

/// Debian's C library for wasm (package `wasi-libc`), which the standard library is linked with.
const SYSTEM_WASI_LIBC: &str = "/usr/lib/wasm32-wasi";

/// What the calling build set for native code and must not reach a build for wasm: under `cargo clippy`
/// the wrapper is clippy's driver, under a coverage tool the flags do not fit wasm.
const SCRUBBED: [&str; 14] = [
    "CARGO_BUILD_RUSTC",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "CLIPPY_ARGS",
    "OUT_DIR",
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOC",
    "RUSTFLAGS",
];

/// What cargo tells one build script or program about its own package.
const SCRUBBED_PREFIXES: [&str; 6] =
    ["CARGO_CFG_", "CARGO_FEATURE_", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_", "DEP_"];

/// What one compiler has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Compiler {
    /// The command or path that starts it.
    pub(crate) rustc: PathBuf,
    /// Whether it has a standard library for [`TARGET`].
    pub(crate) has_target: bool,
    /// Whether that standard library can be built: its sources and a C library for wasm are there.
    pub(crate) has_sources: bool,
    /// Where it keeps the linkers for wasm, if it has them.
    pub(crate) linkers: Option<PathBuf>,
}

impl Compiler {
    /// Asks a compiler; none if it does not start or does not know [`TARGET`].
    pub(crate) fn probe(rustc: &Path) -> Option<Self> {
        let asked =
            ["--target", TARGET, "--print", "sysroot", "--print", "target-libdir", "--print", "host-tuple"];
        let output = Command::new(rustc).args(asked).stderr(Stdio::null()).output().ok()?;
        let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
        let mut lines = text.lines();
        let (sysroot, libdir, host) = (Path::new(lines.next()?), Path::new(lines.next()?), lines.next()?);
        let linkers = sysroot.join("lib/rustlib").join(host).join("bin");
        Some(Self {
            rustc: rustc.to_owned(),
            has_target: libdir.is_dir(),
            has_sources: sysroot.join("lib/rustlib/src/rust/library").is_dir()
                && Path::new(SYSTEM_WASI_LIBC).join("libc.a").is_file(),
            linkers: linkers.join("wasm-component-ld").is_file().then_some(linkers),
        })
    }

    /// The compiler that cargo was started with, or would start.
    pub(crate) fn running() -> Option<Self> {
        Self::probe(Path::new(&env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())))
    }

    /// Debian's compiler.
    pub(crate) fn system() -> Option<Self> {
        Self::probe(Path::new(SYSTEM_RUSTC))
    }
}

/// How components are made on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// The compiler has a standard library for wasm.
    Target {
        /// The compiler.
        rustc: PathBuf,
    },
    /// The compiler has the sources of its standard library, which is built along; the running
    /// toolchain has the linkers.
    Sources {
        /// The compiler.
        rustc: PathBuf,
        /// The folder with `wasm-component-ld` and `gcc-ld/wasm-ld`.
        linkers: PathBuf,
    },
}

impl Way {
    /// Looks at this machine.
    ///
    /// # Errors
    ///
    /// As [`Way::choose`].
    pub(crate) fn find() -> Result<Self, Missing> {
        let asked = env::var_os(WASM_RUSTC).map(PathBuf::from);
        let probed = asked.as_deref().map(Compiler::probe);
        if let (Some(rustc), Some(None)) = (&asked, &probed) {
            return Err(Missing::Asked(rustc.clone()));
        }
        Self::choose(probed.flatten(), Compiler::running(), Compiler::system())
    }

    /// Takes the compiler that was asked for, else the running toolchain's target, else Debian's sources.
    ///
    /// # Errors
    ///
    /// - [`Missing::Asked`]: the compiler that was asked for cannot make components; no other is tried.
    /// - [`Missing::Compiler`]: none can.
    pub(crate) fn choose(
        asked: Option<Compiler>,
        running: Option<Compiler>,
        system: Option<Compiler>,
    ) -> Result<Self, Missing> {
        let linkers = running.as_ref().and_then(|running| running.linkers.clone());
        let from_sources = |compiler: Compiler| match (compiler.has_sources, &linkers) {
            (true, Some(linkers)) => Some(Self::Sources { rustc: compiler.rustc, linkers: linkers.clone() }),
            _ => None,
        };
        if let Some(asked) = asked {
            let rustc = asked.rustc.clone();
            return if asked.has_target {
                Ok(Self::Target { rustc })
            } else {
                from_sources(asked).ok_or(Missing::Asked(rustc))
            };
        }
        match running {
            Some(running) if running.has_target => Ok(Self::Target { rustc: running.rustc }),
            _ => system.and_then(from_sources).ok_or(Missing::Compiler),
        }
    }

    /// A `cargo build` for [`TARGET`] that leaves its products below `target_dir`; the packages and the
    /// profile are added by the caller.
    ///
    /// The job server (`CARGO_MAKEFLAGS`) is handed on; what the calling build says about native code
    /// is not. Paths of this machine are kept out of the components, so that equal sources give equal bytes
    /// wherever they lie.
    pub(crate) fn cargo_build(&self, root: &Path, target_dir: &Path) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(root).args(["build", "--target", TARGET, "--target-dir"]).arg(target_dir);
        for (name, _) in env::vars_os().filter(|(name, _)| is_scrubbed(&name.to_string_lossy())) {
            command.env_remove(name);
        }
        let mut flags = vec![renamed(root, "/buildout")];
        flags.extend(cargo_home().map(|home| renamed(&home, "/cargo")));
        match self {
            Self::Target { rustc } => command.env("RUSTC", rustc),
            Self::Sources { rustc, linkers } => {
                flags.push(joined("-Clinker=", &linkers.join("wasm-component-ld")));
                flags.push(joined("-Clink-arg=--wasm-ld-path=", &linkers.join("gcc-ld/wasm-ld")));
                flags.push("-Clink-self-contained=no".into());
                flags.push(joined("-L", Path::new(SYSTEM_WASI_LIBC)));
                // Debian's compiler is not the one that the packages name as their oldest.
                command.args(["-Zbuild-std=std,panic_abort", "--ignore-rust-version"]);
                command.env("RUSTC", rustc).env("RUSTC_BOOTSTRAP", "1")
            }
        };
        // Even with one flag this form replaces the flags of every configuration file.
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join(OsStr::new("\x1f")));
        command
    }
}

impl fmt::Display for Way {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target { rustc } => write!(to, "`{}` has the target {TARGET}", rustc.display()),
            Self::Sources { rustc, .. } => {
                write!(to, "`{}` builds the standard library for {TARGET} from its sources", rustc.display())
            }
        }
    }
}

/// Why no component can be made here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missing {
    /// No compiler has the target or its sources.
    Compiler,
    /// The one named by [`WASM_RUSTC`] does not start or has neither.
    Asked(PathBuf),
}

impl fmt::Display for Missing {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compiler => {
                write!(to, "no compiler for {TARGET} is there; one of these brings it:\n{COMMANDS}")
            }
            Self::Asked(rustc) => write!(
                to,
                "{WASM_RUSTC} names `{}`, which has neither the target {TARGET} nor the sources of its standard \
                 library together with {SYSTEM_WASI_LIBC}; unset it, or one of these helps:\n{COMMANDS}",
                rustc.display()
            ),
        }
    }
}

impl std::error::Error for Missing {}

/// What a person can type to bring a compiler.
const COMMANDS: &str = "    cargo xtask setup\n    rustup target add wasm32-wasip2\n    \
                        apt-get install rustc-web rust-web-src wasi-libc";

/// Whether a variable is kept from a build for wasm.
pub(crate) fn is_scrubbed(name: &str) -> bool {
    SCRUBBED.contains(&name) || SCRUBBED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")))
}

fn renamed(from: &Path, to: &str) -> OsString {
    let mut flag = joined("--remap-path-prefix=", from);
    flag.push("=");
    flag.push(to);
    flag
}

fn joined(flag: &str, path: &Path) -> OsString {
    let mut joined = OsString::from(flag);
    joined.push(path);
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiler(rustc: &str) -> Compiler {
        let linkers = Some(PathBuf::from("/toolchain/bin"));
        Compiler { rustc: rustc.into(), has_target: false, has_sources: false, linkers }
    }

    fn with_target(rustc: &str) -> Option<Compiler> {
        Some(Compiler { has_target: true, ..compiler(rustc) })
    }

    fn with_sources(rustc: &str) -> Option<Compiler> {
        Some(Compiler { has_sources: true, linkers: None, ..compiler(rustc) })
    }

    #[test]
    fn the_running_toolchain_comes_before_debians() {
        assert_eq!(
            Way::choose(None, with_target("rustc"), with_sources("/usr/bin/rustc")),
            Ok(Way::Target { rustc: "rustc".into() })
        );
    }

    #[test]
    fn debians_sources_are_built_with_the_linkers_of_the_running_toolchain() {
        assert_eq!(
            Way::choose(None, Some(compiler("rustc")), with_sources("/usr/bin/rustc")),
            Ok(Way::Sources { rustc: "/usr/bin/rustc".into(), linkers: "/toolchain/bin".into() })
        );
    }

    #[test]
    fn sources_without_linkers_are_of_no_use() {
        let running = Compiler { linkers: None, ..compiler("rustc") };
        assert_eq!(Way::choose(None, Some(running), with_sources("/usr/bin/rustc")), Err(Missing::Compiler));
    }

    #[test]
    fn the_compiler_that_was_asked_for_comes_first() {
        assert_eq!(
            Way::choose(with_sources("/opt/rustc"), with_target("rustc"), with_sources("/usr/bin/rustc")),
            Ok(Way::Sources { rustc: "/opt/rustc".into(), linkers: "/toolchain/bin".into() })
        );
    }

    #[test]
    fn no_other_compiler_stands_in_for_the_one_that_was_asked_for() {
        let missing = Way::choose(Some(compiler("/opt/rustc")), with_target("rustc"), None).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "BUILDOUT_WASM_RUSTC names `/opt/rustc`, which has neither the target wasm32-wasip2 nor the sources of \
             its standard library together with /usr/lib/wasm32-wasi; unset it, or one of these helps:\n    \
             cargo xtask setup\n    rustup target add wasm32-wasip2\n    \
             apt-get install rustc-web rust-web-src wasi-libc"
        );
    }

    #[test]
    fn nothing_there_names_the_commands_to_type() {
        assert_eq!(
            Way::choose(None, Some(compiler("rustc")), None).unwrap_err().to_string(),
            "no compiler for wasm32-wasip2 is there; one of these brings it:\n    cargo xtask setup\n    \
             rustup target add wasm32-wasip2\n    apt-get install rustc-web rust-web-src wasi-libc"
        );
    }

    #[test]
    fn flags_and_wrappers_of_the_native_build_are_scrubbed_and_the_job_server_is_not() {
        let set = [
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTFLAGS",
            "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER",
            "RUSTC",
            "RUSTDOC",
            "CARGO_BUILD_TARGET",
            "CARGO_CFG_UNIX",
            "CARGO_FEATURE_STOCK_RECIPES",
            "CARGO_MAKEFLAGS",
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "RUSTUP_TOOLCHAIN",
            "PATH",
        ];
        let kept: Vec<_> = set.into_iter().filter(|name| !is_scrubbed(name)).collect();
        assert_eq!(kept, ["CARGO_MAKEFLAGS", "CARGO_HOME", "CARGO_NET_OFFLINE", "RUSTUP_TOOLCHAIN", "PATH"]);
    }

    #[test]
    fn debians_way_builds_the_standard_library_with_the_toolchains_linkers() {
        let way = Way::Sources { rustc: "/usr/bin/rustc".into(), linkers: "/toolchain/bin".into() };
        let command = way.cargo_build(Path::new("/checkout"), Path::new("/out"));
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
        assert_eq!(
            arguments.join(" "),
            "build --target wasm32-wasip2 --target-dir /out -Zbuild-std=std,panic_abort --ignore-rust-version"
        );
        let set = |wanted: &str| {
            let (_, value) = command.get_envs().find(|(name, _)| *name == wanted)?;
            Some(value?.to_string_lossy().into_owned())
        };
        assert_eq!(set("RUSTC").as_deref(), Some("/usr/bin/rustc"));
        assert_eq!(set("RUSTC_BOOTSTRAP").as_deref(), Some("1"));
        let flags = set("CARGO_ENCODED_RUSTFLAGS").expect("the flags are set");
        let linking: Vec<_> = flags.split('\x1f').filter(|flag| !flag.starts_with("--remap")).collect();
        assert_eq!(
            linking.join(" "),
            "-Clinker=/toolchain/bin/wasm-component-ld -Clink-arg=--wasm-ld-path=/toolchain/bin/gcc-ld/wasm-ld \
             -Clink-self-contained=no -L/usr/lib/wasm32-wasi"
        );
    }
}
