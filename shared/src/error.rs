//! The one vocabulary of failure that crosses the wire, and the sentence a person reads for each word of it.

use serde::{Deserialize, Serialize};

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $sentence:literal;)*) => {
        /// Why something was refused or closed. New codes are appended: the binary wire counts them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// Every code, in wire order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name used in JSON, logs and metrics.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What a person is told, in English; the tab's message catalogue may say it in another language.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }
        }
    };
}

error_codes! {
    /// The bytes are not a frame, or the JSON is not a body.
    Malformed = "malformed", "The server could not read that request.";
    /// The client speaks a version of the wire that this server does not.
    UnsupportedVersion = "unsupported_version", "This tab is from another release. Reload it.";
    /// A frame over the byte limit.
    FrameTooLarge = "frame_too_large", "That was too large to send at once.";
    /// The channel is not open.
    UnknownChannel = "unknown_channel", "That document is not open.";
    /// The channel number is already in use on this socket.
    ChannelInUse = "channel_in_use", "That is already open.";
    /// More channels than one socket may have.
    TooManyChannels = "too_many_channels", "Too many things are open in this tab.";
    /// No valid login session or token.
    NotSignedIn = "not_signed_in", "Please sign in.";
    /// Signed in and may see it, yet not do this.
    NotAllowed = "not_allowed", "You are not allowed to do that.";
    /// Does not exist, or may not be seen.
    NotFound = "not_found", "There is nothing here, or it is not shared with you.";
    /// The role reads only.
    ReadOnly = "read_only", "You can read this but not change it.";
    /// The role changed; open the channel again to get the new one.
    RoleChanged = "role_changed", "Your role here has changed.";
    /// The update is not well-formed Yjs update format v1.
    UpdateMalformed = "update_malformed", "An edit was damaged and could not be stored.";
    /// The update holds content that documents do not have.
    UpdateForbiddenContent = "update_forbidden_content", "An edit held something that documents cannot contain.";
    /// The update is over the byte limit.
    UpdateTooLarge = "update_too_large", "That edit is too large.";
    /// The client id belongs to another account.
    ClientIdTaken = "client_id_taken", "Another person's edits carry that mark.";
    /// A clock that leaves a gap or goes past what is plausible.
    ClockGap = "clock_gap", "An edit arrived without the edits before it.";
    /// The update refers to something that does not exist.
    UnknownReference = "unknown_reference", "An edit refers to text that does not exist.";
    /// More replicas than a document may have.
    TooManyReplicas = "too_many_replicas", "This document has been opened too many times.";
    /// The document has reached its size limit.
    DocumentFull = "document_full", "This document has reached its size limit.";
    /// A client sequence number out of turn.
    OutOfOrder = "out_of_order", "An edit arrived out of order.";
    /// No room on the server's disk. Nothing is stored until there is.
    StorageFull = "storage_full", "The server's disk is full, so nothing can be stored right now.";
    /// Storage failed; the server stops acknowledging.
    StorageFailed = "storage_failed", "The server cannot store anything at the moment.";
    /// The document is held at its last good state.
    Quarantined = "quarantined", "This document is damaged and is held at its last good state.";
    /// The client's epoch is not the document's.
    EpochChanged = "epoch_changed", "This document was restored from a backup.";
    /// The client is ahead of the server in the same epoch.
    Regression = "regression", "The server has less of this document than this tab.";
    /// A message without text.
    MessageEmpty = "message_empty", "A message needs some text.";
    /// A message over the limit.
    MessageTooLong = "message_too_long", "That message is too long.";
    /// The client did not read what was sent to it.
    SlowConsumer = "slow_consumer", "The connection is too slow to keep up.";
    /// Too many requests.
    TooFast = "too_fast", "Too many requests. Wait a moment.";
    /// The server is stopping.
    GoingAway = "going_away", "The server is restarting.";
    /// Our bug.
    Internal = "internal", "Something went wrong on the server.";
    /// The login session was ended or the password changed.
    SignedOut = "signed_out", "You have been signed out.";
    /// Unknown user or wrong password; the same for both.
    InvalidCredentials = "invalid_credentials", "That name and password do not match.";
    /// The username is in use.
    UsernameTaken = "username_taken", "That username is taken.";
    /// Accounts cannot be created, or not without an invite.
    RegistrationClosed = "registration_closed", "New accounts need an invite here.";
    /// Unknown, used up, expired or revoked invite.
    InviteInvalid = "invite_invalid", "This invite is not valid any more.";
    /// A field of the body is missing or out of bounds; the field is named.
    FieldInvalid = "field_invalid", "That value cannot be used.";
    /// A room keeps at least one owner.
    LastOwner = "last_owner", "A room needs at least one owner.";
    /// The body is over its limit.
    BodyTooLarge = "body_too_large", "That is too large.";
    /// The media type is not one this route reads.
    UnsupportedMediaType = "unsupported_media_type", "That kind of content cannot be read here.";
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", "That cannot be done here.";
    /// The request came from another site.
    ForeignOrigin = "foreign_origin", "That request came from another site.";
    /// The document's text could not be worked out; try again.
    MaterializeFailed = "materialize_failed", "The document's text could not be worked out.";
    /// The server took too long.
    TimedOut = "timed_out", "That took too long.";
    /// The account has as many sockets open as it may have.
    TooManySockets = "too_many_sockets", "You have too many tabs open. Close one.";
    /// The files of the room are as many bytes as they may be.
    QuotaExceeded = "quota_exceeded", "There is no more space for files in this room.";
    /// The password is right, and an administrator has suspended the account.
    AccountSuspended = "account_suspended", "This account is suspended. Ask whoever runs this server.";
}

impl ErrorCode {
    /// Whether doing the same again later can succeed without anybody changing anything.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::RoleChanged
                | Self::OutOfOrder
                | Self::StorageFull
                | Self::StorageFailed
                | Self::SlowConsumer
                | Self::TooFast
                | Self::GoingAway
                | Self::Internal
                | Self::MaterializeFailed
                | Self::TimedOut
        )
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_name_and_the_log_name_are_the_same() {
        for code in ErrorCode::ALL {
            let json = serde_json::to_string(code).expect("a unit variant always encodes");
            assert_eq!(json, format!("\"{}\"", code.as_str()));
        }
    }
}
