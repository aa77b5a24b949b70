use std::net::IpAddr;

use ipnet::IpNet;
use kairo_domain::UserId;

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Everybody at an address, or in a network of addresses.
    Network(IpNet),
    /// Somebody who is signed in.
    User(UserId),
    /// Everybody of whom no address is known.
    Nowhere,
}

impl Key {
    /// One address of IPv4. Of IPv6 the /64, since one customer gets at least that and can use all of it.
    pub(super) fn of_address(address: Option<IpAddr>) -> Self {
        Self::network(address, 32, 64)
    }

    /// The wider surroundings, of which there are so few that each can be counted.
    pub(super) fn surroundings(self) -> Self {
        match self {
            Self::Network(network) => Self::network(Some(network.addr()), 16, 32),
            Self::User(_) | Self::Nowhere => self,
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
    }
}
