//! Servers that were put back to an older state, and the copies of what they have no more.

use super::*;

impl Tab {
    /// The server has no such document, and says that whatever it makes begins in this epoch.
    fn misses_the_document(&mut self, server_epoch: u64) {
        self.session.start(self.now_ms);
        self.welcome();
        self.hear(&ServerFrame::ServerEpoch {
            epoch: Epoch(server_epoch),
        });
        let channel = self.channel();
        self.hear(&ServerFrame::Closed {
            channel,
            code: Some(ErrorCode::NotFound),
            retryable: false,
        });
    }
}

/// A device with a document that the server has acknowledged in its first epoch, and a tab that comes to it later.
fn comes_back_to_what_was_saved(device: &mut Device) -> Tab {
    let mut tab = Tab::keeping(device);
    tab.write(0, "leeks");
    tab.rest(device);
    tab.saved(1, 1);
    tab.rest(device);
    assert_eq!(tab.document().save_state(), SaveState::Saved);
    drop(tab);
    Tab::reopened(device, &[])
}

#[test]
fn what_a_server_that_was_put_back_has_no_more_is_kept_aside_with_all_its_text() {
    let mut device = Device::default();
    let mut back = comes_back_to_what_was_saved(&mut device);
    let heads = device.range(all_heads());
    assert_eq!(lost_copies(&heads, Epoch(1), &[]), (vec![], true));
    assert_eq!(lost_copies(&heads, Epoch(2), &[]), (vec![DOCUMENT], true));
    assert_eq!(
        lost_copies(&heads, Epoch(2), &[SECOND]),
        (vec![], false),
        "a living tab's"
    );
    back.misses_the_document(2);
    back.rest(&mut device);
    let asides = read_asides(&device.range(aside_rows()));
    let [(DOCUMENT, ErrorCode::EpochChanged, copy)] = &asides[..] else {
        panic!("{asides:?}");
    };
    assert_eq!(copy.text, "leeks");
    assert_eq!(device.range(all_heads()), [], "it is in one place");
}

#[test]
fn what_somebody_has_deleted_leaves_no_copy() {
    let mut device = Device::default();
    let mut back = comes_back_to_what_was_saved(&mut device);
    back.misses_the_document(1);
    back.rest(&mut device);
    assert_eq!(device.asides(), [""; 0]);
    assert_eq!(device.range(all_heads()), []);
}

#[test]
fn text_that_the_editor_has_not_shown_yet_is_in_the_copy_too() {
    let mut device = Device::default();
    let mut tab = Tab::keeping(&mut device);
    tab.write(0, "leeks");
    tab.rest(&mut device);
    tab.saved(1, 1);
    let mut other = Replica::new(ClientId(8));
    let update = other.edit(&insert(0, "and rice"), 0, None).unwrap().remove(0);
    tab.remote(2, &update);
    tab.lose();
    tab.wait();
    tab.misses_the_document(2);
    tab.rest(&mut device);
    let texts = device.asides();
    assert!(texts[0].contains("leeks") && texts[0].contains("and rice"), "{texts:?}");
}
