//! Markdown of messages as elements. Nothing that a person wrote is ever parsed as HTML: tags are shown as the text they are, images are
//! links (looking at a message must not tell another server), and links lead only where the allow-list says.

use crate::text::t;
use leptos::prelude::*;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TextMergeStream};

/// Deepest nesting that becomes elements. What is deeper is shown flat: building and taking down elements recurses, and sixteen thousand
/// quotation marks fit into one message.
const DEPTH_MAX: usize = 8;

/// Schemes that a link may have.
const SCHEMES: [&str; 3] = ["http://", "https://", "mailto:"];

/// A link that is safe to follow: its scheme is on the allow-list and nothing in it could be read as another one.
pub fn safe_url(url: &str) -> Option<&str> {
    let url = url.trim();
    let allowed = SCHEMES.iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && url.len() > scheme.len()
    });
    (allowed && !url.chars().any(|c| c.is_control() || c.is_whitespace())).then_some(url)
}

/// A piece of plain text: words, or an address written out.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words.
    Text(&'a str),
    /// An address to follow.
    Url(&'a str),
}

/// Finds the addresses written out in a text, as people write them: a full stop, comma or bracket after one belongs to the sentence.
pub fn autolink(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut words_end = 0;
    while let Some(found) = find_scheme(&rest[words_end..]).map(|at| at + words_end) {
        let boundary = rest[..found].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let stop = rest[found..]
            .find(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`'))
            .map_or(rest.len(), |at| found + at);
        let url = trim_sentence(&rest[found..stop]);
        if !boundary || safe_url(url).is_none() {
            words_end = found + 4;
            continue;
        }
        if found > 0 {
            pieces.push(Piece::Text(&rest[..found]));
        }
        pieces.push(Piece::Url(url));
        rest = &rest[found + url.len()..];
        words_end = 0;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Where `http://` or `https://` begins.
fn find_scheme(text: &str) -> Option<usize> {
    text.match_indices("http").map(|(at, _)| at).find(|at| {
        let after = &text[at + 4..];
        after.starts_with("://") || after.starts_with("s://")
    })
}

fn trim_sentence(url: &str) -> &str {
    let mut url = url;
    while let Some(last) = url.chars().next_back() {
        let unopened = |open, close| last == close && url.matches(close).count() > url.matches(open).count();
        let belongs = !matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_')
            && !unopened('(', ')')
            && !unopened('[', ']');
        if belongs {
            break;
        }
        url = &url[..url.len() - last.len_utf8()];
    }
    url
}

/// An element that is being filled.
enum Element {
    Root,
    /// Deeper than is drawn, or of no look of its own.
    Flat,
    Paragraph,
    Heading,
    Quote,
    Code,
    Bullets,
    Numbers(u64),
    Item,
    Table(Vec<Alignment>),
    Head,
    Row,
    Cell(Alignment),
    Emphasis,
    Strong,
    Strikethrough,
    Link(String),
}

struct Frame {
    element: Element,
    children: Vec<AnyView>,
    /// Cells so far, in a row.
    cells: usize,
}

/// The text of a message as elements.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its properties")]
pub fn Markdown(
    /// As it was written.
    source: String,
) -> impl IntoView {
    view! { <div class="prose">{render(&source)}</div> }
}

fn render(source: &str) -> AnyView {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut stack = vec![Frame {
        element: Element::Root,
        children: Vec::new(),
        cells: 0,
    }];
    for event in TextMergeStream::new(Parser::new_ext(source, options)) {
        match event {
            Event::Start(tag) => {
                let element = open(tag, &mut stack);
                stack.push(Frame {
                    element,
                    children: Vec::new(),
                    cells: 0,
                });
            }
            Event::End(_) => {
                let frame = stack.pop().expect("every end has its start");
                if let Element::Flat = frame.element {
                    // Without a level of its own, or the views would be as deep as the text is.
                    stack
                        .last_mut()
                        .expect("the root stays to the end")
                        .children
                        .extend(frame.children);
                } else {
                    let in_head = stack.iter().any(|frame| matches!(frame.element, Element::Head));
                    push(&mut stack, close(frame, in_head));
                }
            }
            Event::Text(text) => {
                let plain = stack
                    .iter()
                    .any(|frame| matches!(frame.element, Element::Code | Element::Link(_)));
                let view = if plain {
                    text.into_string().into_any()
                } else {
                    words(&text)
                };
                push(&mut stack, view);
            }
            Event::Code(code) => push(&mut stack, view! { <code>{code.into_string()}</code> }.into_any()),
            Event::Html(html) | Event::InlineHtml(html) => push(&mut stack, html.into_string().into_any()),
            // People who press Enter in a message mean a new line.
            Event::SoftBreak | Event::HardBreak => push(&mut stack, view! { <br /> }.into_any()),
            Event::Rule => push(&mut stack, view! { <hr /> }.into_any()),
            Event::TaskListMarker(done) => {
                let label = if done { t("task-done") } else { t("task-open") };
                push(
                    &mut stack,
                    view! { <input type="checkbox" disabled checked=done aria-label=label /> }.into_any(),
                );
            }
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                push(&mut stack, text.into_string().into_any());
            }
        }
    }
    let root = stack.swap_remove(0);
    root.children.collect_view().into_any()
}

fn push(stack: &mut [Frame], view: AnyView) {
    stack.last_mut().expect("the root stays to the end").children.push(view);
}

fn open(tag: Tag<'_>, stack: &mut [Frame]) -> Element {
    if stack.len() > DEPTH_MAX {
        return Element::Flat;
    }
    match tag {
        Tag::Paragraph => Element::Paragraph,
        Tag::Heading { .. } => Element::Heading,
        Tag::BlockQuote(_) => Element::Quote,
        Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => Element::Code,
        Tag::List(None) => Element::Bullets,
        Tag::List(Some(first)) => Element::Numbers(first),
        Tag::Item => Element::Item,
        Tag::Table(alignments) => Element::Table(alignments),
        Tag::TableHead => Element::Head,
        Tag::TableRow => Element::Row,
        Tag::TableCell => Element::Cell(alignment(stack)),
        Tag::Emphasis => Element::Emphasis,
        Tag::Strong => Element::Strong,
        Tag::Strikethrough => Element::Strikethrough,
        Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => match safe_url(&dest_url) {
            Some(url) => Element::Link(url.to_owned()),
            None => Element::Flat,
        },
        _ => Element::Flat,
    }
}

/// The alignment of the next cell of the row that is being filled.
fn alignment(stack: &mut [Frame]) -> Alignment {
    let Some(row) = stack.last_mut() else {
        return Alignment::None;
    };
    let at = row.cells;
    row.cells += 1;
    let table = stack.iter().rev().find_map(|frame| match &frame.element {
        Element::Table(alignments) => Some(alignments),
        _ => None,
    });
    table
        .and_then(|alignments| alignments.get(at))
        .copied()
        .unwrap_or(Alignment::None)
}

fn close(frame: Frame, in_head: bool) -> AnyView {
    let children = frame.children.collect_view();
    match frame.element {
        Element::Root | Element::Flat => children.into_any(),
        Element::Paragraph => view! { <p>{children}</p> }.into_any(),
        // A message is no part of the page's outline.
        Element::Heading => view! { <p><strong>{children}</strong></p> }.into_any(),
        Element::Quote => view! { <blockquote>{children}</blockquote> }.into_any(),
        Element::Code => view! { <pre tabindex="0"><code>{children}</code></pre> }.into_any(),
        Element::Bullets => view! { <ul>{children}</ul> }.into_any(),
        Element::Numbers(first) => view! { <ol start=first.to_string()>{children}</ol> }.into_any(),
        Element::Item => view! { <li>{children}</li> }.into_any(),
        Element::Table(_) => view! { <div class="table-scroll"><table>{children}</table></div> }.into_any(),
        Element::Head => view! { <thead><tr>{children}</tr></thead> }.into_any(),
        Element::Row => view! { <tr>{children}</tr> }.into_any(),
        Element::Cell(alignment) => {
            let class = match alignment {
                Alignment::None | Alignment::Left => "",
                Alignment::Center => "align-center",
                Alignment::Right => "align-end",
            };
            if in_head {
                view! { <th class=class scope="col">{children}</th> }.into_any()
            } else {
                view! { <td class=class>{children}</td> }.into_any()
            }
        }
        Element::Emphasis => view! { <em>{children}</em> }.into_any(),
        Element::Strong => view! { <strong>{children}</strong> }.into_any(),
        Element::Strikethrough => view! { <s>{children}</s> }.into_any(),
        Element::Link(url) => link(&url, children.into_any()),
    }
}

fn words(text: &str) -> AnyView {
    autolink(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned().into_any(),
            Piece::Url(url) => link(url, url.to_owned().into_any()),
        })
        .collect_view()
        .into_any()
}

/// Within this site the tab goes there itself; elsewhere a new tab opens that knows nothing of this one.
fn link(url: &str, children: AnyView) -> AnyView {
    let origin = window().location().origin().unwrap_or_default();
    let inside = url
        .strip_prefix(&origin)
        .is_some_and(|path| path.is_empty() || path.starts_with('/'));
    let target = (!inside).then_some("_blank");
    view! { <a href=url.to_owned() target=target rel="noopener noreferrer nofollow">{children}</a> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_schemes_are_links() {
        for url in [
            "https://example.org/a?b=c#d",
            "HTTP://example.org",
            "mailto:ada@example.org",
        ] {
            assert_eq!(safe_url(url), Some(url));
        }
        for url in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//example.org",
            "/rooms",
            "https://",
            "java\nscript:alert(1)",
            "https://exa\nmple.org",
            "\u{1}javascript:alert(1)",
            "",
        ] {
            assert_eq!(safe_url(url), None, "{url:?}");
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &[Piece<'_>]) {
        assert_eq!(autolink(text), expected);
    }

    #[test]
    fn addresses_in_sentences_are_found_without_the_sentence() {
        use Piece::{Text, Url};
        check(
            "no address here, not even http",
            &[Text("no address here, not even http")],
        );
        check(
            "see https://example.org.",
            &[Text("see "), Url("https://example.org"), Text(".")],
        );
        check(
            "(https://example.org/a_(b))",
            &[Text("("), Url("https://example.org/a_(b)"), Text(")")],
        );
        check(
            "https://a.org, http://b.org",
            &[Url("https://a.org"), Text(", "), Url("http://b.org")],
        );
        check("xhttps://a.org", &[Text("xhttps://a.org")]);
        check("https:// and http://", &[Text("https:// and http://")]);
        check("ä https://ä.org/ö!", &[Text("ä "), Url("https://ä.org/ö"), Text("!")]);
    }
}
