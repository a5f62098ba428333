//! The real program, as its own process.

use super::Browser;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

/// A running server. Killed when dropped.
pub struct Inkling {
    child: Child,
    /// Kept open, so that the program never writes into a closed pipe.
    stdout: BufReader<ChildStdout>,
    /// The line that says that it is ready.
    pub ready: String,
    /// Without a slash at the end.
    pub url: String,
}

/// How a program that did not start, or has ended, said so.
#[derive(Debug)]
pub struct End {
    pub code: Option<i32>,
    pub stderr: String,
}

/// The program on `directory` and a port of its own, with its log turned off; not started yet.
pub fn command(directory: &Path) -> Command {
    prepared(Command::new(env!("CARGO_BIN_EXE_inkling")), directory)
}

/// The same, where the call `calls` of the kernel fails with an input or output error from the `first`th time on that a thread makes it.
/// The tracer is a grandchild, so that exit code and signals are the program's own.
pub fn command_with_broken_disk(call: &str, first: u32, directory: &Path) -> Command {
    let mut tracer = Command::new("strace");
    tracer
        .args(["-D", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e"])
        .arg(format!("inject={call}:error=EIO:when={first}+"))
        .arg(env!("CARGO_BIN_EXE_inkling"));
    prepared(tracer, directory)
}

/// The same, in a shell that first does `before`.
pub fn command_after(before: &str, directory: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        &format!("{before}; exec \"$0\" \"$@\""),
        env!("CARGO_BIN_EXE_inkling"),
    ]);
    prepared(shell, directory)
}

fn prepared(mut command: Command, directory: &Path) -> Command {
    command
        .args(["--registration", "open"])
        .args([
            "--limit-login-attempts",
            "1000",
            "--limit-login-attempts-per-address",
            "1000",
        ])
        .arg("--data-dir")
        .arg(directory)
        .env("INKLING_LISTEN", "127.0.0.1:0")
        .env("INKLING_LOG", "off")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

impl Inkling {
    /// Starts it and waits until it is ready.
    pub async fn start(directory: &Path) -> Self {
        Self::spawn(command(directory)).await
    }

    pub async fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut ready = String::new();
        stdout.read_line(&mut ready).await.unwrap();
        let Some(url) = ready.split_whitespace().find(|word| word.starts_with("http://")) else {
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).await.unwrap();
            panic!("the program did not get ready: {said}");
        };
        let url = url.to_owned();
        Self {
            child,
            stdout,
            ready,
            url,
        }
    }

    pub fn browser(&self) -> Browser {
        Browser::at(&self.url)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.url.trim_start_matches("http://").parse().unwrap()
    }

    /// Ends it between two instructions, as a power cut would.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop, in one way or the other.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id().unwrap()).unwrap();
        let id = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// The value of a metric, named with its labels; 0 when it has not begun.
    pub async fn metric(&self, name: &str) -> u64 {
        let answer = reqwest::get(format!("{}/metrics", self.url)).await.unwrap();
        let text = answer.text().await.unwrap();
        let value = text.lines().find_map(|line| line.strip_prefix(name));
        value.map_or(0, |value| value.trim().parse().unwrap())
    }

    /// What it has of memory that is no file's, bytes.
    #[cfg(target_os = "linux")]
    pub fn own_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        let kib: u64 = line.split_whitespace().next().unwrap().parse().unwrap();
        kib * 1024
    }

    /// Waits until it has ended by itself.
    pub async fn end(mut self) -> End {
        let status = self.child.wait().await.unwrap();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).await.unwrap();
        end(status, &mut self.child).await
    }
}

/// Runs a program that is not expected to get ready.
pub async fn run(mut command: Command) -> End {
    let mut child = command.spawn().unwrap();
    let status = child.wait().await.unwrap();
    end(status, &mut child).await
}

async fn end(status: ExitStatus, child: &mut Child) -> End {
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).await.unwrap();
    End {
        code: status.code(),
        stderr,
    }
}

/// What a subcommand that ends by itself said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A subcommand with its arguments; not started yet.
pub fn subcommand<'a>(arguments: impl IntoIterator<Item = &'a std::ffi::OsStr>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_inkling"));
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Runs a subcommand to its end.
pub async fn ask<'a>(arguments: impl IntoIterator<Item = &'a std::ffi::OsStr>) -> Said {
    let output = subcommand(arguments).output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

impl Said {
    /// Checks how it ended, and answers all that it said.
    #[track_caller]
    pub fn ended(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self:?}");
        self.stdout + &self.stderr
    }
}
