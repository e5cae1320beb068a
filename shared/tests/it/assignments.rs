//! Assignments: from `pending` to `active` to `deleting` to nothing, always in both directions.

use jiff::SignedDuration;
use vestibule_shared::ids::{Principal, RequestId, UserId};
use vestibule_shared::store::access::{
    Assignment, AssignmentChange, AssignmentState, PermissionSet, PermissionSetState, Place,
    Request, RequestKind, RequestStatus, Task, Work,
};
use vestibule_shared::store::{Error, table};
use vestibule_tables::fixture::{Sample, World, WorldError};

use crate::engines::on_each_engine;

fn removal(world: &World, assignment: &Assignment) -> (Assignment, Request, Work) {
    let now = world.clock.now();
    let request = Request {
        id: RequestId::generate(&world.random),
        kind: RequestKind::Delete,
        status: RequestStatus::InProgress,
        permission_set: assignment.place.permission_set.clone(),
        account: Some(assignment.place.account.clone()),
        principal: Some(assignment.principal.clone()),
        failure_reason: None,
        total: Some(1),
        succeeded: 0,
        failed: 0,
        created_at: now,
    };
    let after = Assignment {
        state: AssignmentState::Deleting,
        request: request.id.clone(),
        ..assignment.clone()
    };
    let work = Work {
        request: request.id.clone(),
        task: Task::Tidy(assignment.place.clone()),
        created_at: now,
    };
    (after, request, work)
}

fn other_place(sample: &Sample) -> Place {
    Place {
        account: sample.accounts[1].id.clone(),
        permission_set: sample.permission_set.id.clone(),
    }
}

#[tokio::test]
async fn both_directions_always_say_the_same() {
    on_each_engine("directions", async |world: World| {
        let sample = world.populate().await.unwrap();
        let principal = Principal::Group(sample.group.id.clone());
        let by_principal = world
            .access
            .find_assignment(&principal, &sample.place)
            .await
            .unwrap();
        let by_place = world.access.assignments_at(&sample.place).await.unwrap();
        assert_eq!(
            by_principal.clone().map(|found| vec![found]),
            Some(by_place)
        );
        let assignment = by_principal.unwrap();
        assert_eq!(assignment.state, AssignmentState::Active);
        let (after, request, work) = removal(&world, &assignment);
        let change = AssignmentChange {
            before: Some(&assignment),
            after: &after,
            request: &request,
            work: &work,
        };
        let record = world.record();
        world
            .access
            .request_removal(change, world.recorded(&record))
            .await
            .unwrap();
        let by_place = world.access.assignments_at(&sample.place).await.unwrap();
        assert_eq!(by_place, std::slice::from_ref(&after));
        let account = &sample.place.account;
        let lease = world
            .access
            .take_lease(account, world.clock.now(), SignedDuration::from_secs(60))
            .await
            .unwrap()
            .unwrap();
        world
            .access
            .remove_assignment(&lease, &after)
            .await
            .unwrap();
        assert!(
            world
                .access
                .assignments_at(&sample.place)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            world
                .access
                .assignments_of(&principal, None)
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn an_assignment_that_changed_in_between_is_a_conflict() {
    on_each_engine("changed", async |world: World| {
        let sample = world.populate().await.unwrap();
        let principal = Principal::Group(sample.group.id.clone());
        let assignment = world
            .access
            .find_assignment(&principal, &sample.place)
            .await
            .unwrap()
            .unwrap();
        for expected in [true, false] {
            let (after, request, work) = removal(&world, &assignment);
            let change = AssignmentChange {
                before: Some(&assignment),
                after: &after,
                request: &request,
                work: &work,
            };
            let record = world.record();
            let outcome = world
                .access
                .request_removal(change, world.recorded(&record))
                .await;
            assert_eq!(outcome.is_ok(), expected);
            let request = world.access.find_request(&request.id).await.unwrap();
            assert_eq!(
                request.is_some(),
                expected,
                "a refused change leaves no request"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_assigned_to_whom_the_directory_no_longer_has() {
    on_each_engine("departed", async |world: World| {
        let sample = world.populate().await.unwrap();
        let (user, group) = (sample.user.clone(), sample.group.clone());
        let place = other_place(&sample);
        let (record, now) = (world.record(), world.clock.now());
        let directory = &world.directory;
        directory
            .delete_user(&user, now, world.recorded(&record))
            .await
            .unwrap();
        let record = world.record();
        directory
            .delete_group(&group, now, world.recorded(&record))
            .await
            .unwrap();
        let unknown = UserId::generate(&sample.instance.identity_store, &world.random);
        for principal in [
            Principal::User(user.id),
            Principal::Group(group.id),
            Principal::User(unknown),
        ] {
            let refused = world.request_assignment(&principal, &place).await;
            assert!(
                matches!(refused, Err(WorldError::Store(Error::NotFound(_)))),
                "{refused:?}"
            );
        }
        assert_eq!(world.access.assignments_at(&place).await.unwrap(), []);
        assert_eq!(world.access.find_provisioned(&place).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_permission_set_that_is_being_deleted_or_an_unknown_account_cannot_be_assigned() {
    on_each_engine("unassignable", async |world: World| {
        let sample = world.populate().await.unwrap();
        let principal = Principal::User(sample.user.id.clone());
        let unknown = Place {
            account: vestibule_shared::ids::AccountId::parse("333333333333").unwrap(),
            permission_set: sample.permission_set.id.clone(),
        };
        assert!(
            world
                .request_assignment(&principal, &unknown)
                .await
                .is_err()
        );
        let deleting = PermissionSet {
            state: PermissionSetState::Deleting,
            ..sample.permission_set.clone()
        };
        let record = world.record();
        let change = (&sample.permission_set, &deleting);
        world
            .access
            .replace_permission_set(change, world.recorded(&record))
            .await
            .unwrap();
        let place = other_place(&sample);
        assert!(world.request_assignment(&principal, &place).await.is_err());
        assert!(
            world
                .access
                .assignments_at(&place)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            world
                .access
                .find_provisioned(&place)
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn work_is_counted_in_its_request_once_however_often_it_is_finished() {
    on_each_engine("finish", async |world: World| {
        let sample = world.populate().await.unwrap();
        let principal = Principal::User(sample.user.id.clone());
        let place = other_place(&sample);
        let (_, work) = world.request_assignment(&principal, &place).await.unwrap();
        let (pk, sk) = work.keys();
        assert_eq!(
            world.access.find_work(&pk, &sk).await.unwrap(),
            Some(work.clone())
        );
        for _ in 0..3 {
            let request = world
                .access
                .finish_work(&work, Some("because"))
                .await
                .unwrap()
                .unwrap();
            assert_eq!(request.status, RequestStatus::Failed);
            assert_eq!((request.succeeded, request.failed), (0, 1));
            assert_eq!(request.failure_reason.as_deref(), Some("because"));
        }
        assert_eq!(world.access.find_work(&pk, &sk).await.unwrap(), None);
        assert!(
            world
                .access
                .list_work(10, None)
                .await
                .unwrap()
                .items
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn work_that_cannot_be_read_hides_no_other() {
    on_each_engine("unreadable", async |world: World| {
        let sample = world.populate().await.unwrap();
        let principal = Principal::User(sample.user.id.clone());
        let place = other_place(&sample);
        let (_, work) = world.request_assignment(&principal, &place).await.unwrap();
        let account = place.account.as_str();
        let table = world.table("AccessTable").unwrap();
        let broken = serde_json::json!({ "task": "dance" });
        let pk = format!("WORK#{account}");
        let mut broken = table.item(&pk, "broken", &broken).unwrap();
        table::list_under(&mut broken, "WORK", "0");
        table.put(broken).await.unwrap();
        let listed = world.access.list_work(10, None).await.unwrap();
        assert_eq!(listed.items, [work]);
        let sets = world.access.sets_with_work(&place.account).await.unwrap();
        assert!(sets.contains(&place.permission_set));
    })
    .await;
}

#[tokio::test]
async fn a_request_for_many_accounts_ends_with_the_last_of_them() {
    on_each_engine("fanout", async |world: World| {
        let sample = world.populate().await.unwrap();
        let now = world.clock.now();
        let request = Request {
            id: RequestId::generate(&world.random),
            kind: RequestKind::Provision,
            status: RequestStatus::InProgress,
            permission_set: sample.permission_set.id.clone(),
            account: None,
            principal: None,
            failure_reason: None,
            total: None,
            succeeded: 0,
            failed: 0,
            created_at: now,
        };
        let expand = Work {
            request: request.id.clone(),
            task: Task::Expand {
                permission_set: sample.permission_set.id.clone(),
            },
            created_at: now,
        };
        let record = world.record();
        world
            .access
            .create_request(&request, &expand, world.recorded(&record))
            .await
            .unwrap();
        let works: Vec<Work> = [sample.place.clone(), other_place(&sample)]
            .into_iter()
            .map(|place| Work {
                request: request.id.clone(),
                task: Task::Provision(place),
                created_at: now,
            })
            .collect();
        for work in &works {
            world.access.create_work(work).await.unwrap();
            world.access.create_work(work).await.unwrap();
        }
        world.access.finish_work(&works[0], None).await.unwrap();
        world
            .access
            .set_request_total(&request.id, 2)
            .await
            .unwrap();
        world.access.delete_work(&expand).await.unwrap();
        let still = world
            .access
            .find_request(&request.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(still.status, RequestStatus::InProgress);
        let ended = world
            .access
            .finish_work(&works[1], None)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(ended.status, RequestStatus::Succeeded);
        let listed = world
            .access
            .list_requests(RequestKind::Provision, 10, None)
            .await
            .unwrap();
        assert_eq!(listed.items, [ended]);
    })
    .await;
}
