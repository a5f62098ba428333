//! Updates as Yjs 13.6.33 writes them: typing, undo, garbage collection, merged updates, answers to state vectors, whole states.
//!
//! A line is the account of the sender and an update in base64, in the order of the log; `=` ends a document with its text.
//! Positions fall inside of surrogate pairs too.

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

#[test]
fn what_yjs_sends_passes_and_yrs_reads_the_same_text_in_it() {
    let mut log = Log::default();
    let mut documents = 0;
    for line in include_str!("yjs-13.6.33.txt").lines() {
        let (sender, rest) = line.split_once(' ').expect("two fields");
        if sender == "=" {
            let doc = replica(1);
            apply(&doc, &log.updates);
            let expected: String = serde_json::from_str(rest).expect("a JSON string");
            assert_eq!(text(&doc), expected);
            log = Log::default();
            documents += 1;
        } else {
            let update = BASE64.decode(rest).expect("base64");
            log.append(account(sender.parse().expect("a number")), update)
                .expect("what Yjs makes passes");
        }
    }
    assert_eq!(documents, 8);
}
