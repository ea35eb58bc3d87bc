//! What `wit/` becomes in Rust, and nothing else.
#![allow(missing_docs, unreachable_pub)] // Generated: the promise and its words stand in the WIT.

wasmtime::component::bindgen!({
    path: "../wit",
    // All that the host offers, in one world.
    inline: "
        package buildout:host@0.1.0;
        world recipe {
            include buildout:recipe/recipe@0.1.0;
            include buildout:recipe/programs@0.1.0;
        }
    ",
    world: "buildout:host/recipe@0.1.0",
    imports: { default: trappable },
    require_store_data_send: true,
});
