//! Markdown of messages as elements. Nothing that a person wrote is ever parsed as HTML: tags are shown as the text they are, images are
//! links (looking at a message must not tell another server), and links lead only where the allow-list says.

pub mod address;
pub mod reader;

use crate::text::t;
use address::{Piece, autolink, safe_url};
use leptos::prelude::*;
use prose::{Alignment, Element, Event};
use reader::Reader;

/// Deepest nesting that becomes elements. What is deeper is shown flat: building and taking down elements recurses, and sixteen thousand
/// quotation marks fit into one message.
const DEPTH_MAX: usize = 8;

/// An element that is being filled.
struct Frame {
    element: Element,
    children: Vec<AnyView>,
    /// Cells so far, in a row.
    cells: usize,
}

impl Frame {
    const fn new(element: Element) -> Self {
        Self {
            element,
            children: Vec::new(),
            cells: 0,
        }
    }
}

/// The text of a message as elements.
#[component]
pub fn Markdown(
    /// As it was written.
    source: String,
) -> impl IntoView {
    let reader: Reader = expect_context();
    view! { <div class="prose">{move || render(reader.events(&source))}</div> }
}

fn render(events: Vec<Event>) -> AnyView {
    let mut stack = vec![Frame::new(Element::Other)];
    for event in events {
        match event {
            Event::Start(element) => {
                let frame = Frame::new(allowed(element, stack.len()));
                stack.push(frame);
            }
            Event::End => {
                let frame = stack.pop().expect("every end has its start");
                if let Element::Other = frame.element {
                    // Without a level of its own, or the views would be as deep as the text is.
                    stack
                        .last_mut()
                        .expect("the root stays to the end")
                        .children
                        .extend(frame.children);
                } else {
                    let view = close(frame, &mut stack);
                    push(&mut stack, view);
                }
            }
            Event::Text(text) => {
                let plain = stack
                    .iter()
                    .any(|frame| matches!(frame.element, Element::Code | Element::Link(_)));
                let view = if plain { text.into_any() } else { words(&text) };
                push(&mut stack, view);
            }
            Event::Verbatim(text) => push(&mut stack, text.into_any()),
            Event::Code(code) => push(&mut stack, view! { <code>{code}</code> }.into_any()),
            Event::Break => push(&mut stack, view! { <br /> }.into_any()),
            Event::Rule => push(&mut stack, view! { <hr /> }.into_any()),
            Event::Task { done } => {
                let label = if done { t("task-done") } else { t("task-open") };
                push(
                    &mut stack,
                    view! { <input type="checkbox" disabled checked=done aria-label=label /> }.into_any(),
                );
            }
        }
    }
    let root = stack.swap_remove(0);
    root.children.collect_view().into_any()
}

fn push(stack: &mut [Frame], view: AnyView) {
    stack.last_mut().expect("the root stays to the end").children.push(view);
}

/// The element as it may be shown this deep.
fn allowed(element: Element, depth: usize) -> Element {
    match element {
        _ if depth > DEPTH_MAX => Element::Other,
        Element::Link(url) => safe_url(&url).map_or(Element::Other, |url| Element::Link(url.to_owned())),
        other => other,
    }
}

/// The alignment of the next cell of the row that is being filled, which is counted by this.
fn alignment(stack: &mut [Frame]) -> Alignment {
    let Some(row) = stack.last_mut() else {
        return Alignment::Start;
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
        .unwrap_or(Alignment::Start)
}

fn close(frame: Frame, stack: &mut [Frame]) -> AnyView {
    let children = frame.children.collect_view();
    match frame.element {
        Element::Other => children.into_any(),
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
        Element::Cell => {
            let class = match alignment(stack) {
                Alignment::Start => "",
                Alignment::Center => "align-center",
                Alignment::End => "align-end",
            };
            if stack.iter().any(|frame| frame.element == Element::Head) {
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
