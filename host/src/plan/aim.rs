//! What a run is to bring about.
//!
//! - In: what was typed, or what a program asks for.
//! - Out: an [`Aim`], plain data.
//! - Not here: which steps lead there (`compare`, `uninstall`).

use crate::resolve::Wanted;

/// What a run is to bring about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// Parts stand as the configuration says.
    Installed {
        /// Only these, in this order, and nothing else goes; none: all, and what nothing names goes.
        only: Vec<String>,
        /// With `only`: before them the parts that they need, in the order of the buildout.
        with_needs: bool,
        /// `only`, or all, are made anew without any other reason.
        force: bool,
    },
    /// Parts are gone, whatever the configuration says.
    Uninstalled {
        /// Only these; none: all that are installed.
        only: Vec<String>,
        /// A part goes even if its recipe's `uninstall` fails.
        force: bool,
    },
}

impl Aim {
    /// All that the configuration says: a run for which nothing else was asked.
    pub fn everything() -> Self {
        Self::Installed { only: Vec::new(), with_needs: false, force: false }
    }

    /// The parts that were named.
    pub fn named(&self) -> &[String] {
        match self {
            Self::Installed { only, .. } | Self::Uninstalled { only, .. } => only,
        }
    }

    /// The parts that must be resolved for it.
    pub fn wanted(&self) -> Wanted<'_> {
        match self {
            Self::Installed { only, .. } if only.is_empty() => Wanted::All,
            Self::Installed { only, .. } => Wanted::Only(only),
            Self::Uninstalled { .. } => Wanted::Nothing,
        }
    }
}
