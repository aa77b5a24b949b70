use std::net::SocketAddr;

use super::output::say;
use super::{Outcome, closed};
use crate::config::{Config, ConfigError};
use crate::serve::{Server, refuse_unsafe};
use crate::stop::Stop;
use crate::wiring::Running;

/// Serve the HTTP API.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Fill the database with demo data first and print a sign-in for each role; only on a loopback address
    #[arg(long)]
    demo: bool,
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

pub(super) async fn run(mut config: Config, args: Args, stop: &Stop) -> Outcome {
    config.server.listen = args.listen.unwrap_or(config.server.listen);
    refuse_unsafe(&config, args.demo)?;
    config.check_serving().map_err(ConfigError::from)?;
    let running = Running::start(&config).await?;
    let served = serve(&running, &config, args.demo, stop).await;
    closed(served, running.stop().await)
}

async fn serve(running: &Running, config: &Config, demo: bool, stop: &Stop) -> Outcome {
    let accounts = if demo { Some(running.load_demo(config).await?) } else { None };
    if accounts.is_none() {
        running.refuse_demo_accounts(config).await?;
    }
    if stop.is_asked() {
        return Ok(());
    }
    // What was revoked while nobody ran must not hold for the first request.
    running.studio().sessions().follow_revocations().await?;
    let server = Server::bind(running, config, stop)?;
    say(&format!("Kairo Studio listens on http://{}", server.address()))?;
    if config.server.docs {
        say(&format!("  API pages   http://{}/docs", server.address()))?;
    }
    if let Some(accounts) = accounts {
        say(&accounts.to_string())?;
    }
    say("Ctrl-C stops it.")?;
    Ok(server.run_until(stop).await?)
}
