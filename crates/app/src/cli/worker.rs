use super::output::say;
use super::{Outcome, closed};
use crate::background::reload;
use crate::config::Config;
use crate::stop::Stop;
use crate::watch::Watch;
use crate::wiring::Running;
use crate::work::Work;

/// Run automations without the HTTP API.
#[derive(clap::Args)]
pub(super) struct Args {
    /// How many jobs are worked on at a time [default: 16]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: Option<u16>,
}

pub(super) async fn run(mut config: Config, args: Args, stop: &Stop) -> Outcome {
    config.worker.concurrency = args.concurrency.unwrap_or(config.worker.concurrency);
    let running = Running::start(&config).await?;
    let worked = work(&running, &config, stop).await;
    closed(worked, running.stop().await)
}

async fn work(running: &Running, config: &Config, stop: &Stop) -> Outcome {
    // Before the work begins: what is counted before somebody records it is lost.
    let watch = config.worker.listen.map(|address| Watch::bind(running, config, address)).transpose()?;
    let work = Work::on(running, config.worker, stop);
    say(&format!("Kairo Studio works on {} jobs at a time", config.worker.concurrency))?;
    if let Some(watch) = &watch {
        say(&format!("Metrics: http://{}/metrics", watch.address()))?;
    }
    say("Ctrl-C stops it.")?;
    let watched = async {
        match watch {
            Some(watch) => watch.run(stop).await,
            None => Ok(()),
        }
    };
    let ((), (), watched) =
        tokio::join!(work.run(), reload(running.keys(), running.keyring(), stop), watched);
    Ok(watched?)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::{Cli, Command};

    fn given(number: &str) -> Result<Option<u16>, String> {
        match Cli::try_parse_from(["kairo", "worker", "--concurrency", number]) {
            Ok(Cli { command: Command::Worker(args), .. }) => Ok(args.concurrency),
            Ok(_) => unreachable!("the command is `worker`"),
            Err(refused) => Err(refused.to_string()),
        }
    }

    #[test]
    fn a_worker_that_would_do_nothing_is_refused() {
        assert_eq!(given("1"), Ok(Some(1)));
        for number in ["0", "65536"] {
            let refused = given(number).unwrap_err();
            assert!(refused.contains("--concurrency <NUMBER>") && refused.contains("1..=65535"), "{refused}");
        }
    }
}
