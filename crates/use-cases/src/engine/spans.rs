//! Spans of what workers do, so that the lines of a run, of its steps, and of what fired it are found by one another. They
//! hold ids and words, and nothing that somebody wrote.

use kairo_domain::{JournalEntry, Run, RunId, RunStatus};
use kairo_flow::{Effect, EffectKind};
use tracing::Span;

/// Around what a worker does with a run, from the claim until it ends or waits. What fired it is known by the event, the
/// run that waits for it, or the run that it repeats; a request that fires a run says so in its own span.
pub(super) fn run(run: &Run) -> Span {
    let firing = &run.firing;
    tracing::info_span!(
        "kairo.run",
        run.id = %run.id,
        automation.id = %run.automation,
        run.fired_by = firing.by,
        run.parent = firing.parent.as_ref().map(|parent| display(parent.run)),
        run.retry_of = firing.retry_of.map(display),
        event.seq = seq_of(run),
    )
}

/// Around one attempt at a step.
pub(super) fn step(effect: &Effect) -> Span {
    tracing::info_span!(
        "kairo.step",
        step.node = effect.key.node.as_str(),
        step.iteration = (!effect.key.iteration.is_empty()).then(|| display(effect.key.iteration_path())),
        step.kind = word(&effect.kind),
        step.attempt = effect.attempt,
    )
}

/// Around the firing of whatever waits for an event: with the request that caused it, or `run:` and the run.
pub(crate) fn event(entry: &JournalEntry) -> Span {
    tracing::info_span!(
        "kairo.event",
        event.seq = entry.seq,
        event.name = entry.event.as_str(),
        request.id = entry.origin.request.as_deref(),
    )
}

/// Says, within the span of what fired a run, which one that is. To be said once it is kept.
pub(crate) fn fired(run: RunId, by: &'static str) {
    tracing::debug!(run.id = %run, run.fired_by = by, "a run is fired");
}

/// Says, within the span of a run, how it ended; loudly if it did not end well.
pub(super) fn ended(run: &Run) {
    let Some(ending) = run.state.ending() else { return };
    let (phase, took_ms) = (run.phase(), ending.took.num_milliseconds());
    match phase.status() {
        RunStatus::Failed => {
            tracing::info!(run.phase = %phase, run.duration_ms = took_ms, "a run has failed");
        }
        RunStatus::Running | RunStatus::Success => {
            tracing::debug!(run.phase = %phase, run.duration_ms = took_ms, "a run has ended");
        }
    }
}

/// The place in the journal of the event that fired a run.
fn seq_of(run: &Run) -> Option<i64> {
    let key = (run.firing.by == "event").then_some(&run.firing.key)?;
    key.rsplit(':').next()?.parse().ok()
}

/// The word of a node that has such an effect.
const fn word(kind: &EffectKind) -> &'static str {
    match kind {
        EffectKind::Http(_) => "http.request",
        EffectKind::Email(_) => "email.send",
        EffectKind::Wait(_) => "wait",
        EffectKind::Subflow { .. } => "subflow",
        EffectKind::Respond(_) => "respond",
        EffectKind::LeadCreate(_) => "lead.create",
        EffectKind::LeadMove { .. } => "lead.move",
        EffectKind::LeadNote { .. } => "lead.note",
        EffectKind::CompanyCreate(_) => "company.create",
    }
}

#[cfg(test)]
mod tests;
