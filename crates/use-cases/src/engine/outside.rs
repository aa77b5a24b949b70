use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::SecretTexts;
use kairo_flow::{Effect, EffectKind, StepError};
use serde_json::{Value, json};

use super::drive::Drive;
use super::wait::wait;

/// What an effect came to.
pub(super) enum Came {
    /// Its end.
    To(Value),
    /// It goes on at an instant, or when something else wakes it.
    Later {
        /// The instant.
        until: Option<DateTime<Utc>>,
        /// What is needed to go on.
        detail: Value,
    },
}

/// What was done about an effect.
pub(super) struct Did {
    pub(super) what: Result<Came, StepError>,
    /// What was used and must not show.
    pub(super) secrets: SecretTexts,
    /// How long the other side asked to wait before the next attempt.
    pub(super) retry_after: Option<TimeDelta>,
    /// What the next attempt has to know, if there is one: it finds it as `kept` in what it resumes. Null is nothing.
    pub(super) kept: Value,
}

impl Did {
    pub(super) fn plain(what: Result<Came, StepError>) -> Self {
        Self { what, secrets: SecretTexts::default(), retry_after: None, kept: Value::Null }
    }
}

impl Drive {
    /// Does what touches nothing of ours. No unit of work is open meanwhile.
    pub(super) async fn act_outside(&self, effect: &Effect) -> Did {
        match &effect.kind {
            EffectKind::Http(request) => self.request(effect, request).await,
            EffectKind::Email(email) => self.mail(effect, email).await,
            EffectKind::Wait(span) => Did::plain(wait(effect, span, self.desk.now())),
            EffectKind::Respond(answer) => Did::plain(Ok(Came::To(json!({
                "status": answer.status,
                "headers": answer.headers,
                "body": answer.body,
            })))),
            EffectKind::Subflow { .. }
            | EffectKind::LeadCreate(_)
            | EffectKind::LeadMove { .. }
            | EffectKind::LeadNote { .. }
            | EffectKind::CompanyCreate(_) => {
                Did::plain(Err(StepError::permanent("misplaced", "this effect is one on our own data")))
            }
        }
    }
}
