use std::time::Duration;

use kairo_domain::Redacted;

/// How the store connects, and how long it waits.
#[derive(Clone, Debug)]
pub struct PgOptions {
    /// The database, with login and password; its login must be able to become the actor roles.
    pub url: Redacted<String>,
    /// The most connections of units of work, over all sub-pools. The job queue has up to four besides.
    pub max_connections: u32,
    /// How long a unit of work waits for a connection, and whoever listens for an answer.
    pub acquire_timeout: Duration,
    /// How long one statement may take; the server ends it then.
    pub statement_timeout: Duration,
    /// How long one statement waits for a lock.
    pub lock_timeout: Duration,
    /// How long a transaction may do nothing; the server ends the connection then.
    pub idle_in_transaction_timeout: Duration,
    /// After how much silence a connection that listens is asked whether it is still there.
    pub heartbeat: Duration,
    /// Into how many pools the connections are divided: one for each worker thread, so that threads do not contend.
    pub sub_pools: usize,
}

impl PgOptions {
    /// Ten connections in one pool, and time-outs that fit requests of a web server.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Redacted::new(url.into()),
            max_connections: 10,
            acquire_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(15),
            lock_timeout: Duration::from_secs(5),
            idle_in_transaction_timeout: Duration::from_secs(30),
            heartbeat: Duration::from_secs(10),
            sub_pools: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_never_printed() {
        let printed = format!("{:?}", PgOptions::new("postgres://kairo:secret@localhost/kairo"));
        assert!(!printed.contains("secret"), "{printed}");
    }
}
