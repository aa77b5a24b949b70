use chrono::{DateTime, Utc};
use kairo_domain::{Actor, Redacted, Session};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A device that is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(crate) struct SessionView {
    id: Uuid,
    /// Whether it is the one that asks.
    current: bool,
    /// What the device calls itself.
    #[schema(required = true)]
    user_agent: Option<String>,
    /// From where it signed in.
    #[schema(required = true)]
    ip_address: Option<String>,
    created_at: DateTime<Utc>,
    /// When it last got new tokens.
    #[schema(required = true)]
    last_used_at: Option<DateTime<Utc>>,
    /// When it ends unless it is used.
    expires_at: DateTime<Utc>,
}

impl SessionView {
    /// A session as this actor sees it.
    pub(crate) fn of(session: &Session, actor: &Actor) -> Self {
        let text = |text: &Option<Redacted<String>>| text.as_ref().map(|text| text.expose().clone());
        Self {
            id: session.id.uuid(),
            current: actor.session() == Some(session.id),
            user_agent: text(&session.user_agent),
            ip_address: text(&session.ip_address),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
        }
    }
}
