//! Every limit of the wire and of content, with its reason. The server's own (queues, rates, times) are options of the server.

/// Largest update in one edit, bytes. Large enough for a long paste in one piece, small enough that a batch of them commits quickly.
pub const UPDATE_BYTES_MAX: usize = 1 << 20;

/// Largest frame in either direction, bytes: an update in base64 with its JSON around it.
pub const FRAME_BYTES_MAX: usize = 1_500_000;

/// Longest insert in one CRDT transaction, UTF-16 units. A unit is at most three bytes of UTF-8, so this always fits one update.
pub const INSERT_UNITS_MAX: usize = 256 * 1024;

/// Size of one part of a catch-up, bytes. A socket's write buffer keeps the size of the largest message it ever sent.
pub const CATCHUP_PART_BYTES: usize = 16 * 1024;

/// Channels one socket may have open: a tab opens each room of its list, and its documents.
pub const CHANNELS_MAX: usize = 256;

/// Longest chat message, bytes of UTF-8.
pub const MESSAGE_BYTES_MAX: usize = 16 * 1024;

/// Messages sent when a room is opened without a position; older ones are asked for over HTTP.
pub const MESSAGES_RECENT: u64 = 50;

/// Messages sent to somebody who resumes; with more missing, only the latest are sent and the tab sees the gap.
pub const MESSAGES_CATCHUP_MAX: u64 = 200;

/// Clients whose structs one update may add. Honest updates add one; a stock client answering a state vector may add a few tabs' worth.
pub const UPDATE_CLIENTS_MAX: usize = 16;

/// Replicas a document may have. Each costs memory in every tab and on the server.
pub const DOCUMENT_REPLICAS_MAX: usize = 65_536;

/// UTF-16 units ever inserted into one document, over all replicas.
pub const DOCUMENT_UNITS_MAX: u64 = 64 << 20;

/// Longest document title and room name, Unicode scalar values.
pub const TITLE_CHARS_MAX: usize = 200;

/// Longest name of a file, Unicode scalar values: what most file systems take.
pub const FILE_NAME_CHARS_MAX: usize = 255;

/// Longest username, characters; lower-case letters, digits, `.`, `_` and `-`.
pub const USERNAME_CHARS_MAX: usize = 40;

/// Longest display name, Unicode scalar values.
pub const DISPLAY_NAME_CHARS_MAX: usize = 80;

/// Shortest and longest password, Unicode scalar values. The upper bound keeps hashing cheap to refuse.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// See [`PASSWORD_CHARS_MIN`].
pub const PASSWORD_CHARS_MAX: usize = 256;

/// Between two heartbeats of a tab, milliseconds.
pub const PING_INTERVAL_MS: u64 = 10_000;

/// After this long without a word from the server a tab calls the link dead, milliseconds.
pub const LINK_DEAD_MS: u64 = 25_000;

/// Between two presence frames of one channel, milliseconds: carets are for eyes.
pub const PRESENCE_INTERVAL_MS: u64 = 100;

// An update must fit a frame in the wordier codec: four bytes of base64 for three, and the JSON around them.
const _: () = assert!(UPDATE_BYTES_MAX.div_ceil(3) * 4 + 1024 <= FRAME_BYTES_MAX);
const _: () = assert!(INSERT_UNITS_MAX * 3 + 1024 <= UPDATE_BYTES_MAX);
const _: () = assert!(LINK_DEAD_MS > 2 * PING_INTERVAL_MS);
