//! How much is written, how many rows there are, and which copies go.

use super::*;

#[test]
fn what_is_written_grows_with_what_is_typed_and_not_with_the_document() {
    let mut device = Device::default();
    let mut tab = Tab::having_kept(&mut device, &"A long document. ".repeat(20_000));
    let mut written = 0;
    for n in 0..1_000 {
        tab.write(n, "x");
        while let Some(keep) = tab.session.poll_keep() {
            written += keep
                .puts
                .iter()
                .map(|(key, value)| key.len() + value.len())
                .sum::<usize>();
            let token = device.apply(keep);
            tab.session.handle_kept(tab.now_ms, token);
        }
        tab.saved(u64::from(n) + 2, u64::from(n) + 2);
        tab.now_ms += 300;
        tab.session.handle_timeout(tab.now_ms);
        tab.sent();
    }
    assert!(
        written < 2 * 320_000,
        "{written} bytes for 1000 keys in 320 KB: one copy, and the keys"
    );
    let rows = device.range(document_rows(DOCUMENT)).len();
    assert!(rows < 3_000, "{rows} rows");
    assert_eq!(Tab::reopened(&mut device, &[]).text(), tab.text());
}

#[test]
fn a_copy_is_written_anew_so_that_rows_do_not_pile_up() {
    let mut device = Device::default();
    let mut tab = Tab::keeping(&mut device);
    for n in 0..5_000 {
        tab.write(n, "x");
        tab.keep(&mut device);
        tab.saved(u64::from(n) + 1, u64::from(n) + 1);
        tab.now_ms += 100;
        tab.session.handle_timeout(tab.now_ms);
        tab.sent();
    }
    tab.rest(&mut device);
    let rows = device.range(document_rows(DOCUMENT)).len();
    assert!(rows < 2_500, "{rows} rows");
    assert_eq!(Tab::reopened(&mut device, &[]).text(), tab.text());
}

#[test]
fn the_oldest_copies_go_first_and_none_with_work_that_the_server_lacks() {
    use crate::session::keep::{FORMAT, Facts, Head, encode, key};
    let head = |opened_at, last, tab| {
        encode(&Head {
            format: FORMAT,
            tab,
            facts: Facts {
                epoch: Epoch(1),
                held: Seq(0),
                role: None,
                read_only: None,
                saved_through: ClientSeq(1),
                last: ClientSeq(last),
                title: None,
                room: None,
            },
            order: 0,
            opened_at: UnixMs(opened_at),
            bytes: 10,
        })
    };
    let row = |n: u32, head| (key::head(DOCUMENT, ClientId(n)), head);
    let heads = vec![
        row(1, head(1, 2, None)),
        row(2, head(2, 1, Some(FIRST))),
        row(3, head(3, 1, None)),
        row(4, head(4, 1, None)),
    ];
    assert_eq!(evict(&heads, 40, &[FIRST]), []);
    let gone = evict(&heads, 30, &[FIRST]);
    assert_eq!(gone[0], key::only(&key::head(DOCUMENT, ClientId(3))));
    assert_eq!(gone.len(), 2);
    assert_eq!(evict(&heads, 0, &[FIRST]).len(), 4, "two may go, whatever is asked");
    assert_eq!(count_unsaved(&heads).edits, 1);
}
