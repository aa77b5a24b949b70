//! `cargo xtask docs`: writes the generated pages into the workspace.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for page in xtask_docs::pages() {
        fs::write(root.join(page.path), &page.text)?;
        writeln!(io::stdout(), "wrote {}", page.path)?;
    }
    Ok(())
}
