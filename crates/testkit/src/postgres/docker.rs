//! A server in a container.

use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::PgConnection;
use testcontainers::core::IntoContainerPort;
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, GenericImage, ImageExt};

use super::server::random;

/// The end of a test process cannot be told to an engine, so a container ends by itself.
const LIFETIME_SECONDS: &str = "3600";

/// How often a starting server is asked, and how long in between.
const TRIES: usize = 600;
const PAUSE: Duration = Duration::from_millis(100);

/// Starts a container; an error is a sentence for who runs the tests.
pub(super) async fn start(image: &str) -> Result<(ContainerAsync<GenericImage>, String), String> {
    let (name, tag) = match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    };
    let password = format!("{:016x}", random());
    let no_engine =
        |error| format!("KAIRO_TEST_POSTGRES=docker needs a Docker engine that runs {image}: {error}");
    let container = GenericImage::new(name, tag)
        .with_entrypoint("timeout")
        .with_exposed_port(5432.tcp())
        .with_env_var("POSTGRES_PASSWORD", &password)
        .with_cmd([
            LIFETIME_SECONDS,
            "docker-entrypoint.sh",
            "postgres",
            "-c",
            "fsync=off",
            "-c",
            "full_page_writes=off",
        ])
        .with_host_config_modifier(|host| host.auto_remove = Some(true))
        .start()
        .await
        .map_err(no_engine)?;
    let host = container.get_host().await.map_err(no_engine)?;
    let port = container.get_host_port_ipv4(5432.tcp()).await.map_err(no_engine)?;
    let url = format!("postgres://postgres:{password}@{host}:{port}/postgres");
    wait_for(&url).await?;
    Ok((container, url))
}

/// The image's first server listens on no port, so who gets through talks to the real one.
async fn wait_for(url: &str) -> Result<(), String> {
    let mut last = String::new();
    for _ in 0..TRIES {
        match PgConnection::connect(url).await {
            Ok(connection) => {
                let _ = connection.close().await;
                return Ok(());
            }
            Err(error) => last = error.to_string(),
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(format!("the PostgreSQL container started and does not answer: {last}"))
}
