//! The files a lint looks at: what git tracks and what it would track next.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use crate::error::Error;
use crate::source::Source;

/// Every text file of the working tree that is tracked, or new and not ignored; sorted by path.
pub(crate) fn read(root: &Path) -> Result<Vec<Source>, Error> {
    let mut sources = Vec::new();
    for path in list(root)? {
        if let Some(text) = read_text(&root.join(&path))? {
            sources.push(Source::new(path, text));
        }
    }
    Ok(sources)
}

fn list(root: &Path) -> Result<BTreeSet<String>, Error> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .map_err(|source| Error::Start { program: "git", source })?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::Failed { program: "git ls-files", stderr });
    }
    let listing = String::from_utf8_lossy(&output.stdout);
    Ok(listing.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

/// Nothing for a file that is not text, or that is tracked and gone from the working tree.
fn read_text(path: &Path) -> Result<Option<String>, Error> {
    // A link is read where it points to, or is not ours to read.
    if path.is_symlink() || path.is_dir() {
        return Ok(None);
    }
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_files_are_seen_and_ignored_ones_are_not() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let git = Command::new("git").arg("-C").arg(root.path()).args(["init", "-q"]).status();
        assert!(git.is_ok_and(|status| status.success()), "git must be installed");
        fs::write(root.path().join(".gitignore"), "ignored.txt\n").expect("a writable directory");
        fs::write(root.path().join("ignored.txt"), "no").expect("a writable directory");
        fs::write(root.path().join("new.txt"), "yes").expect("a writable directory");
        fs::write(root.path().join("picture.png"), b"\x89PNG\0").expect("a writable directory");

        let sources = read(root.path()).expect("a readable tree");

        let paths: Vec<&str> = sources.iter().map(Source::path).collect();
        assert_eq!(paths, [".gitignore", "new.txt"]);
    }
}
