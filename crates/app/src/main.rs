//! The `kairo` binary.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    kairo_app::run().await
}
