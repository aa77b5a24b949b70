//! A new migration changes no Rust file, so Cargo has to be told that it changes the crate.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
