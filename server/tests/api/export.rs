//! Documents as files.

use super::*;
use reqwest::Response;

async fn put(person: &Person, document: DocumentId, text: &'static str) {
    let path = format!("/api/v1/documents/{document}/content");
    let request = person
        .request(Method::PUT, &path)
        .header("content-type", "text/markdown")
        .body(text);
    Answer::to(request).await.expect(200);
}

async fn export(person: &Person, document: DocumentId, query: &str) -> Response {
    let path = format!("/api/v1/documents/{document}/export{query}");
    person.request(Method::GET, &path).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

#[tokio::test]
async fn a_document_is_a_file_of_markdown_byte_for_byte() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "Soup/\"of\" the day ☕").await;
    let text = "\u{feff}# Soup\r\n\r\n\tWater 🍲";
    put(&ada, document, text).await;
    for query in ["", "?format=md"] {
        let response = export(&ada, document, query).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "content-type"), "text/markdown; charset=utf-8");
        assert_eq!(
            header(&response, "content-disposition"),
            "attachment; filename*=UTF-8''Soup--of-%20the%20day%20%E2%98%95.md"
        );
        assert_eq!(response.bytes().await.unwrap(), text.as_bytes());
    }
    Answer::to(ada.request(Method::GET, &format!("/api/v1/documents/{document}/export?format=pdf")))
        .await
        .refused(400, "malformed");
    server.stop().await;
}

#[tokio::test]
async fn a_document_is_a_page_that_runs_and_loads_nothing() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "<script>alert(1)</script>").await;
    put(
        &ada,
        document,
        "# Soup\n\n<img src=x onerror=alert(1)> ![a](https://b.example/c.png) [d](/documents/e) [f](javascript:g) \
         [h](files/i%20j.pdf) ![](k.png) [l](#soup)",
    )
    .await;
    let response = export(&ada, document, "?format=html").await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
    assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    let policy = header(&response, "content-security-policy").to_owned();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.ends_with("sandbox"),
        "{policy}"
    );
    let page = response.text().await.unwrap();
    for part in [
        "<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>",
        "<h1 id=\"soup\">Soup</h1>",
        "&lt;img src=x onerror=alert(1)&gt;",
        "<a class=\"picture\" href=\"https://b.example/c.png\"",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    assert!(
        page.contains(&format!("<a href=\"{}/documents/e\"", server.url)),
        "{page}"
    );
    for part in [
        format!(
            "<a href=\"{}/api/v1/documents/{document}/attachments/named?path=files/i%2520j.pdf\"",
            server.url
        ),
        format!(
            "<a class=\"picture\" href=\"{}/api/v1/documents/{document}/attachments/named?path=k.png\"",
            server.url
        ),
        "<a href=\"#soup\"".to_owned(),
    ] {
        assert!(page.contains(&part), "{part} is missing in {page}");
    }
    for part in ["<script", "<img", "javascript:"] {
        assert!(!page.contains(part), "{part} is in {page}");
    }
    server.stop().await;
}

#[tokio::test]
async fn who_may_not_see_a_document_gets_no_file_of_it() {
    let server = TestServer::start().await;
    let [ada, eve] = server.register_all(["ada", "eve"]).await;
    let room = ada.new_room("Kitchen").await;
    let document = ada.new_document(room, "Soup").await;
    for query in ["", "?format=html"] {
        assert_eq!(export(&eve, document, query).await.status(), 404);
        let path = format!("/api/v1/documents/{document}/export{query}");
        Answer::to(server.browser().request(Method::GET, &path))
            .await
            .refused(401, "not_signed_in");
    }
    server.stop().await;
}
