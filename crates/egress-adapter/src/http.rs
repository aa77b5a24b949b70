use std::sync::Arc;

use async_trait::async_trait;
use kairo_ports::{Egress, EgressError, EgressRequest, EgressResponse};
use reqwest::{Client, ClientBuilder};

use crate::EgressSettings;
use crate::answer::{MAX_HEADERS, read};
use crate::failure::explain;
use crate::guard::Guard;
use crate::hop::Hop;
use crate::names::{GuardedNames, Names, SystemNames};
use crate::refusal::Refusal;

#[cfg(test)]
mod tests;

/// How many connections to one server are kept for later.
const KEPT_CONNECTIONS: usize = 8;

/// Sends requests over HTTP/1.1, and keeps connections for the next ones.
pub struct HttpEgress {
    client: Client,
    guard: Arc<Guard>,
    max_redirects: usize,
}

/// The settings, or the TLS of this machine, cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("outgoing HTTP cannot be set up: are this machine's root certificates installed?")]
pub struct BadEgressSettings(#[source] reqwest::Error);

impl HttpEgress {
    /// Prepares to send; nothing is connected yet.
    ///
    /// # Errors
    /// [`BadEgressSettings`] when the certificates of this machine cannot be read, or the user agent is not one.
    pub fn new(settings: EgressSettings) -> Result<Self, BadEgressSettings> {
        Self::assemble(settings, Arc::new(SystemNames), ClientBuilder::new())
    }

    fn assemble(
        settings: EgressSettings,
        names: Arc<dyn Names>,
        builder: ClientBuilder,
    ) -> Result<Self, BadEgressSettings> {
        let guard = Arc::new(Guard::new(settings.allowed));
        let client = builder
            .dns_resolver(GuardedNames { names, guard: Arc::clone(&guard) })
            .user_agent(settings.user_agent)
            .connect_timeout(settings.connect_timeout)
            // A proxy would look names up by itself; the client would follow redirects past the guard, and try again
            // what may have arrived.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .pool_max_idle_per_host(KEPT_CONNECTIONS)
            .http1_only()
            .http1_max_headers(MAX_HEADERS)
            .build()
            .map_err(BadEgressSettings)?;
        Ok(Self { client, guard, max_redirects: settings.max_redirects })
    }

    async fn follow(&self, request: &EgressRequest) -> Result<EgressResponse, EgressError> {
        let mut hop = Hop::first(request)?;
        for _ in 0..=self.max_redirects {
            self.guard.check(&hop.url)?;
            let answer = self.client.execute(hop.to_request()).await.map_err(|error| explain(&error))?;
            match hop.redirected(answer.status(), answer.headers())? {
                None => return read(answer, request.max_response_bytes).await,
                Some(next) => hop = next,
            }
        }
        Err(Refusal::TooManyRedirects.into())
    }
}

#[async_trait]
impl Egress for HttpEgress {
    async fn send(&self, request: &EgressRequest) -> Result<EgressResponse, EgressError> {
        // A time below zero is over.
        let Ok(timeout) = request.timeout.to_std() else { return Err(EgressError::TimedOut) };
        let answer = tokio::time::timeout(timeout, self.follow(request)).await;
        answer.unwrap_or(Err(EgressError::TimedOut))
    }
}
