//! Events as HTML, for what leaves the server. Every text and every attribute passes through `escape` or `escape_url`.

use crate::reader::named::is_text;
use crate::{Alignment, Callout, Element, Event, Kind, events};
use std::fmt::Write as _;

/// How the HTML looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look<'a> {
    /// As the examples of the specification do: pictures are shown, and a line that ends is a line that ends in the source.
    Specification,
    /// A page that is looked at anywhere. It shows no pictures of other sites, since looking at a text must not tell anybody; they are links.
    Page {
        /// The site that links without a site of their own lead to, such as `https://example.org`.
        site: &'a str,
        /// What stands in front of an address that is not from the root of the site either, which is written behind it as part of a query.
        files: &'a str,
        /// The same, where the address is that of a text.
        texts: &'a str,
    },
}

/// A document as HTML, without anything around it.
#[must_use]
pub fn write(source: &str, look: Look<'_>) -> String {
    let mut writing = Writing {
        html: String::with_capacity(source.len() + source.len() / 2),
        look,
        open: Vec::new(),
        footnotes: Vec::new(),
        has_body: false,
    };
    for event in events(source, Kind::Document) {
        writing.event(event);
    }
    writing.html
}

struct Writing<'a> {
    html: String,
    look: Look<'a>,
    open: Vec<Element>,
    /// The numbers of footnotes that are being written and how many refer to each.
    footnotes: Vec<(u32, u32)>,
    /// Whether the table that is being written has had a row behind its first.
    has_body: bool,
}

impl Writing<'_> {
    fn event(&mut self, event: Event) {
        match event {
            Event::At(_) => {}
            Event::Start(element) => self.start(element),
            Event::End => self.end(),
            Event::Text(text) => escape(&mut self.html, &text),
            Event::Code(code) => self.around("<code>", &code, "</code>"),
            Event::Math { source, is_display } => {
                let class = if is_display { "math math-display" } else { "math" };
                self.around(&format!("<code class=\"{class}\">"), &source, "</code>");
            }
            Event::Diagram(source) => {
                self.fresh_line();
                self.around("<pre><code class=\"language-mermaid\">", &source, "</code></pre>\n");
            }
            Event::Image {
                url,
                alt,
                title,
                width,
                height,
            } => self.image(url, &alt, &title, width, height),
            Event::Break { is_hard } => {
                // People who press Enter mean a new line, and that is what the editor shows them.
                let is_shown = is_hard || self.look != Look::Specification;
                self.html.push_str(if is_shown { "<br />\n" } else { "\n" });
            }
            Event::Rule => {
                self.fresh_line();
                self.html.push_str("<hr />\n");
            }
            Event::Task { is_done } => {
                let checked = if is_done { "checked=\"\" " } else { "" };
                self.push(format_args!("<input {checked}disabled=\"\" type=\"checkbox\"> "));
            }
            Event::Property { name, value } => {
                self.around("<tr><th scope=\"row\">", &name, "</th>");
                self.around("<td>", &value, "</td></tr>\n");
            }
            Event::Reference { number, nth } => {
                let id = reference_id(number, nth);
                self.push(format_args!(
                    "<sup><a href=\"#fn:{number}\" id=\"{id}\" role=\"doc-noteref\">{number}</a></sup>"
                ));
            }
        }
    }

    fn start(&mut self, element: Element) {
        if !element.is_inline() {
            self.before_block(&element);
        }
        match &element {
            Element::Heading { level, id } => match self.look {
                Look::Specification => self.push(format_args!("<h{level}>")),
                Look::Page { .. } => {
                    self.push(format_args!("<h{level} id=\""));
                    escape(&mut self.html, id);
                    self.html.push_str("\">");
                }
            },
            Element::Callout(kind) => {
                let class = kind.as_str();
                self.push(format_args!("<div class=\"callout callout-{class}\" role=\"note\">\n"));
            }
            Element::CodeBlock(language) if !language.is_empty() => {
                self.around("<pre><code class=\"language-", language, "\">");
            }
            Element::Numbers(first) if *first != 1 => self.push(format_args!("<ol start=\"{first}\">\n")),
            Element::Cell { alignment, is_head } => {
                let name = if *is_head { "th" } else { "td" };
                let align = match alignment {
                    None => "",
                    Some(Alignment::Start) => " align=\"left\"",
                    Some(Alignment::Center) => " align=\"center\"",
                    Some(Alignment::End) => " align=\"right\"",
                };
                self.push(format_args!("<{name}{align}>"));
            }
            Element::Row if !self.has_body => {
                self.has_body = true;
                self.html.push_str("<tbody>\n<tr>\n");
            }
            Element::Footnote { number, references } => {
                self.footnotes.push((*number, *references));
                self.push(format_args!("<li id=\"fn:{number}\">"));
            }
            Element::Link { url, title } => self.link(url, title),
            other => self.html.push_str(tags(other).0),
        }
        self.open.push(element);
    }

    fn before_block(&mut self, element: &Element) {
        let is_first_in_callout =
            matches!(self.open.last(), Some(Element::Callout(_))) && self.html.ends_with("role=\"note\">\n");
        if let (true, Some(Element::Callout(kind))) = (
            is_first_in_callout && *element != Element::CalloutTitle,
            self.open.last(),
        ) {
            let title = default_title(*kind);
            self.push(format_args!("<p class=\"callout-title\">{title}</p>\n"));
        }
        if *element == Element::Table {
            self.has_body = false;
        }
        self.fresh_line();
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else { return };
        match &element {
            Element::Heading { level, .. } => self.push(format_args!("</h{level}>\n")),
            Element::Cell { is_head: true, .. } => self.html.push_str("</th>\n"),
            Element::Table if self.has_body => self.html.push_str("</tbody>\n</table>\n"),
            Element::Callout(kind) => {
                if self.html.ends_with("role=\"note\">\n") {
                    let title = default_title(*kind);
                    self.push(format_args!("<p class=\"callout-title\">{title}</p>\n"));
                }
                self.html.push_str("</div>\n");
            }
            Element::Footnote { .. } => self.back_references(),
            other => self.html.push_str(tags(other).1),
        }
    }

    /// Ways back to where a footnote is referred to, in its last paragraph when it ends with one.
    fn back_references(&mut self) {
        let Some((number, references)) = self.footnotes.pop() else {
            return;
        };
        let is_paragraph = self.html.ends_with("</p>\n");
        if is_paragraph {
            self.html.truncate(self.html.len() - "</p>\n".len());
        }
        // A footnote that is referred to a thousand times needs no thousand ways back.
        for nth in 1..=references.min(9) {
            let id = reference_id(number, nth);
            self.push(format_args!(" <a href=\"#{id}\" role=\"doc-backlink\">↩</a>"));
        }
        self.html
            .push_str(if is_paragraph { "</p>\n</li>\n" } else { "</li>\n" });
    }

    fn link(&mut self, url: &str, title: &str) {
        self.html.push_str("<a");
        self.leads(url, title);
    }

    /// The rest of what begins a link.
    fn leads(&mut self, url: &str, title: &str) {
        self.html.push_str(" href=\"");
        self.url(url);
        self.html.push('"');
        self.title(title);
        if matches!(self.look, Look::Page { .. }) && !url.starts_with('#') {
            self.html.push_str(" rel=\"noopener noreferrer nofollow\"");
        }
        self.html.push('>');
    }

    fn image(&mut self, url: Option<String>, alt: &str, title: &str, width: Option<u32>, height: Option<u32>) {
        let Some(url) = url else {
            return escape(&mut self.html, alt);
        };
        if matches!(self.look, Look::Page { .. }) {
            self.html.push_str("<a class=\"picture\"");
            self.pixels([("data-width", width), ("data-height", height)]);
            self.leads(&url, title);
            escape(&mut self.html, if alt.is_empty() { &url } else { alt });
            return self.html.push_str("</a>");
        }
        self.html.push_str("<img src=\"");
        self.url(&url);
        self.around("\" alt=\"", alt, "\"");
        self.title(title);
        self.pixels([("width", width), ("height", height)]);
        self.html.push_str(" />");
    }

    fn pixels(&mut self, sizes: [(&str, Option<u32>); 2]) {
        for (name, pixels) in sizes {
            if let Some(pixels) = pixels {
                self.push(format_args!(" {name}=\"{pixels}\""));
            }
        }
    }

    fn url(&mut self, url: &str) {
        match self.look {
            Look::Page { site, .. } if url.starts_with('/') => escape_url(&mut self.html, site),
            Look::Page { site, texts, .. } if is_relative(url) && is_text(url) => {
                let (address, place) = url.split_at(url.find('#').unwrap_or(url.len()));
                escape_url(&mut self.html, site);
                escape_url(&mut self.html, texts);
                escape_query(&mut self.html, address.split('?').next().unwrap_or_default());
                return escape_url(&mut self.html, place);
            }
            Look::Page { site, files, .. } if is_relative(url) => {
                escape_url(&mut self.html, site);
                escape_url(&mut self.html, files);
                return escape_query(&mut self.html, url);
            }
            _ => {}
        }
        escape_url(&mut self.html, url);
    }

    fn title(&mut self, title: &str) {
        if !title.is_empty() {
            self.around(" title=\"", title, "\"");
        }
    }

    fn around(&mut self, before: &str, text: &str, after: &str) {
        self.html.push_str(before);
        escape(&mut self.html, text);
        self.html.push_str(after);
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        self.html.write_fmt(text).expect("a string takes what is written");
    }

    fn fresh_line(&mut self) {
        if !self.html.is_empty() && !self.html.ends_with('\n') {
            self.html.push('\n');
        }
    }
}

/// What begins and what ends elements that have nothing of their own to say.
const fn tags(element: &Element) -> (&'static str, &'static str) {
    match element {
        Element::Paragraph => ("<p>", "</p>\n"),
        Element::Quote => ("<blockquote>\n", "</blockquote>\n"),
        Element::CalloutTitle => ("<p class=\"callout-title\">", "</p>\n"),
        Element::CodeBlock(_) => ("<pre><code>", "</code></pre>\n"),
        Element::Verbatim => ("<pre class=\"verbatim\">", "</pre>\n"),
        Element::Bullets => ("<ul>\n", "</ul>\n"),
        Element::Numbers(_) => ("<ol>\n", "</ol>\n"),
        Element::Item => ("<li>", "</li>\n"),
        Element::Table => ("<table>\n", "</table>\n"),
        Element::Head => ("<thead>\n<tr>\n", "</tr>\n</thead>\n"),
        Element::Row => ("<tr>\n", "</tr>\n"),
        Element::Cell { .. } => ("<td>", "</td>\n"),
        Element::Properties => ("<table class=\"properties\">\n<tbody>\n", "</tbody>\n</table>\n"),
        Element::Footnotes => (
            "<section class=\"footnotes\" role=\"doc-endnotes\">\n<ol>\n",
            "</ol>\n</section>\n",
        ),
        Element::Emphasis => ("<em>", "</em>"),
        Element::Strong => ("<strong>", "</strong>"),
        Element::Strikethrough => ("<del>", "</del>"),
        Element::Highlight => ("<mark>", "</mark>"),
        Element::Link { .. } => ("", "</a>"),
        Element::Heading { .. } | Element::Callout(_) | Element::Footnote { .. } => ("", ""),
    }
}

const fn default_title(kind: Callout) -> &'static str {
    match kind {
        Callout::Note => "Note",
        Callout::Tip => "Tip",
        Callout::Important => "Important",
        Callout::Warning => "Warning",
        Callout::Caution => "Caution",
    }
}

fn reference_id(number: u32, nth: u32) -> String {
    match nth {
        1 => format!("fnref:{number}"),
        nth => format!("fnref:{number}:{nth}"),
    }
}

/// Text, in elements and in attributes within double quotation marks.
pub fn escape(html: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        html.push_str(&rest[..at]);
        html.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}

/// Whether an address, which may be followed, is seen from where the text lies: no site, no root of one, and no place within the page.
fn is_relative(url: &str) -> bool {
    let end = url.find([':', '/', '?', '#']).unwrap_or(url.len());
    !url.is_empty() && !url[end..].starts_with(':') && !url.starts_with(['#', '?', '/', '\\'])
}

/// A value in the query of an address in an attribute.
fn escape_query(html: &mut String, value: &str) {
    for byte in value.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) => html.push(char::from(byte)),
            byte => write!(html, "%{byte:02X}").expect("a string takes what is written"),
        }
    }
}

/// An address in an attribute: what may not stand in one is percent-encoded, what is encoded already stays.
fn escape_url(html: &mut String, url: &str) {
    const SAFE: &[u8] = b"-_.+!*(),%#@?=;:/$~";
    for byte in url.bytes() {
        match byte {
            b'&' => html.push_str("&amp;"),
            b'\'' => html.push_str("&#x27;"),
            byte if byte.is_ascii_alphanumeric() || SAFE.contains(&byte) => html.push(char::from(byte)),
            byte => write!(html, "%{byte:02X}").expect("a string takes what is written"),
        }
    }
}
