//! What happened in a run, so that it can be shown to have meant something.

/// What happened, so that a run can be shown to have meant something.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    pub(crate) edits: u64,
    pub(crate) messages: u64,
    pub(crate) crashes: u64,
    pub(crate) resumes: u64,
    pub(crate) slow_consumers: u64,
    pub(crate) compactions: u64,
    pub(crate) bundles: u64,
    pub(crate) restores: u64,
    pub(crate) set_asides: u64,
    pub(crate) refusals_full: u64,
    pub(crate) revocations: u64,
    pub(crate) steals: u64,
    pub(crate) forgeries: u64,
}

impl Counters {
    fn all(&self) -> [(&'static str, u64); 13] {
        [
            ("edits", self.edits),
            ("messages", self.messages),
            ("crashes", self.crashes),
            ("resumes", self.resumes),
            ("slow consumers", self.slow_consumers),
            ("compactions", self.compactions),
            ("bundles", self.bundles),
            ("restored backups", self.restores),
            ("copies set aside", self.set_asides),
            ("refusals by a full disk", self.refusals_full),
            ("revocations", self.revocations),
            ("stolen client ids", self.steals),
            ("forged edits", self.forgeries),
        ]
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.edits += other.edits;
        self.messages += other.messages;
        self.crashes += other.crashes;
        self.resumes += other.resumes;
        self.slow_consumers += other.slow_consumers;
        self.compactions += other.compactions;
        self.bundles += other.bundles;
        self.restores += other.restores;
        self.set_asides += other.set_asides;
        self.refusals_full += other.refusals_full;
        self.revocations += other.revocations;
        self.steals += other.steals;
        self.forgeries += other.forgeries;
    }

    pub(crate) fn assert_that_everything_happened(&self) {
        for (what, count) in self.all() {
            assert!(count > 0, "no {what} in all these runs: they show nothing");
        }
    }
}
