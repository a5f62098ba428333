//! Requests from outside, as a browser at the server's public address makes them: over TLS when that is https, with an `Origin`. One connection each.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{AUTHORIZATION, HOST, HeaderValue, ORIGIN};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use url::Url;

/// Whoever has not answered by then will not: as long as a server gives a request by default.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// The same for what is as large as a file: at 1 Mbit a second, 37 MB.
const LARGE_MAX: Duration = Duration::from_mins(5);

/// A connection, encrypted or not.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The way to a server.
pub(crate) struct Line {
    pub(crate) url: Url,
    bearer: HeaderValue,
    tls: Option<TlsConnector>,
}

/// Why there is no answer, or none of use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    #[error("there is no connection: {0}")]
    Unreachable(#[from] io::Error),
    #[error("there is no answer: {0}")]
    Broken(#[from] hyper::Error),
    #[error("there is no answer in {0:?}")]
    Late(Duration),
    #[error("the answer is {0}")]
    Refused(u16),
    #[error("what is answered is not what an Inkling server says")]
    Strange(#[from] serde_json::Error),
}

impl Line {
    /// Nothing is sent yet. None when the token is none that could be sent.
    pub(crate) fn new(url: Url, token: &str) -> Option<Self> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
        bearer.set_sensitive(true);
        let tls = (url.scheme() == "https").then(trusting_this_machine);
        Some(Self { url, bearer, tls })
    }

    /// Scheme, host and port, as a browser writes them.
    pub(crate) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// What every request says of itself.
    pub(crate) fn headers(&self) -> [(hyper::header::HeaderName, HeaderValue); 2] {
        let origin = HeaderValue::from_str(&self.origin()).expect("an origin is visible ASCII");
        [(AUTHORIZATION, self.bearer.clone()), (ORIGIN, origin)]
    }

    pub(crate) async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        let host = self.url.host_str().expect("it was read as an address with a host");
        let port = self.url.port_or_known_default().expect("http and https have one");
        // Brackets are for addresses, not for those who look names up.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let stream = TcpStream::connect((host.as_str(), port)).await?;
        let Some(tls) = &self.tls else {
            return Ok(Box::new(stream));
        };
        let name = ServerName::try_from(host).map_err(io::Error::other)?;
        Ok(Box::new(tls.connect(name, stream).await?))
    }

    /// The head of the answer, whatever its status is.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Bytes) -> Result<Response<Incoming>, LineError> {
        self.send(method, path, Full::new(body)).await
    }

    /// The same for a body that comes piece by piece.
    pub(crate) async fn send<B>(&self, method: Method, path: &str, body: B) -> Result<Response<Incoming>, LineError>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let origin = self.origin();
        let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host);
        let mut request = Request::builder().method(method).uri(path).header(HOST, host);
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        let request = request.body(body).expect("all parts have been looked at");
        let stream = TokioIo::new(self.connect().await?);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
        // It ends with the answer, and what is wrong with it the answer says.
        tokio::spawn(async move { connection.await.ok() });
        Ok(sender.send_request(request).await?)
    }

    /// The whole of an answer that is a success and comes in time.
    pub(crate) async fn get(&self, method: Method, path: &str, body: Bytes) -> Result<Bytes, LineError> {
        self.within(ANSWER_MAX, method, path, body).await
    }

    /// Sends what is large.
    pub(crate) async fn post_large(&self, path: &str, body: Bytes) -> Result<Bytes, LineError> {
        self.within(LARGE_MAX, Method::POST, path, body).await
    }

    async fn within(&self, patience: Duration, method: Method, path: &str, body: Bytes) -> Result<Bytes, LineError> {
        let answered = tokio::time::timeout(patience, self.whole(method, path, body)).await;
        answered.map_err(|_| LineError::Late(patience))?
    }

    async fn whole(&self, method: Method, path: &str, body: Bytes) -> Result<Bytes, LineError> {
        let answer = self.ask(method, path, body).await?;
        if !answer.status().is_success() {
            return Err(LineError::Refused(answer.status().as_u16()));
        }
        Ok(answer.into_body().collect().await?.to_bytes())
    }
}

/// Certificates are checked against those that this machine trusts.
fn trusting_this_machine() -> TlsConnector {
    let mut roots = RootCertStore::empty();
    // Of those that cannot be read nobody is trusted; without any, no connection comes about and says so.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has all that these versions need")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}
