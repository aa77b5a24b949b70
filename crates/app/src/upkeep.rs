use std::time::Duration;

use kairo::Studio;
use kairo::http::Metrics;

use crate::stop::Stop;

/// How often old samples of metrics are dropped.
pub(crate) const METRICS_EVERY: Duration = Duration::from_secs(5);
/// How often expired rows are removed.
const PURGE_EVERY: Duration = Duration::from_secs(600);

/// Keeps the program small until it is asked to stop. A purge that has begun is finished.
pub(crate) async fn keep_up(studio: Studio, metrics: Metrics, stop: Stop) {
    let mut metrics_beat = tokio::time::interval(METRICS_EVERY);
    let mut purge_beat = tokio::time::interval(PURGE_EVERY);
    loop {
        tokio::select! {
            _ = stop.asked() => return,
            _ = metrics_beat.tick() => metrics.upkeep(),
            _ = purge_beat.tick() => purge(&studio).await,
        }
    }
}

async fn purge(studio: &Studio) {
    match studio.upkeep().purge().await {
        Ok(0) => {}
        Ok(purged) => tracing::info!(rows.purged = purged, "what has expired is forgotten"),
        Err(error) => tracing::warn!(error = %error, "what has expired is kept for now"),
    }
}
