//! ProvisionPermissionSet for every account that has the permission set.

use vestibule_provision::handle;
use vestibule_shared::ids::AccountId;
use vestibule_shared::store::access::{Expansion, Place, RequestStatus, Task, Work};

use crate::harness::Harness;

/// More than one step of an expansion; with the sample's own one more.
const ACCOUNTS: usize = Expansion::STEP + 2;

async fn with_accounts(harness: &Harness) {
    for number in 0..ACCOUNTS {
        let place = harness.new_place(number).await;
        harness
            .world
            .request_assignment(&harness.somebody().await, &place)
            .await
            .unwrap();
    }
    // Only that there are so many places counts here, not how they were made.
    for work in harness.works().await {
        harness.world.access.finish_work(&work, None).await.unwrap();
    }
}

fn expand(harness: &Harness) -> Task {
    Task::Expand {
        permission_set: harness.sample.permission_set.id.clone(),
    }
}

async fn expanded(harness: &Harness) -> Vec<Work> {
    let mut works = harness.works().await;
    works.retain(|work| matches!(work.task, Task::Provision(_)));
    works
}

#[tokio::test]
async fn every_account_that_has_the_permission_set_gets_its_work() {
    let harness = Harness::new().await;
    with_accounts(&harness).await;
    let request = harness.provision(expand(&harness)).await;
    handle(&harness.context, harness.event().await)
        .await
        .unwrap();
    let works = harness.works().await;
    assert_eq!(works.len(), ACCOUNTS + 1);
    assert!(
        works
            .iter()
            .all(|work| matches!(&work.task, Task::Provision(_)) && work.request == request)
    );
    assert_eq!(
        harness.found(&request).await.total,
        Some(ACCOUNTS as u64 + 1)
    );
    assert_eq!(harness.status(&request).await, RequestStatus::InProgress);

    for (index, work) in works.iter().enumerate() {
        assert_eq!(
            harness.status(&request).await,
            RequestStatus::InProgress,
            "after {index}"
        );
        harness.world.access.finish_work(work, None).await.unwrap();
    }
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
}

#[tokio::test]
async fn an_expansion_that_dies_anywhere_does_every_account_once() {
    let harness = Harness::new().await;
    with_accounts(&harness).await;
    for point in 0.. {
        let request = harness.provision(expand(&harness)).await;
        let done = harness.run_until_killed(point).await;
        // What is there already is done before the expansion goes on.
        for work in expanded(&harness).await {
            harness.world.access.finish_work(&work, None).await.unwrap();
        }
        if !done {
            handle(&harness.context, harness.event().await)
                .await
                .unwrap();
            for work in expanded(&harness).await {
                harness.world.access.finish_work(&work, None).await.unwrap();
            }
        }
        let found = harness.found(&request).await;
        assert_eq!(found.status, RequestStatus::Succeeded);
        assert_eq!(found.succeeded, ACCOUNTS as u64 + 1);
        if done {
            assert!(point > 3, "only {point} points");
            return;
        }
    }
}

#[tokio::test]
async fn a_permission_set_that_no_account_has_is_provisioned_at_once() {
    let harness = Harness::new().await;
    let other = harness.world.create_permission_set("Admin").await.unwrap();
    let task = Task::Expand {
        permission_set: other.id.clone(),
    };
    let request = harness.provision(task).await;
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
}

#[tokio::test]
async fn two_expansions_of_one_request_do_not_double() {
    let harness = Harness::new().await;
    with_accounts(&harness).await;
    harness.provision(expand(&harness)).await;
    let work = harness.works().await.remove(0);
    let access = &harness.world.access;
    let begin = Expansion::default();
    let account = AccountId::parse("300000000000").unwrap();
    let place = Place {
        account: account.clone(),
        permission_set: harness.sample.permission_set.id.clone(),
    };
    let next = [(
        account,
        Work {
            task: Task::Provision(place),
            ..work.clone()
        },
    )];
    let after = access
        .advance_expansion(&work, &begin, &next)
        .await
        .unwrap();
    assert_eq!(after.count, 1);
    access
        .advance_expansion(&work, &begin, &next)
        .await
        .unwrap_err();
    assert_eq!(access.find_expansion(&work).await.unwrap(), Some(after));
}
