//! Directories of query data: `query-<digest of the statement>.json`, one file per statement.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::Error;

/// File names and what is in them.
pub(crate) type QueryFiles = BTreeMap<String, String>;

/// What must change in one directory to make it equal to another.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    missing: Vec<String>,
    stale: Vec<String>,
    changed: Vec<String>,
}

impl Difference {
    pub(crate) fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.stale.is_empty() && self.changed.is_empty()
    }

    /// One line for every file that differs.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        let kinds = [("missing", &self.missing), ("no longer used", &self.stale), ("changed", &self.changed)];
        kinds.into_iter().flat_map(|(kind, names)| names.iter().map(move |name| format!("{kind}: {name}")))
    }
}

/// Makes the directory, or empties it.
pub(crate) fn empty(directory: &Path) -> Result<(), Error> {
    remove(directory)?;
    fs::create_dir_all(directory).map_err(Error::file(directory))
}

/// The query data of a directory; none when it does not exist.
pub(crate) fn read(directory: &Path) -> Result<QueryFiles, Error> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(QueryFiles::new()),
        entries => entries.map_err(Error::file(directory))?,
    };
    let mut files = QueryFiles::new();
    for entry in entries {
        let path = entry.map_err(Error::file(directory))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.starts_with("query-") && name.ends_with(".json") {
            files.insert(name.to_owned(), fs::read_to_string(&path).map_err(Error::file(&path))?);
        }
    }
    Ok(files)
}

/// What must change in `kept` to make it equal to `fresh`.
pub(crate) fn compare(kept: &Path, fresh: &Path) -> Result<Difference, Error> {
    let (kept, fresh) = (read(kept)?, read(fresh)?);
    let mut difference = Difference::default();
    for (name, text) in &fresh {
        match kept.get(name) {
            None => difference.missing.push(name.clone()),
            Some(old) if old != text => difference.changed.push(name.clone()),
            Some(_) => {}
        }
    }
    difference.stale = kept.into_keys().filter(|name| !fresh.contains_key(name)).collect();
    Ok(difference)
}

/// Puts a copy of `fresh` in the place of `kept`, whole or not at all.
pub(crate) fn replace(kept: &Path, fresh: &Path) -> Result<(), Error> {
    // Beside the old directory: a rename works within one file system only.
    let next = kept.with_extension("next");
    let last = kept.with_extension("last");
    empty(&next)?;
    for (name, text) in read(fresh)? {
        let path = next.join(name);
        fs::write(&path, text).map_err(Error::file(&path))?;
    }
    remove(&last)?;
    ignore_missing(fs::rename(kept, &last)).map_err(Error::file(kept))?;
    fs::rename(&next, kept).map_err(Error::file(&next))?;
    remove(&last)
}

fn remove(directory: &Path) -> Result<(), Error> {
    ignore_missing(fs::remove_dir_all(directory)).map_err(Error::file(directory))
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn directory(root: &Path, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let directory = root.join(name);
        empty(&directory).expect("a writable directory");
        for (name, text) in files {
            fs::write(directory.join(name), text).expect("a writable directory");
        }
        directory
    }

    #[test]
    fn equal_directories_do_not_differ() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let kept = directory(root.path(), ".sqlx", &[("query-a.json", "1"), ("note.txt", "not ours")]);
        let fresh = directory(root.path(), "fresh", &[("query-a.json", "1")]);
        assert!(compare(&kept, &fresh).expect("readable directories").is_empty());
    }

    #[test]
    fn every_kind_of_difference_is_told() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let kept = directory(root.path(), ".sqlx", &[("query-a.json", "1"), ("query-b.json", "1")]);
        let fresh = directory(root.path(), "fresh", &[("query-b.json", "2"), ("query-c.json", "1")]);
        let difference = compare(&kept, &fresh).expect("readable directories");
        let lines: Vec<String> = difference.lines().collect();
        assert_eq!(lines, ["missing: query-c.json", "no longer used: query-a.json", "changed: query-b.json"]);
    }

    #[test]
    fn replacing_leaves_the_fresh_files_only() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let kept = directory(root.path(), ".sqlx", &[("query-a.json", "1")]);
        let fresh = directory(root.path(), "fresh", &[("query-b.json", "2")]);
        replace(&kept, &fresh).expect("writable directories");
        assert!(compare(&kept, &fresh).expect("readable directories").is_empty());
        let mut names: Vec<_> = fs::read_dir(root.path())
            .expect("a readable directory")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort_unstable();
        assert_eq!(names, [".sqlx", "fresh"]);
    }

    #[test]
    fn the_first_data_need_no_directory() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let fresh = directory(root.path(), "fresh", &[("query-a.json", "1")]);
        let kept = root.path().join(".sqlx");
        assert!(!compare(&kept, &fresh).expect("readable directories").is_empty());
        replace(&kept, &fresh).expect("writable directories");
        assert!(compare(&kept, &fresh).expect("readable directories").is_empty());
    }
}
