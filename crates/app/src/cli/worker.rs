use super::output::say;
use super::{Outcome, closed};
use crate::background::reload;
use crate::config::Config;
use crate::stop::Stop;
use crate::wiring::Running;
use crate::work::{Work, worker_settings};

/// Run automations without the HTTP API.
#[derive(clap::Args)]
pub(super) struct Args {
    /// How many jobs are worked on at a time [default: 16]
    #[arg(long, value_name = "NUMBER")]
    concurrency: Option<u16>,
}

pub(super) async fn run(mut config: Config, args: Args, stop: &Stop) -> Outcome {
    config.worker.concurrency = args.concurrency.unwrap_or(config.worker.concurrency).max(1);
    let running = Running::start(&config).await?;
    let worked = work(&running, &config, stop).await;
    closed(worked, running.stop().await)
}

async fn work(running: &Running, config: &Config, stop: &Stop) -> Outcome {
    let work = Work {
        studio: running.studio().clone(),
        store: running.store().clone(),
        settings: worker_settings(config.worker),
        stop: stop.clone(),
    };
    say(&format!("Kairo Studio works on {} jobs at a time", config.worker.concurrency))?;
    say("Ctrl-C stops it.")?;
    tokio::join!(work.run(), reload(running.keys(), running.keyring(), stop));
    Ok(())
}
