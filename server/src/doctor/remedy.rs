//! The lines that mend a proxy: for each fault and each of three proxies, with this server's own address and sizes in them.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use utoipa::ToSchema;

/// What a proxy may do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// WebSockets are not passed on.
    Socket,
    /// Answers are collected before they are passed on.
    Buffering,
    /// Events are compressed, and wait for the compressor.
    Compression,
    /// Large bodies are refused.
    Body,
    /// Host, scheme or the client's address are not passed on.
    Headers,
    /// There is no TLS.
    Https,
}

/// The lines against one fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Remedy {
    /// Against what.
    pub fault: Fault,
    /// Within `server { … }`.
    pub nginx: String,
    /// A Caddyfile.
    pub caddy: String,
    /// The dynamic configuration of Traefik, as a file.
    pub traefik: String,
}

/// All of them, for a server that listens there, is reached as `host`, and takes bodies of at most that size.
#[must_use]
pub fn all(listen: SocketAddr, host: &str, body_bytes: u64) -> Vec<Remedy> {
    let upstream = if listen.ip().is_unspecified() {
        format!("127.0.0.1:{}", listen.port())
    } else {
        listen.to_string()
    };
    // A little more than the largest body, since proxies count the head of some requests too.
    let megabytes = (body_bytes >> 20) + 1;
    let fill = |text: &str| {
        text.replace("UPSTREAM", &upstream)
            .replace("HOST", host)
            .replace("MEGABYTES", &megabytes.to_string())
            .replace("BYTES", &(megabytes << 20).to_string())
    };
    let remedy = |(fault, nginx, caddy, traefik): &(Fault, &str, &str, &str)| Remedy {
        fault: *fault,
        nginx: fill(nginx),
        caddy: fill(caddy),
        traefik: fill(traefik),
    };
    LINES.iter().map(remedy).collect()
}

/// Traefik's router and service, without anything between them.
const TRAEFIK_PLAIN: &str = "\
http:
  routers:
    inkling:
      rule: Host(`HOST`)
      service: inkling
      # no `buffering`, `compress` or `headers` middleware here
  services:
    inkling:
      loadBalancer:
        passHostHeader: true
        responseForwarding:
          flushInterval: -1ms
        servers:
          - url: http://UPSTREAM
";

const LINES: &[(Fault, &str, &str, &str)] = &[
    (
        Fault::Socket,
        "\
location ~ ^/(ws$|yjs/) {
    proxy_pass http://UPSTREAM;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection \"upgrade\";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_read_timeout 90s;
}
",
        "\
HOST {
	# passes WebSockets by itself: take out any `header_up` of Upgrade or Connection
	reverse_proxy UPSTREAM
}
",
        TRAEFIK_PLAIN,
    ),
    (
        Fault::Buffering,
        "\
location /link {
    proxy_pass http://UPSTREAM;
    proxy_http_version 1.1;
    proxy_buffering off;
    proxy_cache off;
    gzip off;
    proxy_set_header Connection \"\";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_read_timeout 90s;
}
",
        "\
HOST {
	reverse_proxy UPSTREAM {
		flush_interval -1
	}
}
",
        TRAEFIK_PLAIN,
    ),
    (
        Fault::Compression,
        "\
# text/event-stream must not be among the gzip_types
gzip_types text/css text/javascript application/javascript application/json application/wasm;
",
        "\
HOST {
	@pages not path /link /link/*
	encode @pages zstd gzip
	reverse_proxy UPSTREAM
}
",
        "\
http:
  middlewares:
    compressed:
      compress:
        excludedContentTypes:
          - text/event-stream
",
    ),
    (
        Fault::Body,
        "\
client_max_body_size MEGABYTESm;
",
        "\
HOST {
	request_body {
		max_size MEGABYTESMiB
	}
	reverse_proxy UPSTREAM
}
",
        "\
http:
  middlewares:
    # keep it off the paths below /link, which it would hold back
    limited:
      buffering:
        maxRequestBodyBytes: BYTES
",
    ),
    (
        Fault::Headers,
        "\
# also into each location that has a proxy_set_header of its own: it takes none from around it
proxy_set_header Host $http_host;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header Forwarded \"\";
",
        "\
HOST {
	# passes all of them on by itself: take out any `header_up` of Host or X-Forwarded-*
	reverse_proxy UPSTREAM
}
",
        TRAEFIK_PLAIN,
    ),
    (
        Fault::Https,
        "\
listen 443 ssl;
server_name HOST;
ssl_certificate     /etc/letsencrypt/live/HOST/fullchain.pem;
ssl_certificate_key /etc/letsencrypt/live/HOST/privkey.pem;
",
        "\
# Caddy gets and renews the certificate by itself
HOST {
	reverse_proxy UPSTREAM
}
",
        "\
http:
  routers:
    inkling:
      rule: Host(`HOST`)
      entryPoints: [websecure]
      service: inkling
      tls:
        certResolver: letsencrypt
",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_name_this_server_and_nothing_is_left_to_fill_in() {
        let all = all(([0, 0, 0, 0], 4655).into(), "ink.example", 4 << 20);
        assert_eq!(all.len(), LINES.len());
        for Remedy {
            nginx,
            caddy,
            traefik,
            fault,
        } in all
        {
            for text in [&nginx, &caddy, &traefik] {
                assert!(
                    !text.contains("UPSTREAM") && !text.contains("HOST") && !text.contains("BYTES"),
                    "{text}"
                );
                assert!(!text.contains("0.0.0.0"), "{text}");
            }
            match fault {
                Fault::Body => assert_eq!(nginx, "client_max_body_size 5m;\n"),
                Fault::Socket => assert!(nginx.contains("proxy_pass http://127.0.0.1:4655;"), "{nginx}"),
                _ => {}
            }
        }
    }
}
