use std::fmt;

/// Why a request was not granted, as a word that clients may match on. The list is closed and documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// No credentials, or none that hold.
    Unauthenticated,
    /// The password is right, and the account asks for a code besides.
    SecondFactorRequired,
    /// A mailed token is not good, or not any more.
    TokenInvalid,
    /// The change would leave nobody with role ADMIN who may sign in.
    LastAdmin,
    /// The actor may know of the thing, and may not do this to it.
    Forbidden,
    /// The thing is not there, or the actor must not learn that it is.
    NotFound,
    /// The request cannot be read.
    Malformed,
    /// The request can be read, and some of its values are refused.
    Invalid,
    /// A state machine has no such edge.
    IllegalTransition,
    /// A flow has faults and cannot be activated.
    FlowNotRunnable,
    /// The automation is not active, so nothing fires it.
    NotActive,
    /// The run has not ended.
    StillOpen,
    /// A unique value is in use.
    Taken,
    /// The thing was changed since it was last seen.
    Stale,
    /// The write must say which version it was made from.
    VersionRequired,
    /// An idempotency key was used for another request.
    KeyReused,
    /// The first request with this idempotency key is still under way.
    InProgress,
    /// The request has more bytes than allowed.
    TooLarge,
    /// The body's media type or encoding is not the one this operation reads.
    UnsupportedMedia,
    /// The path exists, and not with this method.
    MethodNotAllowed,
    /// The request took too long to arrive.
    Timeout,
    /// Too many requests.
    RateLimited,
    /// Out of capacity for the moment; the same request may be sent again.
    Busy,
    /// A fault of the program or what it depends on.
    Broken,
    /// The run that was to answer a request ended with an error.
    RunFailed,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 25] = [
        Self::Unauthenticated,
        Self::SecondFactorRequired,
        Self::Forbidden,
        Self::NotFound,
        Self::Malformed,
        Self::Invalid,
        Self::TokenInvalid,
        Self::IllegalTransition,
        Self::LastAdmin,
        Self::FlowNotRunnable,
        Self::NotActive,
        Self::StillOpen,
        Self::Taken,
        Self::Stale,
        Self::VersionRequired,
        Self::KeyReused,
        Self::InProgress,
        Self::TooLarge,
        Self::UnsupportedMedia,
        Self::MethodNotAllowed,
        Self::Timeout,
        Self::RateLimited,
        Self::Busy,
        Self::Broken,
        Self::RunFailed,
    ];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::SecondFactorRequired => "second_factor_required",
            Self::TokenInvalid => "token_invalid",
            Self::LastAdmin => "last_admin",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Malformed => "malformed",
            Self::Invalid => "invalid",
            Self::IllegalTransition => "illegal_transition",
            Self::FlowNotRunnable => "flow_not_runnable",
            Self::NotActive => "not_active",
            Self::StillOpen => "still_open",
            Self::Taken => "taken",
            Self::Stale => "stale",
            Self::VersionRequired => "version_required",
            Self::KeyReused => "key_reused",
            Self::InProgress => "in_progress",
            Self::TooLarge => "too_large",
            Self::UnsupportedMedia => "unsupported_media",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Timeout => "timeout",
            Self::RateLimited => "rate_limited",
            Self::Busy => "busy",
            Self::Broken => "broken",
            Self::RunFailed => "run_failed",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
