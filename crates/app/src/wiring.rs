use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kairo::Studio;
use kairo::domain::{Actor, Email, NewPassword};
use kairo::egress::{EgressSettings, HttpEgress};
use kairo::mail::{Brand, DirectoryMailer, SmtpMailer, SmtpSettings};
use kairo::ports::{Clock, Mailer, Passwords, Store};
use kairo::postgres::{PgOptions, PgStore};
use kairo::system::{Argon2Passwords, Keyring, SigningKey, SystemClock, TokenSettings, random_text};
use kairo::use_cases::Links;

use crate::config::Config;
use crate::database::Database;
use crate::keys::{Keys, lasting};
use crate::secrets::Secrets;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The addresses of the demo's accounts, one for each role.
const DEMO_ACCOUNTS: [(&str, &str); 3] =
    [("ADMIN", "admin@kairo.example"), ("TEAM", "team@kairo.example"), ("CLIENT", "client@kairo.example")];

/// Everything that runs beneath a command: database, store and studio.
pub(crate) struct Running {
    database: Database,
    wired: Wired,
}

/// What is on top of the database.
struct Wired {
    store: PgStore,
    studio: Studio,
    keys: Keys,
    keyring: Keyring,
}

/// The sign-ins of the demo.
pub(crate) struct DemoAccounts {
    password: String,
}

impl Running {
    /// Opens the database, brings its schema up to date and wires the studio.
    pub(crate) async fn start(config: &Config) -> Result<Self, Error> {
        let database = Database::open(config).await?;
        match Self::on(config, database.url()).await {
            Ok(wired) => Ok(Self { database, wired }),
            Err(error) => {
                if let Err(closing) = database.close().await {
                    tracing::error!(error = %closing, "closing the database failed as well");
                }
                Err(error)
            }
        }
    }

    async fn on(config: &Config, url: &str) -> Result<Wired, Error> {
        kairo::postgres::migrate(url).await?;
        let store = PgStore::connect(pg_options(config, url)).await?;
        let (keys, keyring) = Keys::open(config, SystemClock.now())?;
        let studio = kairo::Builder::on(Arc::new(store.clone()))
            .keyring(keyring.clone())
            .tokens(token_settings(config))
            .argon2(config.auth.argon2)
            .mailer(mailer(config)?)
            .egress(Arc::new(HttpEgress::new(egress_settings(config))?))
            .links(Links::below(&public_url(config)))
            .name(config.mail.studio_name.clone())
            .build()?;
        Ok(Wired { store, studio, keys, keyring })
    }

    /// The studio.
    pub(crate) fn studio(&self) -> &Studio {
        &self.wired.studio
    }

    /// The store.
    pub(crate) fn store(&self) -> &PgStore {
        &self.wired.store
    }

    /// Where the keys are.
    pub(crate) fn keys(&self) -> &Keys {
        &self.wired.keys
    }

    /// The ring of keys that the studio signs with.
    pub(crate) fn keyring(&self) -> &Keyring {
        &self.wired.keyring
    }

    /// The key from which cursors, receipts and CSRF tokens derive theirs.
    pub(crate) fn lasting_key(&self) -> SigningKey {
        lasting(&self.wired.keyring, SystemClock.now())
    }

    /// Fills in the demo data; doing it again changes nothing.
    pub(crate) async fn load_demo(&self, config: &Config) -> Result<DemoAccounts, Error> {
        let password = Secrets::open(&config.data.dir)?.read_or_create("demo-password", random_text)?;
        let hash =
            Argon2Passwords::new(config.auth.argon2)?.hash(NewPassword::parse(&password)?.secret()).await?;
        let accounts = DEMO_ACCOUNTS
            .iter()
            .map(|(_, email)| Ok((Email::parse(email)?, hash.clone())))
            .collect::<Result<Vec<_>, Error>>()?;
        self.wired.store.load_demo(&accounts).await?;
        Ok(DemoAccounts { password })
    }

    /// Refuses to serve the demo's accounts to more than this machine.
    pub(crate) async fn refuse_demo_accounts(&self, config: &Config) -> Result<(), Error> {
        if config.server.listen.ip().is_loopback() {
            return Ok(());
        }
        let mut work = self.wired.store.begin_read(&Actor::System).await?;
        for (_, email) in DEMO_ACCOUNTS {
            if work.users().find_by_email(&Email::parse(email)?).await?.is_some() {
                return Err(format!(
                    "this database holds the demo account {email}, and {} is not a loopback address: use another \
                     data folder (data.dir) or database for real work",
                    config.server.listen
                )
                .into());
            }
        }
        Ok(())
    }

    /// Closes the store and the database.
    pub(crate) async fn stop(self) -> Result<(), Error> {
        self.wired.store.close().await;
        Ok(self.database.close().await?)
    }
}

fn pg_options(config: &Config, url: &str) -> PgOptions {
    let settings = &config.database;
    let mut options = PgOptions::new(url);
    options.max_connections = settings.max_connections;
    options.acquire_timeout = Duration::from_millis(settings.acquire_timeout_ms);
    options.statement_timeout = Duration::from_millis(settings.statement_timeout_ms);
    options.sub_pools = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    options
}

/// SMTP where a server is configured, else a folder of `.eml` files.
fn mailer(config: &Config) -> Result<Arc<dyn Mailer>, Error> {
    let brand = Brand { name: config.mail.studio_name.clone(), url: public_url(config) };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    match &config.mail.url {
        Some(url) => {
            let settings = SmtpSettings::parse(url.expose(), &config.mail.from)
                .map_err(|error| format!("mail: {error}"))?;
            Ok(Arc::new(SmtpMailer::new(&settings, brand, clock)?))
        }
        None => {
            let dir = config.mail.dir.clone().unwrap_or_else(|| config.data.dir.join("mail"));
            Ok(Arc::new(DirectoryMailer::new(&dir, &config.mail.from, brand, clock)?))
        }
    }
}

fn egress_settings(config: &Config) -> EgressSettings {
    EgressSettings { allowed: config.egress.allow.clone(), ..EgressSettings::default() }
}

/// Where people reach the frontend.
fn public_url(config: &Config) -> String {
    let listening = || format!("http://{}", config.server.listen);
    config.server.public_url.clone().unwrap_or_else(listening)
}

fn token_settings(config: &Config) -> TokenSettings {
    TokenSettings {
        issuer: config.auth.issuer.clone(),
        audience: config.auth.audience.clone(),
        lifetime: chrono::TimeDelta::minutes(config.auth.access_token_minutes.into()),
    }
}

impl fmt::Display for DemoAccounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Demo sign-ins:")?;
        for (role, email) in DEMO_ACCOUNTS {
            writeln!(f, "  {role:<7} {email:<22} {}", self.password)?;
        }
        Ok(())
    }
}
