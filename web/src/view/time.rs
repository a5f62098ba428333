//! Times as people say them, with the exact one in a tooltip: the viewer's own locale and zone, through the browser's `Intl`.

use crate::text::capital_letters;
use js_sys::{Array, Date, Intl, Object, Reflect};
use leptos::prelude::*;
use shared::id::UnixMs;
use std::time::Duration;
use wasm_bindgen::JsValue;

const MINUTE_S: f64 = 60.0;
const HOUR_S: f64 = 3_600.0;
const DAY_S: f64 = 86_400.0;

/// Older than this is told as a date, since "41 days ago" has to be worked out.
const RELATIVE_S_MAX: f64 = 14.0 * DAY_S;

/// How often relative times are told anew.
const TICK: Duration = Duration::from_secs(30);

/// A clock that ticks twice a minute, for relative times. Provided as context at the root.
#[derive(Clone, Copy)]
pub struct Clock {
    now_ms: RwSignal<f64>,
}

impl Clock {
    /// Starts the tab's one clock.
    pub fn provide() -> Self {
        let clock = Self {
            now_ms: RwSignal::new(Date::now()),
        };
        set_interval(move || clock.now_ms.set(Date::now()), TICK);
        provide_context(clock);
        clock
    }

    /// The time, tracked.
    pub fn now_ms(self) -> f64 {
        self.now_ms.get()
    }
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in pairs {
        Reflect::set(&object, &JsValue::from_str(key), &JsValue::from_str(value))
            .expect("a plain object takes any key");
    }
    object
}

fn format_date(at_ms: f64, pairs: &[(&str, &str)]) -> String {
    let format = Intl::DateTimeFormat::new(&Array::new(), &options(pairs)).format();
    let text = format.call1(&JsValue::UNDEFINED, &Date::new(&JsValue::from_f64(at_ms)));
    // A date out of range throws; nothing is the honest way to show it.
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn relative(value: f64, unit: &str) -> String {
    Intl::RelativeTimeFormat::new(&Array::new(), &options(&[("numeric", "auto"), ("style", "short")]))
        .format(value, unit)
        .into()
}

/// The exact time, for tooltips.
pub fn exact(at_ms: f64) -> String {
    format_date(at_ms, &[("dateStyle", "full"), ("timeStyle", "short")])
}

/// Hours and minutes.
pub fn hour(at_ms: f64) -> String {
    format_date(at_ms, &[("hour", "numeric"), ("minute", "2-digit")])
}

/// A day.
pub fn date(at_ms: f64) -> String {
    format_date(at_ms, &[("dateStyle", "medium")])
}

/// Days since some fixed day in the viewer's zone: equal for two times of one day.
pub fn day_number(at_ms: f64) -> i64 {
    let date = Date::new(&JsValue::from_f64(at_ms));
    let local_ms = at_ms - date.get_timezone_offset() * MINUTE_S * 1000.0;
    #[expect(clippy::cast_possible_truncation, reason = "days since 1970 are far below 2^53")]
    let day = (local_ms / (DAY_S * 1000.0)).floor() as i64;
    day
}

/// The day of a message as a heading: today, yesterday, or its name.
pub fn day_heading(at_ms: f64, now_ms: f64) -> String {
    match day_number(now_ms) - day_number(at_ms) {
        days @ 0..=1 => {
            let format = Intl::RelativeTimeFormat::new(&Array::new(), &options(&[("numeric", "auto")]));
            #[expect(clippy::cast_precision_loss, reason = "nought or one")]
            let text = String::from(format.format(-(days as f64), "day"));
            capitalised(&text)
        }
        2..=300 => format_date(at_ms, &[("weekday", "long"), ("day", "numeric"), ("month", "long")]),
        _ => format_date(at_ms, &[("dateStyle", "long")]),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|first| capital_letters(first.encode_utf8(&mut [0; 4])));
    first.unwrap_or_default() + chars.as_str()
}

/// How long ago, seen from `now_ms`.
pub fn ago(at_ms: f64, now_ms: f64) -> String {
    // Clocks differ: what the server dates a little ahead is "now", not "in 3 seconds".
    let seconds = ((now_ms - at_ms) / 1000.0).max(0.0);
    if seconds < MINUTE_S {
        relative(0.0, "second")
    } else if seconds < HOUR_S {
        relative(-(seconds / MINUTE_S).floor(), "minute")
    } else if seconds < DAY_S {
        relative(-(seconds / HOUR_S).floor(), "hour")
    } else if seconds < RELATIVE_S_MAX {
        relative(-(seconds / DAY_S).floor(), "day")
    } else {
        date(at_ms)
    }
}

/// Milliseconds of an RFC 3339 time of the API.
pub fn parse(rfc3339: &str) -> f64 {
    Date::parse(rfc3339)
}

/// Milliseconds of a time of the wire.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
pub const fn of(at: UnixMs) -> f64 {
    at.0 as f64
}

/// A time told relatively and kept up to date.
#[component]
pub fn Ago(
    /// Milliseconds since 1970.
    at_ms: f64,
) -> impl IntoView {
    let clock: Clock = expect_context();
    // An unreadable time has no ISO form; asking for it would throw.
    let iso = at_ms
        .is_finite()
        .then(|| String::from(Date::new(&JsValue::from_f64(at_ms)).to_iso_string()));
    view! {
        <time datetime=iso title=exact(at_ms)>
            {move || ago(at_ms, clock.now_ms())}
        </time>
    }
}
