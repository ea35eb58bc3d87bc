//! Names that nothing may write, whatever was granted or declared.
//!
//! - In: a path below a place that could be written.
//! - Out: whether one of its components is a protected name, in any spelling.
//! - Not here: places (`reach`).
//!
//! Two kinds: what would forge our own or the version control's state is always protected; what
//! other programs run by themselves when the user comes by (`.envrc`, an editor's tasks) is protected
//! unless the user granted a directory of that very name.

use camino::{Utf8Path, Utf8PathBuf};

/// Version control, and our own files: never written by a recipe.
const ALWAYS: [&str; 9] =
    [".git", ".hg", ".svn", ".bzr", ".jj", "_darcs", "cvs", ".buildout", ".installed.cfg"];

/// What other programs run or trust by themselves: shells, editors, debuggers, build services, other tools.
const UNLESS_NAMED: [&str; 53] = [
    ".autoenv",
    ".bash_login",
    ".bash_logout",
    ".bash_profile",
    ".bashrc",
    ".cargo",
    ".circleci",
    ".claude",
    ".cursor",
    ".devcontainer",
    ".dir-locals.el",
    ".direnv",
    ".envrc",
    ".exrc",
    ".forgejo",
    ".gdbinit",
    ".gitattributes",
    ".gitconfig",
    ".gitea",
    ".github",
    ".gitlab-ci.yml",
    ".gitmodules",
    ".gnupg",
    ".husky",
    ".idea",
    ".inputrc",
    ".kshrc",
    ".lldbinit",
    ".login",
    ".lvimrc",
    ".mcp.json",
    ".mise.toml",
    ".netrc",
    ".npmrc",
    ".nvim.lua",
    ".nvimrc",
    ".pre-commit-config.yaml",
    ".profile",
    ".ssh",
    ".tool-versions",
    ".travis.yml",
    ".vim",
    ".vimrc",
    ".vscode",
    ".woodpecker.yml",
    ".yarnrc",
    ".yarnrc.yml",
    ".zed",
    ".zlogin",
    ".zprofile",
    ".zshenv",
    ".zshrc",
    "jenkinsfile",
];

/// The names and files that are protected in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Protected {
    /// Files that steer this very run: configuration files, the database; absolute.
    pub files: Vec<Utf8PathBuf>,
}

impl Protected {
    /// Whether `path`, which lies in `root`, may not be written.
    ///
    /// The components of `root` itself were written by the user; only what lies beneath is judged.
    pub fn covers(&self, root: &Utf8Path, path: &Utf8Path) -> bool {
        let beneath = path.strip_prefix(root).unwrap_or(path);
        let named_by_user = |name: &str| root.components().any(|part| plain(part.as_str()) == name);
        self.files.iter().any(|file| path.starts_with(file) || file.starts_with(path))
            || beneath.components().any(|component| {
                let name = plain(component.as_str());
                ALWAYS.contains(&name.as_str())
                    || name.starts_with("git~")
                    || (UNLESS_NAMED.contains(&name.as_str()) && !named_by_user(&name))
            })
            || root.components().any(|component| ALWAYS.contains(&plain(component.as_str()).as_str()))
    }
}

/// A name as lenient file systems see it: no case, no ignorable characters, no dots or blanks at the end.
pub(super) fn plain(name: &str) -> String {
    let ignorable = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}');
    let visible: String = name.chars().filter(|c| !ignorable(*c)).flat_map(char::to_lowercase).collect();
    visible.trim_end_matches(['.', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(path: &str) -> bool {
        let protected = Protected { files: vec!["/p/buildout.cfg".into()] };
        protected.covers(Utf8Path::new("/p"), Utf8Path::new(path))
    }

    #[test]
    fn a_protected_name_is_protected_in_any_spelling_and_depth() {
        for path in [
            "/p/.git",
            "/p/.git/hooks/x",
            "/p/a/.GIT/x",
            "/p/.g\u{200c}it",
            "/p/.git. ",
            "/p/GIT~1",
            "/p/.buildout/x",
            "/p/.envrc",
            "/p/parts/.installed.cfg",
            "/p/buildout.cfg",
            "/p/sub/.VSCode/tasks.json",
        ] {
            assert!(covers(path), "{path}");
        }
        for path in ["/p/parts/git", "/p/.gitignore", "/p/a.git", "/p/buildout.cfg.in"] {
            assert!(!covers(path), "{path}");
        }
    }

    #[test]
    fn a_name_that_the_user_granted_is_theirs_to_give_but_for_version_control() {
        let protected = Protected::default();
        let covers = |root: &str, path: &str| protected.covers(Utf8Path::new(root), Utf8Path::new(path));
        assert!(!covers("/p/.vscode", "/p/.vscode/tasks.json"));
        assert!(covers("/p/.git", "/p/.git/hooks/x"));
    }
}
