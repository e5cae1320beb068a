//! Lists: complete with tiny pages, and a token of one list opens no other.

use std::collections::BTreeSet;

use vestibule_shared::ids::{IdentityStoreId, MembershipId};
use vestibule_shared::store::{Error, PageToken};
use vestibule_tables::fixture::World;

use crate::engines::on_each_engine;

fn store() -> IdentityStoreId {
    IdentityStoreId::parse("d-0123456789").unwrap()
}

#[tokio::test]
async fn tiny_pages_list_every_user_once() {
    on_each_engine("pages", async |world: World| {
        for number in 0..7 {
            world
                .create_user(&store(), &format!("user-{number}"))
                .await
                .unwrap();
        }
        let mut seen = BTreeSet::new();
        let mut from: Option<PageToken> = None;
        loop {
            let page = world.directory.list_users(2, from.as_ref()).await.unwrap();
            for user in page.items {
                assert!(seen.insert(user.user_name));
            }
            match page.next {
                Some(next) => from = Some(PageToken::parse(next.as_str())),
                None => break,
            }
        }
        assert_eq!(seen.len(), 7);
    })
    .await;
}

#[tokio::test]
async fn a_page_of_deleted_users_is_empty_and_the_next_one_goes_on() {
    on_each_engine("emptypages", async |world: World| {
        let mut users = Vec::new();
        for number in 0..4 {
            users.push(
                world
                    .create_user(&store(), &format!("user-{number}"))
                    .await
                    .unwrap(),
            );
        }
        let members = world.create_group(&store(), "All").await.unwrap();
        for user in &users {
            world.join(&store(), &user.id, &members.id).await.unwrap();
        }
        let page = world
            .directory
            .list_members(&members.id, 1, None)
            .await
            .unwrap();
        let first = page.items.first().unwrap().clone();
        let record = world.record();
        world
            .directory
            .delete_membership(&first, world.recorded(&record))
            .await
            .unwrap();
        let rest = world
            .directory
            .list_members(&members.id, 10, page.next.as_ref())
            .await
            .unwrap();
        assert_eq!(rest.items.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_token_of_another_list_or_garbage_is_refused() {
    on_each_engine("tokens", async |world: World| {
        for number in 0..3 {
            world
                .create_user(&store(), &format!("user-{number}"))
                .await
                .unwrap();
        }
        let page = world.directory.list_users(1, None).await.unwrap();
        let token = page.next.unwrap();
        let elsewhere = world.directory.list_groups(1, Some(&token)).await;
        assert!(matches!(elsewhere, Err(Error::InvalidPageToken)));
        for garbage in ["", "AAAA", "%%%", "bm90IGpzb24"] {
            let token = PageToken::parse(garbage);
            let listed = world.directory.list_users(1, Some(&token)).await;
            assert!(matches!(listed, Err(Error::InvalidPageToken)), "{garbage}");
        }
    })
    .await;
}

#[tokio::test]
async fn any_number_of_items_is_read_in_batches() {
    on_each_engine("batches", async |world: World| {
        let mut groups = Vec::new();
        for number in 0..105 {
            groups.push(
                world
                    .create_group(&store(), &format!("group {number}"))
                    .await
                    .unwrap()
                    .id,
            );
        }
        let found = world.directory.find_groups(&groups).await.unwrap();
        assert_eq!(found.len(), 105);
        let missing = MembershipId::generate(&store(), &world.random);
        assert!(
            world
                .directory
                .find_membership_by_id(&missing)
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}
