//! The conversation of a room: what was said, what waits to be said, and where to say more.
//!
//! **Invariant:** a message counts as read only when it was seen: the panel is open, the window has the focus, and the end is in view.

pub mod composer;
pub mod entry;

use crate::api;
use crate::directory::Directory;
use crate::net::Net;
use crate::reactive::{effect, effect_after, memo};
use crate::store::{Conversation, Store};
use crate::text::{error_text, t, t_with};
use crate::view::avatar::Avatar;
use crate::view::each::Each;
use crate::view::icon::{Glyph, Icon, IconSize};
use crate::view::markdown::reader::Reader;
use crate::view::panels::Panels;
use crate::view::time::Clock;
use composer::Composer;
pub use composer::forget_drafts;
use entry::{EntryView, UnsentView, entries};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::id::{RoomId, Seq, UserId};
use shared::sorted::{SortedSet, gather};
use shared::wire::{Person, Role};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::Closure;

/// Messages asked for at once when somebody scrolls up.
const PAGE: u32 = 50;

/// Within this distance of the end one is at the end, pixels.
const END_PX: i32 = 40;

/// Within this distance of the beginning older messages are asked for, pixels.
const BEGINNING_PX: i32 = 240;

/// Avatars of those who are here; more are counted.
const PRESENT_MAX: usize = 4;

/// Where the older messages stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Older {
    Idle,
    Loading,
    Failed,
}

/// One room's panel. Mounted anew for another room.
#[component]
pub fn ConversationPanel(
    /// Which room.
    room: RoomId,
) -> impl IntoView {
    let store: Store = expect_context();
    let directory = Directory::here();
    let net: Net = expect_context();
    let panels: Panels = expect_context();
    let clock: Clock = expect_context();
    let reader: Reader = expect_context();
    let conversation = store.conversation(room);
    let me = memo(move || directory.me().map(|me| me.id));

    let log = NodeRef::<html::Div>::new();
    let list = NodeRef::<html::Ol>::new();
    let at_end = RwSignal::new(true);
    let last_top = StoredValue::new(0);
    let older = RwSignal::new(Older::Idle);
    let divider = RwSignal::new(None::<Seq>);
    let last_seq = memo(move || conversation.with(|c| c.last_seq));
    let unread = memo(move || conversation.with(Conversation::unread));
    let gap = memo(move || conversation.with(missing_before));
    let role = memo(move || {
        conversation
            .with(|c| c.role)
            .or_else(|| directory.room(room).map(|room| room.role))
    });

    let today = memo(move || crate::view::time::day_number(clock.now_ms()));
    let shown = memo(move || {
        // The headings change at midnight, not twice a minute.
        today.track();
        let now_ms = untrack(|| clock.now_ms());
        conversation.with(|c| entries(&c.messages, divider.get(), me.get(), now_ms))
    });

    let is_seen =
        move || untrack(|| panels.talk_is_seen()) && at_end.get_untracked() && document().has_focus().unwrap_or(false);
    let read = move || {
        let (last, unread) = (last_seq.get_untracked(), unread.get_untracked());
        if unread > 0 && is_seen() && gap.get_untracked().is_none_or(|gap| gap <= last) {
            net.mark_read(room, last);
        }
    };
    let load_older = move || {
        let Some(before) = gap.get_untracked() else { return };
        if older.get_untracked() == Older::Loading || conversation.with_untracked(|c| c.role.is_none()) {
            return;
        }
        older.set(Older::Loading);
        spawn_local(async move {
            let answer = api::messages_before(room, before, PAGE).await;
            let Some(log) = log.try_get_untracked().flatten() else {
                return;
            };
            match answer {
                Ok(page) => {
                    // Measured from the end, since what is above grows.
                    let from_end = log.scroll_height() - log.scroll_top();
                    net.add_messages(room, page.items);
                    request_animation_frame(move || {
                        if at_end.try_get_untracked() == Some(false) {
                            log.set_scroll_top(log.scroll_height() - from_end);
                        }
                        older.try_set(Older::Idle);
                    });
                }
                Err(_) => drop(older.try_set(Older::Failed)),
            }
        });
    };
    let to_end = move || {
        if let Some(log) = log.get_untracked() {
            log.set_scroll_top(log.scroll_height());
            at_end.set(true);
        }
    };
    let scrolled = move || {
        let Some(log) = log.get_untracked() else { return };
        let top = log.scroll_top();
        // Only moving up leaves the end: what grows below moves the end away from somebody who stays there.
        let end = match log.scroll_height() - log.client_height() - top <= END_PX {
            true => true,
            false => at_end.get_untracked() && top >= last_top.get_value(),
        };
        last_top.set_value(top);
        if at_end.get_untracked() != end {
            at_end.set(end);
        }
        let any = conversation.with_untracked(|c| !c.messages.is_empty());
        if any && top <= BEGINNING_PX && older.get_untracked() == Older::Idle {
            load_older();
        }
        read();
    };

    // Everything that changes what is seen: look again once it is drawn.
    effect(move || {
        shown.track();
        reader.track();
        conversation.with(|c| c.unsent.len());
        role.track();
        panels.talk_open.track();
        panels.drawer.track();
        panels.talk_px.track();
        request_animation_frame(move || {
            if log.try_get_untracked().flatten().is_none() {
                return;
            }
            if at_end.get_untracked() {
                to_end();
            }
            scrolled();
        });
    });
    let focus = window_event_listener(leptos::ev::focus, move |_| read());
    on_cleanup(move || focus.remove());
    // A phone's keyboard or a notice leaves less room, and a picture takes more: the latest stays in view, since that is what is answered.
    effect(move || {
        let (Some(log), Some(list)) = (log.get(), list.get()) else {
            return;
        };
        let resized: Closure<dyn FnMut()> = Closure::new(move || {
            if at_end.try_get_untracked() == Some(true) {
                to_end();
            }
        });
        // It goes, and the closure with it, when the elements do.
        let resized = resized.into_js_value();
        if let Ok(observer) = web_sys::ResizeObserver::new(resized.unchecked_ref()) {
            observer.observe(&log);
            observer.observe(&list);
        }
    });

    // The line above what is new: drawn when something waits on arrival or comes while nobody looks, and kept until the person answers or
    // leaves.
    effect_after(move |before: Option<Option<u64>>| {
        let now = conversation.with(|c| c.role.map(|_| c.unread()));
        let arrived = match (before.flatten(), now) {
            (None, Some(unread)) => unread > 0,
            (Some(0), Some(unread)) => unread > 0 && !is_seen(),
            _ => false,
        };
        if arrived {
            divider.set(Some(conversation.with_untracked(|c| c.read_seq)));
        }
        now
    });
    let said = move || {
        divider.set(None);
        at_end.set(true);
    };

    let present = memo(move || conversation.with(|c| people(c, me.get())));
    let is_offline = move || store.away.get();
    let closed = memo(move || conversation.with(|c| c.closed));
    let writable = move || closed.get().is_none() && role.get().is_none_or(Role::may_write);
    let why_not = move || closed.get().map_or_else(|| t("talk-read-only"), error_text);
    view! {
        <header class="shell-header talk-header">
            <h2 class="shell-title">{t("conversation")}</h2>
            <Present people=present />
            <button
                class="button-icon only-tablet"
                type="button"
                aria-label=t("close")
                on:click=move |_| panels.close_drawer()
            >
                <Icon glyph=Glyph::Close size=IconSize::Large />
            </button>
        </header>
        <div class="talk-body">
            <div
                class="talk-log"
                role="log"
                tabindex="0"
                aria-live="polite"
                aria-label=t("messages")
                aria-busy=move || (older.get() == Older::Loading).to_string()
                data-testid="messages"
                node_ref=log
                on:scroll=move |_| scrolled()
            >
                {move || match (older.get(), gap.get(), conversation.with(|c| c.messages.is_empty())) {
                    (Older::Failed, ..) => {
                        view! {
                            <p class="talk-edge">
                                <button class="button-link" type="button" on:click=move |_| load_older()>
                                    {t("older-failed")}
                                </button>
                            </p>
                        }
                            .into_any()
                    }
                    (_, Some(_), _) => view! { <p class="talk-edge">{t("loading-older")}</p> }.into_any(),
                    (_, None, false) => view! { <p class="talk-edge">{t("talk-beginning")}</p> }.into_any(),
                    (_, None, true) if is_offline() && conversation.with(|c| c.role.is_none()) => {
                        view! { <p class="talk-edge" data-testid="talk-not-here">{t("talk-not-here")}</p> }.into_any()
                    }
                    (_, None, true) => {
                        conversation.with(|c| c.role)
                            .map(|_| {
                                view! {
                                    <div class="talk-empty">
                                        <Icon glyph=Glyph::Talk size=IconSize::Large />
                                        <p>{t("no-messages")}</p>
                                    </div>
                                }
                            })
                            .into_any()
                    }
                }}
                <ol class="talk-list" node_ref=list>
                    <Each each=move || shown.get() key=entry::Entry::key let:entry>
                        <EntryView entry />
                    </Each>
                    <Each
                        each=move || conversation.with(|c| c.unsent.clone())
                        key=|unsent| (unsent.nonce, unsent.failed)
                        let:unsent
                    >
                        <UnsentView room unsent delayed=Signal::derive(move || conversation.with(|c| c.delayed)) />
                    </Each>
                </ol>
            </div>
            <Show when=move || !at_end.get()>
                <button class="talk-jump button" type="button" data-testid="jump-to-end" on:click=move |_| {
                    to_end();
                    read();
                }>
                    <Icon glyph=Glyph::ArrowDown />
                    {move || match unread.get() {
                        0 => t("jump-to-end"),
                        count => t_with("new-messages", [("count", count)]),
                    }}
                </button>
            </Show>
        </div>
        <Show when=is_offline>
            <p class="talk-offline" role="status" data-testid="talk-offline">
                <Icon glyph=Glyph::CloudOff />
                {t("talk-offline")}
            </p>
        </Show>
        <Show
            when=writable
            fallback=move || view! { <p class="talk-readonly" data-testid="read-only">{why_not}</p> }
        >
            <Composer room said=Callback::new(move |()| said()) />
        </Show>
    }
}

/// Who is here, each once, without oneself.
#[component]
fn Present(people: Memo<Vec<Person>>) -> impl IntoView {
    let label = move || {
        let names: Vec<String> = people.with(|people| people.iter().map(|person| person.name.clone()).collect());
        t_with("here-now", [("names", names.join(", "))])
    };
    view! {
        <Show when=move || !people.with(Vec::is_empty)>
            <div class="present" role="img" aria-label=label title=label data-testid="room-present">
                <Each each=move || people.get().into_iter().take(PRESENT_MAX) key=|person| (person.id, person.name.clone()) let:person>
                    <Avatar user=person.id name=person.name class="avatar-small" />
                </Each>
                {move || {
                    let more = people.with(Vec::len).saturating_sub(PRESENT_MAX);
                    (more > 0).then(|| view! { <span class="tiny soft">{format!("+{more}")}</span> })
                }}
            </div>
        </Show>
    }
}

fn people(conversation: &Conversation, me: Option<UserId>) -> Vec<Person> {
    let mut seen: SortedSet<UserId> = gather(me);
    conversation
        .present
        .iter()
        .filter(|one| seen.insert(one.person.id))
        .map(|one| one.person.clone())
        .collect()
}

/// The latest position before which messages are missing here; none when all are.
fn missing_before(conversation: &Conversation) -> Option<Seq> {
    let mut expected = conversation.last_seq;
    for message in conversation.messages.iter().rev() {
        if message.seq < expected {
            return Some(expected.next());
        }
        expected = Seq(message.seq.0.saturating_sub(1));
    }
    (expected > Seq(0)).then(|| expected.next())
}

/// Whether something is the element that has the focus.
pub fn has_focus(element: &web_sys::Element) -> bool {
    document()
        .active_element()
        .is_some_and(|active| active.is_same_node(element.dyn_ref::<web_sys::Node>()))
}
