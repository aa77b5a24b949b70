//! The mails that the program writes as `.eml` files into its data folder.

use std::fs;

use crate::program::Place;

/// The mails to an address, the latest first, as plain text.
pub(crate) fn mails_of(place: &Place, address: &str) -> Vec<String> {
    let folder = place.folder.path().join(".kairo/mail");
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    files.sort();
    let mails = files.iter().rev().map(|path| unfolded(&fs::read_to_string(path).unwrap()));
    mails.filter(|mail| mail.contains(address)).collect()
}

/// The token in the first link of a mail.
pub(crate) fn token_in(mail: &str) -> String {
    let (_, rest) = mail.split_once("#token=").unwrap_or_else(|| panic!("no link in {mail}"));
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

/// The text without the line breaks and escapes of quoted-printable (RFC 2045).
fn unfolded(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=").replace("=23", "#")
}
