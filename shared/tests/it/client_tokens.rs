//! Client tokens.

use jiff::SignedDuration;
use serde_json::{Value, json};
use vestibule_shared::store::access::{ClientToken, Earlier};
use vestibule_shared::store::{Error, Transaction};
use vestibule_tables::fixture::World;

use crate::engines::on_each_engine;

fn token(parameters: &Value) -> ClientToken {
    ClientToken::new(("AKIA", "CreateApplication"), "t#1", parameters)
}

async fn create(world: &World, parameters: &Value, created: &str) -> Result<(), Error> {
    let mut transaction = Transaction::new();
    let now = world.clock.now();
    let access = &world.access;
    access.use_client_token(&mut transaction, (&token(parameters), created), now)?;
    transaction.commit(&world.client()).await
}

async fn earlier(world: &World, parameters: &Value) -> Option<Earlier> {
    let (token, now) = (token(parameters), world.clock.now());
    let found = world.access.find_client_token(&token, now);
    found.await.unwrap()
}

#[tokio::test]
async fn a_client_token_makes_one_thing_and_is_forgotten_after_eight_hours() {
    on_each_engine("tokens", async |world: World| {
        let request = json!({ "name": "a" });
        assert_eq!(earlier(&world, &request).await, None);
        create(&world, &request, "first").await.unwrap();
        let again = create(&world, &request, "second").await;
        assert!(matches!(again, Err(Error::Conflict(_))));
        let first = Some(Earlier::Same("first".to_owned()));
        assert_eq!(earlier(&world, &request).await, first);
        let other = json!({ "name": "b" });
        assert_eq!(earlier(&world, &other).await, Some(Earlier::Different));

        world.advance(SignedDuration::from_secs(8 * 3600 - 1));
        assert_eq!(earlier(&world, &request).await, first);
        world.advance(SignedDuration::from_secs(1));
        assert_eq!(earlier(&world, &request).await, None);
        create(&world, &other, "third").await.unwrap();
        let third = Some(Earlier::Same("third".to_owned()));
        assert_eq!(earlier(&world, &other).await, third);
    })
    .await;
}

#[tokio::test]
async fn of_parallel_calls_with_one_token_one_creates() {
    Box::pin(on_each_engine("paralleltokens", async |world: World| {
        let request = json!({});
        let outcomes = tokio::join!(
            create(&world, &request, "a"),
            create(&world, &request, "b"),
            create(&world, &request, "c"),
        );
        let outcomes = [outcomes.0, outcomes.1, outcomes.2];
        assert_eq!(outcomes.iter().filter(|made| made.is_ok()).count(), 1);
    }))
    .await;
}
