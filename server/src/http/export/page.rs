//! A document as a page that needs nothing else: no script, no picture of another site, one style sheet that its policy names by its hash.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use prose::html;
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

const STYLE: &str = include_str!("page.css");

/// What the page may load: nothing but its own style. Kept in the page too, since a file on somebody's disk has no headers.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = BASE64.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
});

/// The policy for the answer that carries the page, where more can be said than in the page.
pub(super) fn policy() -> String {
    format!("{}; frame-ancestors 'none'; sandbox", *POLICY)
}

/// The page around what the document says.
pub(super) fn around(title: &str, body: &str) -> String {
    let mut page = String::with_capacity(body.len() + STYLE.len() + 1024);
    page.push_str("<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"content-security-policy\" content=\"");
    html::escape(&mut page, &POLICY);
    page.push_str("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    html::escape(&mut page, title);
    page.push_str("</title>\n<style>");
    page.push_str(STYLE);
    page.push_str("</style>\n</head>\n<body>\n");
    page.push_str(body);
    page.push_str("</body>\n</html>\n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_text_and_the_style_is_the_one_that_the_policy_names() {
        let page = around("</title><script>\"&", "<p>a</p>\n");
        assert!(page.contains("<title>&lt;/title&gt;&lt;script&gt;&quot;&amp;</title>"));
        let style = page
            .split("<style>")
            .nth(1)
            .and_then(|rest| rest.split("</style>").next());
        let hash = BASE64.encode(Sha256::digest(style.expect("the page has a style")));
        assert!(policy().contains(&format!("'sha256-{hash}'")));
        assert!(!page.contains(" style=\""));
    }
}
