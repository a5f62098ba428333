//! Bugs planted on purpose in the server's machines, so that the simulator can be shown to catch them.

shared::planted_bugs! {
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
    /// A document that a tab asks for again is made again. Storage's mistake: the simulator's disk makes it.
    MadeAgain,
    /// Whoever has a document open stays in it when it is held at an earlier state.
    HeldLeftIn,
    /// What lies past the position at which a document is held is read by whoever opens it.
    HeldReadOn,
    /// What had passed the gate before a document was held is stored after it. Storage's mistake: the simulator's disk makes it.
    HoldUnchecked,
    /// A document that is held is loaded as if it were not. Storage's mistake: the simulator's disk makes it.
    HoldForgotten,
    /// The frames of a request that is made again are heard again.
    PostHeardTwice,
    /// A link forgets one frame more than was acknowledged.
    AcknowledgedTooFar,
}
