//! Menus on the platform's popovers: light dismissal, Esc and the way back of the focus come with them; arrow keys are added here.

use crate::view::icon::{Glyph, Icon, IconSize};
use leptos::html;
use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, KeyboardEvent};

/// Space between a menu and its button or the window's edge, pixels.
const GAP_PX: f64 = 6.0;

/// A name for an element that others refer to, unique in the page.
pub fn unique_id(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A button that opens a menu.
#[component]
pub fn MenuButton(
    /// Names the button.
    #[prop(into)]
    label: Signal<String>,
    /// The button's icon, when it has no other content.
    #[prop(default = Glyph::More)]
    glyph: Glyph,
    /// The button's look.
    #[prop(default = "button-icon")]
    class: &'static str,
    /// For tests.
    #[prop(optional)]
    testid: &'static str,
    /// The button's content instead of an icon.
    #[prop(optional)]
    face: Option<ViewFn>,
    /// [`MenuItem`]s, and what stands between them.
    children: Children,
) -> impl IntoView {
    let id = unique_id("menu");
    let target = id.clone();
    let button = NodeRef::<html::Button>::new();
    let menu = NodeRef::<html::Div>::new();
    let open = RwSignal::new(false);
    // What is written on the button is its name; the label then only explains.
    let is_icon = face.is_none();
    // The browser tells of the closing later, when the menu may be gone from the page already.
    let toggle = move |_| {
        let (Some(button), Some(menu)) = (button.try_get_untracked().flatten(), menu.try_get_untracked().flatten())
        else {
            return;
        };
        let shown = menu.matches(":popover-open").unwrap_or(false);
        open.set(shown);
        if shown {
            place(&button, &menu);
            focus_item(&menu, Step::First);
        }
    };
    let key = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => Step::Next,
            "ArrowUp" => Step::Previous,
            "Home" => Step::First,
            "End" => Step::Last,
            _ => return,
        };
        event.prevent_default();
        if let Some(menu) = menu.try_get_untracked().flatten() {
            focus_item(&menu, step);
        }
    };
    // Choosing closes: popovers stay open by themselves.
    let choose = move |event: web_sys::MouseEvent| {
        let chosen = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let on_item = chosen.is_some_and(|e| e.closest(".menu-item").ok().flatten().is_some());
        if let (true, Some(menu)) = (on_item, menu.try_get_untracked().flatten()) {
            // It may be closed already when the item moved the focus away.
            drop(menu.hide_popover());
        }
    };
    view! {
        <button
            class=class
            type="button"
            popovertarget=target
            aria-haspopup="true"
            aria-expanded=move || open.get().to_string()
            aria-label=move || is_icon.then(|| label.get())
            title=move || label.get()
            data-testid=testid
            node_ref=button
        >
            {match face {
                Some(face) => face.run(),
                None => view! { <Icon glyph size=IconSize::Large /> }.into_any(),
            }}
        </button>
        <div class="menu" id=id popover="auto" node_ref=menu on:toggle=toggle on:keydown=key on:click=choose>
            {children()}
        </div>
    }
}

/// One choice of a menu.
#[component]
pub fn MenuItem(
    /// What it does.
    #[prop(into)]
    label: String,
    /// Stands before the label.
    glyph: Glyph,
    /// More classes.
    #[prop(optional)]
    class: &'static str,
    /// Whether it can be chosen.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Does it.
    #[prop(into)]
    choose: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            class=format!("menu-item {class}")
            type="button"
            disabled=move || disabled.get()
            on:click=move |_| choose.run(())
        >
            <Icon glyph />
            {label}
        </button>
    }
}

/// Puts the menu under its button, or above it, always within the window.
fn place(button: &HtmlElement, menu: &HtmlElement) {
    let at = button.get_bounding_client_rect();
    let size = menu.get_bounding_client_rect();
    let root = document().document_element().expect("a page has a root element");
    let (width, height) = (f64::from(root.client_width()), f64::from(root.client_height()));
    let below = at.bottom() + GAP_PX;
    let top = if below + size.height() <= height {
        below
    } else {
        (at.top() - GAP_PX - size.height()).max(GAP_PX)
    };
    // Towards the side with more room.
    let wanted = if at.left() + at.right() > width {
        at.right() - size.width()
    } else {
        at.left()
    };
    let left = wanted.clamp(GAP_PX, (width - size.width() - GAP_PX).max(GAP_PX));
    let style = menu.style();
    // Set through the object model, which the content security policy allows; constant names never fail.
    drop(style.set_property("left", &format!("{left}px")));
    drop(style.set_property("top", &format!("{top}px")));
}

#[derive(Clone, Copy)]
enum Step {
    First,
    Last,
    Next,
    Previous,
}

fn focus_item(menu: &HtmlElement, step: Step) {
    let Ok(found) = menu.query_selector_all("a[href], button:not(:disabled), input") else {
        return;
    };
    let items: Vec<HtmlElement> = (0..found.length())
        .filter_map(|i| found.get(i))
        .filter_map(|node| node.dyn_into().ok())
        .collect();
    let active = document().active_element();
    let now = items
        .iter()
        .position(|item| active.as_ref().is_some_and(|a| **item == *a));
    let last = items.len().saturating_sub(1);
    let next = match (step, now) {
        (Step::Last, _) | (Step::Previous, None | Some(0)) => last,
        (Step::First, _) | (Step::Next, None) => 0,
        (Step::Next, Some(now)) => {
            if now == last {
                0
            } else {
                now + 1
            }
        }
        (Step::Previous, Some(now)) => now - 1,
    };
    if let Some(item) = items.get(next) {
        drop(item.focus());
    }
}
