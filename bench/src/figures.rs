use std::time::Duration;

/// Durations of one kind of request.
#[derive(Clone, Debug, Default)]
pub struct Figures(Vec<Duration>);

impl Figures {
    /// One more.
    pub fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The duration that this share of them does not exceed, in milliseconds.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count is a small whole number"
        )]
        let place = ((sorted.len() as f64 - 1.0) * share).round() as usize;
        sorted.get(place).map_or(f64::NAN, |took| took.as_secs_f64() * 1_000.0)
    }
}

impl FromIterator<Duration> for Figures {
    fn from_iter<I: IntoIterator<Item = Duration>>(durations: I) -> Self {
        Self(durations.into_iter().collect())
    }
}

/// Prints figures beside their baseline.
pub fn report(name: &str, figures: &Figures, baseline_name: &str, baseline: &Figures) {
    println!("{:<44} {:>6} {:>10} {:>10} {:>10}", "", "n", "p50 ms", "p99 ms", "max ms");
    for (name, figures) in [(baseline_name, baseline), (name, figures)] {
        let [p50, p99, most] = [0.5, 0.99, 1.0].map(|share| figures.quantile(share));
        println!("{name:<44} {:>6} {p50:>10.2} {p99:>10.2} {most:>10.2}", figures.count());
    }
    let ratio = |share| figures.quantile(share) / baseline.quantile(share);
    println!("ratio of medians {:.3}, of p99 {:.3}", ratio(0.5), ratio(0.99));
}
