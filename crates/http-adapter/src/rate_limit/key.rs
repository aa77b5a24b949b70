use std::net::IpAddr;

use ipnet::IpNet;
use kairo_domain::{Redacted, UserId};
use sha2::{Digest, Sha256};

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Everybody at an address, or in a network of addresses.
    Network(IpNet),
    /// Somebody who is signed in.
    User(UserId),
    /// Whoever knows the address of a webhook.
    Hook([u8; 16]),
    /// Some of those, told apart no further.
    HookShelf(u8),
    /// Everybody of whom no address is known.
    Nowhere,
}

impl Key {
    /// One address of IPv4. Of IPv6 the /64, since one customer gets at least that and can use all of it.
    pub(super) fn of_address(address: Option<IpAddr>) -> Self {
        Self::network(address, 32, 64)
    }

    /// By a digest, since tokens are secret and may be of any length.
    pub(super) fn of_hook(token: &Redacted<String>) -> Self {
        let digest: [u8; 32] = Sha256::digest(token.expose()).into();
        let mut start = [0; 16];
        start.copy_from_slice(&digest[..16]);
        Self::Hook(start)
    }

    /// The wider surroundings, of which there are so few that each can be counted.
    pub(super) fn surroundings(self) -> Self {
        match self {
            Self::Network(network) => Self::network(Some(network.addr()), 16, 32),
            Self::Hook([first, ..]) => Self::HookShelf(first),
            Self::User(_) | Self::HookShelf(_) | Self::Nowhere => self,
        }
    }

    fn network(address: Option<IpAddr>, v4: u8, v6: u8) -> Self {
        let network = address.and_then(|address| {
            let prefix = if address.is_ipv4() { v4 } else { v6 };
            IpNet::new(address, prefix).ok()
        });
        network.map_or(Self::Nowhere, |network| Self::Network(network.trunc()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(address: &str) -> Key {
        Key::of_address(Some(address.parse().unwrap()))
    }

    #[test]
    fn neighbours_in_an_ipv6_network_are_one_caller() {
        assert_eq!(key("2001:db8:0:1::1"), key("2001:db8:0:1:ffff::2"));
        assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }

    #[test]
    fn surroundings_are_wider() {
        assert_eq!(key("192.0.2.1").surroundings(), key("192.0.77.7").surroundings());
        assert_ne!(key("192.0.2.1").surroundings(), key("192.1.2.1").surroundings());
        assert_eq!(key("2001:db8:1::1").surroundings(), key("2001:db8:2::2").surroundings());
        assert_eq!(Key::of_address(None).surroundings(), Key::Nowhere);
        let hook = Key::of_hook(&Redacted::new("token".to_owned()));
        assert!(matches!((hook, hook.surroundings()), (Key::Hook(_), Key::HookShelf(_))));
    }
}
