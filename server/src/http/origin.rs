//! Which pages may act for whoever is signed in: those of this server, told apart by `Origin` and Fetch Metadata.

use crate::error::ApiError;
use axum::http::{HeaderMap, header};
use shared::error::ErrorCode;
use std::net::SocketAddr;
use url::Url;

/// The origins of this server. The first is used in links.
#[derive(Clone, Debug)]
pub struct Origins(Vec<String>);

impl Origins {
    /// As configured, or the names under which the bound address is reached on this machine.
    #[must_use]
    pub fn new(configured: &[Url], address: SocketAddr) -> Self {
        if !configured.is_empty() {
            return Self(
                configured
                    .iter()
                    .map(|url| url.origin().ascii_serialization())
                    .collect(),
            );
        }
        let port = address.port();
        let local = [
            format!("http://127.0.0.1:{port}"),
            format!("http://localhost:{port}"),
            format!("http://[::1]:{port}"),
        ];
        if address.ip().is_unspecified() {
            return Self(local.into());
        }
        let bound = format!("http://{address}");
        let others = local
            .into_iter()
            .filter(|origin| address.ip().is_loopback() && *origin != bound);
        Self(std::iter::once(bound.clone()).chain(others).collect())
    }

    /// For links.
    #[must_use]
    pub fn first(&self) -> &str {
        self.0.first().expect("new makes at least one")
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether browsers reach the server over TLS.
    #[must_use]
    pub fn secure(&self) -> bool {
        self.first().starts_with("https://")
    }

    /// Whether an origin is one of them.
    #[must_use]
    pub fn knows(&self, origin: &str) -> bool {
        self.0.iter().any(|own| own == origin)
    }

    /// Refuses a request that a browser sent for another site's page. Asked of everything that a cookie authenticates and that changes something,
    /// and of sockets, which browsers open across sites without asking.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
        let allowed = match (
            text(header::ORIGIN),
            text(header::HeaderName::from_static("sec-fetch-site")),
        ) {
            (Some(origin), _) => self.knows(origin),
            // Without an Origin, the browser's own word has to do; a client that sends neither is no browser that could be misled.
            (None, Some(site)) => site == "same-origin" || site == "none",
            (None, None) => true,
        };
        if allowed {
            Ok(())
        } else {
            Err(ErrorCode::ForeignOrigin.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn check(origins: &Origins, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        origins.check(&headers).is_ok()
    }

    #[test]
    fn only_this_servers_own_pages_act_for_a_person() {
        let origins = Origins::new(
            &[Url::parse("https://ink.example").unwrap()],
            ([127, 0, 0, 1], 4655).into(),
        );
        assert!(origins.secure());
        assert!(check(&origins, &[("origin", "https://ink.example")]));
        assert!(!check(&origins, &[("origin", "https://ink.example.evil.example")]));
        assert!(!check(&origins, &[("origin", "http://ink.example")]));
        assert!(!check(&origins, &[("origin", "null")]));
        assert!(!check(&origins, &[("sec-fetch-site", "cross-site")]));
        assert!(!check(&origins, &[("sec-fetch-site", "same-site")]));
        assert!(check(&origins, &[("sec-fetch-site", "same-origin")]));
        assert!(check(&origins, &[]));
    }

    #[test]
    fn on_one_machine_its_usual_names_are_its_own() {
        let origins = Origins::new(&[], ([127, 0, 0, 1], 4655).into());
        assert_eq!(origins.first(), "http://127.0.0.1:4655");
        assert!(check(&origins, &[("origin", "http://localhost:4655")]));
        assert!(!check(&origins, &[("origin", "http://localhost:4656")]));
    }
}
