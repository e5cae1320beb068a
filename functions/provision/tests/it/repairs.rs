//! What somebody changed in an account is found, and put right, by whatever does not believe what was applied there last.

use std::collections::BTreeMap;

use vestibule_shared::arn;
use vestibule_shared::store::access::{RequestStatus, Task};

use crate::fake_aws::Fault;
use crate::harness::{Harness, PROD};

const ANYBODY: &str =
    r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}"#;

/// Changes all that can be changed of the role.
fn meddle(harness: &Harness) {
    harness.aws.with(|state| {
        let account = state.accounts.get_mut(PROD).unwrap();
        let role = account.roles.get_mut(&harness.role_name()).unwrap();
        ANYBODY.clone_into(&mut role.trust);
        "Mine".clone_into(&mut role.description);
        role.max_session_seconds = 3600;
        role.tags.remove("vestibule:permission-set");
        role.boundary = Some("arn:aws:iam::aws:policy/PowerUserAccess".to_owned());
        role.attached.clear();
        role.inline.insert("ByHand".to_owned(), ANYBODY.to_owned());
    });
}

#[tokio::test]
async fn a_new_assignment_believes_what_was_applied() {
    let harness = Harness::new().await;
    harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    meddle(&harness);
    harness.aws.take_calls();
    harness.assign(&harness.user(), &harness.place()).await;
    harness.run_through().await;
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());
}

#[tokio::test]
async fn provisioning_and_repairing_look_for_themselves() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    let before = harness.role();
    for task in [Task::Provision(place.clone()), Task::Repair(place.clone())] {
        meddle(&harness);
        let request = harness.provision(task).await;
        harness.run_through().await;
        assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
        assert_eq!(harness.role(), before);
    }
}

#[tokio::test]
async fn what_was_deleted_is_made_again() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    let before = harness.role();
    harness.aws.with(|state| {
        let account = state.accounts.get_mut(PROD).unwrap();
        account
            .roles
            .retain(|name, _| !name.starts_with("Vestibule"));
        account.providers = BTreeMap::new();
    });
    let request = harness.provision(Task::Repair(place)).await;
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
    assert_eq!(harness.role().attached, before.attached);
    let provider = arn::provider(&harness.sample.accounts[1].id, &harness.sample.instance.id);
    let made =
        |state: &mut crate::fake_aws::State| state.accounts[PROD].providers.contains_key(&provider);
    assert!(harness.aws.with(made));
}

#[tokio::test]
async fn a_repair_leaves_the_revision_and_provisioning_takes_the_newest() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    harness
        .revise(|set| set.content.description = Some("New".to_owned()))
        .await;
    meddle(&harness);
    harness.provision(Task::Repair(place.clone())).await;
    harness.run_through().await;
    assert_eq!(harness.role().description, "");
    assert_eq!(harness.provisioned(&place).await.unwrap().revision, Some(1));
    harness.provision(Task::Provision(place.clone())).await;
    harness.run_through().await;
    assert_eq!(harness.role().description, "New");
    assert_eq!(harness.provisioned(&place).await.unwrap().revision, Some(2));
}

#[tokio::test]
async fn a_role_that_a_failed_removal_left_goes_with_a_repair() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    harness.world.advance(jiff::SignedDuration::from_hours(1));
    harness.aws.break_operation("DeleteRole", Fault::Denied);
    harness.unassign(&harness.group(), &place).await;
    harness.run_through().await;
    assert!(harness.find_role().is_some());
    harness.aws.heal();
    let request = harness.provision(Task::Repair(place.clone())).await;
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
    assert_eq!(harness.find_role(), None);
    assert_eq!(harness.provisioned(&place).await, None);
    assert_eq!(harness.state(&harness.group(), &place).await, None);
}
