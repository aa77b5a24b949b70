use chrono::TimeDelta;
use kairo_domain::{
    AutomationRefused, AutomationStatus, Denied, Entity, Id, IllegalTransition, InvitationStatus, LeadStatus,
    MoveRefused, RunPhase, RunRefused, StaleVersion, Version,
};
use kairo_flow::Fault;
use kairo_ports::{PasswordError, StoreError, TokenError, VaultError};

use crate::Code;

/// Why a use case did not do what was asked. Its text is safe to show to the caller; its sources are not.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No credentials, or none that hold. Which it was is not told.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The password is right, and the account asks for a code besides.
    #[error("a code of the authenticator app, or a recovery code, is needed")]
    SecondFactorRequired,
    /// The mailed token is not good, or not any more. Which it was is not told.
    #[error("the link was used, has expired, or was never valid")]
    TokenInvalid,
    /// Too many attempts failed; the next one has to wait.
    #[error("too many attempts failed: wait before the next one")]
    RateLimited {
        /// For how long.
        retry_after: TimeDelta,
    },
    /// The change would leave nobody with role ADMIN who may sign in.
    #[error("the last administrator can be neither demoted, suspended nor deleted")]
    LastAdmin,
    /// The actor may know of the thing, and may not do this to it.
    #[error("{0}")]
    Forbidden(Denied),
    /// The thing is not there, or the actor must not learn that it is.
    #[error("there is no such {what}")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
    },
    /// What came in is more than can be worked with.
    #[error("{what} is too large: {why}")]
    TooLarge {
        /// The kind of thing.
        what: &'static str,
        /// The bound in a sentence.
        why: String,
    },
    /// Some values are refused.
    #[error("some values are not acceptable")]
    Invalid(Vec<FieldIssue>),
    /// A state machine has no such edge.
    #[error("{detail}")]
    IllegalTransition {
        /// The refusal in a sentence.
        detail: String,
        /// Where the thing stands.
        from: &'static str,
        /// Where it was asked to go.
        to: &'static str,
        /// Where it may go from here.
        allowed: Vec<&'static str>,
    },
    /// A flow has faults and cannot run.
    #[error("the flow has {} faults and cannot run", .0.len())]
    FlowNotRunnable(Vec<Fault>),
    /// The automation is paused or archived.
    #[error("the automation is {status}: only an active one fires, and a draft as a test")]
    NotActive {
        /// Its status.
        status: &'static str,
    },
    /// The run has not ended.
    #[error("the run has not ended: cancel it first, or wait")]
    StillOpen,
    /// A unique value is in use.
    #[error("{what} is in use already")]
    Taken {
        /// The public name of the field.
        what: &'static str,
    },
    /// The thing was changed since it was last seen.
    #[error("it was changed meanwhile: read it again and repeat the change")]
    Stale {
        /// The version it has now, if known.
        current: Option<Version>,
    },
    /// An idempotency key was used for another request: with another body, or another claim of the version seen.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// The first request with this idempotency key is still under way.
    #[error("the first request with this idempotency key is still under way")]
    InProgress,
    /// Out of capacity for the moment; the same request may be sent again.
    #[error("out of capacity for the moment: try again")]
    Busy(#[source] Option<Source>),
    /// A fault of the program or what it depends on.
    #[error("something failed on our side")]
    Broken(#[source] Source),
}

/// What is wrong with one value of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldIssue {
    /// JSON pointer (RFC 6901) to the value.
    pub pointer: String,
    /// A stable word.
    pub code: &'static str,
    /// What the value must be.
    pub message: String,
}

type Source = Box<dyn std::error::Error + Send + Sync>;

impl Error {
    /// The stable word for this error.
    pub const fn code(&self) -> Code {
        match self {
            Self::Unauthenticated(_) => Code::Unauthenticated,
            Self::SecondFactorRequired => Code::SecondFactorRequired,
            Self::TokenInvalid => Code::TokenInvalid,
            Self::RateLimited { .. } => Code::RateLimited,
            Self::LastAdmin => Code::LastAdmin,
            Self::Forbidden(_) => Code::Forbidden,
            Self::NotFound { .. } => Code::NotFound,
            Self::TooLarge { .. } => Code::TooLarge,
            Self::Invalid(_) => Code::Invalid,
            Self::IllegalTransition { .. } => Code::IllegalTransition,
            Self::FlowNotRunnable(_) => Code::FlowNotRunnable,
            Self::NotActive { .. } => Code::NotActive,
            Self::StillOpen => Code::StillOpen,
            Self::Taken { .. } => Code::Taken,
            Self::Stale { .. } => Code::Stale,
            Self::KeyReused => Code::KeyReused,
            Self::InProgress => Code::InProgress,
            Self::Busy(_) => Code::Busy,
            Self::Broken(_) => Code::Broken,
        }
    }

    /// The word under which the journal remembers that somebody tried this; `None` for what is no matter of rights. What
    /// an actor may not see is not told apart from what is not there, here neither.
    pub(crate) const fn refusal(&self) -> Option<&'static str> {
        match self {
            Self::Forbidden(_) => Some("forbidden"),
            Self::NotFound { .. } => Some("not_found"),
            Self::LastAdmin => Some("last_admin"),
            Self::RateLimited { .. } => Some("wait"),
            Self::SecondFactorRequired => Some("second_factor_required"),
            Self::TokenInvalid => Some("token"),
            Self::Unauthenticated(_)
            | Self::TooLarge { .. }
            | Self::Invalid(_)
            | Self::IllegalTransition { .. }
            | Self::FlowNotRunnable(_)
            | Self::NotActive { .. }
            | Self::StillOpen
            | Self::Taken { .. }
            | Self::Stale { .. }
            | Self::KeyReused
            | Self::InProgress
            | Self::Busy(_)
            | Self::Broken(_) => None,
        }
    }

    pub(crate) fn missing<E: Entity>(_: Id<E>) -> Self {
        Self::NotFound { what: E::NAME }
    }

    /// A write that lost against another one is to be tried again, when nobody said which version they saw.
    pub(crate) fn or_again(error: StoreError) -> Self {
        match error {
            StoreError::Stale => StoreError::Contention(None).into(),
            other => other.into(),
        }
    }

    pub(crate) fn invalid(pointer: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldIssue { pointer: pointer.to_owned(), code, message: message.into() }])
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Forbidden { .. } => Self::Forbidden(denied),
            Denied::Hidden { resource } => Self::NotFound { what: resource.as_str() },
        }
    }
}

impl From<IllegalTransition<InvitationStatus>> for Error {
    fn from(refused: IllegalTransition<InvitationStatus>) -> Self {
        let detail = refused.to_string();
        let IllegalTransition { from, to, allowed } = refused;
        let allowed = allowed.into_iter().map(InvitationStatus::as_str).collect();
        Self::IllegalTransition { detail, from: from.as_str(), to: to.as_str(), allowed }
    }
}

impl From<AutomationRefused> for Error {
    fn from(refused: AutomationRefused) -> Self {
        let detail = refused.to_string();
        match refused {
            AutomationRefused::Illegal(IllegalTransition { from, to, allowed }) => {
                let allowed = allowed.into_iter().map(AutomationStatus::as_str).collect();
                Self::IllegalTransition { detail, from: from.as_str(), to: to.as_str(), allowed }
            }
            AutomationRefused::NotRunnable(faults) => Self::FlowNotRunnable(faults),
        }
    }
}

impl From<RunRefused> for Error {
    fn from(refused: RunRefused) -> Self {
        let detail = refused.to_string();
        let IllegalTransition { from, to, allowed } = refused;
        let allowed = allowed.into_iter().map(RunPhase::as_str).collect();
        Self::IllegalTransition { detail, from: from.as_str(), to: to.as_str(), allowed }
    }
}

impl From<StaleVersion> for Error {
    fn from(stale: StaleVersion) -> Self {
        Self::Stale { current: Some(stale.current) }
    }
}

impl From<MoveRefused> for Error {
    fn from(refused: MoveRefused) -> Self {
        let detail = refused.to_string();
        match refused {
            MoveRefused::Illegal(edge) | MoveRefused::NeedsConversion(edge) => {
                let IllegalTransition { from, to, allowed } = edge;
                let allowed = allowed.into_iter().map(LeadStatus::as_str).collect();
                Self::IllegalTransition { detail, from: from.as_str(), to: to.as_str(), allowed }
            }
            MoveRefused::ReasonMissing { .. } => Self::invalid("/reason", "required", detail),
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale { current: None },
            StoreError::LastAdmin => Self::LastAdmin,
            StoreError::Taken { what } => Self::Taken { what },
            StoreError::Missing { what } => {
                Self::invalid(&format!("/{what}"), "unknown_reference", "must name something that exists")
            }
            StoreError::Contention(_) | StoreError::Unavailable(_) => Self::Busy(Some(Box::new(error))),
            // The policy said yes and the store said no: the two have drifted apart.
            StoreError::Refused { .. } | StoreError::Corrupt { .. } | StoreError::Broken(_) => {
                Self::Broken(Box::new(error))
            }
        }
    }
}

impl From<PasswordError> for Error {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy(None),
            PasswordError::Broken(_) => Self::Broken(Box::new(error)),
        }
    }
}

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        Self::Broken(Box::new(error))
    }
}

impl From<TokenError> for Error {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Invalid => Self::Unauthenticated("the access token is not valid"),
            TokenError::Expired => Self::Unauthenticated("the access token has expired"),
            TokenError::Broken(_) => Self::Broken(Box::new(error)),
        }
    }
}
