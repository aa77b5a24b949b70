//! What a process without the API answers to whoever watches it.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;

use actix_web::{App, HttpServer};
use kairo::http::{Api, Metrics};
use tokio::time::interval;

use crate::config::Config;
use crate::gauges::with_queue;
use crate::serve::settings;
use crate::stop::Stop;
use crate::upkeep::METRICS_EVERY;
use crate::wiring::Running;

/// A page of metrics does not need many threads.
const THREADS: usize = 1;

/// A server of `/healthz`, `/readyz` and `/metrics`, listening.
pub(crate) struct Watch {
    address: SocketAddr,
    server: actix_web::dev::Server,
    metrics: Metrics,
}

impl Watch {
    /// Begins to listen, and makes this process record metrics.
    ///
    /// # Errors
    /// The system's, when the address cannot be used.
    pub(crate) fn bind(running: &Running, config: &Config, address: SocketAddr) -> io::Result<Self> {
        let metrics = Metrics::install().map_err(io::Error::other)?;
        let metrics = with_queue(metrics, running.store().clone());
        let mut settings = settings(running, config, metrics.clone());
        settings.docs = false;
        let api = Api::new(running.studio().clone(), settings);
        let http = HttpServer::new(move || App::new().configure(|app| api.configure_operations(app)))
            .disable_signals()
            .workers(THREADS)
            .bind(address)
            .map_err(|error| named(&error, address))?;
        let address = http.addrs().first().copied().unwrap_or(address);
        Ok(Self { address, server: http.run(), metrics })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until the program is asked to stop.
    ///
    /// # Errors
    /// The system's.
    pub(crate) async fn run(self, stop: &Stop) -> io::Result<()> {
        let (handle, mut server) = (self.server.handle(), pin!(self.server));
        let mut beat = interval(METRICS_EVERY);
        loop {
            tokio::select! {
                served = &mut server => return served,
                _ = beat.tick() => self.metrics.upkeep(),
                _ = stop.asked() => break,
            }
        }
        tokio::join!(server, handle.stop(true)).0
    }
}

fn named(error: &io::Error, address: SocketAddr) -> io::Error {
    io::Error::new(error.kind(), format!("cannot listen on {address}: {error}; change worker.listen"))
}

#[cfg(test)]
mod tests {
    use kairo::postgres::migrate;
    use kairo_testkit::postgres::TemplateDatabase;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;
    use crate::config::Secret;

    static MIGRATED: TemplateDatabase = TemplateDatabase::new();

    async fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_worker_shows_its_metrics_and_no_api() {
        let prepare = async |url: &str| {
            migrate(url).await.unwrap();
        };
        let (database, dir) = (MIGRATED.cloned(prepare).await, tempfile::tempdir().unwrap());
        let mut config = Config::default();
        config.database.url = Some(Secret::new(database.url()));
        config.data.dir = dir.path().to_owned();
        let running = Running::start(&config).await.unwrap();
        let watch = Watch::bind(&running, &config, "127.0.0.1:0".parse().unwrap()).unwrap();
        let (address, stop) = (watch.address(), Stop::listen().unwrap());
        let asked = async {
            let page = get(address, "/metrics").await;
            assert!(page.starts_with("HTTP/1.1 200") && page.contains("\nkairo_queue_jobs{"), "{page}");
            for path in ["/healthz", "/readyz"] {
                assert!(get(address, path).await.starts_with("HTTP/1.1 200"), "{path}");
            }
            for path in ["/api/v1/leads", "/docs/"] {
                assert!(get(address, path).await.starts_with("HTTP/1.1 404"), "{path}");
            }
        };
        tokio::select! {
            served = watch.run(&stop) => panic!("nobody asked it to stop: {served:?}"),
            () = asked => {}
        }
        running.stop().await.unwrap();
    }
}
