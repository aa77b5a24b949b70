use lettre::Address;
use lettre::address::AddressError;
use url::Host;

/// The address with its host in ASCII (RFC 5890), which every server takes.
///
/// # Errors
/// [`AddressError`] when it is none.
pub(crate) fn address(text: &str) -> Result<Address, AddressError> {
    let (local, host) = text.rsplit_once('@').ok_or(AddressError::MissingParts)?;
    let host = Host::parse(host).map_err(|_| AddressError::InvalidDomain)?;
    Address::new(local, host.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_written_in_ascii_and_the_rest_as_it_is() {
        for (text, expected) in [
            ("Ada+crm@example.com", "Ada+crm@example.com"),
            ("ada@b\u{fc}cher.example", "ada@xn--bcher-kva.example"),
            ("j\u{f6}rg@EXAMPLE.com", "j\u{f6}rg@example.com"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "ada", "@example.com", "ada@", "a b@example.com", "ada@exa mple.com", "a@b\r\nc"] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
