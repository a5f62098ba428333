//! A server on a port of its own and a directory of its own, and people who use it.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

pub mod client;
pub mod hostile;
pub mod link;
pub mod network;
pub mod process;
pub mod stock;
pub mod tab;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use server::Server;
use server::actor::materializer::MaterializerConfig;
use server::config::{Config, Limits, LogFormat, Registration};
use shared::id::{DocumentId, RoomId, UserId};
use sqlx::Connection as _;
use std::path::Path;
use tempfile::TempDir;

/// Every persona's password.
pub const PASSWORD: &str = "correct horse battery";

/// A server inside the test's process. Stop it with [`TestServer::stop`] to start another one on its data.
pub struct TestServer {
    pub server: Server,
    pub directory: TempDir,
    /// Without a slash at the end.
    pub url: String,
}

impl TestServer {
    /// Anybody may register; limits are the defaults but for attempts to sign in.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With another configuration.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_on(TempDir::new().unwrap(), change).await
    }

    /// On data that another server left.
    pub async fn start_on(directory: TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(directory.path());
        change(&mut config);
        let mut server = Server::new(config).await.unwrap();
        server.listen();
        let url = format!("http://{}", server.address());
        Self { server, directory, url }
    }

    /// Stops in order and gives the data back.
    pub async fn stop(self) -> TempDir {
        self.server.shutdown().await;
        self.directory
    }

    /// Lets the database grow by so many pages, or without bound.
    pub async fn limit_pages(&self, pages: Option<i64>) {
        let limited = self.server.app().writer.write(move |connection| {
            Box::pin(async move {
                let count: i64 = sqlx::query_scalar("pragma page_count")
                    .fetch_one(&mut *connection)
                    .await?;
                let max = pages.map_or(i64::from(u32::MAX) - 1, |pages| count + pages);
                let pragma = format!("pragma max_page_count = {max}");
                sqlx::query(sqlx::AssertSqlSafe(pragma))
                    .execute(&mut *connection)
                    .await?;
                Ok(())
            })
        });
        limited.await.unwrap();
    }

    /// Changes what is stored behind the server's back.
    pub async fn sql(&self, statement: &'static str) {
        let changed = self.server.app().writer.write(move |connection| {
            Box::pin(async move {
                sqlx::query(statement).execute(connection).await?;
                Ok(())
            })
        });
        changed.await.unwrap();
    }

    /// The number that a query of what is stored answers with.
    pub async fn count(&self, query: &'static str) -> i64 {
        let url = format!("sqlite://{}", self.directory.path().join("inkling.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let count = sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        count
    }

    /// A browser in which nobody is signed in.
    pub fn browser(&self) -> Browser {
        Browser::at(&self.url)
    }

    /// A new account, signed in.
    pub async fn register(&self, username: &str) -> Person {
        register(&self.browser(), username).await
    }

    /// Another browser of somebody who has an account.
    pub async fn sign_in(&self, username: &str) -> Browser {
        let browser = self.browser();
        let login = json!({"username": username, "password": PASSWORD});
        browser.post("/api/v1/login", login).await.expect(200);
        browser
    }

    /// Each at a browser of their own; the first of them administers.
    pub async fn register_all<const N: usize>(&self, usernames: [&str; N]) -> [Person; N] {
        let mut people = Vec::with_capacity(N);
        for username in usernames {
            people.push(self.register(username).await);
        }
        people.try_into().ok().expect("there is a person for each name")
    }
}

/// As [`TestServer`] uses it.
pub fn config(directory: &Path) -> Config {
    Config {
        listen: ([127, 0, 0, 1], 0).into(),
        data_dir: directory.into(),
        public_urls: Vec::new(),
        trusted_proxies: Vec::new(),
        log_format: LogFormat::Text,
        registration: Registration::Open,
        // All personas share one address and are quick.
        limits: Limits {
            login_attempts: 1000,
            login_attempts_per_address: 1000,
            ..Limits::default()
        },
        // The test is a program of its own, without the subcommand.
        materializer: MaterializerConfig {
            program: env!("CARGO_BIN_EXE_inkling").into(),
            ..MaterializerConfig::default()
        },
    }
}

/// Keeps cookies, as a browser does.
#[derive(Clone)]
pub struct Browser {
    client: reqwest::Client,
    pub url: String,
}

impl Browser {
    pub fn at(url: &str) -> Self {
        let client = reqwest::Client::builder()
            .cookie_store(true)
            .no_proxy()
            .build()
            .unwrap();
        Self {
            client,
            url: url.to_owned(),
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::to(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        Answer::to(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path)).await
    }
}

/// What a request was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Self { status, headers, body }
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// Checks status and error code, and answers the field.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Option<String> {
        assert_eq!(
            (self.status.as_u16(), self.body["error"]["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert!(
            self.body["error"]["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        self.body["error"]["field"].as_str().map(str::to_owned)
    }
}

/// Somebody with an account, signed in.
#[derive(Clone)]
pub struct Person {
    pub id: UserId,
    pub username: String,
    pub browser: Browser,
}

impl std::ops::Deref for Person {
    type Target = Browser;
    fn deref(&self) -> &Browser {
        &self.browser
    }
}

/// Makes an account.
pub async fn register(browser: &Browser, username: &str) -> Person {
    let body = json!({"username": username, "password": PASSWORD});
    let me = browser.post("/api/v1/register", body).await.expect(201);
    Person {
        id: id(&me),
        username: username.to_owned(),
        browser: browser.clone(),
    }
}

impl Person {
    pub async fn new_room(&self, name: &str) -> RoomId {
        id(&self.post("/api/v1/rooms", json!({"name": name})).await.expect(201))
    }

    pub async fn new_document(&self, room: RoomId, title: &str) -> DocumentId {
        let path = format!("/api/v1/rooms/{room}/documents");
        id(&self.post(&path, json!({"title": title})).await.expect(201))
    }

    /// Makes `other` a member of a room that this person owns.
    pub async fn invite(&self, room: RoomId, other: &Self, role: &str) {
        let path = format!("/api/v1/rooms/{room}/invites");
        let invite = self.post(&path, json!({"role": role})).await.expect(201);
        let token = invite["token"].as_str().unwrap();
        other
            .post(&format!("/api/v1/invites/{token}/accept"), json!({}))
            .await
            .expect(200);
    }

    /// A bearer token that opens everything.
    pub async fn token(&self) -> String {
        let made = self.post("/api/v1/tokens", json!({"name": "test"})).await.expect(201);
        made["token"].as_str().unwrap().to_owned()
    }
}

/// The `id` of an answer.
pub fn id<T: std::str::FromStr>(body: &Value) -> T {
    let parsed = body["id"].as_str().and_then(|text| text.parse().ok());
    parsed.unwrap_or_else(|| panic!("no id in {body}"))
}

/// Waits for a condition that some event will make true, where there is nothing to wait for but the condition itself.
pub async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(std::time::Duration::from_secs(20), waiting).await;
    in_time.expect("it comes about");
}
