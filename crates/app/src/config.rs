//! Configuration: read once, from defaults, a file and the environment, then passed down.

mod check;
mod load;
mod report;
mod sections;

pub use check::Unacceptable;
pub use load::{ConfigError, Loaded, load};
pub use report::report;
pub use sections::{Auth, Config, Database, Folders, Limits, Log, LogFormat, Secret, Server};
