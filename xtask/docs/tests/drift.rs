//! The committed pages say what the code says.

use std::fs;
use std::path::Path;

#[test]
fn committed_pages_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for page in xtask_docs::pages() {
        let kept = fs::read_to_string(root.join(page.path)).unwrap_or_default();
        assert!(kept == page.text, "{} differs from the code: run `cargo xtask docs`", page.path);
    }
}
