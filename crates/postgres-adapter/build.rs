//! A new migration changes no Rust file, so Cargo has to be told that it changes the crate.

#![expect(clippy::print_stdout, reason = "this is how a build script speaks to Cargo")]

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
