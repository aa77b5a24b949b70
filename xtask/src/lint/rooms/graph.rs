//! The declared dependencies of the workspace, as plain data.

use std::fmt;

use cargo_metadata::{DependencyKind, Metadata};

/// A crate of the workspace.
#[derive(Clone, Debug)]
pub(super) struct Crate {
    pub(super) name: String,
    /// Relative to the root.
    pub(super) manifest: String,
    pub(super) dependencies: Vec<Dependency>,
}

/// One line of a manifest.
#[derive(Clone, Debug)]
pub(super) struct Dependency {
    /// The package's own name, also where the manifest renames it.
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) optional: bool,
    pub(super) default_features: bool,
    pub(super) features: Vec<String>,
}

/// When a dependency is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Build,
    Dev,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Normal => "normal",
            Self::Build => "build",
            Self::Dev => "dev",
        })
    }
}

/// Every crate of the workspace, with what its manifest declares.
pub(super) fn read(metadata: &Metadata) -> Vec<Crate> {
    let mut crates: Vec<Crate> = metadata
        .workspace_packages()
        .into_iter()
        .map(|package| Crate {
            name: package.name.to_string(),
            manifest: relative(metadata, package.manifest_path.as_str()),
            dependencies: package.dependencies.iter().map(dependency).collect(),
        })
        .collect();
    crates.sort_by(|left, right| left.manifest.cmp(&right.manifest));
    crates
}

fn relative(metadata: &Metadata, path: &str) -> String {
    let inside = path.strip_prefix(metadata.workspace_root.as_str()).unwrap_or(path);
    inside.trim_start_matches(['/', '\\']).replace('\\', "/")
}

fn dependency(declared: &cargo_metadata::Dependency) -> Dependency {
    Dependency {
        name: declared.name.clone(),
        kind: match declared.kind {
            DependencyKind::Development => Kind::Dev,
            DependencyKind::Build => Kind::Build,
            // A kind that cargo has yet to invent is held to the strictest rule.
            DependencyKind::Normal | DependencyKind::Unknown => Kind::Normal,
        },
        optional: declared.optional,
        default_features: declared.uses_default_features,
        features: declared.features.clone(),
    }
}
