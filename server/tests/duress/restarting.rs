//! Restarts under people who type, and under many tabs at once.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarts_while_people_type_lose_and_repeat_nothing() {
    const RESTARTS: usize = 3;
    const SAVED_BETWEEN: usize = 150;
    let directory = TempDir::new().unwrap();
    let place = Place::prepare(directory.path(), 5).await;
    let mut server = Inkling::start(directory.path()).await;
    let address = server.address();
    let (saved, mut progress) = watch::channel(0);
    let (end, ended) = watch::channel(false);
    let working: Vec<_> = place
        .typists(address, &saved)
        .into_iter()
        .map(|mut typist| {
            let ended = ended.clone();
            tokio::spawn(async move {
                typist.types_until(&ended, |_| false).await;
                typist
            })
        })
        .collect();
    for _ in 0..RESTARTS {
        let goal = *progress.borrow() + SAVED_BETWEEN;
        progress.wait_for(|saved| *saved >= goal).await.unwrap();
        server.signal(Signal::TERM);
        let ended = timeout(STOP_MAX, server.end()).await.expect("it stops in time");
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let mut again = command(directory.path());
        again.env("INKLING_LISTEN", address.to_string());
        server = Inkling::spawn(again).await;
    }
    let goal = *progress.borrow() + SAVED_BETWEEN;
    progress.wait_for(|saved| *saved >= goal).await.unwrap();
    end.send_replace(true);
    let mut typists: Vec<_> = join_all(working).await.into_iter().map(Result::unwrap).collect();
    let edits = all_have_all(&mut typists, &server, &place).await;
    // A tab that is to come back late may miss one of the servers.
    assert!(typists.iter().all(|typist| typist.tab.connected > 1));
    println!("{RESTARTS} restarts, {edits} edits acknowledged, 0 lost, 0 repeated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_sent_away_has_been_told_of_all_that_was_taken() {
    const EDITS: u32 = 400;
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let document = ada.new_document(ada.new_room("Kitchen").await, "Soup").await;
    let bearer = vec![(header::AUTHORIZATION, format!("Bearer {}", ada.token().await))];
    let handshake = Handshake::new(Codec::Binary, bearer);
    let client_id = ClientId(7);
    let mut client = Client::connect(server.server.address(), &handshake).await.unwrap();
    client.open_document(document, client_id, None).await;
    let mut replica = Replica::new(client_id);
    for number in 0..EDITS {
        let splice = Splice {
            from: number,
            to: number,
            insert: "x".to_owned(),
        };
        for update in replica.edit(&[splice], 0, None).unwrap() {
            let client_seq = ClientSeq(u64::from(number) + 1);
            let update = update.into();
            let edit = ClientFrame::Edit {
                channel: FIRST,
                client_seq,
                update,
            };
            client.send(&edit).await;
        }
    }
    let saved = |frame: &ServerFrame| match frame {
        ServerFrame::Saved { client_seq, .. } => Some(*client_seq),
        _ => None,
    };
    let first = client.until(saved).await;
    let hearing = async {
        let mut told = first;
        loop {
            match client.next_or_closed().await {
                Ok(frame) => told = saved(&frame).unwrap_or(told),
                Err(code) => return (told, code),
            }
        }
    };
    let (directory, (told, code)) = tokio::join!(server.stop(), hearing);
    assert_eq!(code, Some(1001));
    let database = Database::open(directory.path()).await.unwrap();
    let (_, state) = database.reader.document_state(document).await.unwrap().unwrap();
    let stored = state
        .replicas
        .iter()
        .find(|replica| replica.client_id == client_id)
        .unwrap();
    assert_eq!(told, stored.last_client_seq, "stored, and not said to be");
    println!("{first} when it was asked to stop, {told} of {EDITS} at the end");
}

/// Tabs in a document that they share, and tabs in one of their own.
const TOGETHER: u32 = 30;
const ALONE: u32 = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_comes_back_after_a_restart_with_what_they_typed_meanwhile() {
    let directory = TempDir::new().unwrap();
    let server = Inkling::start(directory.path()).await;
    let address = server.address();
    let ada = register(&server.browser(), "ada").await;
    let room = ada.new_room("Kitchen").await;
    let shared = ada.new_document(room, "Soup").await;
    let headers = vec![(header::AUTHORIZATION, format!("Bearer {}", ada.token().await))];
    let tab = |document: DocumentId, number| {
        WholeTab::at(address, headers.clone(), Codec::Binary, document, ClientId(number))
    };
    let mut tabs: Vec<_> = (1..=TOGETHER).map(|number| tab(shared, number)).collect();
    for number in TOGETHER + 1..=TOGETHER + ALONE {
        tabs.push(tab(ada.new_document(room, "Bread").await, number));
    }
    join_all(tabs.iter_mut().map(|tab| tab.until(WholeTab::is_saved))).await;

    server.signal(Signal::TERM);
    assert_eq!(server.end().await.code, Some(0));
    for (number, tab) in (1..).zip(&mut tabs) {
        tab.types(&format!("[{number}]"));
    }
    let mut again = command(directory.path());
    again.env("INKLING_LISTEN", address.to_string());
    let _server = Inkling::spawn(again).await;
    let together: usize = (1..=TOGETHER).map(|number| format!("[{number}]").len()).sum();
    let (in_shared, in_own) = tabs.split_at_mut(TOGETHER as usize);
    tokio::join!(
        join_all(
            in_shared
                .iter_mut()
                .map(|tab| tab.until(|tab| tab.is_saved() && tab.text().len() >= together))
        ),
        join_all(in_own.iter_mut().map(|tab| tab.until(WholeTab::is_saved))),
    );
    let text = in_shared[0].text();
    assert_eq!(text.len(), together, "something is there twice");
    assert!((1..=TOGETHER).all(|number| text.contains(&format!("[{number}]"))));
    assert!(in_shared.iter().all(|tab| tab.text() == text));
    for (number, tab) in (TOGETHER + 1..).zip(in_own) {
        assert_eq!(tab.text(), format!("[{number}]"));
    }
    assert!(tabs.iter().all(|tab| tab.connected > 1 && tab.set_aside == 0));
}
