use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Secret;

/// Mails.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// The SMTP server: `smtps://user:password@host:465` or `smtp://host:587`. Without one, mails are written as `.eml`
    /// files into a folder.
    pub url: Option<Secret>,
    /// Who sends: `Studio <hello@studio.example>`.
    pub from: String,
    /// The folder of `.eml` files; `mail` in the data folder when absent.
    pub dir: Option<PathBuf>,
    /// What the studio is called, in mails and in authenticator apps.
    pub studio_name: String,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            url: None,
            from: "Kairo Studio <studio@localhost.localdomain>".to_owned(),
            dir: None,
            studio_name: "Kairo Studio".to_owned(),
        }
    }
}
