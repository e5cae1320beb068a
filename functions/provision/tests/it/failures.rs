//! What cannot be done, and what AWS does not answer.

use jiff::SignedDuration;
use vestibule_shared::store::access::{
    AssignmentState, CustomerManagedPolicy, PermissionsBoundary, RequestStatus, Task,
};

use crate::fake_aws::Fault;
use crate::harness::{Harness, PROD};

#[tokio::test]
async fn a_policy_that_is_not_there_is_named_and_the_half_made_role_goes() {
    let harness = Harness::new().await;
    harness
        .revise(|set| {
            set.content.customer_managed_policies = vec![CustomerManagedPolicy {
                name: "Own".to_owned(),
                path: "/team/".to_owned(),
            }];
        })
        .await;
    let place = harness.place();
    let request = harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    let reason = harness.reason(&request).await;
    assert!(
        reason.contains(&format!("arn:aws:iam::{PROD}:policy/team/Own")),
        "{reason}"
    );
    assert!(reason.contains("Create the policy there"), "{reason}");
    assert_eq!(harness.find_role(), None);
    assert_eq!(harness.state(&harness.group(), &place).await, None);
    assert_eq!(harness.provisioned(&place).await, None);
    // Nobody has waited for a policy to appear.
    let begun = harness.sample.instance.created_at;
    assert!(harness.world.clock.now().duration_since(begun) < SignedDuration::from_secs(10));

    harness.aws.add_policy(PROD, "/team/Own");
    let again = harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    assert_eq!(harness.status(&again).await, RequestStatus::Succeeded);
}

#[tokio::test]
async fn a_failed_change_leaves_those_in_who_are() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness.assign(&harness.group(), &place).await;
    harness.assign(&harness.somebody().await, &place).await;
    harness.run_through().await;
    let before = harness.role();
    harness
        .revise(|set| {
            let aws = |name: &str| (format!("arn:aws:iam::aws:policy/{name}"), name.to_owned());
            set.content.managed_policies = [aws("Another"), aws("Missing")].into();
            let boundary = PermissionsBoundary::AwsManaged(aws("Boundary").0);
            set.content.permissions_boundary = Some(boundary);
            set.content.description = Some("Another".to_owned());
        })
        .await;
    let provision = harness.provision(Task::Provision(place.clone())).await;
    let assign = harness.assign(&harness.user(), &place).await;
    let remove = harness.unassign(&harness.group(), &place).await;
    harness.run_through().await;
    for request in [provision, assign] {
        let reason = harness.reason(&request).await;
        assert!(
            reason.contains("arn:aws:iam::aws:policy/Missing"),
            "{reason}"
        );
    }
    // The role stays for the others: to remove one of them has succeeded.
    assert_eq!(harness.status(&remove).await, RequestStatus::Succeeded);
    assert_eq!(harness.state(&harness.group(), &place).await, None);
    assert_eq!(harness.state(&harness.user(), &place).await, None);
    assert_eq!(harness.provisioned(&place).await.unwrap().revision, Some(1));
    assert_eq!(harness.role(), before);

    harness
        .revise(|set| set.content.managed_policies.clear())
        .await;
    let repaired = harness.provision(Task::Provision(place.clone())).await;
    harness.run_through().await;
    assert_eq!(harness.status(&repaired).await, RequestStatus::Succeeded);
    assert!(harness.role().attached.is_empty());
}

#[tokio::test]
async fn a_failed_removal_leaves_a_role_but_no_access() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    harness.world.advance(SignedDuration::from_hours(1));
    harness.aws.break_operation("DeleteRole", Fault::Denied);
    let request = harness.unassign(&harness.group(), &place).await;
    harness.run_through().await;
    let reason = harness.reason(&request).await;
    assert!(
        reason.contains("iam:DeleteRole") && reason.contains("service control policy"),
        "{reason}"
    );
    let state = harness.state(&harness.group(), &place).await;
    assert_eq!(state, Some(AssignmentState::Deleting));
    assert!(harness.find_role().is_some());
    assert!(harness.provisioned(&place).await.is_some());

    harness.aws.heal();
    let again = harness.unassign(&harness.group(), &place).await;
    harness.run_through().await;
    assert_eq!(harness.status(&again).await, RequestStatus::Succeeded);
    assert_eq!(harness.find_role(), None);
    assert_eq!(harness.provisioned(&place).await, None);
}

#[tokio::test]
async fn a_role_that_was_half_removed_is_not_taken_for_whole() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    harness.world.advance(SignedDuration::from_hours(1));
    harness.aws.break_operation("DeleteRole", Fault::Denied);
    harness.unassign(&harness.group(), &place).await;
    harness.run_through().await;
    assert!(harness.role().attached.is_empty());
    harness.aws.heal();
    harness.assign(&harness.user(), &place).await;
    harness.run_through().await;
    assert_eq!(harness.role().attached.len(), 1);
}

#[tokio::test]
async fn a_refused_inline_policy_is_reported_without_its_text() {
    let harness = Harness::new().await;
    harness
        .revise(|set| set.content.inline_policy = Some("{ no JSON".to_owned()))
        .await;
    let request = harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    let reason = harness.reason(&request).await;
    assert!(
        reason.contains("inline policy") && !reason.contains("no JSON"),
        "{reason}"
    );
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let harness = Harness::new().await;
    for number in [0, 1, 4, 9, 10, 11] {
        harness.aws.fail_call(number, Fault::Throttled);
    }
    let request = harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
}

#[tokio::test]
async fn an_aws_that_does_not_answer_is_asked_again_later_but_not_for_ever() {
    for fault in [Fault::Throttled, Fault::Unavailable, Fault::RequestLost] {
        let harness = Harness::new().await;
        harness.aws.break_operation("CreateRole", fault);
        let place = harness.place();
        let request = harness.assign(&harness.group(), &place).await;
        let failures = harness.run().await.failures;
        assert_eq!(failures.len(), 1);
        assert_eq!(failures[0].sequence_number, "1000");
        assert_eq!(harness.status(&request).await, RequestStatus::InProgress);
        assert_eq!(
            harness.state(&harness.group(), &place).await,
            Some(AssignmentState::Pending)
        );

        harness.world.advance(SignedDuration::from_hours(2));
        harness.run_through().await;
        assert!(harness.reason(&request).await.contains("more than an hour"));
        assert_eq!(harness.state(&harness.group(), &place).await, None);
    }
}

#[tokio::test]
async fn a_silent_aws_ends_what_is_old_and_leaves_what_is_new() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness
        .aws
        .break_operation("CreateRole", Fault::Unavailable);
    let old = harness.assign(&harness.group(), &place).await;
    harness.run().await;
    harness.world.advance(SignedDuration::from_hours(2));
    let new = harness.assign(&harness.user(), &place).await;
    assert_eq!(harness.run().await.failures.len(), 2);
    assert!(harness.reason(&old).await.contains("more than an hour"));
    assert_eq!(harness.state(&harness.group(), &place).await, None);
    assert_eq!(harness.status(&new).await, RequestStatus::InProgress);
    harness.aws.heal();
    harness.run_through().await;
    assert_eq!(harness.status(&new).await, RequestStatus::Succeeded);
}

#[tokio::test]
async fn a_door_that_stays_silent_is_knocked_at_once_for_all_places_behind_it() {
    let harness = Harness::new().await;
    harness
        .aws
        .break_operation("AssumeRole", Fault::Unavailable);
    let mut requests = Vec::new();
    for number in 0..30 {
        let name = format!("Set{number}");
        let set = harness.world.create_permission_set(&name).await.unwrap();
        let place = harness.place_of(&set);
        requests.push(harness.assign(&harness.group(), &place).await);
    }
    harness.world.advance(SignedDuration::from_hours(2));
    harness.run_through().await;
    for request in &requests {
        assert!(harness.reason(request).await.contains("sts:AssumeRole"));
    }
}

#[tokio::test]
async fn one_account_that_does_not_answer_holds_up_no_other() {
    let harness = Harness::new().await;
    let other = harness.world.create_permission_set("Admin").await.unwrap();
    let mut elsewhere = harness.place_of(&other);
    elsewhere.account = harness.sample.accounts[0].id.clone();
    harness.assign(&harness.group(), &elsewhere).await;
    harness.run_through().await;
    harness
        .aws
        .with(|state| state.accounts.get_mut(PROD).unwrap().roles.clear());
    harness.aws.break_operation("AssumeRole", Fault::Denied);
    let stuck = harness.assign(&harness.group(), &harness.place()).await;
    let again = harness.assign(&harness.user(), &elsewhere).await;
    harness.run().await;
    assert_eq!(harness.status(&again).await, RequestStatus::Succeeded);
    assert_eq!(harness.status(&stuck).await, RequestStatus::Failed);
}

#[tokio::test]
async fn nothing_is_done_before_the_instance_is_enabled() {
    let harness = Harness::new().await;
    harness.assign(&harness.group(), &harness.place()).await;
    let keys = harness.world.table("KeysTable").unwrap();
    keys.take::<vestibule_shared::store::keys::Certificate>("CERTIFICATE", "CURRENT")
        .await
        .unwrap();
    assert_eq!(harness.run().await.failures.len(), 1);
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());
}
