//! What is checked of a credential in the transaction that relies on it.

use super::*;

#[tokio::test]
async fn what_came_in_with_an_ended_or_expired_credential_is_not_stored_nor_what_may_build_on_it() {
    let fixture = Fixture::new().await;
    let other = Credential::Token(Uuid::from_u128(1));
    fixture
        .sql("insert into tokens (id, user_id, secret_hash, name, created_at) select x'00000000000000000000000000000001', id, zeroblob(32), 'script', 1 from users where username = 'ada'")
        .await;
    fixture
        .sql("update login_sessions set expires_at = 1 where user_id = (select id from users where username = 'ada')")
        .await;
    let through = |credential, update| NewUpdate { credential, ..update };
    let three = vec![
        through(other, update(ADA, 8, 1, b"valid")),
        update(ADA, 7, 1, b"expired"),
        through(other, update(ADA, 8, 2, b"may build on it")),
    ];
    let appended = fixture.writer.append_updates(DOCUMENT, batch(0, three)).await;
    let signed_out = Err(ErrorCode::NotSignedIn);
    assert_eq!(appended, Ok(vec![Ok(Seq(1)), signed_out, signed_out]));

    let said = fixture.writer.append_message(ROOM, message(1, ADA, "hello")).await;
    assert_eq!(said, Ok(Err(ErrorCode::NotSignedIn)));
    fixture.sql("delete from tokens").await;
    let later = vec![through(other, update(ADA, 8, 2, b"revoked"))];
    let appended = fixture.writer.append_updates(DOCUMENT, batch(1, later)).await;
    assert_eq!(appended, Ok(vec![signed_out]));
    assert_eq!(fixture.head().await, Seq(1));
}

#[tokio::test]
async fn who_signs_in_with_a_password_that_was_changed_meanwhile_is_refused() {
    let fixture = Fixture::new().await;
    let verified = fixture.reader.password_hash_of(ADA).await.unwrap().unwrap();
    let changed = change_password(&fixture, &verified, "newer");
    // Both verified the same password before either was stored.
    let (changed, again, signed_in) = tokio::join!(
        changed,
        change_password(&fixture, &verified, "newest"),
        sign_in(&fixture, 1, &verified)
    );
    changed.unwrap();
    assert_eq!(
        refusal(again),
        (ErrorCode::InvalidCredentials, Some("current_password"))
    );
    assert_eq!(refusal(signed_in), (ErrorCode::InvalidCredentials, None));
    let stored = fixture.reader.password_hash_of(ADA).await.unwrap();
    assert_eq!(stored.as_deref(), Some("newer"));
    assert_eq!(
        fixture.reader.login_session(&[1; 32], NOW).await.unwrap().map(|_| ()),
        None
    );

    sign_in(&fixture, 2, "newer").await.unwrap();
    let found = fixture.reader.login_session(&[2; 32], NOW).await.unwrap().unwrap();
    assert_eq!(found.user.id, ADA);
}

async fn change_password(fixture: &Fixture, verified: &str, hash: &'static str) -> Result<(), WriteError> {
    let verified = verified.to_owned();
    let changed = fixture.writer.write(move |connection| {
        Box::pin(async move { users::change_password(connection, ADA, &verified, hash).await })
    });
    changed.await
}

async fn sign_in(fixture: &Fixture, secret: u8, verified: &str) -> Result<(), WriteError> {
    let session = login_sessions::NewLoginSession {
        id: Uuid::from_u128(secret.into()),
        secret_hash: [secret; 32],
        user_id: ADA,
        user_agent: String::new(),
        at: NOW,
        expires_at: NEVER,
    };
    let verified = verified.to_owned();
    let stored = fixture.writer.write(move |connection| {
        Box::pin(async move { login_sessions::sign_in(connection, &session, &verified, 9).await })
    });
    stored.await.map(drop)
}

#[track_caller]
fn refusal(outcome: Result<(), WriteError>) -> (ErrorCode, Option<&'static str>) {
    match outcome {
        Err(WriteError::Refused { code, field }) => (code, field),
        other => panic!("not refused: {other:?}"),
    }
}
