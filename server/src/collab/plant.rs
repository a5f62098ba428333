//! Bugs planted on purpose, so that the simulator can be shown to catch them. Without the feature `planted-bugs` none exists.

/// A mistake that somebody could make here one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// An edit is acknowledged when it has passed the gate, before it is stored.
    SavedBeforeStored,
    /// What is acknowledged is what has passed the gate, not what the commit stored.
    SavedTooFar,
    /// An edit is told to others when it has passed the gate, before it is stored.
    RemoteBeforeStored,
    /// One receiver is left out now and then, as if its queue had been full and the frame dropped.
    RemoteSkipped,
    /// A member who comes back is sent what follows the update after the last one it holds.
    ResumeOffByOne,
    /// What was stored while a bundle was under way is not told after it.
    BundleGap,
    /// Anybody may write as anybody's replica.
    OwnershipUnchecked,
    /// The gate believes that edits exist which were never stored.
    ClockNotRolledBack,
    /// Edits that were not stored count as under way for ever.
    NumberingNotRolledBack,
    /// Whoever loses a right keeps the channels that are open.
    RevokedStillThere,
    /// The presence of those who leave is not taken back.
    PresenceKept,
    /// A replica that comes back is told that its edits under way are stored.
    SavedThroughAccepted,
    /// A replica of another history is let in as if it were of this one.
    EpochUnchecked,
    /// A snapshot lacks the last update that it replaces. Storage's mistake: the simulator's disk makes it.
    CompactionOffByOne,
    /// What was refused since its login session had ended is refused for good.
    SignedOutForGood,
    /// What came in with an ended login session is stored. Storage's mistake: the simulator's disk makes it.
    CredentialUnchecked,
    /// A message that is said again is stored again. Storage's mistake: the simulator's disk makes it.
    NonceUnchecked,
    /// The frames of a request that is made again are heard again.
    PostHeardTwice,
    /// A link forgets one frame more than was acknowledged.
    AcknowledgedTooFar,
}

impl Plant {
    /// Every one.
    pub const ALL: [Self; 19] = [
        Self::SavedBeforeStored,
        Self::SavedTooFar,
        Self::RemoteBeforeStored,
        Self::RemoteSkipped,
        Self::ResumeOffByOne,
        Self::BundleGap,
        Self::OwnershipUnchecked,
        Self::ClockNotRolledBack,
        Self::NumberingNotRolledBack,
        Self::RevokedStillThere,
        Self::PresenceKept,
        Self::SavedThroughAccepted,
        Self::EpochUnchecked,
        Self::SignedOutForGood,
        Self::CredentialUnchecked,
        Self::CompactionOffByOne,
        Self::NonceUnchecked,
        Self::PostHeardTwice,
        Self::AcknowledgedTooFar,
    ];

    /// Whether the bug is there, on this thread.
    #[cfg(feature = "planted-bugs")]
    #[must_use]
    pub fn is_planted(self) -> bool {
        PLANTED.get() == Some(self)
    }

    /// Never.
    #[cfg(not(feature = "planted-bugs"))]
    #[must_use]
    pub const fn is_planted(self) -> bool {
        false
    }

    /// Runs `work` with the bug, on this thread.
    #[cfg(feature = "planted-bugs")]
    pub fn within<T>(self, work: impl FnOnce() -> T) -> T {
        let _uproot = Uproot;
        PLANTED.set(Some(self));
        work()
    }
}

#[cfg(feature = "planted-bugs")]
std::thread_local! {
    static PLANTED: std::cell::Cell<Option<Plant>> = const { std::cell::Cell::new(None) };
}

/// Takes the bug away again, also when the work panics.
#[cfg(feature = "planted-bugs")]
struct Uproot;

#[cfg(feature = "planted-bugs")]
impl Drop for Uproot {
    fn drop(&mut self) {
        PLANTED.set(None);
    }
}
