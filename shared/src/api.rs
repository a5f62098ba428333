//! Bodies of the HTTP API. Times are RFC 3339 in UTC, ids are UUIDs.

use crate::error::ErrorCode;
use crate::id::{AttachmentId, DocumentId, RoomId, Seq, UserId};
use crate::wire::{Message, Person, Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! body {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident : $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }
    )*};
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct List<T> {
    /// In the order of the list.
    pub items: Vec<T>,
    /// Pass as `?cursor=` for the next page; none at the end.
    pub next: Option<String>,
}

body! {
    /// What every failure answers.
    Failure {
        /// The failure.
        error: FailureBody,
    }

    /// Inside of [`Failure`].
    FailureBody {
        /// For programs.
        code: ErrorCode,
        /// For a person.
        message: String,
        /// Which field of the request it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
    }

    /// `POST /api/v1/register`
    Register {
        /// Lower-case letters, digits, `.`, `_`, `-`.
        username: String,
        /// 8 to 256 characters.
        password: String,
        /// The username when missing.
        #[serde(default)]
        display_name: Option<String>,
        /// Token of an invite, where registration needs one. Its room is joined at once.
        #[serde(default)]
        invite: Option<String>,
    }

    /// `POST /api/v1/login`
    Login {
        /// As registered.
        username: String,
        /// As registered.
        password: String,
    }

    /// The signed-in person, as they see themselves.
    Me {
        /// The account.
        id: UserId,
        /// For signing in.
        username: String,
        /// For others.
        display_name: String,
        /// Administers the server.
        administrator: bool,
        /// RFC 3339.
        created_at: String,
    }

    /// An account, as administrators see it.
    Account {
        /// Names it.
        id: UserId,
        /// For signing in.
        username: String,
        /// For others.
        display_name: String,
        /// Administers the server.
        administrator: bool,
        /// RFC 3339.
        created_at: String,
        /// RFC 3339; missing unless it is suspended.
        suspended_at: Option<String>,
    }

    /// `PATCH /api/v1/me`
    MePatch {
        /// A new display name.
        #[serde(default)]
        display_name: Option<String>,
    }

    /// `POST /api/v1/me/password`: ends every other login session.
    PasswordChange {
        /// The present one.
        current_password: String,
        /// The next one.
        new_password: String,
        /// Takes back every API token, too; not, when missing.
        #[serde(default)]
        revoke_tokens: bool,
    }

    /// A signed-in device, in `GET /api/v1/me/sessions`.
    LoginSession {
        /// Names it for `DELETE /api/v1/me/sessions/{id}`.
        id: Uuid,
        /// What the browser called itself.
        user_agent: String,
        /// RFC 3339.
        created_at: String,
        /// RFC 3339.
        last_seen_at: String,
        /// The one that asks.
        current: bool,
    }

    /// `GET /api/v1/server`: what somebody who is not signed in may know.
    ServerState {
        /// No account exists yet: the next one administers.
        first_run: bool,
        /// `open`, `invite` or `closed`.
        registration: String,
        /// Of the program.
        version: String,
    }

    /// `POST /api/v1/tokens`
    TokenCreate {
        /// For the list.
        name: String,
        /// Never, when missing.
        #[serde(default)]
        expires_in_days: Option<u32>,
        /// The one document it opens; everything, when missing. Only such a token is taken from the URL of `/yjs`.
        #[serde(default)]
        document_id: Option<DocumentId>,
    }

    /// Answer to [`TokenCreate`]: the only time the token is shown.
    TokenCreated {
        /// For `DELETE`.
        id: Uuid,
        /// For `Authorization: Bearer`.
        token: String,
    }

    /// An API token in the list.
    Token {
        /// For `DELETE`.
        id: Uuid,
        /// As given.
        name: String,
        /// The one document it opens.
        document_id: Option<DocumentId>,
        /// RFC 3339.
        created_at: String,
        /// RFC 3339.
        expires_at: Option<String>,
        /// RFC 3339.
        last_used_at: Option<String>,
    }

    /// `POST /api/v1/rooms`
    RoomCreate {
        /// 1 to 200 characters.
        name: String,
    }

    /// `PATCH /api/v1/rooms/{room_id}`
    RoomPatch {
        /// 1 to 200 characters.
        #[serde(default)]
        name: Option<String>,
    }

    /// A room, as one of its members sees it.
    Room {
        /// The room.
        id: RoomId,
        /// As named.
        name: String,
        /// Of the person who asks.
        role: Role,
        /// How many members.
        member_count: u32,
        /// Position of the last message.
        last_seq: Seq,
        /// The person who asks has read up to here.
        read_seq: Seq,
        /// RFC 3339: the last message or stored edit.
        active_at: String,
        /// RFC 3339.
        created_at: String,
    }

    /// A member of a room.
    Member {
        /// Who.
        user: Person,
        /// For telling two of the same name apart.
        username: String,
        /// What they may do.
        role: Role,
        /// RFC 3339.
        joined_at: String,
    }

    /// `PATCH /api/v1/rooms/{room_id}/members/{user_id}`
    MemberPatch {
        /// The new role.
        role: Role,
    }

    /// `POST /api/v1/rooms/{room_id}/invites`
    InviteCreate {
        /// What whoever accepts may do; not `owner`.
        role: Role,
        /// A week when missing.
        #[serde(default)]
        expires_in_hours: Option<u32>,
        /// Without limit when missing.
        #[serde(default)]
        max_uses: Option<u32>,
    }

    /// Answer to [`InviteCreate`]: the only time the token is shown.
    InviteCreated {
        /// For `DELETE`.
        id: Uuid,
        /// Open in a browser to join.
        url: String,
        /// The secret part of the URL.
        token: String,
    }

    /// An invite in the list.
    Invite {
        /// For `DELETE`.
        id: Uuid,
        /// What whoever accepts may do.
        role: Role,
        /// How often accepted.
        use_count: u32,
        /// How often it may be.
        max_uses: Option<u32>,
        /// RFC 3339.
        expires_at: String,
        /// RFC 3339.
        created_at: String,
    }

    /// `GET /api/v1/invites/{token}`: what the invited person sees before accepting.
    InvitePreview {
        /// Where it leads.
        room_name: String,
        /// What they may do there.
        role: Role,
        /// Who invites.
        invited_by: String,
    }

    /// `POST /api/v1/rooms/{room_id}/documents`
    DocumentCreate {
        /// 1 to 200 characters.
        title: String,
        /// Markdown to begin with.
        #[serde(default)]
        content: Option<String>,
        /// What it is to be called by, made by whoever asks: a UUID of version 7. Asked again with the same one, the same person is answered
        /// with the document that was made. The server makes one when missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<DocumentId>,
    }

    /// `PATCH /api/v1/documents/{document_id}`
    DocumentPatch {
        /// 1 to 200 characters.
        #[serde(default)]
        title: Option<String>,
        /// Parent in the tree; `null` moves it to the top.
        #[serde(default, with = "double_option", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Uuid>))]
        parent_id: Option<Option<DocumentId>>,
        /// Comes right after this sibling; `null` makes it the first.
        #[serde(default, with = "double_option", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Uuid>))]
        after_id: Option<Option<DocumentId>>,
    }

    /// A document without its text.
    Document {
        /// The document.
        id: DocumentId,
        /// Where it lives.
        room_id: RoomId,
        /// As named.
        title: String,
        /// As named before, the latest first, at most eight: texts that name it so still lead to it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        former_titles: Vec<String>,
        /// Parent in the tree.
        parent_id: Option<DocumentId>,
        /// Order among siblings, ascending.
        position: f64,
        /// Position of the last stored edit.
        head_seq: Seq,
        /// Of the person who asks.
        role: Role,
        /// RFC 3339: the last stored edit.
        edited_at: String,
        /// RFC 3339.
        created_at: String,
        /// RFC 3339, of a deleted one in the list of those.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deleted_at: Option<String>,
    }

    /// Answer to `PUT …/content`.
    ContentStored {
        /// Position of the edit, or of the head when nothing had to change.
        seq: Seq,
    }

    /// A file that belongs to a document.
    Attachment {
        /// Names it.
        id: AttachmentId,
        /// What it is called.
        name: String,
        /// Found in its bytes: an image that browsers show, or `application/octet-stream`.
        media_type: String,
        /// How many there are.
        bytes: u64,
        /// Where it is, from the server's root.
        url: String,
        /// When it was stored.
        created_at: String,
        /// The relative address by which the document names it, of what came along with the document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
    }

    /// `POST /api/v1/rooms/{room_id}/messages`
    MessageCreate {
        /// Markdown.
        body: String,
        /// Makes a resend harmless.
        #[serde(default)]
        nonce: Option<Uuid>,
    }
}

/// A page of messages, in ascending order.
pub type Messages = List<Message>;

/// Tells a missing field from `null`.
mod double_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(value: &Option<Option<T>>, s: S) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(s)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::deserialize(d).map(Some)
    }
}
