//! What stands in a conversation: days, the line above what is new, messages, and own messages on their way.

use crate::net::Net;
use crate::store::Unsent;
use crate::text::{error_text, t};
use crate::view::avatar::{Avatar, person_class};
use crate::view::icon::{Glyph, Icon};
use crate::view::markdown::Markdown;
use crate::view::time;
use crate::view::tray::why;
use leptos::prelude::*;
use shared::error::ErrorCode;
use shared::id::{MessageId, RoomId, Seq, UserId};
use shared::wire::Message;

/// Messages of one person closer together than this stand under one name, milliseconds.
const GROUP_MS: f64 = 5.0 * 60.0 * 1000.0;

/// One line of the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A new day begins.
    Day {
        /// Which.
        day: i64,
        /// Its name.
        heading: String,
    },
    /// What follows is new.
    Unread,
    /// A message.
    Message {
        /// As stored.
        message: Message,
        /// Whether the name above it stands for it too.
        grouped: bool,
    },
}

/// What makes an entry the same one when the list changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A day and its name, which changes at midnight.
    Day(i64, String),
    /// There is one at most.
    Unread,
    /// A message, with or without its name.
    Message(MessageId, bool),
}

impl Entry {
    /// What makes it the same one when the list changes.
    pub fn key(&self) -> Key {
        match self {
            Self::Day { day, heading } => Key::Day(*day, heading.clone()),
            Self::Unread => Key::Unread,
            Self::Message { message, grouped } => Key::Message(message.id, *grouped),
        }
    }
}

/// The list for these messages, in order, seen by `me` at `now_ms`, with everything after `divider` new.
pub fn entries(messages: &[Message], divider: Option<Seq>, me: Option<UserId>, now_ms: f64) -> Vec<Entry> {
    let mut list = Vec::with_capacity(messages.len() + 8);
    let mut above: Option<&Message> = None;
    let mut divided = false;
    for message in messages {
        let at = time::of(message.at);
        let mut grouped = above.is_some_and(|above| {
            above.author.id == message.author.id
                && at - time::of(above.at) < GROUP_MS
                && above.seq.next() == message.seq
        });
        let day = time::day_number(at);
        if above.is_none_or(|above| time::day_number(time::of(above.at)) != day) {
            list.push(Entry::Day {
                day,
                heading: time::day_heading(at, now_ms),
            });
            grouped = false;
        }
        let is_new = divider.is_some_and(|divider| message.seq > divider) && Some(message.author.id) != me;
        if is_new && !divided {
            list.push(Entry::Unread);
            divided = true;
            grouped = false;
        }
        list.push(Entry::Message {
            message: message.clone(),
            grouped,
        });
        above = Some(message);
    }
    list
}

/// One line.
#[component]
pub fn EntryView(
    /// Which.
    entry: Entry,
) -> impl IntoView {
    match entry {
        Entry::Day { heading, .. } => view! { <li class="talk-day"><span>{heading}</span></li> }.into_any(),
        Entry::Unread => {
            view! { <li class="talk-unread" data-testid="unread-divider"><span>{t("unread-divider")}</span></li> }
                .into_any()
        }
        Entry::Message { message, grouped } => view! { <MessageView message grouped /> }.into_any(),
    }
}

#[component]
fn MessageView(message: Message, grouped: bool) -> impl IntoView {
    let at = time::of(message.at);
    let Message { author, body, seq, .. } = message;
    let class = if grouped { "message message-grouped" } else { "message" };
    view! {
        <li class=class data-testid="message" data-seq=seq.to_string()>
            {if grouped {
                view! {
                    <time class="message-hour" title=time::exact(at)>{time::hour(at)}</time>
                    <span class="visually-hidden">{author.name}</span>
                }
                    .into_any()
            } else {
                view! {
                    <Avatar user=author.id name=author.name.clone() />
                    <p class="message-head">
                        <span class=format!("message-author {}", person_class(author.id))>{author.name}</span>
                        <span class="message-when"><time::Ago at_ms=at /></span>
                    </p>
                }
                    .into_any()
            }}
            <div class="message-body"><Markdown source=body /></div>
        </li>
    }
}

/// Why a message is not stored for the time being.
fn delayed_text(code: ErrorCode) -> String {
    match code {
        ErrorCode::StorageFull => t("message-storage-full"),
        code => format!("{} {}", t("message-delayed"), error_text(code)),
    }
}

/// An own message that is not stored, and what can be done about it.
#[component]
pub fn UnsentView(
    /// Where it was said.
    room: RoomId,
    /// The message.
    unsent: Unsent,
    /// Why the server cannot store it for the time being.
    delayed: Signal<Option<ErrorCode>>,
) -> impl IntoView {
    let net: Net = expect_context();
    let nonce = unsent.nonce;
    let state = match unsent.failed {
        None => view! {
            <p class="message-state">
                <Icon glyph=Glyph::Loader />
                <span>{move || delayed.get().map_or_else(|| t("message-sending"), delayed_text)}</span>
            </p>
        }
        .into_any(),
        Some(code) => view! {
            <p class="message-state message-failed" role="alert">
                <Icon glyph=Glyph::Alert />
                <span>{t("message-failed")}" "{why(code)}</span>
                <button class="button-link" type="button" data-testid="resend" on:click=move |_| net.resend(room, nonce)>
                    {t("try-again")}
                </button>
                <button class="button-link" type="button" data-testid="discard" on:click=move |_| net.discard(room, nonce)>
                    {t("discard")}
                </button>
            </p>
        }
        .into_any(),
    };
    view! {
        <li class="message message-unsent" data-testid="unsent-message">
            <div class="message-body"><Markdown source=unsent.body /></div>
            {state}
        </li>
    }
}
