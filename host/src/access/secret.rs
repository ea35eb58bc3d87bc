//! Names that hold secrets more often than not: what lies there is not shown to recipes.
//!
//! - In: a path below a directory that may be read.
//! - Out: whether one of its components has such a name, in any spelling.
//! - Not here: what may not be written (`protected`).
//!
//! Rule: `security.md` 4.2, without names that are secret less often than not (`.env.example`, `id_map.txt`).
//! A recipe that reaches no host cannot send anything away; but what it makes is often published.

use camino::Utf8Path;

use super::protected::plain;

/// Version control knows addresses with passwords, and all that was ever deleted; the others are where clients of
/// services keep their keys.
const DIRECTORIES: [&str; 11] =
    [".git", ".hg", ".svn", ".bzr", ".jj", "_darcs", ".ssh", ".gnupg", ".aws", ".docker", ".kube"];

/// Files in which programs keep passwords.
const FILES: [&str; 19] = [
    ".netrc",
    "_netrc",
    ".pypirc",
    ".npmrc",
    ".yarnrc.yml",
    ".pgpass",
    ".my.cnf",
    ".s3cfg",
    ".git-credentials",
    ".gitconfig",
    ".htpasswd",
    ".dockercfg",
    ".vault_pass",
    ".env",
    ".envrc",
    ".bash_history",
    ".zsh_history",
    "credentials.json",
    "terraform.tfstate",
];

/// Private keys, by how their names begin.
const KEYS: [&str; 5] = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_xmss"];

/// Private keys, by how their names end.
const ENDS: [&str; 8] = [".pem", ".key", ".p12", ".pfx", ".kdbx", ".jks", ".ppk", ".keystore"];

/// What editors and people append to the names of copies.
const COPIES: [&str; 7] = ["~", ".bak", ".old", ".orig", ".save", ".swp", ".tmp"];

/// What stands behind `.env.` in examples that are meant to be read.
const EXAMPLES: [&str; 5] = ["example", "sample", "template", "dist", "in"];

/// Whether a component of `path` below `root` has the name of a secret.
///
/// The components of `root` itself were named by the user.
pub fn beneath(root: &Utf8Path, path: &Utf8Path) -> bool {
    let beneath = path.strip_prefix(root).unwrap_or(path);
    beneath.components().any(|component| is_secret(&plain(component.as_str())))
}

fn is_secret(name: &str) -> bool {
    if let Some(original) = COPIES.iter().find_map(|copy| name.strip_suffix(copy)) {
        return is_secret(original);
    }
    DIRECTORIES.contains(&name)
        || FILES.contains(&name)
        || KEYS.iter().any(|key| name.starts_with(key) && !name.ends_with(".pub"))
        || ENDS.iter().any(|end| name.ends_with(end))
        || name.strip_prefix(".env.").is_some_and(|what| !EXAMPLES.contains(&what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_any_spelling_and_depth() {
        let secret = |path: &str| beneath(Utf8Path::new("/p"), Utf8Path::new(path));
        for path in [
            "/p/.git/config",
            "/p/a/.env",
            "/p/.ENV",
            "/p/.env.production",
            "/p/tls/server.key",
            "/p/tls/Server.PEM",
            "/p/id_rsa",
            "/p/id_ed25519_work",
            "/p/.netrc",
            "/p/.ssh/config",
            "/p/.env~",
            "/p/tls/server.key.bak.old",
            "/p/.aws/credentials",
        ] {
            assert!(secret(path), "{path}");
        }
        for path in ["/p/.gitignore", "/p/.env.example", "/p/id_rsa.pub", "/p/id_map.txt", "/p/keys", "/p"] {
            assert!(!secret(path), "{path}");
        }
    }

    #[test]
    fn a_directory_that_the_user_named_himself_is_no_secret() {
        let secret = |root: &str, path: &str| beneath(Utf8Path::new(root), Utf8Path::new(path));
        assert!(!secret("/home/u/.ssh", "/home/u/.ssh/config"));
        assert!(secret("/home/u/.ssh", "/home/u/.ssh/id_rsa"));
    }
}
