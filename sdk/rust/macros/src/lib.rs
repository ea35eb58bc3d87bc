//! The attribute `#[recipe]`: an `impl Recipe for X` becomes a component that describes itself.
//!
//! - In: the `impl`, and `recipe.toml` beside the `Cargo.toml` of the crate that it stands in.
//! - Out: the `impl` as it was; on wasm also the exports, and the description as the custom section
//!   `buildout:recipe`.
//! - Not here: what the exports do (`buildout_recipe::border`).
//!
//! Recipes use this through `buildout_recipe::recipe`.

mod description;

use std::path::Path;

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::{Error, ImplItem, ItemImpl};

/// Makes a component of the crate: exports this `impl Recipe for X` and embeds `recipe.toml`.
///
/// `recipe.toml` is read from beside `Cargo.toml` and checked in every build, native ones included.
/// `version`, `license`, `summary` and `wit` are filled in from the package where they are left out,
/// and each entry gets `update = false` if `update` is not written in the `impl`: then an unchanged
/// part costs nothing.
///
/// One crate is one component, so the attribute can stand in it once.
#[proc_macro_attribute]
pub fn recipe(arguments: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let item = TokenStream::from(item);
    let generated = expand(arguments.into(), item.clone()).unwrap_or_else(Error::into_compile_error);
    quote! { #item #generated }.into()
}

/// Returns what is added behind the `impl`.
fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream, Error> {
    if !arguments.is_empty() {
        return Err(Error::new_spanned(arguments, "`#[recipe]` takes no arguments"));
    }
    let block: ItemImpl = syn::parse2(item).map_err(|error| {
        Error::new(error.span(), format!("`#[recipe]` stands on `impl Recipe for X`: {error}"))
    })?;
    let of_recipe = block
        .trait_
        .as_ref()
        .and_then(|(path, _)| path.segments.last())
        .is_some_and(|last| last.ident == "Recipe");
    if !of_recipe {
        return Err(Error::new_spanned(&block.self_ty, "`#[recipe]` stands on `impl Recipe for X`"));
    }
    if !block.generics.params.is_empty() {
        return Err(Error::new_spanned(&block.generics, "a component is one recipe: no generics here"));
    }
    let description = describe(&block).map_err(|message| Error::new(Span::call_site(), message))?;

    let length = description.len();
    let bytes = Literal::byte_string(description.as_bytes());
    let recipe = &block.self_ty;
    Ok(quote! {
        // The compiler has to know that this crate depends on the file.
        const _: &[u8] =
            ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/recipe.toml"));

        #[cfg(target_family = "wasm")]
        const _: () = {
            #[used]
            #[unsafe(link_section = "buildout:recipe")]
            static DESCRIPTION: [u8; #length] = *#bytes;

            type Component = ::buildout_recipe::border::Component<#recipe>;
            ::buildout_recipe::border::export!(
                Component with_types_in ::buildout_recipe::border::bindings
            );
        };
    })
}

/// Returns the text to embed, or why `recipe.toml` cannot be.
fn describe(block: &ItemImpl) -> Result<String, String> {
    let updates = block
        .items
        .iter()
        .any(|item| matches!(item, ImplItem::Fn(function) if function.sig.ident == "update"));
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let directory = variable("CARGO_MANIFEST_DIR").ok_or("`#[recipe]` needs cargo, to find `recipe.toml`")?;
    let package = description::Package {
        version: variable("CARGO_PKG_VERSION"),
        license: variable("CARGO_PKG_LICENSE"),
        summary: variable("CARGO_PKG_DESCRIPTION"),
    };
    let text = std::fs::read_to_string(Path::new(&directory).join("recipe.toml")).map_err(|error| {
        format!(
            "cannot read `recipe.toml` beside `Cargo.toml`: {error}\n\
             help: the least that it can say is\n\n{}",
            description::SMALLEST
        )
    })?;
    description::complete(&text, &package, updates).map_err(|message| format!("recipe.toml: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(item: TokenStream) -> String {
        expand(TokenStream::new(), item).expect_err("must be refused").to_string()
    }

    #[test]
    fn only_an_impl_of_recipe_can_be_exported() {
        assert_eq!(refusal(quote! { impl Other for X {} }), "`#[recipe]` stands on `impl Recipe for X`");
        assert_eq!(refusal(quote! { impl X {} }), "`#[recipe]` stands on `impl Recipe for X`");
        assert_eq!(
            refusal(quote! { struct X; }),
            "`#[recipe]` stands on `impl Recipe for X`: expected `impl`"
        );
        assert_eq!(
            refusal(quote! { impl<T> Recipe for X<T> {} }),
            "a component is one recipe: no generics here"
        );
    }

    #[test]
    fn a_crate_without_a_recipe_toml_is_told_the_least_that_it_can_say() {
        let message = refusal(quote! { impl Recipe for X {} });
        assert!(message.starts_with("cannot read `recipe.toml` beside `Cargo.toml`: "), "{message}");
        assert!(message.ends_with(description::SMALLEST), "{message}");
    }
}
