//! The doctor on the real program: what administrators are told, and that nobody else is told anything.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod common;

use common::process::{Inkling, command};
use common::{Answer, Person, register};
use reqwest::Method;
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

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
