//! The `kairo` binary.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Password hashes take blocks of 19 MiB on many threads; this allocator gives them back.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    kairo_app::run().await
}
