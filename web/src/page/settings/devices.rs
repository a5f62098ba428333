//! Where the account is signed in.

use super::Part;
use crate::api;
use crate::directory::Listing;
use crate::text::{t, t_with};
use crate::view::each::Each;
use crate::view::icon::{Glyph, Icon, IconSize};
use crate::view::sign_out::use_sign_out;
use crate::view::time::{Ago, parse};
use crate::view::toast::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::LoginSession;
use uuid::Uuid;

/// Lists devices and signs them out.
#[component]
pub fn Devices() -> impl IntoView {
    let toasts: Toasts = expect_context();
    let listing = Listing::<Vec<LoginSession>>::waiting();
    let refresh = move || listing.refresh(api::login_sessions);
    refresh();
    let end = Callback::new(move |id: Uuid| {
        spawn_local(async move {
            match api::end_login_session(id).await {
                Ok(()) => toasts.show(t("device-signed-out")),
                Err(error) => toasts.fail(&error),
            }
            refresh();
        });
    });
    view! {
        <Part id="settings-devices" title=t("devices")>
            <ul class="rows" data-testid="devices">
                <Each each=move || listing.get().unwrap_or_default() key=|device| device.id let:device>
                    <DeviceRow device end />
                </Each>
            </ul>
        </Part>
    }
}

#[component]
fn DeviceRow(device: LoginSession, end: Callback<Uuid>) -> impl IntoView {
    let sign_out = use_sign_out();
    let id = device.id;
    let current = device.current;
    let (browser, system) = describe(&device.user_agent);
    let name = match (browser, system) {
        (Some(browser), Some(system)) => t_with("browser-on", [("browser", browser), ("system", system)]),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) if device.user_agent.is_empty() => t("unknown-device"),
        (None, None) => device.user_agent.chars().take(60).collect(),
    };
    view! {
        <li class="row row-person" data-testid="device">
            <Icon glyph=Glyph::Laptop size=IconSize::Large />
            <span class="row-two">
                <span class="ellipsis" title=device.user_agent>{name}</span>
                <span class="tiny soft">
                    {if current {
                        t("this-device").into_any()
                    } else {
                        view! { {t("last-seen")} " " <Ago at_ms=parse(&device.last_seen_at) /> }.into_any()
                    }}
                </span>
            </span>
            <button
                class="button button-quiet"
                type="button"
                data-testid="end-session"
                on:click=move |_| if current { sign_out.run(()) } else { end.run(id) }
            >
                {t("sign-out")}
            </button>
        </li>
    }
}

/// Browser and system out of what the browser calls itself. Names only: enough to tell one's own devices apart.
fn describe(user_agent: &str) -> (Option<&'static str>, Option<&'static str>) {
    let find = |table: &[(&str, &'static str)]| {
        table
            .iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
    };
    // Chrome calls itself Safari, and Edge and Opera call themselves Chrome: the narrower name comes first.
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    (browser, system)
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn browsers_that_borrow_names_are_told_apart() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36";
        assert_eq!(describe(chrome), (Some("Chrome"), Some("Linux")));
        assert_eq!(describe(&format!("{chrome} Edg/120.0")), (Some("Edge"), Some("Linux")));
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1";
        assert_eq!(describe(safari), (Some("Safari"), Some("iPhone")));
        assert_eq!(describe("backup-script"), (None, None));
    }
}
