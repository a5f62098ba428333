//! Bugs planted on purpose in the tab, so that the simulator can be shown to catch them. Without the feature `planted-bugs` none exists.

/// A mistake that somebody could make here one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// Edits are sent before the tab's store has them.
    SentBeforeDurable,
    /// Edits count as durable when they are given to the store, not when it has them.
    DurableBeforeKept,
    /// Rows of edits go before the server has acknowledged them.
    DroppedBeforeSaved,
    /// A replica whose store has lost edits that were sent is written on with their numbers.
    NumbersReused,
    /// A copy is taken over although the tab that writes to it lives.
    LivingTakenOver,
    /// Edits of tabs that are gone are forgotten.
    GoneForgotten,
    /// Text of others is not written down, though edits build on it.
    OthersNotKept,
    /// A copy kept aside stands in memory only.
    AsideNotKept,
    /// A message is sent before the tab's store has it, and not given to it.
    MessageNotKept,
    /// Edits of a tab that is gone are made again under the name of the tab that finds them.
    GoneMadeAgain,
}

impl Plant {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::SentBeforeDurable,
        Self::DurableBeforeKept,
        Self::DroppedBeforeSaved,
        Self::NumbersReused,
        Self::LivingTakenOver,
        Self::GoneForgotten,
        Self::OthersNotKept,
        Self::AsideNotKept,
        Self::MessageNotKept,
        Self::GoneMadeAgain,
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
