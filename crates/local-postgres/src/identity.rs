//! Who runs the server: the caller, or somebody else when the caller is root.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use nix::unistd::{Gid, Uid, User, geteuid};

use crate::error::Error;
use crate::process::{self, Program};

/// Tried in this order when the caller is root.
const SERVICE_USERS: [&str; 2] = ["postgres", "nobody"];

/// What the programs need from a shell and nothing of the caller's secrets.
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// Entering a folder is immediate, except on a dead network mount.
const ENTER_TIMEOUT: Duration = Duration::from_secs(10);

/// The user that the server's programs run as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    name: String,
    switch: Option<(Uid, Gid)>,
}

impl Identity {
    /// The caller itself.
    pub(crate) fn caller() -> Self {
        Self { name: name_of(geteuid()), switch: None }
    }

    /// Who should run a server on `data`: its owner if it exists, and never root.
    pub(crate) fn for_data(data: &Path) -> Result<Self, Error> {
        let owner =
            data.metadata().ok().map(|found| (Uid::from_raw(found.uid()), Gid::from_raw(found.gid())));
        match owner {
            Some((uid, _)) if !geteuid().is_root() && uid != geteuid() => {
                Err(Error::OtherOwner { path: data.to_path_buf(), owner: uid.as_raw() })
            }
            Some((uid, gid)) if geteuid().is_root() && !uid.is_root() => {
                Ok(Self { name: name_of(uid), switch: Some((uid, gid)) })
            }
            _ => Self::unprivileged(),
        }
    }

    /// The caller, or a service user when the caller is root.
    pub(crate) fn unprivileged() -> Result<Self, Error> {
        if !geteuid().is_root() {
            return Ok(Self::caller());
        }
        let user = SERVICE_USERS.iter().find_map(|name| User::from_name(name).ok().flatten());
        let user = user.filter(|user| !user.uid.is_root()).ok_or(Error::NoUser)?;
        if user.name != SERVICE_USERS[0] {
            tracing::warn!(
                user.name,
                "no user `postgres`: the database runs as a user that others may share"
            );
        }
        Ok(Self { name: user.name, switch: Some((user.uid, user.gid)) })
    }

    /// Whether the server runs as somebody else than the caller.
    pub(crate) fn is_other(&self) -> bool {
        self.switch.is_some()
    }

    /// The user's name, for errors.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A program that runs as this user with an empty environment, in `/`, without input.
    pub(crate) fn command(&self, program: &Path) -> Program {
        Program::new(tokio::process::Command::from(self.std_command(program)), &self.name)
    }

    /// Like [`Identity::command`], for a child that outlives the runtime.
    pub(crate) fn std_command(&self, program: &Path) -> std::process::Command {
        let mut command = std::process::Command::new(program);
        command.env_clear().envs([("PATH", SEARCH_PATH), ("LC_ALL", "C"), ("TZ", "UTC")]);
        command.current_dir("/").stdin(Stdio::null());
        if let Some((uid, gid)) = self.switch {
            // The standard library also drops root's supplementary groups here.
            command.uid(uid.as_raw()).gid(gid.as_raw());
        }
        command
    }

    /// Gives a file or folder to this user.
    pub(crate) fn own(&self, path: &Path) -> Result<(), Error> {
        let Some((uid, gid)) = self.switch else { return Ok(()) };
        std::os::unix::fs::lchown(path, Some(uid.as_raw()), Some(gid.as_raw()))
            .map_err(Error::io("hand over", path))
    }

    /// Whether this user can enter `folder`; asked of the system, because modes do not tell the whole story.
    pub(crate) async fn can_enter(&self, folder: &Path) -> bool {
        self.agrees("cd -- \"$1\"", folder).await
    }

    /// Whether this user can also make and remove entries in `folder`.
    pub(crate) async fn can_write_in(&self, folder: &Path) -> bool {
        self.agrees("cd -- \"$1\" && [ -w . ]", folder).await
    }

    async fn agrees(&self, script: &str, folder: &Path) -> bool {
        let mut shell = self.command(Path::new("/bin/sh"));
        shell.arg("-c").arg(script).arg("sh").arg(folder);
        process::run(shell, "sh", ENTER_TIMEOUT).await.is_ok()
    }
}

fn name_of(uid: Uid) -> String {
    let user = User::from_uid(uid).ok().flatten();
    user.map_or_else(|| uid.to_string(), |user| user.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_never_runs_as_root() {
        let identity = Identity::unprivileged().unwrap();
        assert_eq!(identity.is_other(), geteuid().is_root());
        assert!(identity.switch.is_none_or(|(uid, _)| !uid.is_root()));
    }

    #[tokio::test]
    async fn the_environment_is_not_handed_on() {
        let env = Identity::unprivileged().unwrap().command(Path::new("/usr/bin/env"));
        let said = process::run(env, "env", Duration::from_secs(10)).await.unwrap();
        assert!(
            said.lines().all(|line| ["PATH=", "LC_ALL=", "TZ=", "PWD="].iter().any(|p| line.starts_with(p)))
        );
    }

    #[tokio::test]
    async fn a_private_folder_cannot_be_entered_by_somebody_else() {
        let private = tempfile::tempdir().unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(private.path(), mode).unwrap();
        let identity = Identity::unprivileged().unwrap();
        assert_eq!(identity.can_enter(private.path()).await, !identity.is_other());
        assert!(identity.can_enter(Path::new("/")).await);
    }
}
