//! A cluster that stays: found running, or started, by one process at a time.

use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::binaries::Binaries;
use crate::cluster::Stopped;
use crate::error::Error;
use crate::home::Home;
use crate::identity::Identity;
use crate::initdb;
use crate::lock::Lock;
use crate::options::Options;
use crate::port;
use crate::postmaster::{Answer, Life, Postmaster, forget_stranger};
use crate::secret::{Password, PasswordFile};
use crate::server::{Server, Settings, is_port_taken, is_still_ending};

/// Between two looks at a server that is coming up or going down.
const PAUSE: Duration = Duration::from_millis(50);

/// Stopping waits this long for another process that is starting or stopping.
const STOP_LOCK_TIMEOUT: Duration = Duration::from_secs(60);

/// This process's share in a cluster that stays.
#[derive(Debug)]
pub(crate) struct Lasting {
    home: Home,
    identity: Identity,
    in_use: Lock,
}

/// What starting gives: the share, and what is needed to talk to the server.
pub(crate) struct Started {
    pub(crate) lasting: Lasting,
    pub(crate) binaries: Binaries,
    pub(crate) password: Password,
    pub(crate) postmaster: Postmaster,
}

/// Finds the server running or starts it, making the cluster when there is none.
pub(crate) async fn start(options: &Options) -> Result<Started, Error> {
    let settings = Settings::lasting(&options.settings)?;
    let password_file = PasswordFile::in_folder(&options.secrets_dir)?;
    let (home, identity) = Home::settle(&options.data_dir).await?;
    let starting = Lock::exclusive(&home.start_lock(), options.start_timeout).await?;
    let in_use = Lock::shared(&home.use_lock(), options.start_timeout).await?;

    initdb::clear_drafts(home.dir());
    let binaries = binaries_for(&home, options).await?;
    let server = Server { binaries: &binaries, identity: &identity, dir: home.dir() };
    let password = if home.is_initialised() {
        let missing = || Error::PasswordMissing {
            password_file: password_file.path().to_path_buf(),
            data_dir: home.dir().to_path_buf(),
        };
        password_file.read()?.ok_or_else(missing)?
    } else {
        let password = password_file.read_or_generate()?;
        initdb::lasting(&server, &password).await?;
        password
    };

    let launch = Launch {
        server,
        settings: &settings,
        password: &password,
        password_file: &password_file,
        port_file: &home.port_file(),
        deadline: Instant::now() + options.start_timeout,
    };
    let postmaster = launch.find_or_start().await?;
    drop(starting);
    Ok(Started { lasting: Lasting { home, identity, in_use }, binaries, password, postmaster })
}

impl Lasting {
    /// The folder the cluster is really in.
    pub(crate) fn dir(&self) -> &Path {
        self.home.dir()
    }

    /// Gives up this process's share; stops the server if it was the last one.
    pub(crate) async fn stop(self, binaries: &Binaries) -> Result<Stopped, Error> {
        let _stopping = Lock::exclusive(&self.home.start_lock(), STOP_LOCK_TIMEOUT).await?;
        // Held until the server is gone, and nobody can wait for it: that takes the start lock first.
        let Some(_alone) = self.in_use.into_exclusive() else { return Ok(Stopped::LeftToOthers) };
        let server = Server { binaries, identity: &self.identity, dir: self.home.dir() };
        let pgdata = server.pgdata();
        match Postmaster::read(&pgdata)?.map(|found| found.life(&pgdata)) {
            Some(Life::Plausible) => server.stop().await?,
            // Somebody else has stopped or killed it already.
            Some(Life::Gone | Life::Stranger) | None => {}
        }
        Ok(Stopped::Down)
    }
}

/// The newest server, or the one that wrote the data.
async fn binaries_for(home: &Home, options: &Options) -> Result<Binaries, Error> {
    let Some(initialised_by) = home.major()? else { return Binaries::find(&options.binaries, None).await };
    let binaries = Binaries::find(&options.binaries, initialised_by.parse().ok()).await?;
    if binaries.major().to_string() == initialised_by {
        return Ok(binaries);
    }
    let data_dir = home.dir().to_path_buf();
    Err(Error::OtherMajor { data_dir, initialised_by, available: binaries.major() })
}

/// One attempt to have a server, until a deadline.
struct Launch<'a> {
    server: Server<'a>,
    settings: &'a Settings,
    password: &'a Password,
    password_file: &'a PasswordFile,
    port_file: &'a Path,
    deadline: Instant,
}

/// What is in the data folder right now.
enum Sight {
    Nothing,
    Busy(Postmaster),
    Running(Postmaster),
}

impl Launch<'_> {
    async fn find_or_start(&self) -> Result<Postmaster, Error> {
        let mut remembered = port::read(self.port_file)?;
        self.server.rotate_log()?;
        loop {
            match self.look().await? {
                Sight::Running(postmaster) => {
                    port::write(self.port_file, postmaster.port)?;
                    tracing::info!(
                        postgres.pid = postmaster.pid,
                        postgres.port = postmaster.port,
                        "database is up"
                    );
                    return Ok(postmaster);
                }
                Sight::Busy(Postmaster { pid, port }) if Instant::now() >= self.deadline => {
                    return Err(Error::Unresponsive { data_dir: self.server.pgdata(), pid, port });
                }
                Sight::Busy(_) => sleep(PAUSE).await,
                Sight::Nothing => remembered = self.launch(port::choose(remembered)?).await?,
            }
        }
    }

    /// Starts the server; gives the port to try next, if this one turns out to be unusable.
    async fn launch(&self, port: u16) -> Result<Option<u16>, Error> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        match self.server.start(self.settings, port, left).await {
            Ok(()) => Ok(Some(port)),
            Err(Error::NotStarted { log, .. }) if !left.is_zero() && is_port_taken(&log) => Ok(None),
            Err(Error::NotStarted { log, .. }) if !left.is_zero() && is_still_ending(&log) => {
                sleep(PAUSE).await;
                Ok(Some(port))
            }
            Err(error) => Err(error),
        }
    }

    async fn look(&self) -> Result<Sight, Error> {
        let pgdata = self.server.pgdata();
        let Some(postmaster) = Postmaster::read(&pgdata)? else { return Ok(Sight::Nothing) };
        match postmaster.life(&pgdata) {
            // PostgreSQL itself clears away what a dead process left.
            Life::Gone => return Ok(Sight::Nothing),
            Life::Stranger => {
                forget_stranger(&pgdata)?;
                return Ok(Sight::Nothing);
            }
            Life::Plausible => {}
        }
        match postmaster.ask(self.password, &pgdata).await {
            Answer::Ours => Ok(Sight::Running(postmaster)),
            Answer::NotYet => Ok(Sight::Busy(postmaster)),
            Answer::PasswordRefused => Err(Error::PasswordRefused {
                data_dir: self.server.dir.to_path_buf(),
                password_file: self.password_file.path().to_path_buf(),
            }),
        }
    }
}
