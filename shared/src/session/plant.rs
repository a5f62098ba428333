//! Bugs planted on purpose in the tab, so that the simulator can be shown to catch them.

crate::planted_bugs! {
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
    /// The row of a message that waits goes when the server has stored it, long before its row as one of the conversation comes.
    SaidNotKept,
    /// Edits of a tab that is gone are made again under the name of the tab that finds them.
    GoneMadeAgain,
    /// A document is opened and its edits are sent before the server has made it.
    WrittenBeforeMade,
    /// What was written in a document that the server refuses to make is thrown away.
    RefusedLetGo,
    /// What waits when the right to write is lost is thrown away.
    RevokedLetGo,
    /// A copy of what a restored server has no more goes like that of any document that is gone.
    LostLetGo,
    /// What a tab has of a document past the position at which it is held goes when the tab hears of that.
    HeldLetGo,
    /// It stays on the screen.
    HeldShown,
    /// Edits that `Opened` says are stored count as saved before the tab holds all that is stored up to them.
    SettledTooEarly,
    /// Messages that a restored server has lost go like those of any history that is over.
    LostMessageLetGo,
    /// A message that a restored server has lost is said again by the next tab.
    LostMessageSaid,
    /// What the person has dealt with in one tab stays in another.
    DealtWithShown,
    /// What was open through one carrier counts as open through the next one.
    MovedAsOne,
}
