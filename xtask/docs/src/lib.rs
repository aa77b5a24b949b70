//! # What this room is
//!
//! The pages of `docs/` that come from tables in the code: who may do what, the state machines, the errors and
//! the OpenAPI document. `cargo xtask docs` writes them; a test fails when a committed page differs.
//!
//! # What it may import
//!
//! The rooms that hold the tables.
//!
//! # What it never does
//!
//! - It never renders anything itself: each table knows how it looks.
//!
//! # How to add one
//!
//! A line in [`pages`].
//!
//! # Example
//!
//! ```
//! assert!(xtask_docs::pages().iter().any(|page| page.path == "docs/policy.md"));
//! ```

/// A page of the documentation.
pub struct Page {
    /// Where it is kept, from the root of the workspace.
    pub path: &'static str,
    /// What it says.
    pub text: String,
}

/// Every generated page.
pub fn pages() -> Vec<Page> {
    vec![
        Page { path: "docs/policy.md", text: kairo_domain::render_matrix() },
        Page { path: "docs/states.md", text: kairo_domain::render_states() },
        Page { path: "docs/errors.md", text: kairo_http::render_errors() },
        Page { path: "docs/openapi.json", text: kairo_http::openapi_json() },
    ]
}
