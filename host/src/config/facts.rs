//! What conditions may ask about this machine and the user's Python; plain data.
//!
//! - In: somebody above asked the interpreter (decisions 1.2).
//! - Out: [`Facts`]; nothing is found out here.

use camino::Utf8PathBuf;

/// What section conditions and built-in defaults may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Major, minor and micro version of the user's Python.
    pub python: (u32, u32, u32),
    /// Its whole version, such as `3.11.4` or `3.15.0a2`.
    pub python_full: String,
    /// Its `sys.implementation.name`: `cpython`, `pypy` …
    pub implementation: String,
    /// Its path, if there is one: the default of `[buildout] executable`.
    pub executable: Option<Utf8PathBuf>,
    /// `os.name`: `posix` or `nt`.
    pub os_name: String,
    /// `sys.platform`: `linux`, `darwin`, `win32` …
    pub sys_platform: String,
    /// `platform.system()`: `Linux` …
    pub system: String,
    /// `platform.machine()`: `x86_64` …
    pub machine: String,
    /// `platform.release()`, the kernel's; empty where nobody asked.
    pub release: String,
    /// `platform.version()`, the kernel's; empty where nobody asked.
    pub version: String,
    /// Bits of an address.
    pub bits: u32,
    /// Whether the low byte comes first.
    pub little_endian: bool,
    /// What `~` stands for in directory options.
    pub home: Option<Utf8PathBuf>,
}

impl Facts {
    /// Python of this version on Linux and x86-64.
    pub fn linux(major: u32, minor: u32, micro: u32) -> Self {
        Self {
            python: (major, minor, micro),
            python_full: format!("{major}.{minor}.{micro}"),
            implementation: "cpython".to_owned(),
            executable: None,
            os_name: "posix".to_owned(),
            sys_platform: "linux".to_owned(),
            system: "Linux".to_owned(),
            machine: "x86_64".to_owned(),
            release: String::new(),
            version: String::new(),
            bits: 64,
            little_endian: true,
            home: None,
        }
    }
}

impl Default for Facts {
    fn default() -> Self {
        Self::linux(3, 11, 0)
    }
}
