//! Page tokens come back from clients, who may send anything.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use vestibule_shared::ids::IdentityStoreId;
use vestibule_shared::store::{Error, PageToken};
use vestibule_tables::fixture::World;

use crate::engines::on_each_engine;

fn token(fields: &[(&str, &str)]) -> PageToken {
    PageToken::parse(&URL_SAFE_NO_PAD.encode(serde_json::to_vec(fields).unwrap()))
}

#[tokio::test]
async fn a_token_of_a_list_goes_on_in_that_list_only() {
    on_each_engine("tokens", async |world: World| {
        let store = IdentityStoreId::parse("d-0123456789").unwrap();
        for name in ["alice", "bob", "carol"] {
            world.create_user(&store, name).await.unwrap();
        }
        let first = world.directory.list_users(1, None).await.unwrap();
        let next = first.next.unwrap();
        let second = world.directory.list_users(1, Some(&next)).await.unwrap();
        assert_eq!(second.items[0].user_name, "bob");
        assert!(matches!(
            world.directory.list_groups(1, Some(&next)).await,
            Err(Error::InvalidPageToken)
        ));
    })
    .await;
}

#[tokio::test]
async fn a_token_that_dynamodb_would_refuse_never_reaches_it() {
    on_each_engine("forged", async |world: World| {
        let store = IdentityStoreId::parse("d-0123456789").unwrap();
        let user = world.create_user(&store, "alice").await.unwrap();
        let long = "G".repeat(1025);
        for forged in [
            PageToken::parse(""),
            PageToken::parse("%"),
            token(&[]),
            token(&[("listing_pk", "USERS")]),
            token(&[
                ("listing_pk", "USERS"),
                ("listing_sk", "a"),
                ("pk", "a"),
                ("sk", ""),
            ]),
            token(&[
                ("listing_pk", "USERS"),
                ("listing_sk", &long),
                ("pk", "a"),
                ("sk", "a"),
            ]),
            token(&[
                ("listing_pk", "USERS"),
                ("listing_sk", "a"),
                ("other", "a"),
                ("pk", "a"),
                ("sk", "a"),
            ]),
        ] {
            assert!(matches!(
                world.directory.list_users(1, Some(&forged)).await,
                Err(Error::InvalidPageToken)
            ));
        }
        let key = format!("USER#{}", user.id);
        for forged in [
            token(&[("pk", &key)]),
            token(&[("pk", &key), ("sk", "PROFILE")]),
            token(&[("pk", "USER#other"), ("sk", "GROUP#a")]),
        ] {
            let listed = world.directory.list_memberships(&user.id, 1, Some(&forged));
            assert!(matches!(listed.await, Err(Error::InvalidPageToken)));
        }
    })
    .await;
}
