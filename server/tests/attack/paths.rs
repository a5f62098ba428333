//! Paths that nobody has laid.

use super::*;

#[tokio::test]
async fn paths_that_lead_nowhere_lead_nowhere() {
    let house = House::new().await;
    let ada = &house.ada;
    let room = house.room;
    for (method, path, status, code) in [
        ("GET", "/api".to_owned(), 404, "not_found"),
        ("GET", "/api/".to_owned(), 404, "not_found"),
        ("POST", "/api/v1/nonsense".to_owned(), 404, "not_found"),
        ("GET", "/api/v1/rooms/".to_owned(), 404, "not_found"),
        ("GET", "/api/v1/rooms/not-an-id".to_owned(), 400, "malformed"),
        ("GET", "/api/v1/rooms/%ff".to_owned(), 400, "malformed"),
        ("DELETE", format!("/api/v1/rooms/{room}/members/x"), 400, "malformed"),
        ("GET", format!("/api/v1/rooms/{room}%2fmembers"), 400, "malformed"),
        (
            "GET",
            format!("/api/v1/rooms/{room}/messages?limit=-1"),
            400,
            "malformed",
        ),
        (
            "GET",
            format!("/api/v1/rooms/{room}/messages?after=18446744073709551615"),
            422,
            "field_invalid",
        ),
        ("GET", format!("/api/v1/rooms/{}", uuid::Uuid::nil()), 404, "not_found"),
        ("PUT", "/api/v1/rooms".to_owned(), 405, "method_not_allowed"),
        ("DELETE", "/api/v1/login".to_owned(), 405, "method_not_allowed"),
        ("GET", "/api/v1/login".to_owned(), 405, "method_not_allowed"),
        ("OPTIONS", "/api/v1/me".to_owned(), 405, "method_not_allowed"),
        ("POST", "/healthz".to_owned(), 405, "method_not_allowed"),
        ("BREW", "/api/v1/rooms".to_owned(), 405, "method_not_allowed"),
    ] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = Answer::to(ada.request(method, &path)).await;
        assert_eq!(answer.headers["content-type"], "application/json", "{path}");
        answer.refused(status, code);
    }
    // Sent as they are: a client library would tidy them up.
    for path in [
        "/assets/../index.html",
        "/assets/../../Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e/%2e%2e/Cargo.toml",
        "/assets/..\\..\\Cargo.toml",
        "/assets//etc/passwd",
        "/assets/%00",
        "/../../../../etc/passwd.txt",
        "//etc/passwd.txt",
        "/inkling.db",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n");
        let (status, answer) = house.raw(request.as_bytes()).await;
        assert_eq!(status, 404, "{path}: {answer}");
    }
}
