//! Judged for a server that is known as `https://ink.example` and trusts a proxy at 10.0.0.1.

use super::*;
use crate::config::Invocation;
use axum::http::{HeaderName, HeaderValue};

/// A request that somebody makes on purpose.
struct Asking {
    public: &'static str,
    address: &'static str,
    host: &'static str,
    peer: &'static str,
    client: &'static str,
    headers: &'static [(&'static str, &'static str)],
    off_ms: u64,
}

const WELL: Asking = Asking {
    public: "https://ink.example",
    address: "https://ink.example",
    host: "ink.example",
    peer: "10.0.0.1",
    client: "198.51.100.7",
    headers: &[("x-forwarded-for", "198.51.100.7"), ("x-forwarded-proto", "https")],
    off_ms: 0,
};

fn findings(asking: &Asking) -> Vec<Finding> {
    let options = ["inkling", "--trusted-proxy", "10.0.0.1", "--public-url", asking.public];
    let Ok(Invocation::Serve(config)) = Invocation::parse(options.map(str::to_owned)) else {
        unreachable!("the options are right")
    };
    let origins = Origins::new(&config.public_urls, config.listen);
    let headers = asking
        .headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect();
    let seen = Seen {
        peer: asking.peer.parse().unwrap(),
        client: asking.client.parse().unwrap(),
        host: Some(asking.host),
        headers: &headers,
    };
    let asked = Asked {
        address: asking.address.into(),
        now_ms: 1_000_000 + asking.off_ms,
        is_cookie_readable: false,
    };
    examine(&config, &origins, &seen, &asked, 1_000_000).unwrap()
}

/// The sentences of everything that did not pass, and the mends of the first.
#[track_caller]
fn check(asking: &Asking, sentences: &[&str], mends: &[Mend]) {
    let amiss: Vec<_> = findings(asking)
        .into_iter()
        .filter(|finding| finding.outcome != Outcome::Passed)
        .collect();
    let said: Vec<_> = amiss.iter().map(|finding| finding.sentence.as_str()).collect();
    assert_eq!(said, sentences);
    assert_eq!(amiss.first().map_or(&[][..], |first| &first.mends), mends);
    for finding in &amiss {
        assert!(!finding.text().contains('{'), "{}", finding.text());
    }
}

#[test]
fn a_proxy_that_does_all_it_should_is_told_so() {
    check(&WELL, &[], &[]);
    let said: Vec<_> = findings(&WELL).iter().map(Finding::text).collect();
    assert!(said.iter().any(|text| text.contains("198.51.100.7")), "{said:?}");
}

#[test]
fn an_address_that_the_server_does_not_know_is_named() {
    let asking = Asking {
        address: "https://other.example",
        host: "other.example",
        ..WELL
    };
    let option = Mend::Option("--public-url https://other.example".into());
    check(&asking, &["address-unknown"], &[option]);
}

#[test]
fn a_proxy_that_changes_host_or_scheme_is_named() {
    let headers = [Mend::Proxy(Fault::Headers)];
    let host = Asking {
        host: "127.0.0.1:4655",
        ..WELL
    };
    check(&host, &["address-host"], &headers);
    let scheme = Asking {
        headers: &[("x-forwarded-for", "198.51.100.7"), ("x-forwarded-proto", "http")],
        ..WELL
    };
    check(&scheme, &["address-scheme"], &headers);
}

#[test]
fn whose_request_it_is_has_to_be_told_and_believed() {
    let headers = Mend::Proxy(Fault::Headers);
    let untold = Asking {
        client: "10.0.0.1",
        headers: &[],
        ..WELL
    };
    check(&untold, &["client-untold"], std::slice::from_ref(&headers));
    let unreadable = Asking {
        client: "10.0.0.1",
        headers: &[("forwarded", "for=_hidden")],
        ..WELL
    };
    check(&unreadable, &["client-unreadable"], std::slice::from_ref(&headers));
    let trust = Mend::Option("--trusted-proxy 10.0.0.9".into());
    let untrusted = Asking {
        peer: "10.0.0.9",
        client: "10.0.0.9",
        ..WELL
    };
    check(&untrusted, &["client-untrusted"], std::slice::from_ref(&trust));
    let hidden = Asking {
        headers: &[],
        ..untrusted
    };
    check(&hidden, &["client-hidden"], &[headers, trust]);
}

#[test]
fn without_https_only_this_machine_is_well() {
    let local = Asking {
        public: "http://localhost:4655",
        address: "http://localhost:4655",
        host: "localhost:4655",
        peer: "127.0.0.1",
        client: "127.0.0.1",
        headers: &[],
        off_ms: 0,
    };
    check(&local, &[], &[]);
    let plain = Asking {
        public: "http://ink.example",
        address: "http://ink.example",
        host: "ink.example",
        ..local
    };
    let mends = [
        Mend::Proxy(Fault::Https),
        Mend::Option("--public-url https://ink.example".into()),
    ];
    check(&plain, &["https-missing"], &mends);
}

#[test]
fn a_cookie_is_secure_when_the_address_is() {
    let asking = Asking {
        public: "http://ink.example,https://ink.example",
        ..WELL
    };
    let option = Mend::Option("--public-url https://ink.example".into());
    check(&asking, &["cookie-insecure"], &[option]);
}

#[test]
fn clocks_may_differ_by_a_little() {
    check(&Asking { off_ms: 2_000, ..WELL }, &[], &[]);
    check(&Asking { off_ms: 9_000, ..WELL }, &["clock-off"], &[]);
    let far = findings(&Asking {
        off_ms: 7_200_000,
        ..WELL
    });
    let clock = far.last().unwrap();
    assert_eq!(
        (clock.outcome, clock.values["span"].as_str()),
        (Outcome::Failed, "120 min")
    );
}

#[test]
fn what_is_no_address_is_not_judged() {
    let config = Config::clone(&match Invocation::parse(["inkling".to_owned()]) {
        Ok(Invocation::Serve(config)) => *config,
        _ => unreachable!("without options it serves"),
    });
    let seen = Seen {
        peer: [127, 0, 0, 1].into(),
        client: [127, 0, 0, 1].into(),
        host: None,
        headers: &HeaderMap::new(),
    };
    let asked = Asked {
        address: "nowhere".into(),
        now_ms: 0,
        is_cookie_readable: false,
    };
    let origins = Origins::new(&[], config.listen);
    assert!(examine(&config, &origins, &seen, &asked, 0).is_none());
}
