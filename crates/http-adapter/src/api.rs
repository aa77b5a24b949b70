use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use kairo_domain::Origin;
use kairo_use_cases::{Code, Error, Studio};
use tokio::sync::Semaphore;

use crate::cookies::CookieNames;
use crate::keys::PurposeKey;
use crate::origin::origin;
use crate::problem::Problem;
use crate::rate_limit::Limiters;
use crate::streams::Streams;
use crate::tasks::Lost;
use crate::{Settings, Tasks, hooks};

/// The API over one studio: built once, mounted in every worker of a server. A cheap handle.
#[derive(Clone)]
pub struct Api {
    inner: Arc<Inner>,
    /// Where the request comes from that this handle was made for.
    origin: Origin,
}

struct Inner {
    studio: Studio,
    settings: Settings,
    tasks: Tasks,
    limiters: Limiters,
    streams: Streams,
    /// Of the deliveries that wait for the answer of their run.
    waiting: Semaphore,
    cursor_key: PurposeKey,
    receipt_key: PurposeKey,
    csrf_key: PurposeKey,
}

impl Api {
    /// The API over this studio. Use cases run on the runtime that is current here.
    pub fn new(studio: Studio, settings: Settings) -> Self {
        let key = |purpose| PurposeKey::derive(&settings.signing_key, purpose);
        let inner = Inner {
            tasks: Tasks::new(),
            limiters: Limiters::new(&settings.rate_limits),
            streams: Streams::new(settings.streams),
            waiting: Semaphore::new(hooks::MOST_WAITING),
            cursor_key: key("cursor"),
            receipt_key: key("receipt"),
            csrf_key: key("csrf"),
            studio,
            settings,
        };
        Self { inner: Arc::new(inner), origin: Origin::default() }
    }

    /// The use cases under way, to be waited for at shutdown.
    pub fn tasks(&self) -> &Tasks {
        &self.inner.tasks
    }

    /// How it was set up.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn cursor_key(&self) -> &PurposeKey {
        &self.inner.cursor_key
    }

    pub(crate) fn receipt_key(&self) -> &PurposeKey {
        &self.inner.receipt_key
    }

    pub(crate) fn csrf_key(&self) -> &PurposeKey {
        &self.inner.csrf_key
    }

    pub(crate) fn cookie_names(&self) -> CookieNames {
        CookieNames::new(self.inner.settings.cookies_secure)
    }

    pub(crate) fn limiters(&self) -> &Limiters {
        &self.inner.limiters
    }

    pub(crate) fn streams(&self) -> &Streams {
        &self.inner.streams
    }

    pub(crate) fn waiting(&self) -> &Semaphore {
        &self.inner.waiting
    }

    pub(crate) fn studio(&self) -> &Studio {
        &self.inner.studio
    }

    /// The API a request has reached.
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, Problem> {
        request.app_data::<Self>().cloned().ok_or_else(Problem::broken)
    }

    /// The API a request has reached; what runs for it knows where it comes from.
    pub(crate) fn serving(request: &HttpRequest) -> Result<Self, Problem> {
        let api = Self::of(request)?;
        Ok(Self { origin: origin(request, api.settings()), ..api })
    }

    /// Runs one use case in a task of its own. What it refuses becomes a problem; what breaks it is logged here,
    /// once, with all its sources.
    pub(crate) async fn run<T, F>(&self, use_case: impl FnOnce(Studio) -> F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let work = use_case(self.inner.studio.from_origin(self.origin.clone()));
        match self.inner.tasks.run(self.inner.settings.request_timeout, work).await {
            Ok(result) => result.map_err(|error| {
                log(&error);
                error.into()
            }),
            Err(Lost::TimedOut) => {
                tracing::warn!("a use case takes longer than its caller may wait");
                Err(Problem::new(Code::Busy, "this takes longer than expected: ask again later"))
            }
            Err(Lost::Panicked(panic)) => {
                tracing::error!(panic, "a use case panicked");
                Err(Problem::broken())
            }
        }
    }
}

impl FromRequest for Api {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::serving(request).map_err(Into::into))
    }
}

fn log(error: &Error) {
    let chain = || {
        let first = std::error::Error::source(error);
        let sources = std::iter::successors(first, |error| error.source());
        sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
    };
    let code = error.code();
    match code {
        Code::Broken => tracing::error!(error.code = %code, error.chain = chain(), "a use case failed"),
        // Without a source it is back-pressure at work: a flood of sign-ins must not become a flood of lines.
        Code::Busy if std::error::Error::source(error).is_some() => {
            tracing::warn!(error.code = %code, error.chain = chain(), "out of capacity");
        }
        _ => tracing::debug!(error.code = %code, "a use case refused"),
    }
}
