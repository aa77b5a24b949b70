use clap::Subcommand;
use kairo::postgres::{MigrationState, Report};

use super::output::say;
use super::{Outcome, closed};
use crate::config::Config;
use crate::database::Database;

/// Bring the database schema up to date, or say how it stands.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// With `up`: say what would be applied, and apply nothing
    #[arg(long, global = true)]
    dry_run: bool,
}

#[derive(Clone, Copy, Subcommand)]
enum Action {
    /// Apply what is pending (the default); safe to start from several processes at once
    Up,
    /// List every migration and whether it is applied
    Status,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let database = Database::open(&config).await?;
    let done = match (args.action.unwrap_or(Action::Up), args.dry_run) {
        (Action::Up, false) => up(database.url()).await,
        (Action::Up, true) => pending(database.url()).await,
        (Action::Status, _) => status(database.url()).await,
    };
    closed(done, database.close().await.map_err(Into::into))
}

async fn up(url: &str) -> Outcome {
    say(&told(&kairo::postgres::migrate(url).await?))
}

async fn pending(url: &str) -> Outcome {
    let all = kairo::postgres::status(url).await?;
    let pending: Vec<_> = all.iter().filter(|one| one.state == MigrationState::Pending).collect();
    for migration in &pending {
        say(&format!("would apply {:04} {}", migration.version, migration.description))?;
    }
    let queue = kairo::postgres::queue_status(url).await?;
    if queue.pending() > 0 {
        say(&format!("would bring the job queue from {} to {}", queue.applied, queue.known))?;
    }
    say(&format!("{} pending", pending.len() + usize::from(queue.pending() > 0)))
}

async fn status(url: &str) -> Outcome {
    for migration in kairo::postgres::status(url).await? {
        let state = match migration.state {
            MigrationState::Applied => "applied",
            MigrationState::Pending => "pending",
            MigrationState::Altered => "ALTERED: its text is not the one this program has",
            MigrationState::Unknown => "UNKNOWN: the database belongs to a newer program",
        };
        say(&format!("{:04} {:<32} {state}", migration.version, migration.description))?;
    }
    let queue = kairo::postgres::queue_status(url).await?;
    let state = match queue.pending() {
        0 => "applied".to_owned(),
        _ => format!("pending: at {} of {}", queue.applied, queue.known),
    };
    say(&format!("     {:<32} {state}", "job queue"))
}

/// What a migration did, in a line.
fn told(report: &Report) -> String {
    match report.applied.len() {
        0 if report.queue_applied > 0 => "the tables were up to date, the job queue was renewed".to_owned(),
        0 if report.policies_applied => "the tables were up to date, policies were renewed".to_owned(),
        0 => "the database is up to date".to_owned(),
        count => format!("applied {count} migrations"),
    }
}
