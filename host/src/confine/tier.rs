//! Tiers: how strongly a program is confined, and what each of them lets through.
//!
//! - In: what the user accepts.
//! - Out: the layers that are then required; what leaks, in words.
//! - Not here: the layers themselves, and whether this machine has them (`probe`).

use serde::{Deserialize, Serialize};

/// How strongly a program is confined, the strongest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Namespaces, Landlock, a filter of system calls, limits.
    #[default]
    Strict,
    /// The same without namespaces.
    Landlock,
    /// Limits and a clean environment.
    None,
}

impl Tier {
    /// All of them, the strongest first.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Landlock, Self::None];

    /// The word of the flag and of the policy.
    pub fn word(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Landlock => "landlock",
            Self::None => "none",
        }
    }

    /// The tier of this word, if it is one.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.word() == word)
    }

    /// What a program can do all the same, in words; in the strongest tier, nothing.
    pub fn leaks(self) -> &'static [&'static str] {
        match self {
            Self::Strict => &[],
            Self::Landlock => &[
                "see which files there are",
                "change permissions and times of your files",
                "read the command lines of other programs",
                "use more memory together than one program may",
            ],
            Self::None => &["do everything that you can do"],
        }
    }
}
