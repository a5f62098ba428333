//! The release binary as a child process with a data directory of its own, and an account to load it with.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub(crate) struct ServerProcess {
    child: Child,
    pub(crate) address: String,
}

/// Where the release binary is: named by the environment, or where cargo puts it.
pub(crate) fn binary() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/inkling");
    std::env::var_os("INKLING_BINARY").map_or_else(default, PathBuf::from)
}

impl ServerProcess {
    pub(crate) fn start(data: &Path) -> Result<Self> {
        Self::start_at("127.0.0.1:0", data)
    }

    /// The same at an address that is known before.
    pub(crate) fn start_at(address: &str, data: &Path) -> Result<Self> {
        let mut command = Command::new(binary());
        command
            .args(["serve", "--listen", address, "--log-format", "json", "--data-dir"])
            .arg(data);
        // The bounds are there for floods, and some steps of the load are one, by a single account.
        command.env("INKLING_LIMIT_SOCKET_FRAMES", "1000000");
        for limit in [
            "SOCKETS_PER_USER",
            "USER_FRAMES",
            "USER_BYTES",
            "TARGET_FRAMES",
            "TARGET_BYTES",
        ] {
            command.env(format!("INKLING_LIMIT_{limit}"), "1000000000");
        }
        Self::spawn(&mut command, "Inkling is ready at http://")
    }

    pub(crate) fn relay() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        Self::spawn(command.arg(crate::RELAY), "relay at ")
    }

    /// Starts a program and waits for the line that tells its address.
    fn spawn(command: &mut Command, ready: &str) -> Result<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{command:?}"))?;
        let output = BufReader::new(child.stdout.take().context("standard output is piped")?);
        for line in output.lines() {
            if let Some(rest) = line?.strip_prefix(ready) {
                let address = rest.split([' ', '/']).next().filter(|address| !address.is_empty());
                let address = address.context("an address in the ready line")?.to_owned();
                return Ok(Self { child, address });
            }
        }
        bail!("{command:?} ended before it was ready")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn socket_url(&self) -> String {
        format!("ws://{}/ws", self.address)
    }

    /// Ends it as a power cut would, and waits.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Ends it as the machine's service manager would, and waits.
    pub(crate) fn stop(mut self) -> Result<()> {
        let pid = self.pid().to_string();
        Command::new("kill").arg(pid).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Already gone after `stop`; otherwise nothing of it is wanted any more.
        if self.child.kill().is_ok() {
            drop(self.child.wait());
        }
    }
}

/// A signed-in account and a document of its own.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) token: String,
    pub(crate) document: shared::id::DocumentId,
}

impl Account {
    pub(crate) async fn create(server: &ServerProcess) -> Result<Self> {
        let base = format!("http://{}", server.address);
        let http = reqwest::Client::builder().cookie_store(true).build()?;
        let post = async |path: &str, body: Value| -> Result<Value> {
            let answer = http
                .post(format!("{base}{path}"))
                .header("origin", &base)
                .json(&body)
                .send()
                .await?;
            Ok(answer.error_for_status()?.json().await?)
        };
        post(
            "/api/v1/register",
            json!({"username": "ada", "password": "a long enough password"}),
        )
        .await?;
        let token = post("/api/v1/tokens", json!({"name": "load"})).await?;
        let room = post("/api/v1/rooms", json!({"name": "Load"})).await?;
        let room_id = room["id"].as_str().context("a room has an id")?;
        let document = post(&format!("/api/v1/rooms/{room_id}/documents"), json!({"title": "Load"})).await?;
        Ok(Self {
            token: token["token"].as_str().context("shown once")?.to_owned(),
            document: document["id"].as_str().context("a document has an id")?.parse()?,
        })
    }

    /// The same account and a new document in the same room.
    pub(crate) async fn with_another_document(&self, server: &ServerProcess) -> Result<Self> {
        let base = format!("http://{}/api/v1", server.address);
        let http = reqwest::Client::new();
        let known = http.get(format!("{base}/documents/{}", self.document));
        let known: Value = known.bearer_auth(&self.token).send().await?.json().await?;
        let room = known["room_id"].as_str().context("a document is in a room")?;
        let made = http.post(format!("{base}/rooms/{room}/documents"));
        let made = made.bearer_auth(&self.token).json(&json!({"title": "Another"}));
        let made: Value = made.send().await?.error_for_status()?.json().await?;
        Ok(Self {
            token: self.token.clone(),
            document: made["id"].as_str().context("a document has an id")?.parse()?,
        })
    }
}
