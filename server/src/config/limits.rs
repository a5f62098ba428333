//! The bounds that whoever runs the server may move.

use super::ConfigError;
use super::sources::Sources;

macro_rules! limits {
    ($($name:ident, $flag:literal = $default:literal, $help:literal;)*) => {
        /// Bounds that whoever runs the server may move; each is the option `--limit-NAME`.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Limits { $(#[doc = $help] pub $name: u64,)* }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Limits {
            pub(super) const SPECS: &'static [(&'static str, u64, &'static str)] = &[$(($flag, $default, $help),)*];

            /// Those that are not the default, by the names of their options.
            pub fn moved(&self) -> impl Iterator<Item = (&'static str, u64)> {
                let all = [$(($flag, self.$name, $default),)*];
                all.into_iter().filter_map(|(name, value, default)| (value != default).then_some((name, value)))
            }

            fn set(&mut self, flag: &str, value: u64) {
                match flag {
                    $($flag => self.$name = value,)*
                    _ => unreachable!("only the flags of SPECS are read"),
                }
            }
        }
    };
}

limits! {
    login_attempts, "limit-login-attempts" = 10, "Sign-in attempts a minute for one account";
    login_attempts_per_address, "limit-login-attempts-per-address" = 60, "Sign-in and registration attempts a minute from one address";
    password_hashes, "limit-password-hashes" = 2, "Passwords hashed at the same time; each takes 19 MiB of memory";
    connections, "limit-connections" = 20_000, "Connections at the same time";
    header_ms, "limit-header-ms" = 10_000, "Milliseconds a client may take to send the head of a request";
    request_ms, "limit-request-ms" = 30_000, "Milliseconds a request may take";
    body_bytes, "limit-body-bytes" = 131_072, "Bytes of a JSON body";
    content_bytes, "limit-content-bytes" = 4_194_304, "Bytes of Markdown sent to a document at once";
    rooms_per_user, "limit-rooms-per-user" = 1_000, "Rooms one account may create or join";
    members_per_room, "limit-members-per-room" = 10_000, "Members of a room";
    documents_per_room, "limit-documents-per-room" = 10_000, "Documents of a room";
    invites_per_room, "limit-invites-per-room" = 1_000, "Invites of a room that are neither used up nor expired";
    tokens_per_user, "limit-tokens-per-user" = 100, "API tokens of one account";
    sessions_per_user, "limit-sessions-per-user" = 100, "Signed-in browsers of one account; the one unused longest is signed out";
    sockets_per_user, "limit-sockets-per-user" = 200, "Sockets one account may have open, one for each tab and each document of a stock Yjs client; more are refused";
    socket_frames, "limit-socket-frames" = 500, "Frames a second from one socket, and ten seconds' worth at once; more has to wait";
    socket_bytes, "limit-socket-bytes" = 4_194_304, "Bytes a second from one socket, and ten seconds' worth at once; more has to wait";
    silence_ms, "limit-silence-ms" = 60_000, "Milliseconds a socket may say nothing, or take nothing of what waits for it; tabs ping every ten seconds";
    slowed_ms, "limit-slowed-ms" = 60_000, "Milliseconds that one socket may be made to wait for its own rate without a pause; then it is closed";
    user_frames, "limit-user-frames" = 2_000, "Frames a second from all sockets of one account, and ten seconds' worth at once; more has to wait";
    user_bytes, "limit-user-bytes" = 8_388_608, "Bytes a second from all sockets of one account, and ten seconds' worth at once; more has to wait";
    target_frames, "limit-target-frames" = 5_000, "Edits, messages and presences a second into one document or room, and ten seconds' worth at once; more has to wait";
    target_bytes, "limit-target-bytes" = 16_777_216, "Bytes of them a second into one document or room, and ten seconds' worth at once; more has to wait";
    queue_packets, "limit-queue-packets" = 1_024, "Commits and other news waiting for one socket; more closes it";
    queue_bytes, "limit-queue-bytes" = 4_194_304, "Bytes waiting for one socket; more closes it";
    links_per_user, "limit-links-per-user" = 50, "Tabs of one account that are connected without a WebSocket, over plain HTTP";
    links_per_address, "limit-links-per-address" = 2_000, "Tabs from one address that are connected so; behind a proxy all have its address";
    links_per_minute, "limit-links-per-minute" = 120, "Connections a minute that the tabs of one account make so";
    deleted_days, "limit-deleted-days" = 30, "Days in which a deleted document can be brought back; it is erased when the server has run for a day after them";
    attachment_bytes, "limit-attachment-bytes" = 26_214_400, "Bytes of one file that is put into a document";
    room_attachment_bytes, "limit-room-attachment-bytes" = 1_073_741_824, "Bytes of all files in the documents of one room";
    attachment_days, "limit-attachment-days" = 30, "Days that a file is kept which nothing written in its room names any more; it goes when the server has run for a day after them";
    import_bytes, "limit-import-bytes" = 268_435_456, "Bytes of a file or an archive that is imported into a room at once";
    idle_unload_ms, "limit-idle-unload-ms" = 60_000, "Milliseconds that a document or room nobody is in stays in memory";
}

impl Limits {
    pub(super) fn from(sources: &Sources<'_>) -> Result<Self, ConfigError> {
        let mut limits = Self::default();
        for (name, ..) in Self::SPECS {
            if let Some(value) = sources.one(name, number)? {
                limits.set(name, value);
            }
        }
        Ok(limits)
    }
}

fn number(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("{text} is not a number above 0")),
        Ok(number) => Ok(number),
    }
}
