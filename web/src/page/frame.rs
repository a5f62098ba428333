//! What stands around every page of somebody who is signed in: rooms and documents on the left, the page, the conversation on the right.

use crate::directory::Directory;
use crate::location::{Location, Page};
use crate::net::Net;
use crate::page;
use crate::page::administration::Administration;
use crate::reactive::{effect, effect_after, memo};
use crate::store::{Account, Store};
use crate::text::t;
use crate::view::conversation::ConversationPanel;
use crate::view::icon::{Glyph, Icon, IconSize};
use crate::view::palette::Palette;
use crate::view::panels::{Drawer, Panels};
use crate::view::sidebar::{Sidebar, UnreadTotal};
use crate::view::tray::{Tray, provide_tray};
use leptos::html;
use leptos::prelude::*;
use shared::id::{DocumentId, RoomId};
use wasm_bindgen::JsCast as _;
use web_sys::{KeyboardEvent, PointerEvent};

/// One press of an arrow key moves the edge of the conversation by this much, pixels.
const RESIZE_STEP_PX: i32 = 16;

/// The frame; strangers are sent to the page that lets them in, and back here afterwards.
#[component]
pub fn Frame() -> impl IntoView {
    let directory = Directory::here();
    let store: Store = expect_context();
    let location = Location::here();
    if store.account.get_untracked() == Account::Unknown {
        directory.refresh_account();
    }
    effect(move || match store.account.get() {
        Account::SignedOut => {
            let first_run = store
                .server
                .with(|server| server.ready().is_some_and(|server| server.first_run));
            let path = location.pathname.get_untracked();
            let to = match path.as_str() {
                _ if first_run => "/welcome".to_owned(),
                "/" => "/sign-in".to_owned(),
                path => format!("/sign-in?next={}", String::from(js_sys::encode_uri_component(path))),
            };
            location.go_instead(&to);
        }
        Account::SignedIn(_) => directory.refresh_rooms(),
        Account::Unknown => {}
    });
    let signed_in = memo(move || store.account.with(|account| matches!(account, Account::SignedIn(_))));
    let failure = move || store.server.with(|server| server.failure().cloned());
    view! {
        <Show
            when=move || signed_in.get()
            fallback=move || {
                failure().map(|error| {
                    view! {
                        <main class="entry">
                            <div class="entry-card">
                                <h1 class="page-title">{t("unreachable-title")}</h1>
                                <p class="soft">{error.text()}</p>
                                <button class="button button-primary" type="button" on:click=move |_| directory.refresh_account()>
                                    <Icon glyph=Glyph::Retry />
                                    {t("try-again")}
                                </button>
                            </div>
                        </main>
                    }
                })
            }
        >
            <Columns />
        </Show>
    }
}

#[component]
fn Columns() -> impl IntoView {
    let store: Store = expect_context();
    let panels = Panels::provide();
    provide_tray();
    follow_open_room();
    let shell = NodeRef::<html::Div>::new();
    effect(move || {
        let px = panels.talk_px.get();
        if let Some(shell) = shell.get() {
            // Set through the object model, which the content security policy allows; a constant name never fails.
            drop(web_sys::HtmlElement::style(&shell).set_property("--talk", &format!("{px}px")));
        }
    });
    let location = Location::here();
    effect(move || {
        location.pathname.track();
        panels.close_drawer();
    });
    // At the window: what had the focus may be below the drawer, or not be shown any more.
    let escape = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() != "Escape" || event.default_prevented() {
            return;
        }
        // A dialog or menu that stands above the drawer closes alone.
        let above = document().query_selector("dialog[open], :popover-open");
        if !above.is_ok_and(|found| found.is_some()) {
            panels.close_drawer();
        }
    });
    on_cleanup(move || escape.remove());
    move_focus_with_drawers(panels);
    let with_talk = memo(move || store.open_room.get().is_some());
    let shows_room = move || {
        location
            .pathname
            .with(|path| path.starts_with("/rooms/") || path.starts_with("/documents/"))
    };
    let talk_state = move || {
        if with_talk.get() && shows_room() && panels.talk_open.get() {
            "open"
        } else {
            "closed"
        }
    };
    view! {
        <div
            class="shell"
            node_ref=shell
            data-drawer=move || panels.drawer.get().as_str()
            data-talk=talk_state
        >
            <a class="skip-link button" href="#main">{t("skip-to-content")}</a>
            <Sidebar />
            <div class="shell-main" id="main" tabindex="-1">
                <Framed />
            </div>
            <Show when=move || with_talk.get() && shows_room()>
                <aside class="shell-talk" aria-label=t("conversation") tabindex="-1" data-testid="conversation">
                    <Grip />
                    {move || store.open_room.get().map(|room| view! { <ConversationPanel room /> })}
                </aside>
            </Show>
            <div class="shell-veil" on:click=move |_| panels.close_drawer()></div>
            <BottomBar with_talk=Signal::derive(move || with_talk.get() && shows_room()) />
            <Palette />
            <Tray />
        </div>
    }
}

/// The page itself.
#[component]
fn Framed() -> impl IntoView {
    let page = Location::here().page;
    move || match page.get() {
        Page::Home => view! { <page::home::Home /> }.into_any(),
        Page::Room => view! { <page::room::Room /> }.into_any(),
        Page::Document => view! { <page::document::Document /> }.into_any(),
        Page::Linked => view! { <page::linked::Linked /> }.into_any(),
        Page::Settings => view! { <page::settings::Settings /> }.into_any(),
        Page::Doctor => view! { <Administration name="doctor" /> }.into_any(),
        Page::People => view! { <Administration name="people" /> }.into_any(),
        // The frame is about to go.
        _ => ().into_any(),
    }
}

/// Brings the focus into a drawer that opens, and back to where it was when it closes.
fn move_focus_with_drawers(panels: Panels) {
    let opener = StoredValue::new_local(None::<web_sys::HtmlElement>);
    effect_after(move |before: Option<Drawer>| {
        let drawer = panels.drawer.get();
        let place = match drawer {
            Drawer::Side => Some(".shell-side"),
            Drawer::Talk => Some(".shell-talk"),
            Drawer::None => None,
        };
        let Some(before) = before.filter(|before| *before != drawer) else {
            return drawer;
        };
        if before == Drawer::None {
            opener.set_value(document().active_element().and_then(|e| e.dyn_into().ok()));
        }
        // Once the style sheet shows it.
        request_animation_frame(move || {
            let target = match place {
                Some(place) => document()
                    .query_selector(place)
                    .ok()
                    .flatten()
                    .and_then(|e| e.dyn_into().ok()),
                None => opener.try_get_value().flatten(),
            };
            // What is gone, or not shown at this width, takes no focus, and nothing is lost by that.
            if let Some(target) = target.filter(|_| panels.drawer.try_get_untracked() == Some(drawer)) {
                drop(target.focus());
            }
        });
        drawer
    });
}

/// The edge between page and conversation, for pointer and arrow keys.
#[component]
fn Grip() -> impl IntoView {
    let panels: Panels = expect_context();
    let held = StoredValue::new(false);
    let down = move |event: PointerEvent| {
        held.set_value(true);
        if let Some(target) = event.current_target() {
            // Without capture the grip merely loses a pointer that moves too fast.
            drop(
                target
                    .unchecked_into::<web_sys::Element>()
                    .set_pointer_capture(event.pointer_id()),
            );
        }
    };
    let moved = move |event: PointerEvent| {
        if held.get_value() {
            let width = document().document_element().map_or(0, |root| root.client_width());
            panels.resize_talk(width - event.client_x());
        }
    };
    let key = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowLeft" => RESIZE_STEP_PX,
            "ArrowRight" => -RESIZE_STEP_PX,
            _ => return,
        };
        event.prevent_default();
        panels.resize_talk(panels.talk_px.get_untracked() + step);
    };
    view! {
        <div
            class="shell-grip"
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=t("resize-talk")
            aria-valuenow=move || panels.talk_px.get().to_string()
            aria-valuemin="260"
            aria-valuemax="640"
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |_| held.set_value(false)
            on:pointercancel=move |_| held.set_value(false)
            on:keydown=key
        ></div>
    }
}

/// The phone's way between the columns.
#[component]
fn BottomBar(with_talk: Signal<bool>) -> impl IntoView {
    let panels: Panels = expect_context();
    let location = Location::here();
    // Elsewhere than in a document there is nothing to write.
    let page = Signal::derive(move || {
        let writes = location.pathname.with(|path| path.starts_with("/documents/"));
        if writes {
            (Glyph::Write, "bar-write")
        } else {
            (Glyph::Home, "bar-page")
        }
    });
    let tab = move |drawer: Drawer, face: Signal<(Glyph, &'static str)>, testid: &'static str| {
        view! {
            <button
                class="shell-tab"
                type="button"
                aria-current=move || (panels.drawer.get() == drawer).then_some("true")
                data-testid=testid
                on:click=move |_| panels.drawer.set(drawer)
            >
                {move || {
                    let (glyph, label) = face.get();
                    view! {
                        <Icon glyph size=IconSize::Large />
                        {t(label)}
                    }
                }}
                {(drawer == Drawer::Talk).then(|| view! { <UnreadTotal /> })}
            </button>
        }
    };
    view! {
        <nav class="shell-bar" aria-label=t("parts-of-the-page")>
            {tab(Drawer::Side, Signal::stored((Glyph::Document, "bar-documents")), "bar-documents")}
            {tab(Drawer::None, page, "bar-write")}
            <Show when=move || with_talk.get()>
                {tab(Drawer::Talk, Signal::stored((Glyph::Talk, "bar-talk")), "bar-talk")}
            </Show>
        </nav>
    }
}

/// Keeps `open_room` at the room of the page: named by the address, or the one the document lives in. Pages without a room leave it be, so that
/// the left column stays as it was.
fn follow_open_room() {
    let store: Store = expect_context();
    let directory = Directory::here();
    let location = Location::here();
    let open = move |room: RoomId| {
        if store.open_room.get_untracked() != Some(room) {
            store.open_room.set(Some(room));
        }
    };
    // Others in the room see what one looks at, from when the room is open on the socket.
    let net: Net = expect_context();
    let heard = memo(move || {
        let room = store.open_room.get()?;
        store
            .conversation(room)
            .with(|conversation| conversation.role)
            .map(|_| room)
    });
    effect_after(move |before: Option<Option<RoomId>>| {
        let document = location.named::<DocumentId>("/documents/");
        let room = heard.get();
        if let Some(left) = before.flatten().filter(|before| Some(*before) != room) {
            net.look_at(left, None);
        }
        if let Some(room) = room {
            net.look_at(room, document);
        }
        room
    });
    effect(move || {
        let path = location.pathname.get();
        if let Some(room) = location.named::<RoomId>("/rooms/") {
            open(room);
        } else if let Some(id) = location.named::<DocumentId>("/documents/") {
            let here = store.open_room.get_untracked();
            if here.is_some_and(|room| untrack(|| directory.document(room, id)).is_some()) {
                return;
            }
            let path = StoredValue::new(path);
            // The page of the document itself says when it cannot be seen.
            let found = move |found: shared::api::Document| {
                let is_still = path.try_with_value(|path| location.pathname.with_untracked(|now| now == path));
                if is_still == Some(true) {
                    open(found.room_id);
                }
            };
            directory.find_document(id, Callback::new(found));
        }
    });
}
