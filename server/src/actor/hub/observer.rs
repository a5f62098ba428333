//! Who is told what becomes of edits.

use crate::actor::pace::SlowedBy;
use shared::error::ErrorCode;

/// Told what becomes of edits, for metrics.
pub trait Observer: Send + Sync + std::fmt::Debug + 'static {
    /// An edit was stored and is called saved now, this long after it was taken from its socket.
    fn edit_stored(&self, seconds: f64);
    /// An edit was refused.
    fn edit_refused(&self, code: ErrorCode);
    /// A client held more of a document than is stored: something was lost.
    fn regression(&self);
    /// A document was found damaged and is held at its last good state.
    fn quarantined(&self);
    /// A frame had to wait, since its sender, or all who send to the same place, are too fast.
    fn slowed(&self, by: SlowedBy);
    /// A snapshot's bytes are not the ones that were written; another way to the document was taken.
    fn snapshot_damaged(&self);
}
