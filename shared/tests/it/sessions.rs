//! Sessions, single-use items and counters: expiry exact to the second, consumption exactly once.

use jiff::SignedDuration;
use vestibule_shared::browser::{Cookies, authenticate};
use vestibule_shared::store::directory::User;
use vestibule_shared::store::sessions::PasswordLink;
use vestibule_shared::store::{Error, Transaction};
use vestibule_shared::token::{Token, TokenHash};
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

async fn create_link(world: &World, lifetime: SignedDuration) -> TokenHash {
    let sample = world.populate().await.unwrap();
    let hash = Token::generate(&world.random).hash();
    let now = world.clock.now();
    let link = PasswordLink {
        user: sample.user.id,
        created_at: now,
        by_helpdesk: false,
    };
    let record = world.record();
    let recorded = world.recorded(&record);
    let created = world
        .sessions
        .create_link(&hash, (&link, now + lifetime), recorded);
    created.await.unwrap();
    hash
}

#[tokio::test]
async fn of_many_who_use_a_link_at_once_exactly_one_does() {
    on_each_engine("uselink", async |world: World| {
        let hash = create_link(&world, SignedDuration::from_secs(60)).await;
        let attempts = (0..30).map(async |_| {
            let mut transaction = Transaction::new();
            world.sessions.use_link(&mut transaction, &hash).unwrap();
            transaction.commit(&world.client()).await
        });
        let outcomes = futures_util::future::join_all(attempts).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let found = world.sessions.find_link(&hash, world.clock.now()).await;
        assert_eq!(found.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_link_is_there_until_its_last_second_however_often_it_is_looked_at() {
    on_each_engine("expired", async |world: World| {
        let hash = create_link(&world, SignedDuration::from_secs(60)).await;
        world.advance(SignedDuration::from_secs(59));
        for _ in 0..2 {
            let found = world.sessions.find_link(&hash, world.clock.now()).await;
            assert!(found.unwrap().is_some());
        }
        world.advance(SignedDuration::from_secs(1));
        let found = world.sessions.find_link(&hash, world.clock.now()).await;
        assert_eq!(found.unwrap(), None);
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

#[tokio::test]
async fn a_session_is_in_its_users_list_until_it_ends() {
    on_each_engine("listed-session", async |world: World| {
        let sample = world.populate().await.unwrap();
        let user = &sample.user;
        let (one, other) = (
            world.sign_in(&user.id).await.unwrap(),
            world.sign_in(&user.id).await.unwrap(),
        );
        let list = async |user: &User| {
            let now = world.clock.now();
            let sessions = &world.sessions;
            let page = sessions.list_sessions((user, now), 10, None).await.unwrap();
            let mut ids: Vec<String> = page.items.into_iter().map(|item| item.id).collect();
            ids.sort();
            ids
        };
        let id = |token: &Token| token.hash().short().to_owned();
        let mut both = vec![id(&one), id(&other)];
        both.sort();
        assert_eq!(list(user).await, both);

        let end = async |user: &User, token: &Token| {
            let record = world.record();
            let named = (&user.id, id(token));
            let named = (named.0, named.1.as_str());
            let recorded = world.recorded(&record);
            world.sessions.end_listed(named, recorded).await
        };
        let store = &sample.instance.identity_store;
        let bob = world.create_user(store, "bob").await.unwrap();
        assert!(matches!(end(&bob, &one).await, Err(Error::NotFound(_))));
        end(user, &one).await.unwrap();
        assert!(matches!(end(user, &one).await, Err(Error::NotFound(_))));
        assert_eq!(list(user).await, [id(&other)]);
        let now = world.clock.now();
        let found = world.sessions.find_session(&one.hash(), now).await;
        assert_eq!(found.unwrap(), None);

        let ended = User {
            sessions_not_before: Some(now + SignedDuration::from_secs(1)),
            ..user.clone()
        };
        assert!(list(&ended).await.is_empty());
        assert_eq!(list(user).await, [id(&other)]);
        world.advance(SignedDuration::from_hours(8));
        assert!(list(user).await.is_empty());
    })
    .await;
}
