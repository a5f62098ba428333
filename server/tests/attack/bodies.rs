//! Bodies that are none, of another type, too large, or that name things as nobody may.

use super::*;

#[tokio::test]
async fn json_that_is_none_or_says_nonsense_is_refused_and_changes_nothing() {
    let house = House::new().await;
    let before = house.all().await;
    let rooms = "/api/v1/rooms".to_owned();
    let messages = format!("/api/v1/rooms/{}/messages", house.room);
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    for (path, body, status, code) in [
        (&rooms, "", 400, "malformed"),
        (&rooms, "{", 400, "malformed"),
        (&rooms, "{\"name\":\"a\"} {}", 400, "malformed"),
        (&rooms, "{\"name\":\"\\ud800\"}", 400, "malformed"),
        (&rooms, "{\"name\":\"\\udc00\\ud800\"}", 400, "malformed"),
        (&rooms, "{\"name\":\"a\nb\"}", 400, "malformed"),
        (&rooms, deep.as_str(), 422, "field_invalid"),
        (&rooms, "null", 422, "field_invalid"),
        (&rooms, "[]", 422, "field_invalid"),
        (&rooms, "{\"name\":7}", 422, "field_invalid"),
        (&rooms, "{\"name\":\"a\",\"name\":\"b\"}", 422, "field_invalid"),
        (&messages, "{\"body\":\"\\ud800\"}", 400, "malformed"),
        (&messages, "{\"body\":\" \\n\\t\"}", 422, "message_empty"),
        (&messages, "{\"body\":\"a\",\"nonce\":\"b\"}", 422, "field_invalid"),
    ] {
        let request = house
            .ada
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/json");
        let answer = Answer::to(request.body(body.to_owned())).await;
        answer.refused(status, code);
    }
    let not_utf8 = house
        .ada
        .request(Method::POST, &rooms)
        .header(CONTENT_TYPE, "application/json");
    Answer::to(not_utf8.body(b"{\"name\":\"\xff\"}".to_vec()))
        .await
        .refused(400, "malformed");
    assert_eq!(house.all().await, before);
}

#[tokio::test]
async fn a_body_of_another_type_is_not_read() {
    let house = House::new().await;
    let before = house.all().await;
    let content = format!("/api/v1/documents/{}/content", house.document);
    for (method, path, types) in [
        (
            Method::POST,
            "/api/v1/rooms",
            vec![
                "",
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/jsonp",
            ],
        ),
        (
            Method::PUT,
            &content,
            vec!["", "text/plain", "application/json", "text/markdownish"],
        ),
    ] {
        for media in types {
            let mut request = house.ada.request(method.clone(), path).body("{\"name\":\"Trap\"}");
            if !media.is_empty() {
                request = request.header(CONTENT_TYPE, media);
            }
            Answer::to(request).await.refused(415, "unsupported_media_type");
        }
    }
    assert_eq!(house.all().await, before);
}

#[tokio::test]
async fn names_and_titles_are_one_visible_line_that_reorders_nothing() {
    let house = House::new().await;
    let (room, document) = (house.room, house.document);
    let targets = [
        (Method::POST, "/api/v1/rooms".to_owned(), "name"),
        (Method::PATCH, format!("/api/v1/rooms/{room}"), "name"),
        (Method::POST, format!("/api/v1/rooms/{room}/documents"), "title"),
        (Method::PATCH, format!("/api/v1/documents/{document}"), "title"),
        (Method::PATCH, "/api/v1/me".to_owned(), "display_name"),
        (Method::POST, "/api/v1/tokens".to_owned(), "name"),
    ];
    let before = house.all().await;
    for (method, path, field) in &targets {
        for bad in [
            "",
            " ",
            "\t\n",
            "\u{a0}\u{2003}",
            "\u{200b}",
            "\u{200d}\u{200d}",
            "\u{3164}",
            "\u{2800}\u{feff}",
            "a\0b",
            "a\nb",
            "a\u{1b}[31mb",
            "a\u{85}b",
            "a\u{2028}b",
            "abc\u{202e}txt.exe",
            "\u{2066}a",
            "a\u{2069}",
            "\u{202a}a\u{202c}",
            &"x".repeat(201),
        ] {
            let answer = Answer::to(house.ada.request(method.clone(), path).json(&json!({*field: bad}))).await;
            assert_eq!(
                answer.refused(422, "field_invalid").as_deref(),
                Some(*field),
                "{path} {bad:?}"
            );
        }
    }
    assert_eq!(house.all().await, before);
    // What only looks dangerous is text like any other, and is given back as it was.
    for (given, kept) in [
        ("<script>alert(1)</script> & \"x\"", "<script>alert(1)</script> & \"x\""),
        (
            "  Café \u{1f469}\u{200d}\u{1f373}\u{3000}",
            "Café \u{1f469}\u{200d}\u{1f373}",
        ),
        ("\u{5e9}\u{5dc}\u{5d5}\u{5dd}", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}"),
    ] {
        for (method, path, field) in &targets[..5] {
            let answer = Answer::to(house.ada.request(method.clone(), path).json(&json!({*field: given}))).await;
            assert!(
                answer.headers["content-type"]
                    .to_str()
                    .unwrap()
                    .starts_with("application/json")
            );
            assert!(answer.status.is_success(), "{answer:?}");
            assert_eq!(answer.body[*field], kept);
        }
    }
}

#[tokio::test]
async fn a_request_that_is_too_large_is_told_so_and_not_cut_off() {
    let house = House::new().await;
    let before = house.all().await;
    let token = house.ada.token().await;
    let content = format!("/api/v1/documents/{}/content", house.document);
    let body = " ".repeat(10 << 20);
    for (head, status, code) in [
        (
            format!("POST /api/v1/rooms HTTP/1.1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json"),
            413,
            "body_too_large",
        ),
        (
            format!("PUT {content} HTTP/1.1\r\nauthorization: Bearer {token}\r\ncontent-type: text/markdown"),
            413,
            "body_too_large",
        ),
        (
            "POST /api/v1/login HTTP/1.1\r\ncontent-type: application/json".to_owned(),
            413,
            "body_too_large",
        ),
        (
            "POST /api/v1/rooms HTTP/1.1\r\ncontent-type: application/json".to_owned(),
            401,
            "not_signed_in",
        ),
    ] {
        let request = format!(
            "{head}\r\nhost: here\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let (found, answer) = house.raw(request.as_bytes()).await;
        assert_eq!(found, status, "{answer}");
        assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{answer}");
    }
    let large = "x".repeat(64 * 1024);
    let many = "x-one: y\r\n".repeat(500);
    for headers in [format!("x-large: {large}\r\n"), many] {
        let request = format!("GET /healthz HTTP/1.1\r\nhost: here\r\nconnection: close\r\n{headers}\r\n");
        assert_eq!(house.raw(request.as_bytes()).await.0, 431);
    }
    assert_eq!(house.raw(b"GET / HTTP/9.9\r\n\r\n").await.0, 400);
    assert_eq!(house.all().await, before);
}
