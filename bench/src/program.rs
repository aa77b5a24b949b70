use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use tempfile::TempDir;

use crate::Database;
use crate::serving::{Serving, binary, command, data_folder};

/// The program, serving demo data on a free port.
pub struct Program {
    serving: Serving,
    /// Sends every request.
    pub http: Client,
    _folder: TempDir,
}

impl Program {
    /// Starts the program beside this script with these settings besides the defaults.
    ///
    /// # Panics
    /// When it is not built, or does not start.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let folder = data_folder("kairo-bench-");
        for (name, value) in settings {
            println!("with {name}={}", if *name == "DATABASE_URL" { "a cluster of its own" } else { value });
        }
        let mut command = command(&binary(), folder.path(), settings.iter().copied());
        command.stderr(Stdio::null());
        let serving = Serving::start(command, &["--demo"]).await.expect("the program serves");
        let http = Client::builder().timeout(Duration::from_secs(60)).build().unwrap();
        Self { serving, http, _folder: folder }
    }

    /// Starts the release build on this database, with no limit on webhooks, and prints what PostgreSQL says of its
    /// durability.
    ///
    /// # Panics
    /// As [`Program::start`].
    pub async fn unlimited(database: &Database) -> Self {
        let url = database.url();
        let program = Self::start(&[
            ("DATABASE_URL", url.as_str()),
            ("KAIRO_RATES__HOOKS__REQUESTS", "1000000"),
            ("KAIRO_LOG__FILTER", "error"),
        ])
        .await;
        println!("PostgreSQL says {}", database.durability().await);
        program
    }

    /// A path of the API.
    pub fn api(&self, path: &str) -> String {
        self.serving.api(path)
    }

    /// The id of its process.
    pub fn pid(&self) -> u32 {
        self.serving.pid()
    }

    /// The demo's account of a role.
    ///
    /// # Panics
    /// When the program printed none.
    pub fn account(&self, role: &str) -> (String, String) {
        self.serving.account(role)
    }

    /// A sign-in that comes from this address.
    pub fn sign_in(&self, email: &str, password: &str, address: u32) -> RequestBuilder {
        self.coming_from(self.serving.sign_in(&self.http, email, password), address)
    }

    /// The request, as if a proxy had passed it on for this address.
    pub fn coming_from(&self, request: RequestBuilder, address: u32) -> RequestBuilder {
        let [_, a, b, c] = address.to_be_bytes();
        request.header("x-forwarded-for", format!("10.{a}.{b}.{c}"))
    }

    /// An access token of a demo account.
    ///
    /// # Panics
    /// When signing in fails.
    pub async fn token(&self, role: &str) -> String {
        let (email, password) = self.account(role);
        self.serving.token(&self.http, &email, &password).await
    }
}
