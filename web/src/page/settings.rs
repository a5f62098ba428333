//! Profile, appearance, password, signed-in devices and tokens of the account.

pub mod appearance;
pub mod devices;
pub mod password;
pub mod profile;
pub mod tokens;

use crate::text::t;
use crate::view::title::use_title;
use crate::view::titled_page::TitledPage;
use leptos::prelude::*;

/// All settings on one page: there are few.
#[component]
pub fn Settings() -> impl IntoView {
    use_title(|| Some(t("settings")));
    view! {
        <TitledPage title=t("settings").into_any() testid="settings">
            <profile::Profile />
            <appearance::Looks />
            <password::Password />
            <devices::Devices />
            <tokens::Tokens />
        </TitledPage>
    }
}

/// A part of the page under its heading.
#[component]
fn Part(
    /// Names the part for links and labels.
    id: &'static str,
    /// Its heading.
    title: String,
    /// A sentence below it.
    #[prop(optional, into)]
    lead: Option<String>,
    /// The rest.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="section" aria-labelledby=id>
            <div class="section-head">
                <h2 class="section-title" id=id>{title}</h2>
            </div>
            {lead.map(|lead| view! { <p class="section-lead">{lead}</p> })}
            {children()}
        </section>
    }
}
