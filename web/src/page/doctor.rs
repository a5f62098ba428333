//! What stands between browsers and the server, for whoever administers it. The page itself is a part of the program that is loaded for it.

use crate::directory::Directory;
use crate::reactive::{effect, memo};
use crate::text::t;
use crate::view::title::use_title;
use crate::view::titled_page::TitledPage;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::HtmlElement;

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    #[wasm_bindgen(js_name = loadDoctor, catch)]
    async fn load_doctor() -> Result<JsValue, JsValue>;

    /// The module `doctor.ts`.
    type Module;

    #[wasm_bindgen(method)]
    fn examine(this: &Module, place: &HtmlElement);
}

/// For everybody else there is nothing here.
#[component]
pub fn Doctor() -> impl IntoView {
    let directory = Directory::here();
    let administers = memo(move || directory.me().is_some_and(|me| me.administrator));
    move || {
        if administers.get() {
            view! { <Examination /> }.into_any()
        } else {
            view! { <NothingHere /> }.into_any()
        }
    }
}

/// As if there were no such page.
#[component]
fn NothingHere() -> impl IntoView {
    view! {
        <main class="page no-access">
            <h1 class="page-title">{t("not-found-title")}</h1>
            <p class="soft">{t("not-found-lead")}</p>
            <a class="button button-primary" href="/">{t("go-home")}</a>
        </main>
    }
}

#[component]
fn Examination() -> impl IntoView {
    use_title(|| Some(t("doctor")));
    let place = NodeRef::<html::Div>::new();
    effect(move || {
        let Some(place) = place.get() else { return };
        spawn_local(async move {
            match load_doctor().await {
                Ok(module) => Module::from(module).examine(&place),
                Err(_) => place.set_text_content(Some(&t("unreachable-title"))),
            }
        });
    });
    view! {
        <TitledPage title=t("doctor").into_any() testid="doctor">
            <div node_ref=place></div>
        </TitledPage>
    }
}
