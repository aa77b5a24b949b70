//! Configuration: read once, from defaults, a file and the environment, then passed down.

mod check;
mod load;
mod mail;
mod rates;
mod report;
mod sections;
mod worker;

pub use check::Unacceptable;
pub use load::{ConfigError, Loaded, load};
pub use mail::Mail;
pub use rates::{Rate, Rates};
pub use report::report;
pub use sections::{
    Auth, Config, Database, Egress, Folders, ForwardedBy, Limits, Log, LogFormat, Secret, Server,
};
pub use worker::Worker;
