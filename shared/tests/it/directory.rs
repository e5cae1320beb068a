//! Users, groups, memberships, and what must be unique.

use vestibule_shared::ids::{IdentityStoreId, MembershipId};
use vestibule_shared::store::directory::{Claim, Membership, User};
use vestibule_shared::store::{Error, Transaction};
use vestibule_tables::fixture::World;

use crate::engines::on_each_engine;

fn store() -> IdentityStoreId {
    IdentityStoreId::parse("d-0123456789").unwrap()
}

async fn replace(world: &World, before: &User, after: &User) -> Result<(), Error> {
    let record = world.record();
    world
        .directory
        .replace_user((before, after), world.recorded(&record))
        .await
}

#[tokio::test]
async fn a_user_name_belongs_to_one_user_whatever_its_case() {
    on_each_engine("username", async |world: World| {
        let alice = world.create_user(&store(), "Alice").await.unwrap();
        assert!(world.create_user(&store(), "ＡＬＩＣＥ").await.is_err());
        let claim = Claim::UserName("aLiCe".to_owned());
        assert_eq!(
            world.directory.find_user_id(&claim).await.unwrap(),
            Some(alice.id)
        );
    })
    .await;
}

#[tokio::test]
async fn a_stale_replacement_is_a_conflict_and_changes_nothing() {
    on_each_engine("stale", async |world: World| {
        let first = world.create_user(&store(), "alice").await.unwrap();
        let second = User {
            revision: 2,
            user_name: "alicia".to_owned(),
            ..first.clone()
        };
        replace(&world, &first, &second).await.unwrap();
        let third = User {
            revision: 2,
            user_name: "ally".to_owned(),
            ..first.clone()
        };
        assert!(matches!(
            replace(&world, &first, &third).await,
            Err(Error::Conflict(_))
        ));
        assert_eq!(
            world.directory.find_user(&first.id).await.unwrap(),
            Some(second)
        );
        let free = Claim::UserName("ally".to_owned());
        assert_eq!(world.directory.find_user_id(&free).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn what_depends_on_a_user_as_they_were_read_fails_once_they_are_changed() {
    on_each_engine("unchanged", async |world: World| {
        let first = world.create_user(&store(), "alice").await.unwrap();
        let second = User {
            revision: 2,
            active: false,
            ..first.clone()
        };
        replace(&world, &first, &second).await.unwrap();
        let now = world.clock.now();
        let attempt = async |user: &User, ends: bool| {
            let mut transaction = Transaction::new();
            let added = if ends {
                world.directory.end_sessions(&mut transaction, (user, now))
            } else {
                world
                    .directory
                    .require_unchanged_user(&mut transaction, user)
            };
            added.unwrap();
            world.audit.commit(transaction, &world.record()).await
        };
        for ends in [false, true] {
            let stale = attempt(&first, ends).await;
            assert!(matches!(stale, Err(Error::Conflict("the user"))), "{ends}");
            attempt(&second, ends).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_renamed_user_frees_the_old_name() {
    on_each_engine("rename", async |world: World| {
        let before = world.create_user(&store(), "alice").await.unwrap();
        let mut after = User {
            revision: 2,
            user_name: "alicia".to_owned(),
            ..before.clone()
        };
        after.profile.emails.clear();
        replace(&world, &before, &after).await.unwrap();
        world.create_user(&store(), "alice").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_deleted_user_is_absent_everywhere_and_frees_their_names() {
    on_each_engine("delete", async |world: World| {
        let alice = world.create_user(&store(), "alice").await.unwrap();
        let record = world.record();
        let now = world.clock.now();
        world
            .directory
            .delete_user(&alice, now, world.recorded(&record))
            .await
            .unwrap();
        assert_eq!(world.directory.find_user(&alice.id).await.unwrap(), None);
        assert!(
            world
                .directory
                .find_user_with_groups(&alice.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            world
                .directory
                .list_users(10, None)
                .await
                .unwrap()
                .items
                .is_empty()
        );
        let again = world.create_user(&store(), "alice").await.unwrap();
        assert_ne!(again.id, alice.id);
        let record = world.record();
        let twice = world
            .directory
            .delete_user(&alice, now, world.recorded(&record))
            .await;
        assert!(matches!(twice, Err(Error::Conflict(_))));
    })
    .await;
}

#[tokio::test]
async fn an_item_that_only_has_the_keys_of_a_membership_makes_nobody_a_member() {
    on_each_engine("forged", async |world: World| {
        let alice = world.create_user(&store(), "alice").await.unwrap();
        let bob = world.create_user(&store(), "bob").await.unwrap();
        let group = world.create_group(&store(), "Administrators").await;
        let group = group.unwrap();
        let real = world.join(&store(), &bob.id, &group.id).await.unwrap();
        let table = world.table("DirectoryTable").unwrap();
        let (pk, sk) = (format!("USER#{}", alice.id), format!("GROUP#{}", group.id));
        let bare = table.item(&pk, &sk, &serde_json::json!({ "revision": 1 }));
        let anothers = table.item(&pk, &sk, &real);
        for forged in [bare, anothers] {
            table.put(forged.unwrap()).await.unwrap();
            let found = world.directory.find_user_with_groups(&alice.id).await;
            assert_eq!(found.unwrap().unwrap().groups, []);
        }
    })
    .await;
}

#[tokio::test]
async fn a_membership_is_found_from_both_sides_and_made_once() {
    on_each_engine("membership", async |world: World| {
        let user = world.create_user(&store(), "alice").await.unwrap();
        let group = world.create_group(&store(), "Developers").await.unwrap();
        let membership = world.join(&store(), &user.id, &group.id).await.unwrap();
        assert!(world.join(&store(), &user.id, &group.id).await.is_err());
        let by_id = world
            .directory
            .find_membership_by_id(&membership.id)
            .await
            .unwrap();
        assert_eq!(by_id.as_ref(), Some(&membership));
        let members = world
            .directory
            .list_members(&group.id, 10, None)
            .await
            .unwrap();
        assert_eq!(members.items, std::slice::from_ref(&membership));
        let found = world
            .directory
            .find_user_with_groups(&user.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.groups, std::slice::from_ref(&group.id));
        let record = world.record();
        world
            .directory
            .delete_membership(&membership, world.recorded(&record))
            .await
            .unwrap();
        assert_eq!(
            world
                .directory
                .find_membership(&user.id, &group.id)
                .await
                .unwrap(),
            None
        );
        assert_eq!(
            world
                .directory
                .find_membership_by_id(&membership.id)
                .await
                .unwrap(),
            None
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_joins_a_deleted_group() {
    on_each_engine("joindeleted", async |world: World| {
        let user = world.create_user(&store(), "alice").await.unwrap();
        let group = world.create_group(&store(), "Developers").await.unwrap();
        let record = world.record();
        let now = world.clock.now();
        world
            .directory
            .delete_group(&group, now, world.recorded(&record))
            .await
            .unwrap();
        let membership = Membership {
            id: MembershipId::generate(&store(), &world.random),
            user: user.id,
            group: group.id,
            created_at: now,
            created_by: "test".to_owned(),
        };
        let record = world.record();
        let joined = world
            .directory
            .create_membership(&membership, world.recorded(&record))
            .await;
        assert!(matches!(joined, Err(Error::NotFound("the group"))));
    })
    .await;
}

#[tokio::test]
async fn void_memberships_are_forgotten_from_both_sides_as_often_as_one_likes() {
    on_each_engine("forget", async |world: World| {
        let group = world.create_group(&store(), "Developers").await.unwrap();
        let mut memberships = Vec::new();
        for name in ["alice", "bob", "carol"] {
            let user = world.create_user(&store(), name).await.unwrap();
            memberships.push(world.join(&store(), &user.id, &group.id).await.unwrap());
        }
        let (kept, forgotten) = memberships.split_first().unwrap();
        for _ in 0..2 {
            let directory = &world.directory;
            directory.forget_memberships(forgotten).await.unwrap();
        }
        let members = world.directory.list_members(&group.id, 10, None).await;
        assert_eq!(members.unwrap().items, std::slice::from_ref(kept));
        for membership in forgotten {
            let by_id = world.directory.find_membership_by_id(&membership.id).await;
            assert_eq!(by_id.unwrap(), None);
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_leaves_its_audit_record_and_a_refused_one_leaves_none() {
    on_each_engine("audit", async |world: World| {
        world.create_user(&store(), "alice").await.unwrap();
        assert!(world.create_user(&store(), "alice").await.is_err());
        let day = world.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let mut records = 0;
        for shard in 0..16 {
            records += world
                .audit
                .list(day, shard, None)
                .await
                .unwrap()
                .items
                .len();
        }
        assert_eq!(records, 1);
    })
    .await;
}

#[tokio::test]
async fn of_a_hundred_parallel_creations_of_one_name_exactly_one_wins() {
    let world = World::empty().await.unwrap();
    let store = store();
    let attempts = (0..100).map(|_| world.create_user(&store, "alice"));
    let outcomes = futures_util::future::join_all(attempts).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
}
