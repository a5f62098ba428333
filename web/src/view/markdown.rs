//! Markdown of messages. Most of them are words alone and are shown as they are; the others are read by a program that is loaded with the first of
//! them, and made into elements beside it (`web/editor/src/prose`), never through HTML.

pub mod reader;

use crate::reactive::effect;
use leptos::html;
use leptos::prelude::*;
use prose::plain::{is_plain, paragraphs};
use reader::Reader;

/// The text of a message as elements.
#[component]
pub fn Markdown(
    /// As it was written.
    source: String,
) -> impl IntoView {
    let reader: Reader = expect_context();
    let is_plain = is_plain(&source);
    move || {
        if is_plain || !reader.is_here() {
            return view! { <div class="prose">{as_written(&source)}</div> }.into_any();
        }
        let place = NodeRef::<html::Div>::new();
        let source = source.clone();
        effect(move || {
            if let Some(place) = place.get() {
                reader.show(&place, &source);
            }
        });
        view! { <div class="prose" node_ref=place></div> }.into_any()
    }
}

fn as_written(source: &str) -> Vec<AnyView> {
    let paragraph = |lines: Vec<&str>| {
        let mut shown = Vec::new();
        for line in lines {
            if !shown.is_empty() {
                shown.push(view! { <br /> }.into_any());
            }
            shown.push(line.to_owned().into_any());
        }
        view! { <p>{shown}</p> }.into_any()
    };
    paragraphs(source).into_iter().map(paragraph).collect()
}
