use clap::ValueEnum;

use super::output::say;
use super::{Outcome, closed};
use crate::config::Config;
use crate::wiring::Running;

/// Fill the database with example data.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Which data
    #[arg(long, value_enum, default_value_t = Profile::Demo)]
    profile: Profile,
}

#[derive(Clone, Copy, ValueEnum)]
enum Profile {
    /// Five services, case studies, a company with a client, leads in every state, two automations; running it
    /// again changes nothing
    Demo,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let running = Running::start(&config).await?;
    let Profile::Demo = args.profile;
    let seeded = match running.load_demo(&config).await {
        Ok(accounts) => say(&accounts.to_string()),
        Err(error) => Err(error),
    };
    closed(seeded, running.stop().await)
}
