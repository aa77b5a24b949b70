//! What the command line says, and what it refuses.

use crate::program::{Place, stderr, stdout};

#[tokio::test]
async fn settings_are_shown_with_their_source_and_secrets_are_not() {
    let place = Place::on_database("postgres://kairo:hunter2hunter2@127.0.0.1:1/kairo")
        .with("KAIRO_SERVER__WORKERS", "3")
        .with("KAIRO_EGRESS__ALLOW", "[\"10.20.0.0/16\"]")
        .with("KAIRO_AUTH__SIGNING_KEY", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ=");
    std::fs::write(place.folder.path().join("kairo.toml"), "[limits]\nbody_depth = 32\n").unwrap();
    let shown = stdout(&place.run(&["config"]).await);
    let row = |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    assert!(row("server.workers").ends_with("= 3  # environment, KAIRO_SERVER__WORKERS"), "{shown}");
    assert!(row("limits.body_depth").contains("= 32  # ") && row("limits.body_depth").contains("kairo.toml"));
    assert!(row("egress.allow").contains("= [\"10.20.0.0/16\"]  # environment"), "{shown}");
    assert!(row("worker.concurrency").ends_with("= 16  # default"), "{shown}");
    assert!(row("log.format").ends_with("= \"text\"  # default"), "{shown}");
    assert!(row("database.url").contains("(hidden)") && row("auth.signing_key").contains("(hidden)"));
    assert!(!shown.contains("hunter2") && !shown.contains("c2VjcmV0"), "{shown}");
}

#[tokio::test]
async fn a_misspelt_setting_is_named() {
    let place = Place::new().with("KAIRO_SERVER__LISTENN", "127.0.0.1:1");
    let refused = place.run(&["config"]).await;
    assert!(!refused.status.success());
    assert!(stderr(&refused).contains("listenn"), "{}", stderr(&refused));
}

#[tokio::test]
async fn the_demo_is_not_offered_to_the_network() {
    let refused = Place::new().run(&["serve", "--demo", "--listen", "0.0.0.0:0"]).await;
    assert!(!refused.status.success());
    assert!(stderr(&refused).contains("loopback"), "{}", stderr(&refused));
}

#[tokio::test]
async fn a_signing_key_from_the_documentation_is_refused() {
    let place = Place::new().with("KAIRO_AUTH__SIGNING_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let refused = place.run(&["serve"]).await;
    assert!(!refused.status.success());
    assert!(stderr(&refused).contains("openssl rand -base64 32"), "{}", stderr(&refused));
}

#[tokio::test]
async fn a_database_out_of_reach_is_one_clear_line() {
    let place = Place::on_database("postgres://kairo:hunter2hunter2@127.0.0.1:1/kairo");
    let refused = place.run(&["migrate"]).await;
    assert!(!refused.status.success());
    let said = stderr(&refused);
    let complaint = said.lines().find(|line| line.starts_with("kairo: ")).unwrap();
    assert!(!said.contains("hunter2"), "{said}");
    assert!(complaint.len() > 20, "{said}");
}

#[tokio::test]
async fn every_command_has_help() {
    let place = Place::new();
    for command in ["serve", "migrate", "seed", "user", "openapi", "config"] {
        let help = stdout(&place.run(&[command, "--help"]).await);
        assert!(help.contains("Usage: kairo") && help.lines().count() > 5, "{command}: {help}");
    }
}

#[tokio::test]
async fn the_openapi_document_needs_no_database() {
    let document = stdout(&Place::new().run(&["openapi"]).await);
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}

#[tokio::test]
async fn a_setting_that_cannot_be_meant_is_refused_before_anything_starts() {
    for (name, value, key) in [
        ("KAIRO_SERVER__CORS_ORIGINS", "[\"*\"]", "server.cors_origins"),
        ("KAIRO_AUTH__ARGON2__MEMORY_KIB", "8", "auth.argon2"),
        ("KAIRO_LIMITS__REQUEST_SECONDS", "0", "limits.request_seconds"),
        ("KAIRO_EGRESS__ALLOW", "[\"0.0.0.0/0\"]", "egress.allow"),
        ("KAIRO_WORKER__STALE_MS", "3000", "worker.stale_ms"),
        ("KAIRO_SERVER__SHUTDOWN_SECONDS", "10", "server.shutdown_seconds"),
    ] {
        let place = Place::new().with(name, value);
        let refused = place.run(&["serve"]).await;
        assert!(!refused.status.success());
        assert!(stderr(&refused).contains(key), "{}", stderr(&refused));
        assert!(!place.folder.path().join(".kairo").exists());
    }
}
