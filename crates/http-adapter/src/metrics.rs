mod look;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use look::Look;

/// What `/metrics` shows.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    look: Option<Arc<Look>>,
}

/// Metrics could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("metrics could not be set up")]
pub struct MetricsError(#[source] BuildError);

/// Seconds. The default buckets of Prometheus' own clients, with finer ones where requests should be.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// What takes from milliseconds to weeks, and how long that is.
const LONG: &str = "kairo_run_duration_seconds";
const LONG_BUCKETS: &[f64] = &[
    0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0,
    604_800.0,
];

impl Metrics {
    /// Makes this process record metrics. To be called once, by the program.
    ///
    /// # Errors
    /// [`MetricsError`] when the process records metrics elsewhere already.
    pub fn install() -> Result<Self, MetricsError> {
        let builder = builder().map_err(MetricsError)?;
        builder.install_recorder().map(Self::from_handle).map_err(MetricsError)
    }

    /// Metrics that are recorded elsewhere.
    pub const fn from_handle(handle: PrometheusHandle) -> Self {
        Self { handle, look: None }
    }

    /// The same metrics, and some that have to be looked for before they can be shown: whoever asks for the page has that
    /// done, and no more often than this, however many ask.
    #[must_use]
    pub fn looking<F>(self, every: Duration, look: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self { look: Some(Arc::new(Look::new(every, look))), ..self }
    }

    /// The look that is due, if one is; whoever gets it has to do it.
    pub(crate) fn due_look(&self) -> Option<BoxFuture<'static, ()>> {
        self.look.as_ref()?.if_due()
    }

    /// All metrics in the text format of Prometheus.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Bounds the memory of histograms that nobody reads; to be called every few seconds.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("duration_seconds".to_owned()), BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(LONG.to_owned()), LONG_BUCKETS)
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_may_take_longer_than_requests() {
        let recorder = builder().unwrap().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            for name in ["kairo_run_duration_seconds", "kairo_job_duration_seconds"] {
                metrics::histogram!(name).record(3_000.0);
            }
        });
        let page = recorder.handle().render();
        for line in [
            "kairo_run_duration_seconds_bucket{le=\"900\"} 0",
            "kairo_run_duration_seconds_bucket{le=\"3600\"} 1",
            "kairo_job_duration_seconds_bucket{le=\"30\"} 0",
        ] {
            assert!(page.contains(line), "{line} is missing in\n{page}");
        }
        assert!(!page.contains("kairo_job_duration_seconds_bucket{le=\"60\"}"), "{page}");
    }
}
