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
    pub(crate) rescued: u64,
    pub(crate) lost_said_again: u64,
    pub(crate) lost_discarded: u64,
    pub(crate) refusals_full: u64,
    pub(crate) revocations: u64,
    pub(crate) sign_outs: u64,
    pub(crate) refusals_signed_out: u64,
    pub(crate) steals: u64,
    pub(crate) forgeries: u64,
    pub(crate) kept: u64,
    pub(crate) stores_failed: u64,
    pub(crate) stores_regained: u64,
    pub(crate) tab_crashes: u64,
    pub(crate) devices_lost: u64,
    pub(crate) claims: u64,
    pub(crate) made: u64,
    pub(crate) made_before: u64,
    pub(crate) made_offline: u64,
    pub(crate) not_made: u64,
    pub(crate) falls: u64,
    pub(crate) climbs: u64,
    pub(crate) switches_unsaved: u64,
    pub(crate) requests_again: u64,
    pub(crate) holds: u64,
    pub(crate) holds_under_way: u64,
    pub(crate) holds_loaded: u64,
    pub(crate) held_rescued: u64,
    pub(crate) held_whole: u64,
}

impl Counters {
    fn all(&self) -> [(&'static str, u64); 37] {
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
            ("documents that a restored server had no more", self.rescued),
            ("lost messages that were said again", self.lost_said_again),
            ("lost messages that were discarded", self.lost_discarded),
            ("refusals by a full disk", self.refusals_full),
            ("revocations", self.revocations),
            ("ended login sessions", self.sign_outs),
            ("refusals since a login session had ended", self.refusals_signed_out),
            ("stolen client ids", self.steals),
            ("forged edits", self.forgeries),
            ("transactions kept", self.kept),
            ("failed stores", self.stores_failed),
            ("stores that took something again", self.stores_regained),
            ("crashed tabs", self.tab_crashes),
            ("devices that lost something", self.devices_lost),
            ("copies taken over", self.claims),
            ("documents made by tabs", self.made),
            ("documents asked for again", self.made_before),
            ("documents made offline", self.made_offline),
            ("documents refused", self.not_made),
            ("falls to a lesser carrier", self.falls),
            ("climbs to a better carrier", self.climbs),
            ("switches of carriers with unsaved edits", self.switches_unsaved),
            ("requests made again", self.requests_again),
            ("documents held at an earlier state", self.holds),
            ("documents held while edits were under way", self.holds_under_way),
            ("held documents read from disk", self.holds_loaded),
            ("copies of held documents set aside", self.held_rescued),
            ("documents of which nothing may be read", self.held_whole),
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
        self.rescued += other.rescued;
        self.lost_said_again += other.lost_said_again;
        self.lost_discarded += other.lost_discarded;
        self.refusals_full += other.refusals_full;
        self.revocations += other.revocations;
        self.sign_outs += other.sign_outs;
        self.refusals_signed_out += other.refusals_signed_out;
        self.steals += other.steals;
        self.forgeries += other.forgeries;
        self.kept += other.kept;
        self.stores_failed += other.stores_failed;
        self.stores_regained += other.stores_regained;
        self.tab_crashes += other.tab_crashes;
        self.devices_lost += other.devices_lost;
        self.claims += other.claims;
        self.made += other.made;
        self.made_before += other.made_before;
        self.made_offline += other.made_offline;
        self.not_made += other.not_made;
        self.falls += other.falls;
        self.climbs += other.climbs;
        self.switches_unsaved += other.switches_unsaved;
        self.requests_again += other.requests_again;
        self.holds += other.holds;
        self.holds_under_way += other.holds_under_way;
        self.holds_loaded += other.holds_loaded;
        self.held_rescued += other.held_rescued;
        self.held_whole += other.held_whole;
    }

    pub(crate) fn assert_that_everything_happened(&self) {
        for (what, count) in self.all() {
            assert!(count > 0, "no {what} in all these runs: they show nothing");
        }
    }
}
