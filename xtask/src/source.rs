//! One text file of the tree, parsed at most once.

use std::cell::OnceCell;
use std::path::Path;

use serde::de::DeserializeOwned;
use syn::Attribute;

use crate::error::Error;
use crate::problem::Problem;

/// One text file of the tree.
pub(crate) struct Source {
    path: String,
    text: String,
    syntax: OnceCell<syn::Result<syn::File>>,
}

impl Source {
    /// `path` is relative to the root, with `/` between its parts.
    pub(crate) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), syntax: OnceCell::new() }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The file's name without directory and ending: `leads` for `src/leads.rs`.
    pub(crate) fn stem(&self) -> &str {
        Path::new(&self.path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
    }

    /// The file's name ending without the dot, or nothing.
    pub(crate) fn extension(&self) -> &str {
        Path::new(&self.path).extension().and_then(|ending| ending.to_str()).unwrap_or_default()
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.extension() == "rs"
    }

    /// The syntax tree; a file that is not Rust is a problem of its own.
    pub(crate) fn syntax(&self) -> Result<&syn::File, Problem> {
        self.syntax.get_or_init(|| syn::parse_file(&self.text)).as_ref().map_err(|error| {
            Problem::at_line(&self.path, error.span().start().line, format!("cannot be parsed: {error}"))
        })
    }
}

/// Reads one of the tables that keep a rule as data.
pub(crate) fn table<T: DeserializeOwned>(sources: &[Source], path: &'static str) -> Result<T, Error> {
    let source = sources.iter().find(|source| source.path == path).ok_or(Error::Missing { path })?;
    toml::from_str(&source.text).map_err(|source| Error::Table { path, source })
}

/// Whether the item exists in tests only: one of its attributes is exactly `#[cfg(test)]`.
pub(crate) fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_is_a_problem_with_a_line() {
        let source = Source::new("src/a.rs", "fn fine() {}\nfn {");
        let problem = source.syntax().err().expect("the second line is not Rust");
        assert!(problem.to_string().starts_with("src/a.rs:2: cannot be parsed"), "{problem}");
    }

    #[test]
    fn only_a_plain_cfg_test_is_test_only() {
        let item: syn::ItemMod = syn::parse_quote!(
            #[cfg(test)]
            mod tests {}
        );
        assert!(is_test_only(&item.attrs));
        let item: syn::ItemMod = syn::parse_quote!(
            #[cfg(feature = "test")]
            mod tests {}
        );
        assert!(!is_test_only(&item.attrs));
    }
}
