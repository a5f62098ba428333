//! The documents of a room as a tree: links to read, dragging or keys to put them in order.

pub mod dialogs;
mod fold;
mod order;

use crate::api;
use crate::directory::Directory;
use crate::location::Location;
use crate::reactive::{effect, memo};
use crate::store::Loaded;
use crate::text::{t, t_with};
use crate::view::each::Each;
use crate::view::icon::{Glyph, Icon};
use crate::view::menu::{MenuButton, MenuItem};
use crate::view::toast::Toasts;
pub use dialogs::NewDocument;
use dialogs::{Deleting, Renaming};
use fold::{Folds, Shown, Turn, Turned};
use leptos::prelude::*;
use leptos::task::spawn_local;
use order::{Placing, Row, Shift, Zone};
use shared::api::{Document, DocumentPatch};
use shared::id::{DocumentId, RoomId};
use shared::wire::Role;
use web_sys::{DragEvent, KeyboardEvent};

/// Deepest level that is drawn further in; deeper ones stand below each other.
const DRAWN_DEPTH_MAX: usize = 6;

/// Classes of the levels, since styles are never inline.
const DEPTHS: [&str; DRAWN_DEPTH_MAX + 1] = [
    "depth-0", "depth-1", "depth-2", "depth-3", "depth-4", "depth-5", "depth-6",
];

/// What is being dragged over what.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Drag {
    document: DocumentId,
    over: Option<(DocumentId, Zone)>,
}

/// The tree of one room.
#[component]
pub fn DocumentTree(
    /// Whose documents.
    room: RoomId,
    /// Whether they may be changed.
    #[prop(into)]
    writable: Signal<bool>,
) -> impl IntoView {
    let directory = Directory::here();
    let toasts: Toasts = expect_context();
    let listing = directory.documents(room);
    let folds = Folds::stored();
    let rows = memo(move || {
        let rows = listing
            .state
            .with(|all| all.ready().map(|all| order::rows(all)).unwrap_or_default());
        folds.with(|folded| fold::shown(rows, folded))
    });
    // What is open is seen: its parents unfold when one goes there, or when it is moved under others. Folding them afterwards is allowed.
    let location = Location::here();
    let above = memo(move || {
        let id = location
            .pathname
            .with(|path| path.strip_prefix("/documents/")?.parse().ok())?;
        let above = listing.state.with(|all| all.ready().map(|all| fold::above(all, id)));
        above.map(|above| (id, above))
    });
    effect(move || {
        above.with(|above| {
            if let Some((_, above)) = above {
                folds.unfold(above);
            }
        });
    });
    let drag = RwSignal::new(None::<Drag>);
    let renaming = RwSignal::new(None::<Document>);
    let deleting = RwSignal::new(None::<Document>);
    let announced = RwSignal::new(String::new());

    let place = Callback::new(move |(id, placing): (DocumentId, Placing)| {
        listing.update(|all| order::apply(all, id, placing));
        if let Some(parent) = placing.parent {
            folds.unfold(&[parent]);
        }
        if let Some(document) = untrack(|| directory.document(room, id)) {
            announced.set(t_with("document-moved", [("title", document.title)]));
        }
        spawn_local(async move {
            let patch = DocumentPatch {
                title: None,
                parent_id: Some(placing.parent),
                after_id: Some(placing.after),
            };
            if let Err(error) = api::change_document(id, &patch).await {
                toasts.fail(&error);
            }
            directory.refresh_documents(room);
        });
    });
    let shift = Callback::new(move |(id, shift): (DocumentId, Shift)| {
        let placing = listing
            .state
            .with_untracked(|all| order::shifted(all.ready()?, id, shift));
        if let Some(placing) = placing {
            place.run((id, placing));
        }
    });
    let turn = Callback::new(move |(id, turn): (DocumentId, Turn)| {
        let turned = rows.with_untracked(|rows| untrack(|| folds.with(|folded| fold::turned(rows, folded, id, turn))));
        match turned {
            Some(Turned::Unfold(id)) => folds.unfold(&[id]),
            Some(Turned::Fold(id)) => folds.fold(id),
            Some(Turned::To(id)) => focus_row(id),
            None => {}
        }
    });
    let dropped = Callback::new(move |()| {
        let Some(Drag {
            document,
            over: Some((target, zone)),
        }) = drag.get_untracked()
        else {
            return;
        };
        drag.set(None);
        let placing = listing
            .state
            .with_untracked(|all| order::dropped(all.ready()?, document, target, zone));
        if let Some(placing) = placing {
            place.run((document, placing));
        }
    });
    let is_empty = move || listing.state.with(|all| all.ready().is_some_and(Vec::is_empty));
    view! {
        <ul class="tree" aria-label=t("documents") data-testid="document-tree">
            <Each
                each=move || rows.get()
                key=|shown| (shown.row.document.id, shown.row.depth, shown.is_parent, shown.row.document.title.clone())
                let:shown
            >
                <TreeRow shown writable folds drag shift turn dropped renaming deleting />
            </Each>
        </ul>
        <Show when=is_empty>
            <p class="side-empty">{t("no-documents")}</p>
        </Show>
        <Show when=move || listing.state.with(Loaded::is_out_of_reach)>
            <p class="side-empty">{t("list-not-here")}</p>
        </Show>
        <p class="visually-hidden" role="status">{move || announced.get()}</p>
        <Renaming room renaming />
        <Deleting room deleting />
    }
}

#[component]
#[expect(
    clippy::too_many_arguments,
    reason = "the row's share of the tree's state, each a handle"
)]
fn TreeRow(
    shown: Shown,
    writable: Signal<bool>,
    folds: Folds,
    drag: RwSignal<Option<Drag>>,
    shift: Callback<(DocumentId, Shift)>,
    turn: Callback<(DocumentId, Turn)>,
    dropped: Callback<()>,
    renaming: RwSignal<Option<Document>>,
    deleting: RwSignal<Option<Document>>,
) -> impl IntoView {
    let Shown {
        row: Row { document, depth },
        is_parent,
    } = shown;
    let id = document.id;
    let href = format!("/documents/{id}");
    let location = Location::here();
    let current = {
        let href = href.clone();
        move || location.pathname.with(|path| *path == href).then_some("page")
    };
    let zone = move || {
        drag.with(|drag| {
            let (over, zone) = drag.as_ref()?.over?;
            (over == id).then_some(zone.as_str())
        })
    };
    let drag_start = move |event: DragEvent| {
        drag.set(Some(Drag {
            document: id,
            over: None,
        }));
        if let Some(transfer) = event.data_transfer() {
            transfer.set_effect_allowed("move");
            // Firefox starts no drag without data; the text is never read here.
            drop(transfer.set_data("text/plain", &id.to_string()));
        }
    };
    let drag_over = move |event: DragEvent| {
        if drag.with_untracked(Option::is_none) {
            return;
        }
        event.prevent_default();
        let Some(row) = event
            .current_target()
            .map(wasm_bindgen::JsCast::unchecked_into::<web_sys::Element>)
        else {
            return;
        };
        let bounds = row.get_bounding_client_rect();
        let zone = Zone::at((f64::from(event.client_y()) - bounds.top()) / bounds.height().max(1.0));
        let over = Some((id, zone));
        if drag.with_untracked(|drag| drag.as_ref().is_some_and(|drag| drag.over != over)) {
            drag.update(|drag| {
                if let Some(drag) = drag {
                    drag.over = over;
                }
            });
        }
    };
    let key = move |event: KeyboardEvent| {
        if !event.alt_key() {
            let way = match event.key().as_str() {
                "ArrowUp" => Turn::Up,
                "ArrowDown" => Turn::Down,
                "ArrowRight" => Turn::In,
                "ArrowLeft" => Turn::Out,
                _ => return,
            };
            event.prevent_default();
            turn.run((id, way));
            return;
        }
        if !writable.get_untracked() {
            return;
        }
        let step = match event.key().as_str() {
            "ArrowUp" => Shift::Up,
            "ArrowDown" => Shift::Down,
            "ArrowRight" => Shift::In,
            "ArrowLeft" => Shift::Out,
            _ => return,
        };
        event.prevent_default();
        shift.run((id, step));
        // The row is drawn anew at its new place; the focus follows it there.
        request_animation_frame(move || focus_row(id));
    };
    let title = document.title.clone();
    let document = StoredValue::new(document);
    view! {
        <li
            class=format!("tree-row {}", DEPTHS[depth.min(DRAWN_DEPTH_MAX)])
            data-zone=zone
            draggable=move || writable.get().to_string()
            on:dragstart=drag_start
            on:dragover=drag_over
            on:drop=move |event: DragEvent| {
                event.prevent_default();
                dropped.run(());
            }
            on:dragend=move |_| drag.set(None)
        >
            {is_parent
                .then(|| {
                    view! {
                        <button
                            class="tree-fold"
                            type="button"
                            aria-label=t_with("documents-under", [("title", title.as_str())])
                            aria-expanded=move || (!folds.hides(id)).to_string()
                            data-testid="fold"
                            on:click=move |_| {
                                if untrack(|| folds.hides(id)) { folds.unfold(&[id]) } else { folds.fold(id) }
                            }
                        >
                            <Icon glyph=Glyph::ChevronRight />
                        </button>
                    }
                })}
            <a
                class="side-link"
                id=row_id(id)
                href=href
                aria-current=current
                aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight"
                draggable="false"
                on:keydown=key
            >
                {(!is_parent).then(|| view! { <Icon glyph=Glyph::Document /> })}
                <span class="ellipsis">{title.clone()}</span>
            </a>
            <Show when=move || writable.get()>
                <MenuButton
                    label=t_with("document-menu", [("title", title.clone())])
                    class="button-icon side-more"
                    testid="document-menu"
                >
                    <MenuItem label=t("rename") glyph=Glyph::Pencil choose=move |()| renaming.set(Some(document.get_value())) />
                    <hr />
                    <MenuItem label=t("move-up") glyph=Glyph::ArrowUp choose=move |()| shift.run((id, Shift::Up)) />
                    <MenuItem label=t("move-down") glyph=Glyph::ArrowDown choose=move |()| shift.run((id, Shift::Down)) />
                    <MenuItem label=t("move-in") glyph=Glyph::Indent choose=move |()| shift.run((id, Shift::In)) />
                    <MenuItem label=t("move-out") glyph=Glyph::Outdent choose=move |()| shift.run((id, Shift::Out)) />
                    <hr />
                    <MenuItem
                        label=t("delete")
                        glyph=Glyph::Trash
                        class="menu-item-danger"
                        choose=move |()| deleting.set(Some(document.get_value()))
                    />
                </MenuButton>
            </Show>
        </li>
    }
}

fn focus_row(id: DocumentId) {
    if let Some(link) = leptos::prelude::document().get_element_by_id(&row_id(id)) {
        // Focus fails on nothing that is in the page.
        drop(wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(link).focus());
    }
}

fn row_id(id: DocumentId) -> String {
    format!("document-{id}")
}

/// A room's documents in the order of its tree, each with the class that indents it.
pub fn in_order(all: &[Document]) -> Vec<(Document, &'static str)> {
    let rows = order::rows(all).into_iter();
    rows.map(|row| (row.document, DEPTHS[row.depth.min(DRAWN_DEPTH_MAX)]))
        .collect()
}

/// Whether the person may change the room's documents, tracked.
pub fn may_write(directory: Directory, room: RoomId) -> bool {
    directory.room(room).is_some_and(|room| Role::may_write(room.role))
}
