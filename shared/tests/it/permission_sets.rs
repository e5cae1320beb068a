//! Permission sets and their revisions.

use vestibule_shared::ids::RequestId;
use vestibule_shared::store::Error;
use vestibule_shared::store::access::{PermissionSet, PermissionSetState};
use vestibule_tables::fixture::World;

use crate::engines::on_each_engine;

fn revised(before: &PermissionSet, inline_policy: &str) -> PermissionSet {
    let mut after = before.clone();
    after.revision += 1;
    after.content.inline_policy = Some(inline_policy.to_owned());
    after
}

#[tokio::test]
async fn a_revision_never_changes_and_stays_when_there_is_a_newer_one() {
    on_each_engine("revisions", async |world: World| {
        let first = world.create_permission_set("Admin").await.unwrap();
        let second = revised(&first, "{}");
        let record = world.record();
        let change = (&first, &second);
        world
            .access
            .revise_permission_set(change, world.recorded(&record))
            .await
            .unwrap();
        let old = world.access.find_revision(&first.id, 1).await.unwrap();
        let new = world.access.find_revision(&first.id, 2).await.unwrap();
        assert_eq!(old, Some(first.content.clone()));
        assert_eq!(new, Some(second.content.clone()));
        let record = world.record();
        let stale = (&first, &revised(&first, "[]"));
        let refused = world
            .access
            .revise_permission_set(stale, world.recorded(&record))
            .await;
        assert!(matches!(refused, Err(Error::Conflict(_))));
        assert_eq!(world.access.find_revision(&first.id, 2).await.unwrap(), new);
    })
    .await;
}

#[tokio::test]
async fn old_revisions_go_unless_an_account_is_pinned_to_them() {
    on_each_engine("idle", async |world: World| {
        let sample = world.populate().await.unwrap();
        let mut newest = sample.permission_set.clone();
        assert_eq!(newest.id, sample.place.permission_set);
        for number in 2..=30 {
            let next = revised(&newest, &number.to_string());
            let record = world.record();
            let change = (&newest, &next);
            let revised = world
                .access
                .revise_permission_set(change, world.recorded(&record));
            revised.await.unwrap();
            newest = next;
        }
        world.access.delete_idle_revisions(&newest).await.unwrap();
        let pinned = world.access.find_provisioned(&sample.place).await.unwrap();
        assert_eq!(pinned.unwrap().revision, Some(1));
        for revision in 1..=30 {
            let found = world.access.find_revision(&newest.id, revision).await;
            let kept = revision == 1 || revision > 14;
            assert_eq!(found.unwrap().is_some(), kept, "{revision}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_deletion_that_was_given_up_in_between_does_not_come_to_its_end() {
    on_each_engine("abandoned", async |world: World| {
        let set = world.create_permission_set("Admin").await.unwrap();
        let deleting = || PermissionSet {
            state: PermissionSetState::Deleting,
            deletion: Some(RequestId::generate(&world.random)),
            ..set.clone()
        };
        let (first, second) = (deleting(), deleting());
        for change in [(&set, &first), (&first, &set), (&set, &second)] {
            let record = world.record();
            let replaced = world
                .access
                .replace_permission_set(change, world.recorded(&record));
            replaced.await.unwrap();
        }
        for (deletion, expected) in [(&first, false), (&second, true)] {
            let record = world.record();
            let outcome = world
                .access
                .delete_permission_set(deletion, world.recorded(&record))
                .await;
            assert_eq!(outcome.is_ok(), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_name_is_taken_until_its_permission_set_is_deleted() {
    on_each_engine("setnames", async |world: World| {
        let set = world.create_permission_set("Admin").await.unwrap();
        assert!(world.create_permission_set("Admin").await.is_err());
        let deleting = PermissionSet {
            state: PermissionSetState::Deleting,
            ..set.clone()
        };
        let record = world.record();
        let early = world
            .access
            .delete_permission_set(&set, world.recorded(&record))
            .await;
        assert!(
            matches!(early, Err(Error::Conflict(_))),
            "only what is deleting is deleted"
        );
        let record = world.record();
        let change = (&set, &deleting);
        world
            .access
            .replace_permission_set(change, world.recorded(&record))
            .await
            .unwrap();
        let record = world.record();
        world
            .access
            .delete_permission_set(&deleting, world.recorded(&record))
            .await
            .unwrap();
        assert_eq!(
            world.access.find_permission_set(&set.id).await.unwrap(),
            None
        );
        assert_eq!(world.access.find_revision(&set.id, 1).await.unwrap(), None);
        world.create_permission_set("Admin").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_change_of_tags_is_not_lost_to_another() {
    on_each_engine("settags", async |world: World| {
        let before = world.create_permission_set("Admin").await.unwrap();
        let tagged = |before: &PermissionSet, key: &str| {
            let mut after = before.clone();
            after.tags.insert(key.to_owned(), "value".to_owned());
            after
        };
        let replace = async |before: &PermissionSet, after: &PermissionSet| {
            let record = world.record();
            let recorded = world.recorded(&record);
            let replaced = world
                .access
                .replace_permission_set((before, after), recorded);
            replaced.await
        };
        let first = tagged(&before, "a");
        replace(&before, &first).await.unwrap();
        let lost = replace(&before, &tagged(&before, "b")).await;
        assert!(matches!(lost, Err(Error::Conflict(_))));
        let second = tagged(&first, "b");
        replace(&first, &second).await.unwrap();
        let lost = replace(&first, &tagged(&first, "c")).await;
        assert!(matches!(lost, Err(Error::Conflict(_))));
        replace(&second, &before).await.unwrap();
    })
    .await;
}
