//! What `wit/recipe.wit` becomes in Rust, and nothing else.
#![allow(missing_docs, unreachable_pub)] // Generated: the promise and its words stand in the WIT.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "recipe",
    imports: { default: trappable },
    require_store_data_send: true,
});
