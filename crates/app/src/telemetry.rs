use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// The log filter cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("log.filter {filter:?} cannot be read: {source}")]
pub(crate) struct BadFilter {
    filter: String,
    source: tracing_subscriber::filter::ParseError,
}

/// Sends log lines to standard error, as configured.
///
/// # Errors
/// [`BadFilter`] when the filter cannot be read.
pub(crate) fn start(log: &Log) -> Result<(), BadFilter> {
    let filter =
        EnvFilter::try_new(&log.filter).map_err(|source| BadFilter { filter: log.filter.clone(), source })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second start in one process keeps the first: tests do that.
    let _ = match log.format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}
