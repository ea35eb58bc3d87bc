//! The recipes in this binary, and the names that they answer to.
//!
//! - In: the components that `build.rs` built.
//! - Out: a component by any of its names.
//! - Not here: other recipes (`catalogue`).

/// One recipe in this binary.
#[derive(Debug)]
pub(crate) struct StockComponent {
    /// Its own name.
    pub(crate) name: &'static str,
    /// The portable component.
    pub(crate) wasm: &'static [u8],
    /// Its SHA-256, in hex.
    pub(crate) sha256: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/stock.rs"));

/// Names of the world that a stock recipe answers to: (name, its own name).
const HISTORICAL: &[(&str, &str)] = &[("collective.recipe.template", "template")];

/// All of them, sorted by name.
pub(crate) fn all() -> &'static [StockComponent] {
    STOCK
}

/// The stock recipe that answers to `name`.
pub(crate) fn find(name: &str) -> Option<&'static StockComponent> {
    let own = HISTORICAL.iter().find(|(known, _)| *known == name).map_or(name, |(_, own)| own);
    STOCK.iter().find(|component| component.name == own)
}

/// The historical names of a stock recipe.
pub(crate) fn historical(own: &str) -> impl Iterator<Item = &'static str> {
    HISTORICAL.iter().filter(move |(_, name)| *name == own).map(|(known, _)| *known)
}

/// Every name that a stock recipe answers to.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    STOCK.iter().map(|component| component.name).chain(HISTORICAL.iter().map(|(known, _)| *known))
}
