use kairo_ports::EgressError;

/// Which rule a request breaks. What is said goes to the author of the request, and tells nothing of the network inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("it is not a URL")]
    NotAUrl,
    #[error("only http and https are spoken")]
    Scheme,
    #[error("a URL with a user or a password in it is not fetched: use a header")]
    UserInfo,
    #[error("the address is not a public one")]
    Address,
    #[error("the name belongs to a local network")]
    LocalName,
    #[error("the method is not one that is sent")]
    Method,
    #[error("the name of a header has characters that are not sent")]
    HeaderName,
    #[error("the value of a header has characters that are not sent")]
    HeaderValue,
    #[error("the header `{0}` is not set by hand")]
    OwnHeader(&'static str),
    #[error("it was redirected to what is not a URL")]
    RedirectTarget,
    #[error("it was redirected from https to http")]
    Downgrade,
    #[error("it was redirected with its body to another origin")]
    BodyElsewhere,
    #[error("it was redirected too often")]
    TooManyRedirects,
}

impl From<Refusal> for EgressError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { why: refusal.to_string() }
    }
}
