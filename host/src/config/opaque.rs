//! Values of the user's own that nobody else may read: credentials, and addresses that carry them.
//!
//! - In: an option and its value.
//! - Out: whether it is one, and what is shown instead.
//! - Not here: files with names of secrets (`access`).
//!
//! Rule: decisions 4.8. Only the user's own `default.cfg` has such values: what a project writes is the project's to
//! show. A value stays opaque where a macro takes it over and where a project adds to it.

use super::value::{Layer, Value};

/// What stands where such a value would be shown.
pub const OPAQUE: &str = "<opaque>";

/// Words in the names of options that hold credentials.
const CREDENTIALS: [&str; 10] = [
    "apikey",
    "credential",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "token",
];

/// Which values are opaque.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opaque {
    /// `SECTION:OPTION` of those that the user's policy names, besides what looks like credentials. They stay opaque in
    /// another section that takes them over by a macro.
    pub options: Vec<String>,
}

impl Opaque {
    /// Whether nobody but the user may read this value of an option.
    pub fn hides(&self, option: &str, value: &Value) -> bool {
        value.layers().contains(Layer::User)
            && (names_credentials(option)
                || self.options.iter().any(|named| named.rsplit(':').next() == Some(option))
                || carries_credentials(value.text()))
    }
}

fn names_credentials(option: &str) -> bool {
    let lower = option.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.any(|word| CREDENTIALS.contains(&word) || CREDENTIALS.contains(&word.trim_end_matches('s')))
        || lower.contains("api-key")
}

/// Whether an address in the text has a user's name or password before its host.
fn carries_credentials(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let authority = rest.split(|c: char| matches!(c, '/' | '?' | '#') || c.is_whitespace()).next();
        authority.is_some_and(|authority| authority.contains('@'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_their_names_and_by_addresses_that_carry_them() {
        for option in ["password", "upload-token", "DB_PASSWD", "api-key", "pypi.secret", "passwords"] {
            assert!(names_credentials(option), "{option}");
        }
        for option in ["index", "passage", "passes-by", "bypass"] {
            assert!(!names_credentials(option), "{option}");
        }
        for text in ["https://me:pw@host/x", "a\nhttps://token@host", "x+https://${a:user}:${a:pw}@host/"] {
            assert!(carries_credentials(text), "{text}");
        }
        for text in ["https://host/@scope/name", "mail@host", "https://host?mail=a@b", "://"] {
            assert!(!carries_credentials(text), "{text}");
        }
    }
}
