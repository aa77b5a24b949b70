use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use kairo_domain::LetterId;
use kairo_ports::{Clock, Mail, MailError, Mailer};

use crate::composer::{Composer, transient};
use crate::render::kind;
use crate::{BadSender, Brand, Sender};

/// Writes every mail into a file of a directory, instead of sending it: for development, and for tests.
///
/// The file is called `<time>-<letter>-<kind>.eml`, so that the directory lists by time; nobody else can read it, since
/// its links let in whoever has them. A repeat of a letter takes the place of its file.
pub struct DirectoryMailer {
    dir: PathBuf,
    composer: Composer,
}

/// Mails cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum BadDirectory {
    /// The sender is none.
    #[error(transparent)]
    Sender(#[from] BadSender),
    /// The directory cannot be made.
    #[error("cannot make the directory of mails")]
    Io(#[from] io::Error),
}

impl DirectoryMailer {
    /// Writes into this directory, making it for its owner alone if it is not there; `from` is the sender, as
    /// [`Sender::parse`] takes it.
    ///
    /// # Errors
    /// [`BadDirectory`] when the sender is none, or the directory cannot be made.
    pub fn new(dir: &Path, from: &str, brand: Brand, clock: Arc<dyn Clock>) -> Result<Self, BadDirectory> {
        let sender = Sender::parse(from)?;
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        Ok(Self { dir: dir.to_owned(), composer: Composer { sender, brand, clock } })
    }
}

#[async_trait]
impl Mailer for DirectoryMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let (message, now) = self.composer.compose(mail)?;
        let end = format!("-{}-{}.eml", mail.letter, kind(&mail.content));
        let name = format!("{}{end}", now.format("%Y%m%dT%H%M%SZ"));
        let (dir, letter) = (self.dir.clone(), mail.letter);
        let written = tokio::task::spawn_blocking(move || {
            let path = find(&dir, letter)?.unwrap_or_else(|| dir.join(name));
            write(&dir, &path, &message.formatted())
        });
        written.await.map_err(transient)?.map_err(transient)
    }
}

/// The file of a letter that was written before.
fn find(dir: &Path, letter: LetterId) -> io::Result<Option<PathBuf>> {
    let part = format!("-{letter}-");
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.contains(&part) && name.ends_with(".eml") {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Written beside its place and moved there once it is on the disk: whoever watches the directory sees whole mails.
fn write(dir: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = tempfile::Builder::new()
        .prefix(".draft")
        .permissions(Permissions::from_mode(0o600))
        .tempfile_in(dir)?;
    draft.write_all(bytes)?;
    draft.as_file().sync_all()?;
    draft.persist(path)?;
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests;
