//! Documents, members and links of one room; its conversation stands beside it, in the frame.

use crate::api;
use crate::directory::Directory;
use crate::location::Location;
use crate::page::no_access::NoAccessHere;
use crate::reactive::memo;
use crate::store::{Loaded, Store};
use crate::text::{t, t_with};
use crate::view::deleted::DeletedDocuments;
use crate::view::dialog::{Confirm, Prompt, Work};
use crate::view::document_tree::{NewDocument, in_order, may_write};
use crate::view::each::Each;
use crate::view::icon::{Glyph, Icon};
use crate::view::invites::Invites;
use crate::view::members::Members;
use crate::view::menu::{MenuButton, MenuItem};
use crate::view::panels::PageHeader;
use crate::view::role_name::own_role;
use crate::view::time::{Ago, parse};
use crate::view::title::use_title;
use crate::view::transfer::{open_export, open_import};
use leptos::prelude::*;
use shared::api::RoomPatch;
use shared::id::RoomId;
use shared::limits::TITLE_CHARS_MAX;
use shared::wire::Role;

/// The page of the room that the address names.
#[component]
pub fn Room() -> impl IntoView {
    let directory = Directory::here();
    let store: Store = expect_context();
    let location = Location::here();
    let id = memo(move || location.named("/rooms/"));
    let loaded = memo(move || store.rooms.with(|rooms| rooms.ready().is_some()));
    let known = memo(move || id.get().filter(|id| directory.room(*id).is_some()));
    move || {
        match (known.get(), loaded.get()) {
        (Some(id), _) => view! { <RoomPage id /> }.into_any(),
        (None, true) => view! {
            <PageHeader><span class="shell-title"></span></PageHeader>
            <NoAccessHere />
        }
        .into_any(),
        (None, false) => view! {
            <PageHeader><span class="shell-title"></span></PageHeader>
            <main class="page" aria-busy="true"><div class="skeleton"><span></span><span></span><span></span></div></main>
        }
        .into_any(),
    }
    }
}

#[component]
fn RoomPage(id: RoomId) -> impl IntoView {
    let directory = Directory::here();
    let room = memo(move || directory.room(id));
    let name =
        Signal::derive(move || room.with(|room| room.as_ref().map(|room| room.name.clone()).unwrap_or_default()));
    use_title(move || Some(name.get()));
    let role = memo(move || room.with(|room| room.as_ref().map(|room| room.role)));
    let owns = move || role.get() == Some(Role::Owner);
    let documents = directory.documents(id);
    let new_document = RwSignal::new(false);
    let people = move || room.with(|room| room.as_ref().map_or(0, |room| room.member_count));
    let is_empty = move || documents.state.with(|all| all.ready().is_some_and(Vec::is_empty));
    view! {
        <PageHeader with_talk=true>
            <span class="shell-title"></span>
            <RoomMenu id name owns=Signal::derive(owns) />
        </PageHeader>
        <main class="shell-scroll" data-testid="room">
            <div class="page">
                <h1 class="page-title" data-testid="room-name">{name}</h1>
                <p class="page-lead">
                    {move || t_with("members-count", [("count", people())])}
                    " · "
                    {move || role.get().map(own_role)}
                </p>
                <section class="section" aria-labelledby="room-documents">
                    <div class="section-head">
                        <h2 class="section-title" id="room-documents">{t("documents")}</h2>
                        <Show when=move || may_write(directory, id)>
                            <button
                                class="button"
                                type="button"
                                data-testid="room-new-document"
                                on:click=move |_| new_document.set(true)
                            >
                                <Icon glyph=Glyph::Plus />
                                {t("new-document")}
                            </button>
                        </Show>
                    </div>
                    <div
                        class="import-zone"
                        data-import=move || may_write(directory, id).then(|| id.to_string())
                        data-name=name
                    >
                    <ul class="rows" data-testid="room-documents">
                        <Each
                            each=move || in_order(&documents.get().unwrap_or_default())
                            key=|(document, depth)| {
                                (document.id, document.title.clone(), document.edited_at.clone(), *depth)
                            }
                            let((document, depth))
                        >
                            <li class=depth>
                                <a class="row" href=format!("/documents/{}", document.id)>
                                    <span class="row-name ellipsis">{document.title}</span>
                                    <span class="row-note row-when"><Ago at_ms=parse(&document.edited_at) /></span>
                                </a>
                            </li>
                        </Each>
                    </ul>
                    <Show when=move || documents.state.with(Loaded::is_out_of_reach)>
                        <p class="empty" data-testid="list-not-here">{t("list-not-here")}</p>
                    </Show>
                    <Show when=is_empty>
                        <div class="empty">
                            <p>{move || if may_write(directory, id) { t("no-documents-lead") } else { t("no-documents") }}</p>
                        </div>
                    </Show>
                    </div>
                </section>
                <Show when=move || may_write(directory, id)>
                    <DeletedDocuments room=id />
                </Show>
                <Members room=id owns=Signal::derive(owns) />
                <Show when=owns>
                    <Invites room=id />
                </Show>
            </div>
        </main>
        <NewDocument room=Signal::derive(move || Some(id)) open=new_document />
    }
}

/// Renaming, leaving, deleting.
#[component]
fn RoomMenu(id: RoomId, name: Signal<String>, owns: Signal<bool>) -> impl IntoView {
    let directory = Directory::here();
    let location = Location::here();
    let renaming = RwSignal::new(false);
    let deleting = RwSignal::new(false);
    let leaving = RwSignal::new(false);
    let rename = Callback::new(move |name: String| -> Work {
        Box::pin(async move {
            api::change_room(id, &RoomPatch { name: Some(name) }).await?;
            directory.refresh_rooms();
            Ok(())
        })
    });
    // Both the answer and the server's hint that the room is gone take this page away; what runs afterwards must own what it needs.
    let gone = move || {
        directory.rooms.update(|rooms| rooms.retain(|room| room.id != id));
        directory.store.open_room.set(None);
        directory.refresh_rooms();
        location.go_instead("/");
    };
    let delete = Callback::new(move |()| -> Work {
        Box::pin(async move {
            api::delete_room(id).await?;
            gone();
            Ok(())
        })
    });
    let leave = Callback::new(move |()| -> Work {
        let me = untrack(|| directory.me());
        Box::pin(async move {
            let Some(me) = me else { return Ok(()) };
            api::remove_member(id, me.id).await?;
            gone();
            Ok(())
        })
    });
    let not_owner = Signal::derive(move || !owns.get());
    view! {
        <MenuButton label=t("room-menu") testid="room-menu">
            <MenuItem label=t("rename-room") glyph=Glyph::Pencil disabled=not_owner choose=move |()| renaming.set(true) />
            <Show when=move || may_write(directory, id)>
                <MenuItem
                    label=t("import")
                    glyph=Glyph::CloudUpload
                    choose=move |()| open_import(id, &name.get_untracked())
                />
            </Show>
            <MenuItem
                label=t("export-room")
                glyph=Glyph::Download
                choose=move |()| open_export(id, &name.get_untracked())
            />
            <hr />
            <MenuItem label=t("leave-room") glyph=Glyph::Door choose=move |()| leaving.set(true) />
            <hr />
            <MenuItem
                label=t("delete-room")
                glyph=Glyph::Trash
                class="menu-item-danger"
                disabled=not_owner
                choose=move |()| deleting.set(true)
            />
        </MenuButton>
        <Prompt
            open=renaming
            title=Signal::derive(|| t("rename-room"))
            label=t("room-name")
            action=t("rename")
            field="name"
            value=name
            max=TITLE_CHARS_MAX
            work=rename
        />
        <Confirm
            open=deleting
            title=Signal::derive(move || t_with("delete-room-title", [("name", name.get())]))
            body=Signal::derive(|| t("delete-room-body"))
            action=t("delete-room")
            work=delete
        />
        <Confirm
            open=leaving
            title=Signal::derive(move || t_with("leave-room-title", [("name", name.get())]))
            body=Signal::derive(|| t("leave-room-body"))
            action=t("leave-room")
            work=leave
        />
    }
}
