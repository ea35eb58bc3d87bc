//! What conditions may ask about this machine and the user's Python.
//!
//! - In: plain data, and a way to ask the interpreter (decisions 1.2), which is gone when no condition is
//!   about Python.
//! - Out: [`Facts`]; nothing is found out here.

use std::sync::{Arc, LazyLock};

use camino::Utf8PathBuf;

/// What a condition may know about an interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Python {
    /// Major, minor and micro version.
    pub version: (u32, u32, u32),
    /// The whole version, such as `3.11.4` or `3.15.0a2`.
    pub full: String,
    /// Its `sys.implementation.name`: `cpython`, `pypy` …
    pub implementation: String,
}

impl Python {
    /// CPython of this version.
    pub fn version((major, minor, micro): (u32, u32, u32)) -> Self {
        Self {
            version: (major, minor, micro),
            full: format!("{major}.{minor}.{micro}"),
            implementation: "cpython".to_owned(),
        }
    }
}

impl Default for Python {
    /// The one that is assumed where there is none.
    fn default() -> Self {
        Self::version((3, 11, 0))
    }
}

type Asking = Box<dyn FnOnce() -> Python + Send>;

/// An interpreter that is asked when the first condition wants to know something about it.
#[derive(Debug, Clone)]
pub struct Asked(Arc<LazyLock<Python, Asking>>);

impl Asked {
    /// One that is asked so.
    pub fn with(ask: impl FnOnce() -> Python + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(ask))))
    }
}

impl From<Python> for Asked {
    fn from(known: Python) -> Self {
        Self::with(|| known)
    }
}

/// What section conditions and built-in defaults may know.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The user's Python.
    pub python: Asked,
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
    /// Asks the interpreter, unless it was asked before.
    pub fn python(&self) -> &Python {
        &self.python.0
    }
}

impl Default for Facts {
    /// Linux on x86-64.
    fn default() -> Self {
        Self {
            python: Python::default().into(),
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
