use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::public::{destination, is_public};
use crate::refusal::Refusal;

#[cfg(test)]
mod tests;

/// Zones that no public server answers for: RFC 6761, RFC 6762 with its appendix G, RFC 8375, and what the private zone
/// of ICANN and old hosts files are called.
const LOCAL_ZONES: [&str; 10] = [
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
];

/// Says where a request may go.
#[derive(Debug)]
pub(crate) struct Guard {
    allowed: Vec<IpNet>,
}

/// How far a name may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To public addresses, and to those that are allowed.
    Public,
    /// To addresses that are allowed.
    Allowed,
}

impl Guard {
    pub(crate) fn new(allowed: Vec<IpNet>) -> Self {
        Self { allowed }
    }

    /// Checks what can be checked before a name is looked up. The client connects to literal addresses without asking a
    /// resolver, so they are checked here; the URL has brought every notation into one.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::UserInfo);
        }
        match url.host() {
            None => Err(Refusal::NotAUrl),
            Some(Host::Ipv4(address)) => self.check_literal(address.into()),
            Some(Host::Ipv6(address)) => self.check_literal(address.into()),
            Some(Host::Domain(name)) => self.reach(name).map(drop),
        }
    }

    /// How far a name may lead, if it may be looked up at all.
    pub(crate) fn reach(&self, name: &str) -> Result<Reach, Refusal> {
        match (is_local(name), self.allowed.is_empty()) {
            (false, _) => Ok(Reach::Public),
            (true, false) => Ok(Reach::Allowed),
            (true, true) => Err(Refusal::LocalName),
        }
    }

    /// Whether an address that a name led to may be connected to.
    pub(crate) fn permits(&self, reach: Reach, address: IpAddr) -> bool {
        let destination = destination(address);
        let is_allowed = || {
            self.allowed.iter().any(|network| network.contains(&destination) || network.contains(&address))
        };
        match reach {
            Reach::Public => is_public(destination) || is_allowed(),
            Reach::Allowed => is_allowed(),
        }
    }

    fn check_literal(&self, address: IpAddr) -> Result<(), Refusal> {
        if self.permits(Reach::Public, address) { Ok(()) } else { Err(Refusal::Address) }
    }
}

/// Whether a name belongs to a network of its own: by its zone, or because it has no zone, and gets the machine's.
fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    !name.contains('.') || LOCAL_ZONES.iter().any(|zone| is_below(&name, zone))
}

fn is_below(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
