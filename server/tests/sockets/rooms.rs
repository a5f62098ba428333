//! Rooms: messages, read positions, who is there and what they are called.

use super::*;

#[tokio::test]
async fn whoever_comes_into_a_room_is_told_of_to_those_in_it() {
    let server = TestServer::start().await;
    let (ada, room, _) = ada_with_a_document(&server).await;
    let mut adas = ada.connect(&server, Codec::Binary).await;
    adas.open_room(room, None).await;
    let members_changed = |frame: &ServerFrame| {
        let change = Change::Members;
        (*frame == ServerFrame::Changed { channel: FIRST, change }).then_some(())
    };
    ben_in(&server, &ada, room).await;
    adas.until(members_changed).await;

    let path = format!("/api/v1/rooms/{room}/invites");
    let invite = ada.person.post(&path, json!({"role": "viewer"})).await.expect(201);
    let account = json!({"username": "cleo", "password": PASSWORD, "invite": invite["token"]});
    server.browser().post("/api/v1/register", account).await.expect(201);
    adas.until(members_changed).await;
}

#[tokio::test]
async fn a_message_said_again_is_answered_and_not_repeated() {
    let server = TestServer::start().await;
    let (ada, room, _) = ada_with_a_document(&server).await;
    let ben = ben_in(&server, &ada, room).await;
    let (mut adas, mut bens) = (
        ada.connect(&server, Codec::Json).await,
        ben.connect(&server, Codec::Binary).await,
    );
    let (first, second) = (nonce(), nonce());
    bens.open_room(room, resume(0)).await;
    adas.open_room(room, resume(0)).await;
    adas.say(first, "hello").await;
    let said = adas.said().await;
    drop(adas);
    let mut adas = ada.connect(&server, Codec::Json).await;
    adas.open_room(room, resume(said.seq.0)).await;
    adas.say(first, "hello").await;
    assert_eq!(adas.said().await, said);
    adas.say(second, "bye").await;
    assert_eq!(bens.said().await, said);
    assert_eq!(bens.said().await.nonce, second, "the first was not repeated");
}

#[tokio::test]
async fn reading_in_one_tab_is_seen_in_the_other() {
    let server = TestServer::start().await;
    let (ada, room, _) = ada_with_a_document(&server).await;
    let ben = ben_in(&server, &ada, room).await;
    let mut adas = ada.connect(&server, Codec::Binary).await;
    adas.open_room(room, resume(0)).await;
    let (mut one, mut two) = (
        ben.connect(&server, Codec::Binary).await,
        ben.connect(&server, Codec::Binary).await,
    );
    one.open_room(room, resume(0)).await;
    two.open_room(room, resume(0)).await;
    adas.say(nonce(), "hello").await;
    let seq = one.said().await.seq;
    one.send(&ClientFrame::Read { channel: FIRST, seq }).await;
    let told = |frame: &ServerFrame| match frame {
        ServerFrame::ReadThrough { seq, .. } => Some(*seq),
        _ => None,
    };
    assert_eq!(two.until(told).await, seq);
    assert_eq!(adas.until(told).await, seq, "one's own message counts as read");
}

#[tokio::test]
async fn a_new_name_reaches_open_sockets_and_whatever_they_open_later() {
    let server = TestServer::start().await;
    let (ada, room, document) = ada_with_a_document(&server).await;
    let ben = ben_in(&server, &ada, room).await;
    let (mut one, mut two) = (
        ada.connect(&server, Codec::Json).await,
        ben.connect(&server, Codec::Binary).await,
    );
    let here = |channel| ClientFrame::Presence {
        channel,
        state: Some(PresenceState::default()),
    };
    one.open_room(room, None).await;
    two.open_room(room, None).await;
    two.send(&here(FIRST)).await;
    one.until(|frame| matches!(frame, ServerFrame::Presence { user, .. } if user.name == "ben").then_some(()))
        .await;

    let name = json!({"display_name": "Benjamin"});
    let me = ben.browser.patch("/api/v1/me", name).await.expect(200);
    assert_eq!(me["display_name"], "Benjamin");
    let (mut hinted, mut present) = (false, false);
    while !(hinted && present) {
        match one.next().await {
            ServerFrame::Changed {
                change: Change::Members,
                ..
            } => hinted = true,
            ServerFrame::Presence { user, .. } => {
                assert_eq!(user.name, "Benjamin");
                present = true;
            }
            other => panic!("{other:?}"),
        }
    }
    // Also in the person's own tab, which asks who it is then.
    two.until(|frame| {
        matches!(
            frame,
            ServerFrame::Changed {
                change: Change::Members,
                ..
            }
        )
        .then_some(())
    })
    .await;
    two.say(nonce(), "it is me").await;
    let said = one
        .until(|frame| match frame {
            ServerFrame::Said { message, .. } => Some(message.author.name.clone()),
            _ => None,
        })
        .await;
    assert_eq!(said, "Benjamin");

    // The socket was let in before, and what it opens now has the new name all the same.
    let target = |client_id| Target::Document {
        id: document,
        client_id: ClientId(client_id),
    };
    one.open(Channel(2), target(21), None).await;
    two.open(Channel(2), target(22), None).await;
    two.send(&here(Channel(2))).await;
    let (channel, present) = one
        .until(|frame| match frame {
            ServerFrame::Presence { user, channel, .. } => Some((*channel, user.name.clone())),
            _ => None,
        })
        .await;
    assert_eq!((channel, present.as_str()), (Channel(2), "Benjamin"));
    // And in the document that is open: told without a move.
    ben.browser
        .patch("/api/v1/me", json!({"display_name": "Benno"}))
        .await
        .expect(200);
    one.until(|frame| match frame {
        ServerFrame::Presence { user, channel, .. } => (*channel == Channel(2) && user.name == "Benno").then_some(()),
        _ => None,
    })
    .await;
}
