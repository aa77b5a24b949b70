use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};

use super::{Config, Unacceptable};

/// The file that is read when no other is named, if it is there.
const DEFAULT_FILE: &str = "kairo.toml";

/// The configuration, and from where each value came.
pub struct Loaded {
    /// The values.
    pub config: Config,
    pub(super) figment: Figment,
}

/// Why the configuration was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named is not there.
    #[error("there is no configuration file {0}")]
    NoFile(String),
    /// A key or value is not acceptable.
    #[error("the configuration is not acceptable: {0}\n`kairo config` lists every key")]
    Refused(#[from] Box<figment::Error>),
    /// A value can be read, and cannot be meant.
    #[error("the configuration is not acceptable: {0}")]
    Unacceptable(#[from] Unacceptable),
}

/// Reads defaults, then the file, then `KAIRO_SECTION__KEY` variables, then `DATABASE_URL`; the later wins.
///
/// # Errors
/// [`ConfigError`] names the key and where it was set.
pub fn load(file: Option<&Path>) -> Result<Loaded, ConfigError> {
    if let Some(file) = file.filter(|file| !file.is_file()) {
        return Err(ConfigError::NoFile(file.display().to_string()));
    }
    let figment = Figment::from(Serialized::defaults(Config::default()))
        .merge(Toml::file(file.unwrap_or(Path::new(DEFAULT_FILE))))
        // Only names with a section: other programs of ours use the prefix too.
        .merge(Env::prefixed("KAIRO_").filter(|key| key.as_str().contains("__")).split("__"))
        .merge(Env::raw().only(&["DATABASE_URL"]).map(|_| "database.url".into()));
    let config: Config = figment.extract().map_err(Box::new)?;
    config.check()?;
    Ok(Loaded { config, figment })
}
