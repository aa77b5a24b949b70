//! The lint as a process, on a small workspace with a forbidden edge.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Writes a workspace of two crates, in which the HTTP room asks for `dependency`.
fn workspace(root: &Path, dependency: &str) -> Result<(), Box<dyn Error>> {
    let manifest = |name: &str, dependencies: &str| {
        format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n")
    };
    let files = [
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n".to_owned()),
        ("xtask/rooms.toml", include_str!("../rooms.toml").to_owned()),
        ("crates/ports/Cargo.toml", manifest("kairo-ports", "")),
        ("crates/ports/src/lib.rs", String::new()),
        ("crates/domain/Cargo.toml", manifest("kairo-domain", "")),
        ("crates/domain/src/lib.rs", String::new()),
        ("crates/http-adapter/Cargo.toml", manifest("kairo-http", dependency)),
        ("crates/http-adapter/src/lib.rs", String::new()),
    ];
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().ok_or("a file has a directory")?)?;
        fs::write(path, text)?;
    }
    let git = Command::new("git").arg("-C").arg(root).args(["init", "-q"]).status()?;
    assert!(git.success(), "git must be installed");
    Ok(())
}

fn lint_rooms(root: &Path) -> Result<Output, Box<dyn Error>> {
    Ok(Command::new(env!("CARGO_BIN_EXE_xtask")).arg("--root").arg(root).args(["lint", "rooms"]).output()?)
}

#[test]
fn a_forbidden_edge_fails_the_command() -> Result<(), Box<dyn Error>> {
    let root = tempfile::tempdir()?;
    workspace(root.path(), "kairo-ports = { path = \"../ports\" }")?;

    let output = lint_rooms(root.path())?;

    let printed = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.starts_with("rooms  1 problem: 3 crates, 1 declared dependencies\n"), "{printed}");
    let problem =
        "  crates/http-adapter/Cargo.toml: kairo-http -> kairo-ports (normal dependency): never, because ";
    assert!(printed.contains(problem), "{printed}");
    Ok(())
}

#[test]
fn a_listed_edge_passes() -> Result<(), Box<dyn Error>> {
    let root = tempfile::tempdir()?;
    workspace(root.path(), "kairo-domain = { path = \"../domain\" }")?;

    let output = lint_rooms(root.path())?;

    let printed = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert_eq!(printed, "rooms  ok: 3 crates, 1 declared dependencies\n");
    Ok(())
}

#[test]
fn a_workspace_without_its_table_cannot_be_checked() -> Result<(), Box<dyn Error>> {
    let root = tempfile::tempdir()?;
    workspace(root.path(), "")?;
    fs::remove_file(root.path().join("xtask/rooms.toml"))?;

    let output = lint_rooms(root.path())?;

    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stderr)?, "xtask: xtask/rooms.toml is missing\n");
    Ok(())
}
