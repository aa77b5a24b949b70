use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use actix_web::{App, HttpServer};
use kairo::http::{Api, BodyPace, ForwardedHeader, Metrics, RateLimits, Settings, Tasks};
use kairo::system::SigningKey;
use tokio::task::{JoinError, JoinHandle};

use crate::background::Background;
use crate::config::{Config, ForwardedBy};
use crate::gauges::with_queue;
use crate::stop::Stop;
use crate::wiring::Running;
use crate::work::Work;

/// The HTTP server, listening.
pub(crate) struct Server {
    address: SocketAddr,
    server: actix_web::dev::Server,
    background: Background,
    tasks: Tasks,
    grace: Duration,
}

/// The server would be unsafe as it is configured.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsafe {
    /// Everybody knows the signing key.
    #[error(
        "auth.signing_key is an example from the documentation: leave it out and one is made on the first start, or \
         make one with `openssl rand -base64 32`"
    )]
    PublishedKey,
    /// The demo's accounts would be offered to the network.
    #[error(
        "--demo serves accounts with printed passwords, so it listens on a loopback address only, not on {0}"
    )]
    DemoBeyondLoopback(SocketAddr),
}

/// What goes on beside the requests is over although nobody asked the program to stop. Without it nothing that is
/// revoked would be noticed and no mail sent, so the program ends, to be started again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unattended {
    /// It came to its end.
    #[error("what goes on beside the requests has ended by itself")]
    Ended,
    /// It panicked.
    #[error("what goes on beside the requests has failed")]
    Failed(#[source] JoinError),
}

/// Refuses what nobody can want.
///
/// # Errors
/// [`Unsafe`] says what, and what to do.
pub(crate) fn refuse_unsafe(config: &Config, demo: bool) -> Result<(), Unsafe> {
    if demo && !config.server.listen.ip().is_loopback() {
        return Err(Unsafe::DemoBeyondLoopback(config.server.listen));
    }
    let key = config.auth.signing_key.as_ref().and_then(|key| SigningKey::parse(key.expose()).ok());
    if !demo && key.is_some_and(|key| key.is_published()) {
        return Err(Unsafe::PublishedKey);
    }
    Ok(())
}

impl Server {
    /// Begins to listen.
    ///
    /// # Errors
    /// The system's, when the address cannot be used.
    pub(crate) fn bind(running: &Running, config: &Config, stop: &Stop) -> io::Result<Self> {
        let metrics = Metrics::install().map_err(io::Error::other)?;
        let metrics = with_queue(metrics, running.store().clone());
        let api = Api::new(running.studio().clone(), settings(running, config, metrics.clone()));
        let tasks = api.tasks().clone();
        let grace = Duration::from_secs(config.server.shutdown_seconds);
        let mut http = HttpServer::new(move || App::new().configure(|app| api.configure(app)))
            .disable_signals()
            .client_request_timeout(Duration::from_secs(config.limits.head_seconds))
            .shutdown_timeout(config.server.shutdown_seconds);
        if config.server.workers > 0 {
            http = http.workers(config.server.workers);
        }
        let http = http.bind(config.server.listen).map_err(|error| named(&error, config.server.listen))?;
        let address = http.addrs().first().copied().unwrap_or(config.server.listen);
        let background = Background {
            studio: running.studio().clone(),
            store: running.store().clone(),
            metrics,
            keys: running.keys().clone(),
            keyring: running.keyring().clone(),
            stop: stop.clone(),
            work: config.worker.enabled.then(|| Work::on(running, config.worker, stop)),
        };
        Ok(Self { address, server: http.run(), background, tasks, grace })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the program is asked to stop, then finishes what is under way within the time for that.
    ///
    /// # Errors
    /// The system's, and [`Unattended`] when what goes on in the background did not last until then.
    pub(crate) async fn run_until(self, stop: &Stop) -> io::Result<()> {
        let handle = self.server.handle();
        #[expect(clippy::disallowed_methods, reason = "it ends with the stop, and is waited for")]
        let mut background = tokio::spawn(self.background.run());
        let mut server = std::pin::pin!(self.server);
        let attended = tokio::select! {
            served = &mut server => {
                background.abort();
                return served;
            }
            attended = attended_until(stop.asked(), &mut background) => attended,
        };
        let asked = attended.as_ref().copied().unwrap_or_else(|unattended| {
            tracing::error!(error = %unattended, "stopping, to be started again");
            Instant::now()
        });
        self.tasks.wind_down();
        let (served, ()) = tokio::join!(server, handle.stop(true));
        let left = self.grace.saturating_sub(asked.elapsed());
        let finished = async {
            self.tasks.drain().await;
            if attended.is_ok() { (&mut background).await } else { Ok(()) }
        };
        if tokio::time::timeout(left, finished).await.is_err() {
            warn_of_what_is_cut(self.tasks.len(), &background);
        }
        attended.map_err(io::Error::other)?;
        served
    }
}

/// Requests that are cut are lost, and runs are not: the log tells them apart.
fn warn_of_what_is_cut(requests: usize, background: &JoinHandle<()>) {
    if requests > 0 {
        tracing::warn!(requests.left = requests, "stopping although requests are still under way");
    }
    if !background.is_finished() {
        tracing::warn!(
            "stopping although jobs are still under way; their runs go on after the last step that was kept, elsewhere or \
             at the next start"
        );
    }
}

/// When the program was asked to stop, unless the background was over before.
async fn attended_until(
    asked: impl Future<Output = Instant>,
    background: &mut JoinHandle<()>,
) -> Result<Instant, Unattended> {
    tokio::select! {
        // The stop ends the background too: first of all it was asked for.
        biased;
        asked = asked => Ok(asked),
        over = background => Err(over.map_or_else(Unattended::Failed, |()| Unattended::Ended)),
    }
}

/// How the API behaves, as configured.
pub(crate) fn settings(running: &Running, config: &Config, metrics: Metrics) -> Settings {
    let mut settings = Settings::new(running.lasting_key().derive("http"));
    settings.public_url.clone_from(&config.server.api_url);
    settings.json_limit = config.limits.body_bytes;
    settings.flow_limit = config.limits.flow_body_bytes;
    settings.depth_limit = config.limits.body_depth;
    settings.request_timeout = Duration::from_secs(config.limits.request_seconds);
    settings.body_pace =
        BodyPace { deadline: Duration::from_secs(config.limits.body_seconds), ..BodyPace::default() };
    settings.cors_origins.clone_from(&config.server.cors_origins);
    settings.trusted_proxies.clone_from(&config.server.trusted_proxies);
    settings.forwarded_header = match config.server.forwarded_header {
        ForwardedBy::XForwardedFor => ForwardedHeader::XForwardedFor,
        ForwardedBy::Forwarded => ForwardedHeader::Forwarded,
    };
    settings.cookies_secure = config.auth.secure_cookies;
    settings.rate_limits = rate_limits(config);
    settings.docs = config.server.docs;
    settings.metrics = Some(metrics);
    settings
}

fn rate_limits(config: &Config) -> RateLimits {
    let rates = config.rates;
    RateLimits {
        auth: rates.auth.quota(),
        leads: rates.leads.quota(),
        reads: rates.reads.quota(),
        user: rates.user.quota(),
        hooks: rates.hooks.quota(),
    }
}

fn named(error: &io::Error, address: SocketAddr) -> io::Error {
    io::Error::new(error.kind(), format!("cannot listen on {address}: {error}; choose another with --listen"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn config(listen: &str, key: Option<&str>) -> Config {
        let mut config = Config::default();
        config.server.listen = listen.parse().unwrap();
        config.auth.signing_key = key.map(Secret::new);
        config
    }

    fn spawned(background: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        #[expect(clippy::disallowed_methods, reason = "it is waited for")]
        tokio::spawn(background)
    }

    #[tokio::test]
    async fn a_background_that_is_over_too_early_is_noticed() {
        let never = std::future::pending;
        let ended = attended_until(never(), &mut spawned(async {})).await.unwrap_err();
        assert!(matches!(ended, Unattended::Ended));
        let failed = attended_until(never(), &mut spawned(async { panic!("no mails") })).await.unwrap_err();
        let why = std::error::Error::source(&failed).unwrap().to_string();
        assert!(why.contains("no mails"), "{why}");
    }

    #[tokio::test]
    async fn a_background_that_the_stop_ended_is_in_order() {
        let mut background = spawned(async {});
        while !background.is_finished() {
            tokio::task::yield_now().await;
        }
        let asked = Instant::now();
        assert_eq!(attended_until(std::future::ready(asked), &mut background).await.unwrap(), asked);
    }

    #[test]
    fn the_demo_stays_on_this_machine() {
        assert_eq!(refuse_unsafe(&config("127.0.0.1:0", None), true), Ok(()));
        assert_eq!(refuse_unsafe(&config("[::1]:0", None), true), Ok(()));
        let listen = "0.0.0.0:80".parse().unwrap();
        assert_eq!(refuse_unsafe(&config("0.0.0.0:80", None), true), Err(Unsafe::DemoBeyondLoopback(listen)));
    }

    #[test]
    fn a_key_from_the_documentation_signs_nothing_but_the_demo() {
        let example = config("127.0.0.1:0", Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        assert_eq!(refuse_unsafe(&example, false), Err(Unsafe::PublishedKey));
        assert_eq!(refuse_unsafe(&example, true), Ok(()));
    }
}
