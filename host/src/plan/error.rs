//! Why there is no plan.

use crate::diagnostic::Diagnostic;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// What is to be uninstalled is not there.
    #[error("The part `{part}` is not installed")]
    NotInstalled {
        /// As it was named.
        part: String,
        /// The most similar part that is installed.
        nearest: Option<String>,
        /// Whether any part is installed.
        any: bool,
    },
}

impl PlanError {
    /// The same error, with the advice a person needs.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::NotInstalled { nearest, any, .. } => {
                let error = Diagnostic::error("not-installed", self.to_string());
                match nearest {
                    Some(name) => error.help(format!("did you mean `{name}`?")),
                    None if *any => {
                        error.help("nothing was changed; `buildout doctor` lists the installed parts")
                    }
                    None => error.help("nothing is installed here"),
                }
            }
        }
    }
}
