//! What the palette and the keys that work everywhere ask of the tab. Both are TypeScript (`tab.ts`, and `commands`, which is loaded when somebody
//! first asks for it).

use crate::appearance::{Appearance, Face};
use crate::directory::Directory;
use crate::location::Location;
use crate::reactive::effect;
use crate::store::Store;
use crate::view::document_tree::NewDocument;
use crate::view::face::face_words;
use crate::view::new_room::NewRoom;
use crate::view::panels::Panels;
use crate::view::sign_out::use_sign_out;
use crate::view::tray::TrayDoor;
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    /// Carries out a command by its name in `commands/list.ts`.
    pub fn command(name: &str);

    #[wasm_bindgen(js_name = startTab)]
    fn start_tab(tab: Tab);

    #[wasm_bindgen(js_name = endTab)]
    fn end_tab();

    #[wasm_bindgen(js_name = setPlaces)]
    fn set_places(places: Array);
}

/// What is asked of the tab while somebody is signed in.
#[wasm_bindgen]
pub struct Tab {
    run: Box<dyn Fn(&str)>,
    offers: Box<dyn Fn(&str) -> bool>,
    list: Box<dyn Fn()>,
}

#[wasm_bindgen]
impl Tab {
    /// Carries out a command, or goes to the address that it is.
    pub fn run(&self, name: &str) {
        (self.run)(name);
    }

    /// Whether a command makes sense just now.
    pub fn offers(&self, name: &str) -> bool {
        (self.offers)(name)
    }

    /// Has all places told from now on.
    pub fn list(&self) {
        (self.list)();
    }
}

/// Answers the palette, and shows the dialogs that its commands open.
#[component]
pub fn Palette() -> impl IntoView {
    let directory = Directory::here();
    let appearance: Appearance = expect_context();
    let panels: Panels = expect_context();
    let store: Store = expect_context();
    let tray: TrayDoor = expect_context();
    let location = Location::here();
    let sign_out = use_sign_out();
    let new_room = RwSignal::new(false);
    let new_document = RwSignal::new(false);
    let run = move |name: &str| match name {
        "home" => location.go("/"),
        "settings" => location.go("/settings"),
        "new-room" => new_room.set(true),
        "new-document" => new_document.set(true),
        "toggle-talk" => panels.toggle_talk(),
        "turn-face" => appearance.turn_face(),
        "tray" => tray.show(),
        "sign-out" => sign_out.run(()),
        name => match Face::ALL.iter().find(|face| face_words(**face).1 == name) {
            Some(face) => appearance.choose_face(*face),
            None => location.go(name),
        },
    };
    let offers = move |name: &str| match name {
        "new-document" => store.open_room.get_untracked().is_some(),
        "tray" => store.rescued.with_untracked(|all| !all.is_empty()),
        _ => true,
    };
    // The lists of all rooms are asked for when somebody first looks for something.
    let listed = RwSignal::new(false);
    effect(move || {
        if listed.get() {
            set_places(places(directory));
        }
    });
    start_tab(Tab {
        run: Box::new(run),
        offers: Box::new(offers),
        list: Box::new(move || listed.set(true)),
    });
    on_cleanup(end_tab);
    view! {
        <NewRoom open=new_room />
        <NewDocument room=store.open_room open=new_document />
    }
}

/// Rooms, each after its documents, by three: address, name, and the room that it is in.
fn places(directory: Directory) -> Array {
    let places = Array::new();
    let add = |address: String, name: &str, room: &str| {
        places.push(&address.into());
        places.push(&name.into());
        places.push(&room.into());
    };
    for room in directory.rooms.get().unwrap_or_default() {
        for document in directory.documents(room.id).get().unwrap_or_default() {
            add(format!("/documents/{}", document.id), &document.title, &room.name);
        }
        add(format!("/rooms/{}", room.id), &room.name, "");
    }
    places
}
