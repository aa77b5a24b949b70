use std::fmt;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// What `/metrics` shows.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

/// Metrics could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("metrics could not be set up")]
pub struct MetricsError(#[source] BuildError);

/// Seconds. The default buckets of Prometheus' own clients, with finer ones where requests should be.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

impl Metrics {
    /// Makes this process record metrics. To be called once, by the program.
    ///
    /// # Errors
    /// [`MetricsError`] when the process records metrics elsewhere already.
    pub fn install() -> Result<Self, MetricsError> {
        let builder = builder().map_err(MetricsError)?;
        builder.install_recorder().map(Self).map_err(MetricsError)
    }

    /// Metrics that are recorded elsewhere.
    pub const fn from_handle(handle: PrometheusHandle) -> Self {
        Self(handle)
    }

    /// All metrics in the text format of Prometheus.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Bounds the memory of histograms that nobody reads; to be called every few seconds.
    pub fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("duration_seconds".to_owned()), BUCKETS)
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
