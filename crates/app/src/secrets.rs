use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The folder of keys and passwords that the program makes for itself; nobody else can read it.
#[derive(Clone)]
pub(crate) struct Secrets {
    dir: PathBuf,
}

/// A secret could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    /// The folder or file cannot be used.
    #[error("cannot use {path}: {source}")]
    Io {
        /// The folder or file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Others can read it.
    #[error(
        "{path} can be read by others: run `chmod 600 {path}`, and replace what is in it if it was shared"
    )]
    Exposed {
        /// The file.
        path: String,
    },
}

impl Secrets {
    /// Opens the folder below the data folder, making it on the first start.
    ///
    /// # Errors
    /// [`SecretError::Io`] when it cannot be made.
    pub(crate) fn open(data_dir: &Path) -> Result<Self, SecretError> {
        let dir = data_dir.join("secrets");
        // The data folder can be passed through: started as root, the database server is another user in it.
        for (folder, mode) in [(data_dir, 0o711), (dir.as_path(), 0o700)] {
            let made = DirBuilder::new().recursive(true).mode(mode).create(folder);
            made.map_err(|error| io_error(folder, error))?;
        }
        Ok(Self { dir })
    }

    /// The folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The secret of this name; `make` gives it on the first start.
    ///
    /// # Errors
    /// [`SecretError`] when it cannot be read or kept, or when others can read it.
    pub(crate) fn read_or_create(
        &self,
        name: &str,
        make: impl FnOnce() -> String,
    ) -> Result<String, SecretError> {
        let path = self.dir.join(name);
        if !path.exists() {
            self.create(&path, &make())?;
        }
        read(&path)
    }

    /// Reads a secret that is there.
    ///
    /// # Errors
    /// [`SecretError`] when it cannot be read, or when others can read it.
    pub(crate) fn read(&self, name: &str) -> Result<String, SecretError> {
        read(&self.dir.join(name))
    }

    /// Puts another secret in the place of one; whoever reads meanwhile reads the one or the other.
    ///
    /// # Errors
    /// [`SecretError::Io`] when it cannot be kept.
    pub(crate) fn replace(&self, name: &str, secret: &str) -> Result<(), SecretError> {
        let path = self.dir.join(name);
        let draft = self.draft(&path, secret)?;
        draft.persist(&path).map_err(|error| io_error(&path, error.error)).map(drop)
    }

    fn draft(&self, path: &Path, secret: &str) -> Result<tempfile::NamedTempFile, SecretError> {
        let mut draft = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o600))
            .tempfile_in(&self.dir)
            .map_err(|error| io_error(&self.dir, error))?;
        writeln!(draft, "{}", secret.trim_end())
            .and_then(|()| draft.as_file().sync_all())
            .map_err(|error| io_error(path, error))?;
        Ok(draft)
    }

    /// Written beside its place and linked into it, so that two first starts agree on one whole secret.
    fn create(&self, path: &Path, secret: &str) -> Result<(), SecretError> {
        let draft = self.draft(path, secret)?;
        match draft.persist_noclobber(path) {
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(io_error(path, error.error)),
            Ok(_) => Ok(()),
        }
    }
}

fn read(path: &Path) -> Result<String, SecretError> {
    let file = fs::File::open(path).map_err(|error| io_error(path, error))?;
    let mode = file.metadata().map_err(|error| io_error(path, error))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(SecretError::Exposed { path: path.display().to_string() });
    }
    let text = io::read_to_string(file).map_err(|error| io_error(path, error))?;
    Ok(text.trim().to_owned())
}

fn io_error(path: &Path, source: io::Error) -> SecretError {
    SecretError::Io { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let secrets = Secrets::open(dir.path()).unwrap();
        let first = secrets.read_or_create("key", || "one".into()).unwrap();
        let second = secrets.read_or_create("key", || "two".into()).unwrap();
        assert_eq!((first.as_str(), second.as_str()), ("one", "one"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(secrets.dir()), mode(&secrets.dir().join("key"))), (0o700, 0o600));
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let secrets = Secrets::open(dir.path()).unwrap();
        let path = secrets.dir().join("key");
        fs::write(&path, "one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = secrets.read_or_create("key", || "two".into()).unwrap_err();
        assert!(refused.to_string().contains("chmod 600"));
    }
}
