//! Much at once in one document, while somebody types into another.

use super::*;

/// Ten megabytes go into one document, as fast as the server takes them, while somebody types into another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_huge_paste_does_not_keep_others_from_being_saved() {
    const PASTE_BYTES: usize = 10 << 20;
    const PIECE: usize = 256 * 1024;
    /// Others' edits are stored between the pieces, not after the last. Times are printed and not asserted: whatever else runs here is in them.
    const SAVED_MEANWHILE_MIN: usize = 5;
    let directory = TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    let ada = register(&server.browser(), "ada").await;
    let room = ada.new_room("Kitchen").await;
    let (soup, book) = (
        ada.new_document(room, "Soup").await,
        ada.new_document(room, "Book").await,
    );
    let headers = vec![(header::AUTHORIZATION, format!("Bearer {}", ada.token().await))];
    let at = |document, id| WholeTab::at(server.address(), headers.clone(), Codec::Binary, document, ClientId(id));
    let (mut typist, mut paster) = (at(soup, 1), at(book, 2));
    tokio::join!(typist.until(WholeTab::is_saved), paster.until(WholeTab::is_saved));
    let (pasted, is_pasted) = watch::channel(false);
    let pasting = tokio::spawn(async move {
        let piece = "words and more of them. ".repeat(PIECE / 24);
        let mut left = PASTE_BYTES / piece.len();
        while left > 0 {
            paster.until(|tab| tab.unsaved() < 4).await;
            paster.types(&piece);
            left -= 1;
        }
        paster.until(WholeTab::is_saved).await;
        pasted.send_replace(true);
        paster.set_aside
    });
    let (mut waits, mut quiet) = (Vec::new(), Vec::new());
    while !*is_pasted.borrow() || waits.is_empty() {
        let began = std::time::Instant::now();
        typist.types("x");
        typist.until(WholeTab::is_saved).await;
        waits.push(began.elapsed());
    }
    assert_eq!(pasting.await.unwrap(), 0);
    for _ in 0..waits.len().min(200) {
        let began = std::time::Instant::now();
        typist.types("x");
        typist.until(WholeTab::is_saved).await;
        quiet.push(began.elapsed());
    }
    let middle_and_p99 = |waits: &mut Vec<Duration>| {
        waits.sort_unstable();
        (waits[waits.len() / 2], waits[waits.len() * 99 / 100])
    };
    let (during, without) = (middle_and_p99(&mut waits), middle_and_p99(&mut quiet));
    println!(
        "{} edits during the paste: p50, p99 {during:?}; without: {without:?}",
        waits.len()
    );
    assert!(
        waits.len() >= SAVED_MEANWHILE_MIN,
        "{} edits while ten megabytes were stored",
        waits.len()
    );
}
