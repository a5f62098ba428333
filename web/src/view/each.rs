//! Keyed lists, with the code that compares and moves rows compiled once for all of them.

use leptos::prelude::*;
use std::fmt::Debug;
use std::sync::Arc;

/// A row that is still to be built, of whatever type.
struct Row {
    key: String,
    build: Box<dyn FnOnce() -> AnyView + Send>,
}

/// Leptos's `For`, which is compiled anew for every type of row: one type of row spares that. Keys are told apart by
/// their `Debug` text.
#[component]
pub fn Each<E, I, T, F, K, C, V>(
    /// The items; what it reads is followed.
    each: E,
    /// What an item is known by.
    key: F,
    /// The view of one item.
    children: C,
) -> impl IntoView
where
    E: Fn() -> I + Send + 'static,
    I: IntoIterator<Item = T>,
    T: Send + 'static,
    F: Fn(&T) -> K + Send + 'static,
    K: Debug,
    C: Fn(T) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let children = Arc::new(children);
    rows(Box::new(move || {
        let row = |item| {
            let children = Arc::clone(&children);
            Row {
                key: format!("{:?}", key(&item)),
                build: Box::new(move || children(item).into_any()),
            }
        };
        each().into_iter().map(row).collect()
    }))
}

fn rows(rows: Box<dyn Fn() -> Vec<Row> + Send>) -> impl IntoView {
    view! { <For each=rows key=|row| row.key.clone() children=|row| (row.build)() /> }
}
