//! Folders that may hold a server's programs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use crate::options::BinarySearch;
use crate::process;

/// `pg_config` prints a constant.
const PG_CONFIG_TIMEOUT: Duration = Duration::from_secs(10);

/// Where packages put servers: a folder to list, the beginning of the names in it, and what follows.
const PACKAGED: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// Every folder that may hold a server, without doubles; most of them do not exist.
pub(super) async fn candidates(search: &BinarySearch) -> Vec<PathBuf> {
    let mut found = Vec::new();
    if let Some(path) = &search.path {
        found.extend(on_path(path));
    }
    found.extend(from_pg_config(search.path.as_deref()).await);
    for (folder, prefix, rest) in PACKAGED {
        found.extend(children(Path::new(folder), prefix).map(|child| child.join(rest)));
    }
    if let Some(cache) = &search.cache_dir {
        found.extend(children(cache, "postgresql-").map(|child| child.join("bin")));
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|dir| seen.insert(dir.canonicalize().unwrap_or_else(|_| dir.clone())));
    found
}

/// Folders of `PATH`, and the folders that a link to a server program in them points to.
fn on_path(path: &OsStr) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for dir in std::env::split_paths(path).filter(|dir| dir.is_absolute()) {
        for program in ["initdb", "postgres", "pg_ctl"] {
            // Packages link single programs into /usr/local/bin; the server's folder is behind the link.
            let Ok(real) = dir.join(program).canonicalize() else { continue };
            found.extend(real.parent().map(Path::to_path_buf));
        }
    }
    found
}

async fn from_pg_config(path: Option<&OsStr>) -> Option<PathBuf> {
    let mut command = Command::new("pg_config");
    command.arg("--bindir").stdin(std::process::Stdio::null());
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let said = process::run(command.into(), "pg_config --bindir", PG_CONFIG_TIMEOUT).await.ok()?;
    Some(PathBuf::from(said.trim()))
}

fn children(folder: &Path, prefix: &str) -> impl Iterator<Item = PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    entries
        .filter(move |entry| entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()))
        .map(|e| e.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_on_the_path_leads_to_the_real_folder() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let (real, links) = (root.join("real"), root.join("links"));
        std::fs::create_dir(&real).unwrap();
        std::fs::create_dir(&links).unwrap();
        std::fs::write(real.join("postgres"), "").unwrap();
        std::os::unix::fs::symlink(real.join("postgres"), links.join("postgres")).unwrap();
        assert_eq!(on_path(links.as_os_str()), vec![real]);
    }
}
