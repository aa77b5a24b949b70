//! The superuser's password and the file that keeps it.

use std::fmt;
use std::fs::{OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::home;

/// The cluster's only login after its first start.
pub(crate) const SUPERUSER: &str = "kairo_root";

/// The password's file in the caller's folder for secrets.
const FILE_NAME: &str = "postgres-password";

/// 256 random bits, in hexadecimal.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Password(String);

impl Password {
    pub(crate) fn generate() -> Result<Self, Error> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|source| Error::Random { source })?;
        Ok(Self(hex::encode(bytes)))
    }

    /// The password itself.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Where the password of a cluster that stays is kept.
#[derive(Debug, Clone)]
pub(crate) struct PasswordFile {
    path: PathBuf,
}

impl PasswordFile {
    pub(crate) fn in_folder(secrets_dir: &Path) -> Result<Self, Error> {
        let folder = home::absolute(secrets_dir)?;
        home::make_folder(&folder, 0o700)?;
        Ok(Self { path: folder.join(FILE_NAME) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The password, if the file exists; closes the file to others when it was open.
    pub(crate) fn read(&self) -> Result<Option<Password>, Error> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::io("read", &self.path)(source)),
        };
        let mode = self.path.metadata().map_err(Error::io("inspect", &self.path))?.mode();
        if mode & 0o077 != 0 {
            tracing::warn!(path = %self.path.display(), "the password file was open to others: closing it");
            std::fs::set_permissions(&self.path, Permissions::from_mode(0o600))
                .map_err(Error::io("close to others", &self.path))?;
        }
        let word = text.trim_end();
        // It becomes part of a URL, so nothing that would have to be encoded there.
        let is_plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_plain {
            return Ok(Some(Password(word.to_owned())));
        }
        Err(Error::PasswordMalformed { password_file: self.path.clone() })
    }

    /// The password in the file, or a new one that is in the file from now on.
    pub(crate) fn read_or_generate(&self) -> Result<Password, Error> {
        if let Some(password) = self.read()? {
            return Ok(password);
        }
        let password = Password::generate()?;
        let draft = self.path.with_extension("new");
        // Written beside and renamed, so that a crash leaves a whole password or none.
        let _ = std::fs::remove_file(&draft);
        write_private(&draft, password.expose()).map_err(Error::io("write", &draft))?;
        std::fs::rename(&draft, &self.path).map_err(Error::io("write", &self.path))?;
        Ok(password)
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_made_once_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let file = PasswordFile::in_folder(&dir.path().join("secrets")).unwrap();
        let first = file.read_or_generate().unwrap();
        assert_eq!(first.expose().len(), 64);
        assert_eq!(file.read_or_generate().unwrap(), first);
        assert_eq!(file.path().metadata().unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_open_password_file_is_closed() {
        let dir = tempfile::tempdir().unwrap();
        let file = PasswordFile::in_folder(dir.path()).unwrap();
        file.read_or_generate().unwrap();
        std::fs::set_permissions(file.path(), Permissions::from_mode(0o644)).unwrap();
        file.read().unwrap();
        assert_eq!(file.path().metadata().unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_password_that_would_break_the_url_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = PasswordFile::in_folder(dir.path()).unwrap();
        std::fs::write(file.path(), "p@ss/word\n").unwrap();
        assert!(matches!(file.read(), Err(Error::PasswordMalformed { .. })));
    }
}
