//! Sessions, single-use items and counters: expiry exact to the second, consumption exactly once.

use jiff::SignedDuration;
use vestibule_shared::browser::{Cookies, authenticate};
use vestibule_shared::store::Transaction;
use vestibule_shared::store::directory::User;
use vestibule_shared::store::sessions::SingleUse;
use vestibule_shared::token::Token;
use vestibule_tables::fixture::World;

use crate::engines::on_each_engine;

#[tokio::test]
async fn a_session_holds_until_its_last_second_and_not_a_second_longer() {
    on_each_engine("session", async |world: World| {
        let sample = world.populate().await.unwrap();
        let token = world.sign_in(&sample.user.id).await.unwrap();
        world.advance(SignedDuration::from_secs(8 * 3600 - 1));
        let now = world.clock.now();
        assert!(
            world
                .sessions
                .find_session(&token.hash(), now)
                .await
                .unwrap()
                .is_some()
        );
        world.advance(SignedDuration::from_secs(1));
        let now = world.clock.now();
        assert!(
            world
                .sessions
                .find_session(&token.hash(), now)
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn ending_a_users_sessions_ends_those_that_began_before() {
    let (world, sample) = World::with_sample().await.unwrap();
    let token = world.sign_in(&sample.user.id).await.unwrap();
    let mut headers = http::HeaderMap::new();
    headers.insert(
        "cookie",
        format!("vestibule={}", token.expose()).parse().unwrap(),
    );
    let cookies = Cookies::of(&sample.instance.public_origin);
    let stores = (&world.sessions, &world.directory);
    world.advance(SignedDuration::from_secs(10));
    let now = world.clock.now();
    assert!(
        authenticate(stores, cookies, &headers, now)
            .await
            .unwrap()
            .is_some()
    );
    let mut transaction = Transaction::new();
    world
        .directory
        .end_sessions(&mut transaction, (&sample.user, now))
        .unwrap();
    let record = world.record();
    world.audit.commit(transaction, &record).await.unwrap();
    let expected = User {
        revision: 2,
        sessions_not_before: Some(now),
        ..sample.user.clone()
    };
    let found = world.directory.find_user(&sample.user.id).await.unwrap();
    assert_eq!(found, Some(expected), "and nothing else is changed");
    assert!(
        authenticate(stores, cookies, &headers, now)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_deactivated_user_has_no_session() {
    let (world, sample) = World::with_sample().await.unwrap();
    let token = world.sign_in(&sample.user.id).await.unwrap();
    let mut headers = http::HeaderMap::new();
    headers.insert(
        "cookie",
        format!("vestibule={}", token.expose()).parse().unwrap(),
    );
    let after = User {
        revision: 2,
        active: false,
        ..sample.user.clone()
    };
    let record = world.record();
    let change = (&sample.user, &after);
    world
        .directory
        .replace_user(change, world.recorded(&record))
        .await
        .unwrap();
    let cookies = Cookies::of(&sample.instance.public_origin);
    let stores = (&world.sessions, &world.directory);
    let found = authenticate(stores, cookies, &headers, world.clock.now())
        .await
        .unwrap();
    assert!(found.is_none());
}

#[tokio::test]
async fn of_a_hundred_parallel_consumers_exactly_one_gets_the_code() {
    on_each_engine("consume", async |world: World| {
        let token = Token::generate(&world.random);
        let hash = token.hash();
        let code = (SingleUse::AuthorizationCode, &hash);
        let now = world.clock.now();
        let expires_at = now + SignedDuration::from_secs(60);
        world
            .sessions
            .put_single_use(code, &"payload".to_owned(), expires_at)
            .await
            .unwrap();
        let attempts = (0..100).map(|_| world.sessions.consume_single_use::<String>(code, now));
        let taken = futures_util::future::join_all(attempts).await;
        let got = taken
            .into_iter()
            .filter_map(Result::unwrap)
            .collect::<Vec<_>>();
        assert_eq!(got, ["payload"]);
    })
    .await;
}

#[tokio::test]
async fn an_expired_code_is_not_there_and_one_kind_is_not_another() {
    on_each_engine("expired", async |world: World| {
        let hash = Token::generate(&world.random).hash();
        let now = world.clock.now();
        let expires_at = now + SignedDuration::from_secs(60);
        let flow = (SingleUse::Flow, &hash);
        world
            .sessions
            .put_single_use(flow, &1_u32, expires_at)
            .await
            .unwrap();
        let code = (SingleUse::AuthorizationCode, &hash);
        assert_eq!(
            world
                .sessions
                .peek_single_use::<u32>(code, now)
                .await
                .unwrap(),
            None
        );
        assert_eq!(
            world
                .sessions
                .peek_single_use::<u32>(flow, now)
                .await
                .unwrap(),
            Some(1)
        );
        assert_eq!(
            world
                .sessions
                .peek_single_use::<u32>(flow, expires_at)
                .await
                .unwrap(),
            None
        );
    })
    .await;
}

#[tokio::test]
async fn parallel_counts_are_one_to_n() {
    on_each_engine("count", async |world: World| {
        let expires_at = world.clock.now();
        let counts = (0..50).map(|_| world.sessions.count(("sign-in", 7), expires_at));
        let mut counts: Vec<u64> = futures_util::future::try_join_all(counts).await.unwrap();
        counts.sort_unstable();
        assert_eq!(counts, (1..=50).collect::<Vec<u64>>());
        assert_eq!(world.sessions.counted(("sign-in", 7)).await.unwrap(), 50);
        assert_eq!(world.sessions.counted(("sign-in", 8)).await.unwrap(), 0);
    })
    .await;
}
