//! Whose request it is behind a proxy: the address that a trusted proxy names in `X-Forwarded-For` or `Forwarded` (RFC 7239).

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// Hops that are looked at. A chain of more proxies is nobody's; a longer list is somebody's attempt.
const HOPS_MAX: usize = 32;

/// The address that a request came from, as far as it can be believed.
///
/// Only a trusted proxy is believed, about who spoke to it; if that is a trusted proxy too, then what that one was told, and so on: the answer is the
/// rightmost hop that is not trusted. What stands left of it was written by whoever sent the request. A proxy writes one of the two headers and passes the
/// other on as it came, so when both are there and do not agree, neither is believed.
#[must_use]
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    if !is_trusted(peer, trusted) {
        return peer;
    }
    let by = |name: &str, read: fn(&str) -> Option<IpAddr>| {
        let hops = hops(headers, name);
        (!hops.is_empty()).then(|| walk(peer, hops, read, trusted))
    };
    match (by("x-forwarded-for", address), by("forwarded", forwarded_for)) {
        (Some(one), Some(other)) if one != other => peer,
        (Some(address), _) | (None, Some(address)) => address,
        (None, None) => peer,
    }
}

/// Whether the headers name a client, so that a trusted proxy that sends them is believed.
#[must_use]
pub fn is_client_named(headers: &HeaderMap) -> bool {
    // Asked of a proxy that is no client's address, and so stands for "nobody was named" in the answer.
    let nobody = IpAddr::from([0, 0, 0, 0]);
    client_address(nobody, headers, &[IpNet::from(nobody)]) != nobody
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// From right to left, as they were written last to first. A value that is not text is a hop that cannot be read.
fn hops<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    let values: Vec<_> = headers.get_all(name).iter().collect();
    let hops = values
        .into_iter()
        .rev()
        .flat_map(|value| value.to_str().unwrap_or("?").rsplit(','));
    hops.take(HOPS_MAX).map(str::trim).collect()
}

fn walk(peer: IpAddr, hops: Vec<&str>, read: fn(&str) -> Option<IpAddr>, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer;
    for hop in hops {
        // Who spoke to the last one that is believed is not told: that one answers for it.
        let Some(address) = read(hop) else { break };
        client = address.to_canonical();
        if !is_trusted(client, trusted) {
            break;
        }
    }
    client
}

/// With or without a port, an IPv6 address with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None => match text.split_once(':') {
            Some((v4, port)) if !port.contains(':') => v4,
            _ => text,
        },
    };
    bare.parse().ok()
}

/// The `for=` of one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, node) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
    address(node.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn seen(peer: &str, headers: &[(&str, &str)]) -> String {
        let trusted = ["10.0.0.0/8", "fd00::1/128"].map(|network| network.parse().unwrap());
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_bytes(name.as_bytes()).unwrap(),
                    HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn whoever_is_not_trusted_is_not_believed() {
        assert_eq!(seen("192.0.2.1", &[("x-forwarded-for", "198.51.100.7")]), "192.0.2.1");
        assert_eq!(seen("192.0.2.1", &[("forwarded", "for=198.51.100.7")]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_is_believed_about_who_spoke_to_it_and_nobody_further() {
        let forged = [("x-forwarded-for", "203.0.113.9, 198.51.100.7")];
        assert_eq!(seen("10.0.0.1", &forged), "198.51.100.7");
        let chained = [("x-forwarded-for", "203.0.113.9, 198.51.100.7, 10.0.0.2")];
        assert_eq!(seen("10.0.0.1", &chained), "198.51.100.7");
        let in_two = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "198.51.100.7")];
        assert_eq!(seen("10.0.0.1", &in_two), "198.51.100.7");
        assert_eq!(seen("::ffff:10.0.0.1", &forged), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn both_headers_and_all_ways_to_write_an_address_are_read() {
        for value in [
            "for=198.51.100.7",
            "by=10.0.0.1;For=\"198.51.100.7:4711\";proto=https",
            "for=203.0.113.9, for=198.51.100.7",
        ] {
            assert_eq!(seen("10.0.0.1", &[("forwarded", value)]), "198.51.100.7", "{value}");
        }
        assert_eq!(
            seen("fd00::1", &[("forwarded", "for=\"[2001:db8::7]:80\"")]),
            "2001:db8::7"
        );
        assert_eq!(seen("10.0.0.1", &[("x-forwarded-for", "2001:db8::7")]), "2001:db8::7");
        assert_eq!(
            seen("10.0.0.1", &[("x-forwarded-for", "198.51.100.7:80")]),
            "198.51.100.7"
        );
    }

    #[test]
    fn what_cannot_be_read_or_does_not_agree_counts_as_the_proxy() {
        assert_eq!(
            seen("10.0.0.1", &[("x-forwarded-for", "198.51.100.7, unknown")]),
            "10.0.0.1"
        );
        assert_eq!(seen("10.0.0.1", &[("forwarded", "for=_hidden")]), "10.0.0.1");
        let two = [("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=203.0.113.9")];
        assert_eq!(seen("10.0.0.1", &two), "10.0.0.1");
    }
}
