use std::time::Duration;

use kairo::domain::HttpUrl;

use super::{Config, Rates};

/// A setting that nobody can want.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} {why}")]
pub struct Unacceptable {
    key: &'static str,
    why: &'static str,
}

impl Config {
    /// Refuses settings that would only be noticed once the program serves.
    ///
    /// # Errors
    /// [`Unacceptable`] names the first one.
    pub fn check(&self) -> Result<(), Unacceptable> {
        let refuse = |key, why| Err(Unacceptable { key, why });
        if !self.auth.argon2.is_safe() {
            return refuse(
                "auth.argon2",
                "must cost at least memory_kib 19456, passes 2, lanes 1, with at_once 1",
            );
        }
        if !self.server.cors_origins.iter().all(|origin| is_origin(origin)) {
            return refuse(
                "server.cors_origins",
                "must list origins such as https://studio.example: scheme and host",
            );
        }
        if let Some(url) = &self.server.public_url
            && !is_web_address(url)
        {
            return refuse("server.public_url", "must be an absolute URL such as https://studio.example");
        }
        if self.server.api_url.as_deref().is_some_and(|url| !is_web_address(url)) {
            return refuse("server.api_url", "must be an absolute URL such as https://studio.example");
        }
        let Rates { auth, leads, reads, user, hooks } = self.rates;
        let rates = [auth, leads, reads, user, hooks];
        if !rates.iter().all(|rate| rate.is_sound()) {
            return refuse("rates", "must count requests within 1 second to 31 days");
        }
        if self.egress.allow.iter().any(|network| network.prefix_len() == 0) {
            return refuse(
                "egress.allow",
                "must name networks inside: one of length 0 is the whole internet",
            );
        }
        if self.worker.stale_ms < self.worker.heartbeat_ms.saturating_mul(2) {
            return refuse(
                "worker.stale_ms",
                "must be at least twice worker.heartbeat_ms, or workers that are well count as dead",
            );
        }
        let positive = [
            ("auth.access_token_minutes", u64::from(self.auth.access_token_minutes)),
            ("database.max_connections", u64::from(self.database.max_connections)),
            ("database.acquire_timeout_ms", self.database.acquire_timeout_ms),
            ("database.statement_timeout_ms", self.database.statement_timeout_ms),
            ("limits.body_bytes", self.limits.body_bytes as u64),
            ("limits.flow_body_bytes", self.limits.flow_body_bytes as u64),
            ("limits.body_depth", self.limits.body_depth as u64),
            ("limits.head_seconds", self.limits.head_seconds),
            ("limits.body_seconds", self.limits.body_seconds),
            ("limits.request_seconds", self.limits.request_seconds),
            ("worker.concurrency", u64::from(self.worker.concurrency)),
            ("worker.runs_per_owner", self.worker.runs_per_owner.map_or(1, u64::from)),
            ("worker.heartbeat_ms", self.worker.heartbeat_ms),
            ("worker.poll_ms", self.worker.poll_ms),
        ];
        match positive.into_iter().find(|(_, value)| *value == 0) {
            Some((key, _)) => refuse(key, "must be greater than 0"),
            None => Ok(()),
        }
    }

    /// Refuses settings that are wrong only where one process answers requests and works on jobs.
    ///
    /// # Errors
    /// [`Unacceptable`] names the setting, and says what to do.
    pub fn check_serving(&self) -> Result<(), Unacceptable> {
        let whole_stop = Duration::from_secs(self.server.shutdown_seconds);
        if self.worker.enabled && whole_stop < self.worker.settings().longest_stop() {
            return Err(Unacceptable {
                key: "server.shutdown_seconds",
                why: "must be at least 5 seconds longer than worker.grace_ms, or a stop cuts the runs that the worker is \
                      finishing: raise it, or lower worker.grace_ms",
            });
        }
        Ok(())
    }
}

fn is_web_address(text: &str) -> bool {
    HttpUrl::parse(text).is_ok() && !text.contains(['?', '#'])
}

/// Scheme and host, perhaps a port: browsers send nothing else, so anything else never matches.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::providers::{Format, Serialized, Toml};
    use kairo::http::Quota;

    use super::*;
    use crate::config::Rate;

    /// The defaults, with what a file says.
    fn read(file: &str) -> Result<Config, Box<figment::Error>> {
        let said = Figment::from(Serialized::defaults(Config::default())).merge(Toml::string(file));
        said.extract().map_err(Box::new)
    }

    fn refusal(file: &str) -> String {
        read(file).unwrap().check().unwrap_err().to_string()
    }

    #[test]
    fn the_defaults_are_acceptable() {
        assert_eq!(Config::default().check(), Ok(()));
    }

    #[test]
    fn what_browsers_never_send_is_no_origin() {
        for text in ["https://studio.example", "http://localhost:5173", "http://[::1]:3000"] {
            assert!(is_origin(text), "{text}");
        }
        for text in ["*", "studio.example", "https://studio.example/", "https://a b", "https://"] {
            assert!(!is_origin(text), "{text}");
        }
    }

    #[test]
    fn a_rate_that_would_be_no_limit_is_refused() {
        let longest = Quota::MAX_WINDOW.as_secs().try_into().unwrap();
        let checked = |requests, seconds| {
            let mut config = Config::default();
            config.rates.leads = Rate { requests, seconds };
            config.check()
        };
        for (requests, seconds) in [(1, 1), (3, longest), (0, 60), (0, 0), (0, u32::MAX)] {
            assert_eq!(checked(requests, seconds), Ok(()), "{requests} in {seconds} s");
        }
        for seconds in [0, longest + 1, u32::MAX] {
            let refused = checked(3, seconds).unwrap_err().to_string();
            assert_eq!(refused, "rates must count requests within 1 second to 31 days", "{seconds} s");
        }
    }

    #[test]
    fn a_setting_that_would_stop_the_program_is_named() {
        let mut config = Config::default();
        config.limits.body_bytes = 0;
        assert_eq!(config.check().unwrap_err().to_string(), "limits.body_bytes must be greater than 0");
        config.auth.argon2.at_once = 0;
        assert!(config.check().unwrap_err().to_string().starts_with("auth.argon2 "));
    }

    #[test]
    fn networks_that_automations_may_reach_are_read() {
        let config = read("[egress]\nallow = [\"10.20.0.0/16\", \"::1/128\"]").unwrap();
        assert_eq!(config.check(), Ok(()));
        let read: Vec<String> = config.egress.allow.iter().map(ToString::to_string).collect();
        assert_eq!(read, ["10.20.0.0/16", "::1/128"]);
        assert!(Config::default().egress.allow.is_empty());
    }

    #[test]
    fn what_is_no_network_or_every_one_is_refused() {
        for allow in ["10.20.0.0", "localhost", "10.20.0.0/33", "*"] {
            assert!(read(&format!("[egress]\nallow = [\"{allow}\"]")).is_err(), "{allow}");
        }
        for allow in ["0.0.0.0/0", "::/0"] {
            let refused = refusal(&format!("[egress]\nallow = [\"10.0.0.0/8\", \"{allow}\"]"));
            assert!(refused.starts_with("egress.allow must name networks"), "{refused}");
        }
    }

    #[test]
    fn a_worker_says_often_enough_that_it_is_alive() {
        let worker = read("[worker]\nenabled = false\nconcurrency = 1\ngrace_ms = 0").unwrap();
        assert_eq!(worker.check(), Ok(()));
        assert!(!worker.worker.enabled && Config::default().worker.enabled);
        assert_eq!(read("[worker]\nheartbeat_ms = 500\nstale_ms = 1000").unwrap().check(), Ok(()));
        for (file, key) in [
            ("heartbeat_ms = 5001", "worker.stale_ms"),
            ("stale_ms = 0", "worker.stale_ms"),
            ("heartbeat_ms = 9223372036854775807", "worker.stale_ms"),
            ("heartbeat_ms = 0", "worker.heartbeat_ms"),
            ("concurrency = 0", "worker.concurrency"),
            ("poll_ms = 0", "worker.poll_ms"),
        ] {
            let refused = refusal(&format!("[worker]\n{file}"));
            assert!(refused.starts_with(key), "{file}: {refused}");
        }
        let listening = read("[worker]\nlisten = \"127.0.0.1:9464\"").unwrap().worker.listen;
        assert_eq!(listening, "127.0.0.1:9464".parse().ok());
        for file in ["concurrency = 65536", "grace_ms = -1", "heart_beat_ms = 1", "listen = \"9464\""] {
            assert!(read(&format!("[worker]\n{file}")).is_err(), "{file}");
        }
    }

    #[test]
    fn a_stop_leaves_the_worker_its_time() {
        let checked = |file: &str| read(file).unwrap().check_serving();
        assert_eq!(Config::default().check_serving(), Ok(()));
        for file in [
            "[server]\nshutdown_seconds = 17",
            "[server]\nshutdown_seconds = 5\n[worker]\ngrace_ms = 0",
            "[server]\nshutdown_seconds = 0\n[worker]\nenabled = false",
            "[worker]\ngrace_ms = 15000",
        ] {
            assert_eq!(checked(file), Ok(()), "{file}");
        }
        for file in [
            "[server]\nshutdown_seconds = 16",
            "[worker]\ngrace_ms = 15001",
            "[worker]\ngrace_ms = 9223372036854775807",
        ] {
            let refused = checked(file).unwrap_err().to_string();
            assert!(
                refused.starts_with("server.shutdown_seconds must be at least 5 seconds longer"),
                "{refused}"
            );
            assert!(refused.contains("lower worker.grace_ms"), "{refused}");
            assert_eq!(read(file).unwrap().check(), Ok(()), "a worker by itself may take its time");
        }
    }
}
