use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use kairo::system::{Argon2Settings, TokenSettings};
use serde::{Deserialize, Serialize};

use super::mail::Mail;
use super::rates::Rates;
use super::worker::Worker;

/// Everything an operator can set. Keys are written `section.key` in the file and `KAIRO_SECTION__KEY` in the
/// environment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The HTTP server.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// The program's own files.
    pub data: Folders,
    /// Sign-in and tokens.
    pub auth: Auth,
    /// Mails.
    pub mail: Mail,
    /// Requests to other servers.
    pub egress: Egress,
    /// The worker, which runs automations.
    pub worker: Worker,
    /// What requests may cost.
    pub limits: Limits,
    /// How many requests one caller may make.
    pub rates: Rates,
    /// What is logged, and how.
    pub log: Log,
}

/// The HTTP server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Threads that serve requests; 0 takes one for each core.
    pub workers: usize,
    /// Origins whose pages may call the API from a browser.
    pub cors_origins: Vec<String>,
    /// Whether `/docs` is served.
    pub docs: bool,
    /// Where people reach the frontend, for links in mails; the listening address when absent.
    pub public_url: Option<String>,
    /// Where other servers reach this one, for the addresses of webhooks; they begin with the path when absent.
    pub api_url: Option<String>,
    /// Networks of reverse proxies, such as `10.0.0.0/8`: what they say about the client's address is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which they say it; they must replace or extend what a client sends in it.
    pub forwarded_header: ForwardedBy,
    /// How long a stop waits for whatever is under way, in seconds; with a worker, 5 longer than its grace at least.
    pub shutdown_seconds: u64,
}

/// The database.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// The URL of an existing server; without one the program runs a private cluster. `DATABASE_URL` sets it too.
    pub url: Option<Secret>,
    /// The most connections.
    pub max_connections: u32,
    /// How long a request waits for a connection, in milliseconds.
    pub acquire_timeout_ms: u64,
    /// How long one statement may take, in milliseconds.
    pub statement_timeout_ms: u64,
    /// The folder of the PostgreSQL server programs, for the private cluster; searched for when absent.
    pub server_programs: Option<PathBuf>,
}

/// The program's own files.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Folders {
    /// The folder of the private cluster, keys and passwords.
    pub dir: PathBuf,
}

/// Sign-in and tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// 32 random bytes in base64; made on the first start when absent. Several nodes need the same one. `kairo keys
    /// rotate` changes keys that the program made itself; a key that is set here is changed here.
    pub signing_key: Option<Secret>,
    /// Keys that were `signing_key` before: what they signed or encrypted is still read.
    pub previous_signing_keys: Vec<Secret>,
    /// Whether cookies are for HTTPS only; switch it off for a browser on plain HTTP in development.
    pub secure_cookies: bool,
    /// Who signs tokens (`iss`).
    pub issuer: String,
    /// For whom tokens are (`aud`).
    pub audience: String,
    /// How long an access token holds, in minutes.
    pub access_token_minutes: u32,
    /// What a password hash costs.
    pub argon2: Argon2Settings,
}

/// Requests to other servers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Egress {
    /// Networks that are not public and that automations may reach all the same, such as `10.20.0.0/16`.
    pub allow: Vec<IpNet>,
}

/// What requests may cost.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The most bytes of a JSON body.
    pub body_bytes: usize,
    /// The most bytes of a JSON body with a flow in it.
    pub flow_body_bytes: usize,
    /// The deepest nesting of a JSON body.
    pub body_depth: usize,
    /// How long the head of a request may take to arrive, in seconds.
    pub head_seconds: u64,
    /// How long a body may take to arrive, in seconds.
    pub body_seconds: u64,
    /// How long a request may take, in seconds.
    pub request_seconds: u64,
}

/// What is logged, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Levels by module, such as `info,kairo=debug`.
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// The header in which a proxy says who the client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ForwardedBy {
    /// `X-Forwarded-For`.
    #[serde(rename = "x-forwarded-for")]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    #[serde(rename = "forwarded")]
    Forwarded,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// A value that is never printed.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            workers: 0,
            cors_origins: Vec::new(),
            docs: true,
            public_url: None,
            api_url: None,
            trusted_proxies: Vec::new(),
            forwarded_header: ForwardedBy::XForwardedFor,
            shutdown_seconds: 20,
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: None,
            max_connections: 20,
            acquire_timeout_ms: 2_000,
            statement_timeout_ms: 30_000,
            server_programs: None,
        }
    }
}

impl Default for Folders {
    fn default() -> Self {
        Self { dir: PathBuf::from(".kairo") }
    }
}

impl Default for Auth {
    fn default() -> Self {
        let TokenSettings { issuer, audience, lifetime } = TokenSettings::default();
        Self {
            signing_key: None,
            previous_signing_keys: Vec::new(),
            secure_cookies: true,
            issuer,
            audience,
            // Out of range it is 0, which is refused.
            access_token_minutes: u32::try_from(lifetime.num_minutes()).unwrap_or_default(),
            argon2: Argon2Settings::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            flow_body_bytes: 4 * 1024 * 1024,
            body_depth: 64,
            head_seconds: 5,
            body_seconds: 20,
            request_seconds: 30,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info,actix_server=warn,graphile_worker=warn".to_owned(), format: LogFormat::Text }
    }
}
