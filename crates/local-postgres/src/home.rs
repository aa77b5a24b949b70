//! Where a cluster that stays really is, and what lies there.
//!
//! ```text
//! <home>/            the caller's; others may pass through but not look or write
//!   start.lock       exclusive while somebody starts or stops the server
//!   use.lock         shared by every process that uses the server
//!   port             the port of the last start
//!   pgdata/          the server's, mode 0700, with server.log in it
//!   pgdata.new-*/    a data folder in the making
//! ```
//!
//! The outer folder stays the caller's, so that a server running as another user
//! cannot turn a file that root writes into a link.

use std::fs::Permissions;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::identity::Identity;

/// The data folder inside a home.
pub(crate) const PGDATA: &str = "pgdata";

/// Where root's clusters go when the server's user cannot reach the folder asked for.
const REACHABLE_ROOT: &str = "/var/lib/kairo";

/// The folder of one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Home {
    dir: PathBuf,
}

impl Home {
    /// Decides where the cluster asked for at `requested` lives and who runs it, and makes the folder.
    ///
    /// A decision once made stays: data that exist are found again although modes have changed since.
    pub(crate) async fn settle(requested: &Path) -> Result<(Self, Identity), Error> {
        let here = Self { dir: absolute(requested)? };
        let there = here.reachable_twin();
        let (home, identity) = if here.is_initialised() {
            let identity = Identity::for_data(&here.pgdata())?;
            if !identity.can_enter(&here.dir).await {
                return Err(Error::Unreachable { path: here.dir, user: identity.name().to_owned() });
            }
            (here, identity)
        } else {
            let identity = Identity::unprivileged()?;
            let reachable = !identity.is_other() || identity.can_enter(existing_part(&here.dir)).await;
            match (identity.is_other() && there.is_initialised(), reachable) {
                (true, _) => (there.clone(), Identity::for_data(&there.pgdata())?),
                (false, true) => (here, identity),
                (false, false) => (there, identity),
            }
        };
        make_folder(&home.dir, if identity.is_other() { 0o711 } else { 0o700 })?;
        Ok((home, identity))
    }

    /// The folder itself.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The server's data folder.
    pub(crate) fn pgdata(&self) -> PathBuf {
        self.dir.join(PGDATA)
    }

    /// Held exclusively while somebody starts or stops the server.
    pub(crate) fn start_lock(&self) -> PathBuf {
        self.dir.join("start.lock")
    }

    /// Shared by every process that uses the server.
    pub(crate) fn use_lock(&self) -> PathBuf {
        self.dir.join("use.lock")
    }

    /// The port of the last start.
    pub(crate) fn port_file(&self) -> PathBuf {
        self.dir.join("port")
    }

    /// Whether there are data; the data folder gets its name only when it is complete.
    pub(crate) fn is_initialised(&self) -> bool {
        self.pgdata().is_dir()
    }

    /// The major version that wrote the data, if there are any.
    pub(crate) fn major(&self) -> Result<Option<String>, Error> {
        if !self.is_initialised() {
            return Ok(None);
        }
        let path = self.pgdata().join("PG_VERSION");
        let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        Ok(Some(text.trim().to_owned()))
    }

    /// The place under [`REACHABLE_ROOT`] that stands for this one.
    fn reachable_twin(&self) -> Self {
        let digest = Sha256::digest(self.dir.as_os_str().as_encoded_bytes());
        Self { dir: Path::new(REACHABLE_ROOT).join(hex::encode(&digest[..8])) }
    }
}

/// An absolute path, so that it means the same to a process that runs elsewhere.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(Error::io("resolve", path))
}

/// Makes a folder with this mode, and what is missing above it; leaves existing folders as they are.
///
/// What is made above can be passed through by everybody: one parent may hold private secrets and a
/// cluster that another user serves.
pub(crate) fn make_folder(path: &Path, mode: u32) -> Result<(), Error> {
    let missing: Vec<&Path> = path.ancestors().take_while(|folder| !folder.exists()).collect();
    for folder in missing.into_iter().rev() {
        let mode = if folder == path { mode } else { 0o711 };
        match std::fs::create_dir(folder) {
            // Set afterwards, because the umask takes away from what creation asks for.
            Ok(()) => std::fs::set_permissions(folder, Permissions::from_mode(mode))
                .map_err(Error::io("set the mode of", folder))?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(source) => return Err(Error::io("make", folder)(source)),
        }
    }
    Ok(())
}

fn existing_part(path: &Path) -> &Path {
    path.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twin_is_stable() {
        let home = Home { dir: PathBuf::from("/private/kairo/postgres") };
        assert_eq!(home.reachable_twin(), home.clone().reachable_twin());
        assert_eq!(home.reachable_twin().dir, Path::new("/var/lib/kairo/da2579ed0c9172d2"));
    }

    #[test]
    fn a_new_folder_gets_the_mode_and_existing_ones_keep_theirs() {
        let root = tempfile::tempdir().unwrap();
        std::fs::set_permissions(root.path(), Permissions::from_mode(0o750)).unwrap();
        let path = root.path().join("a/b");
        make_folder(&path, 0o700).unwrap();
        make_folder(&path, 0o755).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(root.path()), mode(&root.path().join("a")), mode(&path)), (0o750, 0o711, 0o700));
    }

    #[tokio::test]
    async fn a_folder_that_the_server_cannot_reach_is_placed_elsewhere() {
        let private = tempfile::tempdir().unwrap();
        std::fs::set_permissions(private.path(), Permissions::from_mode(0o700)).unwrap();
        let (home, identity) = Home::settle(&private.path().join("cluster")).await.unwrap();
        assert_eq!(home.dir.starts_with(REACHABLE_ROOT), identity.is_other());
        if identity.is_other() {
            std::fs::remove_dir(home.dir()).unwrap();
        }
    }
}
