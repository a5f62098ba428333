//! How the real program starts, stops, and says why it cannot go on.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::client::{Client, Handshake};
use common::process::{Inkling, command, command_after, run};
use common::{PASSWORD, TestServer, id, register};
use rustix::process::Signal;
use serde_json::json;
use shared::id::{ClientId, RoomId};
use shared::wire::{Codec, ServerFrame};
use sqlx::Connection as _;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::http::header;

/// What the contract allows for stopping.
const STOP_MAX: Duration = Duration::from_secs(10);

#[tokio::test]
async fn it_says_where_it_is_ready_and_stops_in_order_when_asked() {
    let directory = TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    let data = directory.path().display();
    assert_eq!(
        server.ready,
        format!("Inkling is ready at {} (data in {data})\n", server.url)
    );
    let ada = register(&server.browser(), "ada").await;
    // A connection that never says anything does not keep it.
    let idle = TcpStream::connect(server.url.trim_start_matches("http://"))
        .await
        .unwrap();
    server.signal(Signal::TERM);
    let end = timeout(STOP_MAX, server.end()).await.unwrap();
    assert_eq!(end.code, Some(0), "{end:?}");
    drop(idle);

    let server = Inkling::start(directory.path()).await;
    let login = json!({"username": ada.username, "password": PASSWORD});
    server.browser().post("/api/v1/login", login).await.expect(200);
}

/// A hash takes 19 MiB while it is worked out; before, each thread that had done one kept that much.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[tokio::test]
async fn however_often_people_sign_in_the_memory_for_it_is_given_back() {
    const HASH_BYTES: u64 = 19 * 1024 * 1024;
    let directory = TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    let ada = register(&server.browser(), "ada").await;
    let login = json!({"username": ada.username, "password": PASSWORD});
    for _ in 0..6 {
        server.browser().post("/api/v1/login", login.clone()).await.expect(200);
    }
    let kept = server.own_memory();
    assert!(kept < HASH_BYTES, "{kept} bytes");
}

#[tokio::test]
async fn on_either_signal_everybody_is_told_to_come_back_and_it_ends_in_time() {
    const SOCKETS: u32 = 60;
    for signal in [Signal::TERM, Signal::INT] {
        let directory = TempDir::new().unwrap();
        let server = Inkling::start(directory.path()).await;
        let ada = register(&server.browser(), "ada").await;
        let document = ada.new_document(ada.new_room("Kitchen").await, "Soup").await;
        let address = server.url.trim_start_matches("http://").parse().unwrap();
        let bearer = format!("Bearer {}", ada.token().await);
        let mut sockets = Vec::new();
        for number in 0..SOCKETS {
            let codec = if number % 2 == 0 { Codec::Binary } else { Codec::Json };
            let handshake = Handshake::new(codec, vec![(header::AUTHORIZATION, bearer.clone())]);
            let mut client = Client::connect(address, &handshake).await.unwrap();
            if number % 3 > 0 {
                client.open_document(document, ClientId(100 + number), None).await;
            }
            sockets.push(client);
        }
        // Neither one that says nothing nor one that has not finished what it says keeps the server.
        let idle = TcpStream::connect(address).await.unwrap();
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"POST /api/v1/login HTTP/1.1\r\nhost: here\r\ncontent-length: 9\r\n\r\n{")
            .await
            .unwrap();
        server.signal(signal);
        let told = futures_util::future::join_all(sockets.iter_mut().map(async |client| {
            let after_ms = client
                .until(|frame| match frame {
                    ServerFrame::GoingAway { after_ms } => Some(*after_ms),
                    _ => None,
                })
                .await;
            (after_ms, client.closed().await)
        }));
        let (told, end) = tokio::join!(timeout(STOP_MAX, told), timeout(STOP_MAX, server.end()));
        let end = end.unwrap();
        assert_eq!(end.code, Some(0), "{signal:?}: {end:?}");
        let told = told.unwrap();
        assert!(told.iter().all(|(_, code)| *code == Some(1001)), "{told:?}");
        let times: std::collections::BTreeSet<_> = told.iter().map(|(after_ms, _)| after_ms).collect();
        assert_eq!(times.len(), told.len(), "they do not all come back at once");
        drop((idle, slow));
    }
}

#[tokio::test]
async fn a_second_server_on_the_same_data_does_not_start() {
    let directory = TempDir::new().unwrap();
    let first = Inkling::start(directory.path()).await;
    let second = run(command(directory.path())).await;
    assert_eq!(second.code, Some(3), "{second:?}");
    assert!(second.stderr.contains("in use by another server"), "{second:?}");
    first.browser().get("/readyz").await.expect(200);
    first.kill().await;
    Inkling::start(directory.path())
        .await
        .browser()
        .get("/readyz")
        .await
        .expect(200);
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let directory = TempDir::new().unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_inkling"));
    command.args(["--listen", &address, "--data-dir"]).arg(directory.path());
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped());
    let end = run(command).await;
    assert_eq!(end.code, Some(2), "{end:?}");
    assert!(
        end.stderr.contains("--listen") && end.stderr.contains(&address),
        "{end:?}"
    );
}

#[tokio::test]
async fn a_directory_that_cannot_be_used_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let below = file.path().join("data");
    let end = run(command(&below)).await;
    assert_eq!(end.code, Some(3), "{end:?}");
    assert!(end.stderr.contains(below.to_str().unwrap()), "{end:?}");
}

#[tokio::test]
async fn data_of_a_newer_release_stops_the_start() {
    let directory = TestServer::start().await.stop().await;
    let url = format!("sqlite://{}", directory.path().join("inkling.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("insert into _sqlx_migrations values (9000, 'later', 0, true, x'00', 0)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let end = run(command(directory.path())).await;
    assert_eq!(end.code, Some(4), "{end:?}");
    assert!(end.stderr.contains("newer release"), "{end:?}");
}

#[tokio::test]
async fn an_option_that_is_wrong_is_named() {
    let directory = TempDir::new().unwrap();
    for (option, value) in [
        ("--public-url", "nonsense"),
        ("--limit-body-bytes", "many"),
        ("--no-such-option", "1"),
    ] {
        let mut command = command(directory.path());
        command.args([option, value]);
        let end = run(command).await;
        assert_eq!(end.code, Some(2), "{end:?}");
        assert!(end.stderr.contains(option), "{end:?}");
    }
    for (variable, value, named) in [
        ("INKLING_LIMIT_CONNECTIONS", "none", "--limit-connections"),
        ("INKLING_LOG", "server=loud", "INKLING_LOG"),
    ] {
        let mut command = command(directory.path());
        command.env(variable, value);
        let end = run(command).await;
        assert!(end.code == Some(2) && end.stderr.contains(named), "{end:?}");
    }
}

#[tokio::test]
async fn every_limit_is_listed() {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_inkling"));
    let help = command.args(["serve", "--help"]).output().await.unwrap();
    assert!(help.status.success());
    let help = String::from_utf8(help.stdout).unwrap();
    for option in [
        "--listen",
        "--data-dir",
        "--public-url",
        "--config",
        "--log-format",
        "--registration",
    ] {
        assert!(help.contains(option), "{option} is missing");
    }
    assert!(
        help.contains("--limit-connections") && help.contains("INKLING_LIMIT_CONNECTIONS"),
        "{help}"
    );
}

/// A write that fails for another reason than a full disk: the file may not grow any more.
#[tokio::test]
async fn when_writing_fails_it_says_so_ends_and_has_kept_its_word() {
    let directory = TempDir::new().unwrap();
    // Blocks of 512 bytes in some shells and of 1024 in others: 1 or 2 MiB, less than the log grows to before it is worked off.
    let limited = command_after("trap '' XFSZ; ulimit -f 2048", directory.path());
    let server = Inkling::spawn(limited).await;
    let ada = register(&server.browser(), "ada").await;
    let room: RoomId = ada.new_room("Kitchen").await;
    let path = format!("/api/v1/rooms/{room}/messages");
    let mut acknowledged = 0;
    let refused = loop {
        let answer = ada.post(&path, json!({"body": "x".repeat(16_000)})).await;
        if answer.status != 201 {
            break answer;
        }
        acknowledged += 1;
    };
    assert!(acknowledged > 10, "{acknowledged}");
    refused.refused(503, "storage_failed");
    let end = timeout(STOP_MAX, server.end()).await.unwrap();
    assert_eq!(end.code, Some(5), "{end:?}");

    let server = Inkling::start(directory.path()).await;
    let browser = server.browser();
    browser
        .post("/api/v1/login", json!({"username": "ada", "password": PASSWORD}))
        .await
        .expect(200);
    let last = browser.get(&format!("/api/v1/rooms/{room}")).await.expect(200)["last_seq"]
        .as_u64()
        .unwrap();
    // The refused one may have reached the disk whole: that it was not acknowledged is no promise that it is not there.
    assert!(
        (acknowledged..=acknowledged + 1).contains(&last),
        "{acknowledged} acknowledged, {last} there"
    );
}

#[tokio::test]
async fn on_a_full_disk_reading_goes_on_and_writing_again_when_there_is_room() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let path = format!("/api/v1/rooms/{room}/messages");
    ada.post(&path, json!({"body": "before"})).await.expect(201);
    server.limit_pages(Some(4)).await;
    let full = loop {
        let answer = ada.post(&path, json!({"body": "x".repeat(16_000)})).await;
        if answer.status != 201 {
            break answer;
        }
    };
    full.refused(507, "storage_full");
    let messages = ada.get(&path).await.expect(200);
    assert_eq!(messages["items"][0]["body"], "before");
    server.limit_pages(None).await;
    let said = ada.post(&path, json!({"body": "after"})).await.expect(201);
    let count = u64::try_from(messages["items"].as_array().unwrap().len()).unwrap();
    assert_eq!(said["seq"], count + 1, "what was refused took no position");
    let other: RoomId = id(&ada.post("/api/v1/rooms", json!({"name": "Garden"})).await.expect(201));
    ada.get(&format!("/api/v1/rooms/{other}")).await.expect(200);
}

#[tokio::test]
async fn a_connection_that_does_not_say_what_it_wants_is_closed() {
    let server = TestServer::start_with(|config| config.limits.header_ms = 100).await;
    let address = server.server.address();
    let answered = "GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n";
    for said in ["", "GET /healthz HTTP/1.1\r\nx-slow: ", "PRI * HTTP/2.0\r\n", answered] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let ended = timeout(STOP_MAX, stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "after {said:?} it is kept open");
        assert_eq!(said == answered, rest.starts_with(b"HTTP/1.1 200 OK"), "{said:?}");
    }
}
