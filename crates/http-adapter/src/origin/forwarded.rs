use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{HeaderMap, HeaderValue};

/// The header in which trusted proxies say whom they forward a request for.
///
/// Only one is believed: a proxy lets the other one pass as a client sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, which nearly all proxies write.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl ForwardedHeader {
    /// The addresses that a request was forwarded for, the nearest first; `None` for what is no address.
    pub(super) fn hops(self, headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
        let (name, read): (_, fn(&str) -> Option<IpAddr>) = match self {
            Self::XForwardedFor => ("x-forwarded-for", address),
            Self::Forwarded => ("forwarded", element),
        };
        let lines: Vec<_> = headers.get_all(name).collect();
        lines.into_iter().rev().flat_map(elements).map(move |text| read(text?))
    }
}

/// The elements of a line from its end; `None` for a line that is no text.
///
/// From the end, since it is there that proxies write: a client that opens a quotation and does not close it would
/// otherwise hide what follows.
fn elements(line: &HeaderValue) -> impl Iterator<Item = Option<&str>> {
    let mut rest = Some(line.to_str().ok());
    let all = std::iter::from_fn(move || {
        let Some(text) = rest.take()? else { return Some(None) };
        let mut is_quoted = false;
        let comma = text.rfind(|c| {
            is_quoted ^= c == '"';
            c == ',' && !is_quoted
        });
        let (before, element) = comma.map_or((None, text), |at| (Some(&text[..at]), &text[at + 1..]));
        rest = before.map(Some);
        Some(Some(element.trim()))
    });
    all.filter(|element| *element != Some(""))
}

/// An element of `Forwarded`: pairs of which exactly one is `for`.
fn element(text: &str) -> Option<IpAddr> {
    let pairs = text.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut nodes = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for")).map(|(_, node)| node);
    let node = nodes.next().filter(|_| nodes.next().is_none())?;
    let unquoted = node.strip_prefix('"').map_or(Some(node), |rest| rest.strip_suffix('"'))?;
    address(unquoted)
}

/// An address, with a port or without; one of IPv6 may be in brackets. Names such as `unknown` are none.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;
    use proptest::prelude::*;

    use super::*;

    fn hops(header: ForwardedHeader, name: &'static str, lines: &[&str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(line).unwrap());
        }
        header.hops(&headers).map(|hop| hop.map_or("?".to_owned(), |hop| hop.to_string())).collect()
    }

    fn x_forwarded_for(lines: &[&str]) -> Vec<String> {
        hops(ForwardedHeader::XForwardedFor, "x-forwarded-for", lines)
    }

    fn forwarded(lines: &[&str]) -> Vec<String> {
        hops(ForwardedHeader::Forwarded, "forwarded", lines)
    }

    #[test]
    fn the_nearest_comes_first_whatever_the_lines() {
        let expected = ["10.0.0.2", "10.0.0.1", "192.0.2.1"];
        assert_eq!(x_forwarded_for(&["192.0.2.1, 10.0.0.1,10.0.0.2"]), expected);
        assert_eq!(x_forwarded_for(&["192.0.2.1", "10.0.0.1 , , 10.0.0.2,"]), expected);
        assert_eq!(forwarded(&["for=192.0.2.1;proto=https, FOR=10.0.0.1", "by=x; for=10.0.0.2"]), expected);
    }

    #[test]
    fn addresses_may_have_ports_and_brackets() {
        let line = "192.0.2.1:4711, [2001:db8::1]:80, [2001:db8::2], 2001:db8::3";
        assert_eq!(x_forwarded_for(&[line]), ["2001:db8::3", "2001:db8::2", "2001:db8::1", "192.0.2.1"]);
        let line = "for=\"192.0.2.1:4711\", For=\"[2001:db8::1]:_port\", for=\"[2001:db8::2]\"";
        assert_eq!(forwarded(&[line]), ["2001:db8::2", "?", "192.0.2.1"]);
    }

    #[test]
    fn what_is_no_address_stays_a_hop() {
        assert_eq!(x_forwarded_for(&["unknown, 10.0.0.1x, 999.0.0.1, \"10.0.0.1\""]), ["?"; 4]);
        let line = "for=unknown, for=_hidden, proto=https, for=10.0.0.1;for=10.0.0.2, 10.0.0.1";
        assert_eq!(forwarded(&[line, "for=\"10.0.0.1", "for=10.0.0.1\""]), ["?"; 7]);
        let mut headers = HeaderMap::new();
        let name = HeaderName::from_static("x-forwarded-for");
        headers.append(name.clone(), HeaderValue::from_bytes(b"10.0.0.1, \xff").unwrap());
        headers.append(name, HeaderValue::from_static("10.0.0.2"));
        let hops: Vec<_> = ForwardedHeader::XForwardedFor.hops(&headers).collect();
        assert_eq!(hops, ["10.0.0.2".parse().ok(), None]);
    }

    #[test]
    fn an_open_quotation_hides_nothing_that_a_proxy_wrote() {
        assert_eq!(forwarded(&["for=\"x, for=\"[2001:db8::1]\""])[0], "2001:db8::1");
        assert_eq!(forwarded(&["for=\"10.0.0.1, for=192.0.2.1"])[0], "192.0.2.1");
    }

    #[test]
    fn the_other_header_is_not_believed() {
        assert!(hops(ForwardedHeader::Forwarded, "x-forwarded-for", &["192.0.2.1"]).is_empty());
        assert!(hops(ForwardedHeader::XForwardedFor, "forwarded", &["for=192.0.2.1"]).is_empty());
    }

    proptest! {
        #[test]
        fn whatever_a_client_sends_the_proxys_own_word_comes_first(text in "[ -~]{0,60}") {
            prop_assert_eq!(&x_forwarded_for(&[&format!("{text}, 192.0.2.1")])[0], "192.0.2.1");
            prop_assert_eq!(&forwarded(&[&format!("{text}, for=192.0.2.1")])[0], "192.0.2.1");
            prop_assert_eq!(&forwarded(&[&format!("{text},for=\"[2001:db8::1]\"")])[0], "2001:db8::1");
        }
    }
}
