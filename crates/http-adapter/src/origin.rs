//! Where requests come from, as far as that can be known.

mod forwarded;

use std::net::IpAddr;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpMessage, HttpRequest};
use ipnet::IpNet;
use kairo_domain::{Origin, Redacted};

use crate::Settings;
use crate::request_id::RequestId;

pub use forwarded::ForwardedHeader;

/// The most characters that are kept of what a program calls itself.
const AGENT_MAX: usize = 512;

/// Where a request comes from, as the journal keeps it.
pub(crate) fn origin(request: &HttpRequest, settings: &Settings) -> Origin {
    Origin {
        request: request.extensions().get::<RequestId>().map(|id| id.as_str().to_owned()),
        address: client_address(request, settings).map(|address| Redacted::new(address.to_string())),
        agent: agent(request.headers()).map(Redacted::new),
    }
}

/// The address of the client: the peer's, unless that is a trusted proxy that names another.
pub(crate) fn client_address(request: &HttpRequest, settings: &Settings) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let hops = settings.forwarded_header.hops(request.headers());
    Some(walk(peer, hops, &settings.trusted_proxies))
}

/// Goes back from the peer for as long as everybody on the way is trusted to tell the truth about who came before.
fn walk(peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer;
    for hop in hops {
        let is_trusted = trusted.iter().any(|network| network.contains(&client));
        // Whoever stands before an unreadable hop is the last that somebody vouches for.
        let Some(before) = hop.filter(|_| is_trusted) else { break };
        client = before.to_canonical();
    }
    client
}

/// What the program calls itself, without what could disturb a terminal or a log.
fn agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::USER_AGENT).map(HeaderValue::as_bytes).map(String::from_utf8_lossy)?;
    let agent: String = text.chars().filter(|c| !c.is_control()).take(AGENT_MAX).collect();
    (!agent.is_empty()).then_some(agent)
}

#[cfg(test)]
mod tests;
