use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{self, Loaded};
use crate::stop::Stop;
use crate::telemetry;

mod keys;
mod migrate;
mod output;
mod seed;
mod serve;
mod user;
mod worker;

/// What commands return: any error ends as one line that says what to do next.
type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// The backend of a creative and automation studio: HTTP API, automation worker, database and command line in one
/// program.
///
/// Without DATABASE_URL it finds PostgreSQL server programs on this machine, or fetches them, and runs a private
/// cluster in its data folder. With DATABASE_URL it uses that server.
#[derive(Parser)]
#[command(name = "kairo", version, max_term_width = 100)]
struct Cli {
    /// Configuration file [default: kairo.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "KAIRO_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the HTTP API and run automations
    ///
    /// Starts the database if need be, brings its schema up to date and serves until Ctrl-C or SIGTERM; then
    /// requests under way are finished and everything is stopped.
    Serve(serve::Args),
    /// Run automations without the HTTP API
    ///
    /// `kairo serve` runs them too unless worker.enabled is off. Any number of both may share one database; a worker
    /// that dies leaves its runs to the others, who go on after the last step that was kept.
    Worker(worker::Args),
    /// Bring the database schema up to date, or say how it stands
    Migrate(migrate::Args),
    /// Fill the database with example data
    Seed(seed::Args),
    /// Make users and reset passwords
    User(user::Args),
    /// Show and rotate the keys that sign tokens and encrypt secrets
    Keys(keys::Args),
    /// Print the OpenAPI 3.1 document of the HTTP API
    Openapi,
    /// Print every setting, its value and where it was set; secrets are hidden
    Config,
}

/// Runs the command that the arguments name.
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&with_causes(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> Outcome {
    let loaded = config::load(cli.config.as_deref())?;
    telemetry::start(&loaded.config.log)?;
    let stop = Stop::listen()?;
    match cli.command {
        Command::Serve(args) => serve::run(loaded.config, args, &stop).await,
        Command::Worker(args) => worker::run(loaded.config, args, &stop).await,
        Command::Migrate(args) => migrate::run(loaded.config, args).await,
        Command::Seed(args) => seed::run(loaded.config, args).await,
        Command::User(args) => user::run(loaded.config, args).await,
        Command::Keys(args) => keys::run(loaded.config, args).await,
        Command::Openapi => output::say(&kairo::http::openapi_json()),
        Command::Config => show(&loaded),
    }
}

/// What a command came to, once everything beneath it is closed: its own error first.
fn closed(done: Outcome, closing: Outcome) -> Outcome {
    if let (Err(_), Err(error)) = (&done, &closing) {
        tracing::error!(error = %with_causes(&**error), "closing failed as well");
    }
    done.and(closing)
}

fn show(loaded: &Loaded) -> Outcome {
    output::say(config::report(loaded).trim_end())
}

fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Some libraries repeat the cause in their own text.
        if !text.contains(&next) {
            text.push_str(&format!(": {next}"));
        }
        cause = error.source();
    }
    text
}
