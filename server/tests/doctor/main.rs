//! The doctor on the real program: what administrators are told, and that nobody else is told anything.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

#[path = "../common/mod.rs"]
mod common;
mod nginx;

use common::process::{Inkling, command};
use common::{Answer, Person, TestServer, register};
use reqwest::Method;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy, copy_bidirectional, sink};
use tokio::net::{TcpListener, TcpStream};

fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.as_millis()).unwrap()
}

/// What the server makes of a request with these headers from somebody who reaches it by that address.
async fn examination(person: &Person, address: &str, headers: &[(&str, &str)]) -> Value {
    let now_ms = now_ms();
    let path = format!("/api/v1/admin/doctor?address={address}&now_ms={now_ms}");
    let mut request = person.request(Method::GET, &path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::to(request).await.expect(200)
}

/// The sentence about one check.
fn sentence<'a>(examination: &'a Value, check: &str) -> &'a str {
    let findings = examination["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["check"] == check);
    found.unwrap()["sentence"].as_str().unwrap()
}

#[tokio::test]
async fn to_everybody_but_administrators_there_is_no_doctor() {
    let directory = TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    let ada = register(&server.browser(), "ada").await;
    let ben = register(&server.browser(), "ben").await;
    let query = format!("/api/v1/admin/doctor?address={}&now_ms=0", server.url);
    let probes = [
        (Method::GET, query.as_str(), 200),
        (Method::POST, "/api/v1/admin/doctor/body", 200),
        (Method::POST, "/api/v1/admin/doctor/disk", 200),
    ];
    for (method, path, status) in probes {
        Answer::to(ben.request(method.clone(), path))
            .await
            .refused(404, "not_found");
        Answer::to(server.browser().request(method.clone(), path))
            .await
            .refused(401, "not_signed_in");
        Answer::to(ada.request(method, path)).await.expect(status);
    }
    // Nor for a token of an administrator that opens one document.
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "Notes").await;
    let body = serde_json::json!({"name": "one", "document_id": document});
    let made = ada.post("/api/v1/tokens", body).await.expect(201);
    let stranger = server.browser();
    let request = stranger
        .request(Method::GET, &query)
        .bearer_auth(made["token"].as_str().unwrap());
    Answer::to(request).await.refused(404, "not_found");
}

#[tokio::test]
async fn it_says_what_a_proxy_makes_of_a_request() {
    let directory = TempDir::new().unwrap();
    let mut command = command(directory.path());
    command.args(["--trusted-proxy", "127.0.0.1"]);
    let server = Inkling::spawn(command).await;
    let ada = register(&server.browser(), "ada").await;

    let known = examination(&ada, &server.url, &[("x-forwarded-for", "198.51.100.7")]).await;
    assert_eq!(sentence(&known, "address"), "address-right");
    assert_eq!(sentence(&known, "client"), "client-known");
    assert_eq!(sentence(&known, "clock"), "clock-right");
    assert_eq!(known["findings"][3]["values"]["client"], "198.51.100.7");

    let untold = examination(&ada, &server.url, &[("host", "inside:80")]).await;
    assert_eq!(sentence(&untold, "address"), "address-host");
    assert_eq!(sentence(&untold, "client"), "client-untold");

    let foreign = examination(&ada, "https://ink.example", &[]).await;
    assert_eq!(sentence(&foreign, "address"), "address-unknown");
    assert_eq!(sentence(&foreign, "cookie"), "cookie-insecure");
    let option = &foreign["findings"][0]["mends"][0]["option"];
    assert_eq!(option, "--public-url https://ink.example");
    let nginx = foreign["remedies"][0]["nginx"].as_str().unwrap();
    assert!(nginx.contains(&format!("proxy_pass {};", server.url)), "{nginx}");

    let query = "/api/v1/admin/doctor?address=nowhere&now_ms=0";
    let field = ada.get(query).await.refused(422, "field_invalid");
    assert_eq!(field.as_deref(), Some("address"));
}

#[tokio::test]
async fn the_largest_body_is_counted_and_a_larger_one_refused() {
    let directory = TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    let ada = register(&server.browser(), "ada").await;
    let told = examination(&ada, &server.url, &[]).await;
    let largest = usize::try_from(told["body_bytes_max"].as_u64().unwrap()).unwrap();
    let send = async |bytes: usize| {
        let request = ada.request(Method::POST, "/api/v1/admin/doctor/body");
        Answer::to(request.body(vec![b'.'; bytes])).await
    };
    assert_eq!(send(largest).await.expect(200)["bytes"], largest);
    send(largest + 1).await.refused(413, "body_too_large");
}

#[tokio::test]
async fn the_disk_is_tried_and_left_as_it_was() {
    let directory = TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    let ada = register(&server.browser(), "ada").await;
    let disk = ada.post("/api/v1/admin/doctor/disk", Value::Null).await.expect(200);
    assert_eq!(disk["check"], "disk");
    assert!(
        disk["values"]["ms"].is_string() && disk["values"]["free"].is_string(),
        "{disk}"
    );
    assert!(!directory.path().join("inkling.doctor").exists());
}

/// What `inkling doctor` says, and the code it ends with.
async fn doctor(token: Option<&str>, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_inkling"));
    command.arg("doctor").args(arguments).env_remove("INKLING_TOKEN");
    if let Some(token) = token {
        command.env("INKLING_TOKEN", token);
    }
    let output = command.output().await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn the_terminal_finds_nothing_wrong_with_a_server_that_is_reached_as_it_should_be() {
    let directory = TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    let ada = register(&server.browser(), "ada").await;
    let (code, said) = doctor(Some(&ada.token().await), &[&server.url]).await;
    assert_eq!(code, Some(0), "{said}");
    // How much room the disk of this machine has is nothing to rely on.
    let passed = said
        .lines()
        .filter(|line| line.starts_with("ok ") && !line.contains("  Disk "));
    assert_eq!(passed.count(), 9, "{said}");
}

#[tokio::test]
async fn the_terminal_is_told_nothing_without_the_right_token() {
    let directory = TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    register(&server.browser(), "ada").await;
    let ben = register(&server.browser(), "ben").await;
    let (code, said) = doctor(Some(&ben.token().await), &[&server.url]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("not an administrator's"), "{said}");
    let (code, said) = doctor(Some("nonsense"), &[&server.url]).await;
    assert!(code == Some(1) && said.contains("not taken"), "{said}");
    for arguments in [
        &["ftp://ink.example"][..],
        &[&server.url, "--proxy", "other"],
        &[&server.url],
    ] {
        let (code, said) = doctor((arguments.len() > 1).then_some("x"), arguments).await;
        assert_eq!(code, Some(2), "{said}");
    }
}

/// A proxy that refuses WebSockets, swallows events, and takes bodies of up to a megabyte.
async fn obstruct(listener: TcpListener, server: SocketAddr) {
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(client.read_u8().await?);
            }
            let text = String::from_utf8(head.clone()).unwrap().to_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
            if text.contains("upgrade: websocket") {
                client
                    .write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
                    .await?;
            } else if length.is_some_and(|length| length.parse::<u64>().unwrap() > 1 << 20) {
                client
                    .write_all(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n")
                    .await?;
                copy(&mut client, &mut sink()).await?;
            } else {
                let mut upstream = TcpStream::connect(server).await?;
                upstream.write_all(&head).await?;
                if text.contains("/events?") {
                    copy(&mut upstream, &mut sink()).await?;
                } else {
                    copy_bidirectional(&mut client, &mut upstream).await?;
                }
            }
            std::io::Result::Ok(())
        });
    }
}

#[tokio::test]
async fn the_terminal_names_what_a_proxy_does_wrong_and_ends_with_1() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let public = url.parse().unwrap();
    let server = TestServer::start_with(|config| config.public_urls = vec![public]).await;
    tokio::spawn(obstruct(listener, server.server.address()));
    let ada = server.register("ada").await;
    let (code, said) = doctor(Some(&ada.token().await), &[&url, "--proxy", "nginx"]).await;
    assert_eq!(code, Some(1), "{said}");
    for wanted in [
        "FAIL  Size of requests",
        "FAIL  WebSocket",
        "FAIL  Events",
        "ok    Long polling",
        "Lines for nginx (WebSocket):",
        "client_max_body_size 257m;",
        "proxy_buffering off;",
    ] {
        assert!(said.contains(wanted), "{wanted} is missing in\n{said}");
    }
    assert!(!said.contains("reverse_proxy"), "nobody asked for Caddy's:\n{said}");
}

#[tokio::test]
async fn the_terminal_looks_at_this_machine_without_an_address() {
    let directory = TempDir::new().unwrap();
    let below = directory.path().join("data");
    let data_dir = below.to_str().unwrap();
    let (code, said) = doctor(None, &["--data-dir", data_dir, "--limit-connections", "9"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("is not there yet") && !below.exists(), "{said}");
    assert!(said.contains("--limit-connections 9"), "{said}");

    let server = Inkling::start(&below).await;
    let (code, said) = doctor(None, &["--data-dir", data_dir]).await;
    assert!(code == Some(0) && said.contains("in use by a running server"), "{said}");
    server.kill().await;
    let (code, said) = doctor(None, &["--data-dir", data_dir, "--listen", "0.0.0.0:4655"]).await;
    assert!(code == Some(0) && said.contains("no server runs on it"), "{said}");
    assert!(
        said.contains("warn  Options") && said.contains("--public-url"),
        "{said}"
    );

    std::fs::remove_dir_all(&below).unwrap();
    std::fs::write(&below, "a file").unwrap();
    let (code, said) = doctor(None, &["--data-dir", data_dir]).await;
    assert!(code == Some(1) && said.contains("FAIL  Data directory"), "{said}");
}
