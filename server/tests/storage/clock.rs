//! A clock on the wall that is set back and forth: positions order things, and times only tell.

use super::*;
use server::db::segment::Segment;

/// An hour back after each step, and a day forward in between.
const TIMES: [u64; 6] = [0, 3_600_000, 0, 86_400_000, 82_800_000, 1];

fn at(step: usize) -> UnixMs {
    UnixMs(NOW.0 + TIMES[step])
}

#[tokio::test]
async fn edits_and_messages_stay_in_the_order_in_which_they_were_stored() {
    let fixture = Fixture::new().await;
    for step in 0..TIMES.len() {
        let after = step as u64;
        let edit = NewUpdate {
            at: at(step),
            ..update(ADA, 7, after + 1, b"edit")
        };
        let appended = fixture.writer.append_updates(DOCUMENT, batch(after, vec![edit])).await;
        assert_eq!(appended.unwrap(), [Ok(Seq(after + 1))]);
        let said = NewMessage {
            at: at(step),
            ..message(u128::from(after), ADA, &format!("message {step}"))
        };
        let said = fixture.writer.append_message(ROOM, said).await.unwrap().unwrap();
        assert_eq!((said.seq, said.at), (Seq(after + 1), at(step)));
    }
    let rows = fixture.reader.history(DOCUMENT, Seq(1)..=Seq(6)).await.unwrap();
    assert!(rows.iter().map(|row| row.at).eq((0..6).map(at)), "each as it was told");
    // And as history keeps them, in which times are differences.
    let segments = Segment::of(&rows);
    let again: Vec<_> = segments.iter().flat_map(|segment| segment.rows().unwrap()).collect();
    assert_eq!(again, rows);
    let messages = fixture.reader.messages(ROOM, Page::Before(Seq(7)), 10).await.unwrap();
    let bodies: Vec<_> = messages.iter().map(|message| message.body.as_str()).collect();
    assert_eq!(
        bodies,
        [
            "message 0",
            "message 1",
            "message 2",
            "message 3",
            "message 4",
            "message 5"
        ]
    );
    let document = fixture.reader.document(DOCUMENT).await.unwrap().unwrap();
    assert_eq!(document.edited_at, at(3), "the latest that there was");
    fixture.close().await;
}
