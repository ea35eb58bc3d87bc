//! The stock recipes: from the folder `recipes/`, or from components that are there, to what is embedded.
//!
//! - In: the root of the repository, or a folder of components.
//! - Out: [`Stock`], each with its name and its component, and the text of `stock.rs`.
//! - Not here: which compiler (`toolchain`).

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use sha2::{Digest as _, Sha256};

use super::manifest;
use super::toolchain::{TARGET, Way};

/// Names a folder of components to be embedded instead of built.
pub(crate) const STOCK_RECIPES: &str = "BUILDOUT_STOCK_RECIPES";

/// Set for the nested build, so that a host in it is noticed and not built without end.
pub(crate) const NESTED: &str = "BUILDOUT_BUILDING_RECIPES";

/// What the crate of a stock recipe is called before the recipe's name.
const PREFIX: &str = "recipe-";

/// One recipe to embed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stock {
    /// What a configuration calls it.
    pub(crate) name: String,
    /// Its component.
    pub(crate) component: PathBuf,
}

/// Builds every stock recipe of the repository at `root` in one nested cargo, in the order of their names.
///
/// Uses the repository's `Cargo.lock` as it is.
pub(crate) fn build(root: &Path, way: &Way, target_dir: &Path) -> Result<Vec<Stock>> {
    let packages = packages(&root.join("recipes"))?;
    let mut command = way.cargo_build(root, target_dir);
    command.args(["--locked", "--profile", "recipe"]).env(NESTED, "1");
    for package in &packages {
        command.args(["--package", package]);
    }
    let status = command.status().context("cargo does not start")?;
    ensure!(
        status.success(),
        "the stock recipes could not be built (see above)\n{way}\nto embed components that are already built, set \
         {STOCK_RECIPES} to their folder"
    );
    let products = target_dir.join(TARGET).join("recipe");
    let stock = packages.iter().map(|package| Stock {
        name: package[PREFIX.len()..].to_owned(),
        component: products.join(format!("{}.wasm", package.replace('-', "_"))),
    });
    Ok(stock.collect())
}

/// The names of the packages of stock recipes below `recipes`, sorted. A folder with a package of another name
/// is shared code.
pub(crate) fn packages(recipes: &Path) -> Result<Vec<String>> {
    let mut packages = Vec::new();
    for entry in fs::read_dir(recipes).with_context(|| format!("reading {}", recipes.display()))? {
        let manifest = entry?.path().join("Cargo.toml");
        if manifest.is_file() {
            let name = manifest::package(&fs::read_to_string(&manifest)?)
                .with_context(|| format!("{} has no package name", manifest.display()))?;
            packages.extend(name.starts_with(PREFIX).then_some(name));
        }
    }
    ensure!(!packages.is_empty(), "no package `{PREFIX}…` below {}", recipes.display());
    packages.sort();
    Ok(packages)
}

/// Every component in `folder`, in the order of their names: `mkdir.wasm`, or `recipe_mkdir.wasm` as cargo calls it.
pub(crate) fn collect(folder: &Path) -> Result<Vec<Stock>> {
    let mut stock = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("{STOCK_RECIPES} names {}", folder.display()))?
    {
        let component = entry?.path();
        if component.extension().is_some_and(|extension| extension == "wasm") {
            let stem = component.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
            let name = stem.strip_prefix(PREFIX).unwrap_or(&stem).to_owned();
            stock.push(Stock { name, component });
        }
    }
    ensure!(!stock.is_empty(), "{STOCK_RECIPES} names {}, where no `.wasm` file is", folder.display());
    stock.sort();
    if let Some(pair) = stock.windows(2).find(|pair| pair[0].name == pair[1].name) {
        bail!("{} and {} are one recipe", pair[0].component.display(), pair[1].component.display());
    }
    Ok(stock)
}

/// Copies the components to `out_dir` and writes `stock.rs` there, which embeds them.
pub(crate) fn embed(stock: &[Stock], out_dir: &Path) -> Result<()> {
    let folder = out_dir.join("stock");
    fs::create_dir_all(&folder)?;
    let mut rows = Vec::new();
    for Stock { name, component } in stock {
        let bytes = fs::read(component).with_context(|| {
            format!("{} was not built; a recipe's crate-type includes \"cdylib\"", component.display())
        })?;
        // Magic number, then version 13 and layer 1: a component, where a core module has 1 and 0.
        ensure!(bytes.starts_with(b"\0asm\x0d\0\x01\0"), "{} is not a WASI component", component.display());
        fs::write(folder.join(format!("{name}.wasm")), &bytes)?;
        rows.push((name.as_str(), hex(&Sha256::digest(&bytes))));
    }
    fs::write(out_dir.join("stock.rs"), source(&rows)).context("writing stock.rs")
}

/// The text that declares the components by name and digest.
fn source(rows: &[(&str, String)]) -> String {
    let mut text = String::from(
        "/// The stock recipes, in the order of their names.\npub(crate) static STOCK: &[StockComponent] = &[\n",
    );
    for (name, sha256) in rows {
        writeln!(
            text,
            "    StockComponent {{\n        name: {name:?},\n        wasm: include_bytes!(concat!(env!(\"OUT_DIR\"), \
             \"/stock/{name}.wasm\")),\n        sha256: \"{sha256}\",\n    }},"
        )
        .expect("writing to a string");
    }
    text.push_str("];\n");
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}

/// The files that a component was built from, from the `.d` file that cargo writes beside it.
pub(crate) fn dependencies(dep_info: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for line in dep_info.lines() {
        let Some((_, names)) = line.split_once(": ") else { continue };
        let mut path = String::new();
        for piece in names.split(' ') {
            // A blank within a path is written `\ `.
            if let Some(open) = piece.strip_suffix('\\') {
                path.push_str(open);
                path.push(' ');
            } else {
                path.push_str(piece);
                paths.push(PathBuf::from(std::mem::take(&mut path)));
            }
        }
    }
    paths.retain(|path| !path.as_os_str().is_empty());
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
        folder
    }

    #[test]
    fn packages_called_recipe_are_the_stock_and_others_are_shared_code() {
        let recipes = folder(&[
            ("template/Cargo.toml", b"[package]\nname = \"recipe-template\"\n"),
            ("archive/Cargo.toml", b"[package]\nname = \"archive\"\n"),
            ("mkdir/Cargo.toml", b"[lib]\nname = \"x\"\n[package]\nname=\"recipe-mkdir\"\n"),
            ("notes/README.md", b""),
        ]);
        assert_eq!(packages(recipes.path()).unwrap(), ["recipe-mkdir", "recipe-template"]);
    }

    #[test]
    fn components_that_are_there_keep_their_names_with_and_without_cargos_prefix() {
        let there =
            folder(&[("template.wasm", COMPONENT), ("recipe_unix_user.wasm", COMPONENT), ("README", b"")]);
        let names: Vec<_> = collect(there.path()).unwrap().into_iter().map(|stock| stock.name).collect();
        assert_eq!(names, ["template", "unix-user"]);
    }

    #[test]
    fn a_folder_without_components_is_an_error() {
        let there = folder(&[("README", b"")]);
        let error = collect(there.path()).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("BUILDOUT_STOCK_RECIPES names {}, where no `.wasm` file is", there.path().display())
        );
    }

    #[test]
    fn a_core_module_is_not_embedded() {
        let there = folder(&[("mkdir.wasm", b"\0asm\x01\0\0\0")]);
        let error = embed(&collect(there.path()).unwrap(), there.path()).unwrap_err().to_string();
        assert_eq!(error, format!("{} is not a WASI component", there.path().join("mkdir.wasm").display()));
    }

    #[test]
    fn what_is_embedded_is_declared_with_its_digest() {
        let there = folder(&[("mkdir.wasm", COMPONENT)]);
        embed(&collect(there.path()).unwrap(), there.path()).unwrap();
        assert_eq!(
            fs::read_to_string(there.path().join("stock.rs")).unwrap(),
            r#"/// The stock recipes, in the order of their names.
pub(crate) static STOCK: &[StockComponent] = &[
    StockComponent {
        name: "mkdir",
        wasm: include_bytes!(concat!(env!("OUT_DIR"), "/stock/mkdir.wasm")),
        sha256: "24eaf3439a60c96764c4f2c92a0a81b52bd4fe5d5b91f090184a0f6486b1bf29",
    },
];
"#
        );
        assert_eq!(fs::read(there.path().join("stock/mkdir.wasm")).unwrap(), COMPONENT);
    }

    #[test]
    fn dependencies_may_have_blanks_in_their_names() {
        assert_eq!(
            dependencies("/out/a.wasm: /my\\ work/lib.rs /wit/recipe.wit\n\n/my\\ work/lib.rs:\n"),
            [PathBuf::from("/my work/lib.rs"), PathBuf::from("/wit/recipe.wit")]
        );
    }
}
