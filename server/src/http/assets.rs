//! The tab, embedded in the program: the shell page for every page route, and the files it names.
//!
//! Files under `/assets` carry a hash of their content in their name and are cached for good; the shell page, the worker and the manifest are
//! asked for again each time and answered from their `ETag`. Debug builds read `web/dist` from disk, so that work on the tab does not rebuild the server.

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use rust_embed::RustEmbed;
use std::borrow::Cow;

/// Nothing is allowed but what the tab is made of. `blob:` is for images that this tab has and the server does not have yet. Compiling WebAssembly counts as evaluation; `connect-src` covers the socket.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The page in which diagrams are drawn: of no site, and in no frame but one of this site. Which scripts it may run it says itself, by their
/// content (`xtask/src/web/parts.rs`); what is here is what a page cannot say.
const APART_POLICY: &str = "sandbox allow-scripts; frame-ancestors 'self'";

const SHELL: &str = "index.html";

/// Files whose names stay from release to release: browsers look for the next one under them.
const FILES_THAT_STAY: [&str; 2] = ["manifest.webmanifest", "worker.js"];

/// Asked for each time, and sent when it is another one.
const ASK_AGAIN: &str = "no-cache";

/// First path segments that belong to programs, not to pages: an unknown one of these is an error and never the shell page.
const NOT_PAGES: &[&str] = &["api", "link", "ws", "yjs", "healthz", "readyz", "metrics"];

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Dist;

/// A file of the tab.
struct File {
    bytes: Cow<'static, [u8]>,
    mime: String,
    hash: [u8; 32],
}

/// Where files come from: the program itself, or a test.
trait Files {
    fn get(&self, name: &str) -> Option<File>;
}

struct Embedded;

impl Files for Embedded {
    fn get(&self, name: &str) -> Option<File> {
        Dist::get(name).map(|file| File {
            mime: file.metadata.mimetype().to_owned(),
            hash: file.metadata.sha256_hash(),
            bytes: file.data,
        })
    }
}

/// Answers every request that no other route takes.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    respond(&Embedded, &method, uri.path(), &headers)
}

fn respond(files: &impl Files, method: &Method, path: &str, headers: &HeaderMap) -> Response {
    let Some((name, cache)) = place(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let Some(file) = files.get(name) else {
        return if name == SHELL {
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "The tab is not built: run `cargo xtask build`.\n",
            )
                .into_response()
        } else {
            StatusCode::NOT_FOUND.into_response()
        };
    };
    let (encoded, encoding) = compressed(files, name, headers);
    let etag = etag(&file.hash, encoding);
    let mut response = if headers.get(IF_NONE_MATCH).is_some_and(|known| names(known, &etag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let bytes = match encoded.unwrap_or(file.bytes) {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Response::new(Body::from(bytes))
    };
    let head = response.headers_mut();
    head.insert(CONTENT_TYPE, text_header(&content_type(file.mime)));
    head.insert(ETAG, text_header(&etag));
    head.insert(VARY, HeaderValue::from_static("accept-encoding"));
    head.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Some(encoding) = encoding {
        head.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    for (name, value) in guards(name) {
        head.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The file for a path, and how long it may be kept.
fn place(path: &str) -> Option<(&str, &'static str)> {
    let path = path.strip_prefix('/')?;
    // Debug builds look names up on disk.
    if path.split('/').any(|part| part == "." || part == "..") {
        return None;
    }
    let first = path.split('/').next().unwrap_or(path);
    if first == "assets" {
        return Some((path, "public, max-age=31536000, immutable"));
    }
    if FILES_THAT_STAY.contains(&path) {
        return Some((path, ASK_AGAIN));
    }
    let last = path.rsplit('/').next().unwrap_or(path);
    // A dot means a file that somebody looks for, such as `favicon.ico`; no page route has one.
    (!NOT_PAGES.contains(&first) && !last.contains('.')).then_some((SHELL, ASK_AGAIN))
}

/// The copy in the best encoding that the browser reads and that exists.
fn compressed(
    files: &impl Files,
    name: &str,
    headers: &HeaderMap,
) -> (Option<Cow<'static, [u8]>>, Option<&'static str>) {
    let accepted = headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepts(accepted, encoding)
            && let Some(file) = files.get(&format!("{name}.{ending}"))
        {
            return (Some(file.bytes), Some(encoding));
        }
    }
    (None, None)
}

/// RFC 9110, 12.5.3, as far as browsers use it: listed, and not with a weight of zero.
fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|offer| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, "q=1"));
        let weight = weight
            .trim()
            .strip_prefix("q=")
            .and_then(|weight| weight.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case(encoding) && weight.is_none_or(|weight| weight > 0.0)
    })
}

fn etag(hash: &[u8; 32], encoding: Option<&str>) -> String {
    let mut etag = String::from("\"");
    for byte in &hash[..16] {
        etag.push_str(&format!("{byte:02x}"));
    }
    etag.push_str(encoding.unwrap_or_default());
    etag.push('"');
    etag
}

fn names(known: &HeaderValue, etag: &str) -> bool {
    known.to_str().is_ok_and(|known| {
        known
            .split(',')
            .any(|one| one.trim().trim_start_matches("W/") == etag || one.trim() == "*")
    })
}

fn content_type(mime: String) -> String {
    if mime.starts_with("text/") {
        format!("{mime}; charset=utf-8")
    } else {
        mime
    }
}

fn text_header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("media types and hashes are visible ASCII")
}

fn guards(file: &str) -> [(HeaderName, &'static str); 4] {
    let is_apart = file != SHELL && file.ends_with(".html");
    [
        (CONTENT_SECURITY_POLICY, if is_apart { APART_POLICY } else { POLICY }),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    struct Two;

    impl Files for Two {
        fn get(&self, name: &str) -> Option<File> {
            let (bytes, mime): (&[u8], _) = match name {
                "index.html" => (b"shell", "text/html"),
                "index.html.br" => (b"brotli", "application/octet-stream"),
                "assets/boot-ABC.js" => (b"boot", "text/javascript"),
                "assets/diagram.part-ABC.html" => (b"frame", "text/html"),
                "worker.js" => (b"worker", "text/javascript"),
                "manifest.webmanifest" => (b"{}", "application/manifest+json"),
                _ => return None,
            };
            Some(File {
                bytes: Cow::Borrowed(bytes),
                mime: mime.to_owned(),
                hash: [7; 32],
            })
        }
    }

    fn get(path: &str, headers: &[(HeaderName, &'static str)]) -> Response {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect();
        respond(&Two, &Method::GET, path, &headers)
    }

    async fn body(response: Response) -> Bytes {
        to_bytes(response.into_body(), 1024).await.unwrap()
    }

    #[tokio::test]
    async fn every_page_route_gets_the_shell() {
        for path in ["/", "/sign-in", "/rooms/0190", "/invite/token", "/nowhere"] {
            let response = get(path, &[]);
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
            assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
            assert_eq!(body(response).await, "shell");
        }
    }

    #[test]
    fn programs_and_missing_files_never_get_the_shell() {
        for path in [
            "/api/v1/nowhere",
            "/ws",
            "/yjs/0190",
            "/favicon.ico",
            "/assets/gone-1.js",
            "/assets/../index.html",
        ] {
            assert_eq!(get(path, &[]).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn a_hashed_file_is_kept_for_good() {
        let response = get("/assets/boot-ABC.js", &[]);
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
    }

    #[test]
    fn the_worker_and_the_manifest_are_asked_for_each_time() {
        for (path, mime) in [
            ("/worker.js", "text/javascript; charset=utf-8"),
            ("/manifest.webmanifest", "application/manifest+json"),
        ] {
            let response = get(path, &[]);
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(response.headers()[CONTENT_TYPE], mime);
            assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
        }
        assert_eq!(get("/rooms/worker.js", &[]).status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn the_best_encoding_that_exists_and_is_read_is_sent() {
        let both = get("/", &[(ACCEPT_ENCODING, "gzip, deflate, br")]);
        assert_eq!(both.headers()[CONTENT_ENCODING], "br");
        assert_eq!(both.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(body(both).await, "brotli");
        let refused = get("/", &[(ACCEPT_ENCODING, "gzip, br;q=0")]);
        assert_eq!(refused.headers().get(CONTENT_ENCODING), None);
        assert_eq!(body(refused).await, "shell");
    }

    #[tokio::test]
    async fn a_shell_that_is_still_the_same_is_not_sent_again() {
        let first = get("/", &[]);
        let etag = first.headers()[ETAG].clone();
        let headers = HeaderMap::from_iter([(IF_NONE_MATCH, etag)]);
        let second = respond(&Two, &Method::GET, "/", &headers);
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(body(second).await, "");
    }

    #[test]
    fn the_policy_allows_nothing_inline_and_frames_of_its_own_only() {
        let response = get("/", &[]);
        let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"));
        assert!(policy.contains("frame-src 'self'"));
        assert!(policy.contains("frame-ancestors 'none'"));
        assert!(policy.contains("worker-src 'self'"));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    }

    #[test]
    fn a_page_that_stands_apart_is_of_no_site() {
        let response = get("/assets/diagram.part-ABC.html", &[]);
        let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert_eq!(policy, "sandbox allow-scripts; frame-ancestors 'self'");
        for path in ["/", "/assets/boot-ABC.js"] {
            let response = get(path, &[]);
            assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], POLICY, "{path}");
        }
    }

    #[test]
    fn only_reading_is_allowed() {
        let response = respond(&Two, &Method::POST, "/", &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}
