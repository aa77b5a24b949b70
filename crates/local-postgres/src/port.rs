//! Which port of 127.0.0.1 the server listens on.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use crate::error::Error;

/// The port written down at the last start, if it is still free, or else a free one.
pub(crate) fn choose(remembered: Option<u16>) -> Result<u16, Error> {
    if let Some(port) = remembered.filter(|port| is_free(*port)) {
        return Ok(port);
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|source| Error::NoPort { source })?;
    let address = listener.local_addr().map_err(|source| Error::NoPort { source })?;
    Ok(address.port())
}

/// The port in the file; a file that makes no sense is no port.
pub(crate) fn read(path: &Path) -> Result<Option<u16>, Error> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.trim().parse().ok().filter(|port| *port != 0)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::io("read", path)(source)),
    }
}

/// Writes the port down for the next start.
pub(crate) fn write(path: &Path, port: u16) -> Result<(), Error> {
    std::fs::write(path, format!("{port}\n")).map_err(Error::io("write", path))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_changed_and_a_free_one_kept() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(choose(Some(port)).unwrap(), port);
        drop(taken);
        assert_eq!(choose(Some(port)).unwrap(), port);
    }

    #[test]
    fn a_port_file_that_makes_no_sense_is_ignored() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("port");
        assert_eq!(read(&path).unwrap(), None);
        std::fs::write(&path, "five thousand").unwrap();
        assert_eq!(read(&path).unwrap(), None);
        write(&path, 5999).unwrap();
        assert_eq!(read(&path).unwrap(), Some(5999));
    }
}
