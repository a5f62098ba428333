//! What the server makes of a request that somebody made on purpose, against what they know about it: by which address, at which time.

use super::super::origin::Origins;
use super::super::proxy::is_client_named;
use crate::config::Config;
use crate::doctor::finding::{Finding, Mend, Outcome};
use crate::doctor::remedy::Fault;
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use std::net::IpAddr;
use url::{Host, Url};
use utoipa::IntoParams;

/// A clock that is off by more makes times beside messages look wrong.
const CLOCK_MS_WARNING: u64 = 5_000;

/// By more, invites and tokens end visibly early or late.
const CLOCK_MS_FAILED: u64 = 300_000;

/// What whoever asks knows.
#[derive(Clone, Debug, Deserialize, IntoParams)]
pub struct Asked {
    /// Where they reach the server, like `https://ink.example`: what stands in the address bar.
    pub address: String,
    /// Their clock, milliseconds since 1970.
    pub now_ms: u64,
    /// Whether scripts of a page can read the cookie that signs in.
    #[serde(default)]
    pub is_cookie_readable: bool,
}

/// A request, as it arrived.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// Who opened the connection.
    pub peer: IpAddr,
    /// Whose request it is, as far as that is believed.
    pub client: IpAddr,
    /// The host it was sent to.
    pub host: Option<&'a str>,
    /// All headers.
    pub headers: &'a HeaderMap,
}

/// Judges all of it. The address is none when it cannot be read.
#[must_use]
pub fn examine(
    config: &Config,
    origins: &Origins,
    seen: &Seen<'_>,
    asked: &Asked,
    now_ms: u64,
) -> Option<Vec<Finding>> {
    let url = Url::parse(&asked.address).ok().filter(Url::has_host)?;
    Some(vec![
        address(origins, seen, &url),
        https(&url),
        cookie(origins, &url, asked.is_cookie_readable),
        client(config, seen, &url),
        clock(asked.now_ms, now_ms),
    ])
}

fn address(origins: &Origins, seen: &Seen<'_>, url: &Url) -> Finding {
    let own = url.origin().ascii_serialization();
    let proto = text(seen.headers, "x-forwarded-proto");
    let proto = proto.and_then(|all| all.split(',').next()).map(str::trim);
    let host = seen.host.unwrap_or_default();
    let shown = own.split_once("://").map_or(own.as_str(), |(_, host)| host);
    let finding = |outcome, sentence| {
        Finding::new(outcome, sentence)
            .with("address", own.clone())
            .with("known", origins.first())
    };
    if !origins.knows(&own) {
        let option = Mend::Option(format!("--public-url {own}"));
        return finding(Outcome::Failed, "address-unknown").mended_by(option);
    }
    match proto {
        Some(proto) if proto != url.scheme() => finding(Outcome::Warning, "address-scheme")
            .with("scheme", proto)
            .mended_by(Mend::Proxy(Fault::Headers)),
        _ if host != shown => finding(Outcome::Warning, "address-host")
            .with("host", host)
            .mended_by(Mend::Proxy(Fault::Headers)),
        _ => finding(Outcome::Passed, "address-right"),
    }
}

fn https(url: &Url) -> Finding {
    if url.scheme() == "https" {
        return Finding::new(Outcome::Passed, "https-works");
    }
    if is_this_machine(url) {
        return Finding::new(Outcome::Passed, "https-local");
    }
    let host = url.host_str().unwrap_or_default();
    Finding::new(Outcome::Warning, "https-missing")
        .mended_by(Mend::Proxy(Fault::Https))
        .mended_by(Mend::Option(format!("--public-url https://{host}")))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn cookie(origins: &Origins, url: &Url, is_readable: bool) -> Finding {
    if is_readable {
        return Finding::new(Outcome::Failed, "cookie-readable");
    }
    match (url.scheme(), origins.secure()) {
        ("https", false) => {
            let own = url.origin().ascii_serialization();
            Finding::new(Outcome::Failed, "cookie-insecure").mended_by(Mend::Option(format!("--public-url {own}")))
        }
        (_, true) => Finding::new(Outcome::Passed, "cookie-secure"),
        (_, false) => Finding::new(Outcome::Passed, "cookie-plain"),
    }
}

fn client(config: &Config, seen: &Seen<'_>, url: &Url) -> Finding {
    let is_trusted = config.trusted_proxies.iter().any(|one| one.contains(&seen.peer));
    let is_forwarded = ["x-forwarded-for", "forwarded"]
        .iter()
        .any(|name| seen.headers.contains_key(*name));
    // The server itself speaks no TLS, and proxies that pass a request on under another name show by that.
    let is_passed_on = url.scheme() == "https"
        || seen.headers.contains_key(header::VIA)
        || seen.host.is_none_or(|host| Some(host) != host_of(url).as_deref());
    let finding = |outcome, sentence| {
        Finding::new(outcome, sentence)
            .with("client", seen.client.to_string())
            .with("peer", seen.peer.to_string())
    };
    let trust = Mend::Option(format!("--trusted-proxy {}", seen.peer));
    match (is_trusted, is_forwarded) {
        (true, true) if is_client_named(seen.headers) => finding(Outcome::Passed, "client-known"),
        (true, true) => finding(Outcome::Warning, "client-unreadable").mended_by(Mend::Proxy(Fault::Headers)),
        (true, false) => finding(Outcome::Warning, "client-untold").mended_by(Mend::Proxy(Fault::Headers)),
        (false, true) => finding(Outcome::Warning, "client-untrusted").mended_by(trust),
        (false, false) if is_passed_on => finding(Outcome::Warning, "client-hidden")
            .mended_by(Mend::Proxy(Fault::Headers))
            .mended_by(trust),
        (false, false) => finding(Outcome::Passed, "client-direct"),
    }
}

fn host_of(url: &Url) -> Option<String> {
    let origin = url.origin().ascii_serialization();
    origin.split_once("://").map(|(_, host)| host.to_owned())
}

fn clock(theirs_ms: u64, ours_ms: u64) -> Finding {
    let off_ms = theirs_ms.abs_diff(ours_ms);
    let (outcome, sentence) = match off_ms {
        ..CLOCK_MS_WARNING => (Outcome::Passed, "clock-right"),
        CLOCK_MS_WARNING..CLOCK_MS_FAILED => (Outcome::Warning, "clock-off"),
        _ => (Outcome::Failed, "clock-off"),
    };
    let seconds = (off_ms + 500) / 1_000;
    let span = if seconds < 120 {
        format!("{seconds} s")
    } else {
        format!("{} min", seconds / 60)
    };
    Finding::new(outcome, sentence).with("span", span)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests;
