//! What Prometheus is shown of the job queue.

use std::time::Duration;

use kairo::http::Metrics;
use kairo::ports::StoreError;
use kairo::postgres::{PgStore, QueueDepth};

const JOBS: &str = "kairo_queue_jobs";
const LAG: &str = "kairo_queue_lag_seconds";

/// The least time between two looks, which go over all jobs there are. Nobody looks unless somebody asks for metrics.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The metrics, with those of the queue.
pub(crate) fn with_queue(metrics: Metrics, store: PgStore) -> Metrics {
    metrics.looking(LOOK_EVERY, move || {
        let store = store.clone();
        async move { show(look(&store).await) }
    })
}

async fn look(store: &PgStore) -> Result<(QueueDepth, Duration), StoreError> {
    Ok((store.queue_depth().await?, store.queue_lag().await?))
}

/// What cannot be seen is no number: the last one would look as if all were well.
fn show(seen: Result<(QueueDepth, Duration), StoreError>) {
    let (jobs, lag) = match seen {
        Ok((QueueDepth { due, later, held }, lag)) => {
            ([due, later, held].map(|jobs| jobs as f64), lag.as_secs_f64())
        }
        Err(error) => {
            tracing::warn!(%error, "the job queue cannot be looked at, so its metrics are no numbers");
            ([f64::NAN; 3], f64::NAN)
        }
    };
    for (state, jobs) in ["due", "later", "held"].into_iter().zip(jobs) {
        metrics::gauge!(JOBS, "state" => state).set(jobs);
    }
    metrics::gauge!(LAG).set(lag);
}

#[cfg(test)]
mod tests {
    use kairo::domain::{Actor, Job};
    use kairo::ports::Store;
    use kairo::postgres::{PgOptions, migrate};
    use kairo_testkit::builders::at;
    use kairo_testkit::postgres::TemplateDatabase;
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    static MIGRATED: TemplateDatabase = TemplateDatabase::new();

    /// The number behind a metric on a page.
    fn number(page: &str, metric: &str) -> f64 {
        let line = page.lines().find_map(|line| line.strip_prefix(metric));
        line.unwrap_or_else(|| panic!("{metric} is missing in\n{page}")).trim().parse().unwrap()
    }

    #[tokio::test]
    async fn the_queue_is_shown_as_it_is() {
        let prepare = async |url: &str| {
            migrate(url).await.unwrap();
        };
        let database = MIGRATED.cloned(prepare).await;
        let store = PgStore::connect(PgOptions::new(database.url())).await.unwrap();
        let recorder = PrometheusBuilder::new().build_recorder();
        let _guard = metrics::set_default_local_recorder(&recorder);
        show(look(&store).await);
        assert_eq!(number(&recorder.handle().render(), "kairo_queue_lag_seconds"), 0.0);

        let mut work = store.begin(&Actor::System).await.unwrap();
        for (number, due) in [(1, 0), (2, 0), (3, 10_000_000_000)] {
            work.queue().enqueue(&Job::DispatchEvent(number), at(due)).await.unwrap();
        }
        work.commit().await.unwrap();
        show(look(&store).await);
        let page = recorder.handle().render();
        for (state, jobs) in [("due", 2.0), ("later", 1.0), ("held", 0.0)] {
            assert_eq!(number(&page, &format!("kairo_queue_jobs{{state=\"{state}\"}}")), jobs);
        }
        // The first two were due at the beginning of a year that is over.
        assert!(number(&page, "kairo_queue_lag_seconds") > 3_600.0, "{page}");

        show(Err(StoreError::Unavailable(None)));
        assert!(number(&recorder.handle().render(), "kairo_queue_lag_seconds").is_nan());
    }
}
