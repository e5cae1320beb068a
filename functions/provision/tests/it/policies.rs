//! Permissions boundaries, and customer managed policies that are made from documents.

use jiff::SignedDuration;
use vestibule_shared::store::access::{
    Content, CustomerManagedPolicy, PermissionsBoundary, Place, RequestStatus, Task,
};

use crate::harness::{Harness, PROD};

const AWS_BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

/// `/team/<name>`.
fn own(name: &str) -> CustomerManagedPolicy {
    CustomerManagedPolicy {
        name: name.to_owned(),
        path: "/team/".to_owned(),
    }
}

fn arn(name: &str) -> String {
    format!("arn:aws:iam::{PROD}:policy/team/{name}")
}

fn document(action: &str) -> String {
    format!(r#"{{"Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#)
}

/// The policy `/team/Deploy` with a document that allows `action`.
fn deploying(content: &mut Content, action: &str) {
    content.customer_managed_policies = vec![own("Deploy")];
    content
        .policy_documents
        .insert("/team/Deploy".to_owned(), document(action));
}

/// The document of `/team/Deploy`, if it is there.
fn deployed(harness: &Harness) -> Option<String> {
    harness.aws.with(|state| {
        let policy = state.accounts[PROD].policies.get(&arn("Deploy"));
        policy.map(|policy| policy.document().to_owned())
    })
}

async fn provision(harness: &Harness, place: &Place) {
    let request = harness.provision(Task::Provision(place.clone())).await;
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
}

async fn assign(harness: &Harness, place: &Place) {
    let request = harness.assign(&harness.group(), place).await;
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
}

#[tokio::test]
async fn a_boundary_is_there_from_the_beginning_and_changes_and_goes() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness
        .revise(|set| {
            let boundary = PermissionsBoundary::AwsManaged(AWS_BOUNDARY.to_owned());
            set.content.permissions_boundary = Some(boundary);
        })
        .await;
    harness.aws.take_calls();
    assign(&harness, &place).await;
    assert_eq!(harness.role().boundary.as_deref(), Some(AWS_BOUNDARY));
    let calls = harness.aws.take_calls().join(" ");
    assert!(!calls.contains("Boundary"), "{calls}");

    harness.aws.add_policy(PROD, "/team/Bound");
    harness
        .revise(|set| {
            let boundary = PermissionsBoundary::CustomerManaged(own("Bound"));
            set.content.permissions_boundary = Some(boundary);
        })
        .await;
    provision(&harness, &place).await;
    assert_eq!(harness.role().boundary, Some(arn("Bound")));

    harness
        .revise(|set| set.content.permissions_boundary = None)
        .await;
    provision(&harness, &place).await;
    assert_eq!(harness.role().boundary, None);
}

#[tokio::test]
async fn a_boundary_that_an_account_lacks_is_named() {
    let harness = Harness::new().await;
    let place = harness.place();
    assign(&harness, &place).await;
    let bound = PermissionsBoundary::CustomerManaged(own("Bound"));
    harness
        .revise(|set| set.content.permissions_boundary = Some(bound))
        .await;
    let other = harness.world.create_permission_set("Admin").await.unwrap();
    let missing = "arn:aws:iam::aws:policy/Missing".to_owned();
    harness
        .revise_set(&other.id, |set| {
            let boundary = PermissionsBoundary::AwsManaged(missing.clone());
            set.content.permissions_boundary = Some(boundary);
        })
        .await;
    let changed = harness.provision(Task::Provision(place.clone())).await;
    let made = harness
        .assign(&harness.group(), &harness.place_of(&other))
        .await;
    harness.run_through().await;
    let reason = harness.reason(&changed).await;
    assert!(
        reason.contains(&arn("Bound")) && reason.contains("Create the policy there"),
        "{reason}"
    );
    let reason = harness.reason(&made).await;
    assert!(
        reason.contains(&missing) && reason.contains("Take it out"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_policy_is_made_from_its_document_and_kept_as_it_says() {
    let harness = Harness::new().await;
    harness.make_policies(true).await;
    let place = harness.place();
    harness
        .revise(|set| {
            deploying(&mut set.content, "s3:Get*");
            let boundary = PermissionsBoundary::CustomerManaged(own("Bound"));
            set.content.permissions_boundary = Some(boundary);
            let bound = document("s3:*");
            set.content
                .policy_documents
                .insert("/team/Bound".to_owned(), bound);
        })
        .await;
    assign(&harness, &place).await;
    assert_eq!(deployed(&harness), Some(document("s3:Get*")));
    let role = harness.role();
    assert!(role.attached.contains(&arn("Deploy")));
    assert_eq!(role.boundary, Some(arn("Bound")));
    let tags = harness
        .aws
        .with(|state| state.accounts[PROD].policies[&arn("Bound")].tags.clone());
    let instance = harness.sample.instance.id.as_str();
    assert_eq!(tags["vestibule:instance"], instance);

    // IAM keeps five versions.
    for action in ["s3:1", "s3:2", "s3:3", "s3:4", "s3:5", "s3:6"] {
        harness
            .revise(|set| deploying(&mut set.content, action))
            .await;
        provision(&harness, &place).await;
        assert_eq!(deployed(&harness), Some(document(action)));
    }
    let records = harness.records().await;
    let made = records
        .iter()
        .find(|record| record.event_name == "CreatePolicy")
        .unwrap();
    assert_eq!(made.request_parameters["policyArn"], arn("Bound"));
}

#[tokio::test]
async fn a_policy_that_was_changed_by_hand_is_put_right_on_request() {
    let harness = Harness::new().await;
    harness.make_policies(true).await;
    let place = harness.place();
    harness
        .revise(|set| deploying(&mut set.content, "s3:Get*"))
        .await;
    assign(&harness, &place).await;
    harness.aws.with(|state| {
        let policies = &mut state.accounts.get_mut(PROD).unwrap().policies;
        let policy = policies.get_mut(&arn("Deploy")).unwrap();
        policy.versions.insert(2, document("*"));
        policy.default = 2;
    });
    let repair = harness.provision(Task::Repair(place)).await;
    harness.run_through().await;
    assert_eq!(harness.status(&repair).await, RequestStatus::Succeeded);
    assert_eq!(deployed(&harness), Some(document("s3:Get*")));
}

#[tokio::test]
async fn no_policy_is_made_unless_the_instance_says_so() {
    let harness = Harness::new().await;
    harness
        .revise(|set| deploying(&mut set.content, "s3:Get*"))
        .await;
    let request = harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    let reason = harness.reason(&request).await;
    assert!(
        reason.contains(&arn("Deploy")) && reason.contains("keep a document"),
        "{reason}"
    );
    assert_eq!(deployed(&harness), None);
}

#[tokio::test]
async fn somebody_elses_policy_is_used_as_it_is_and_stays() {
    let harness = Harness::new().await;
    harness.make_policies(true).await;
    let arn = harness.aws.add_policy(PROD, "/team/Deploy");
    let before = harness
        .aws
        .with(|state| state.accounts[PROD].policies.clone());
    let place = harness.place();
    harness
        .revise(|set| deploying(&mut set.content, "s3:Get*"))
        .await;
    assign(&harness, &place).await;
    assert!(harness.role().attached.contains(&arn));
    harness.unassign(&harness.group(), &place).await;
    harness.run_through().await;
    assert_eq!(harness.find_role(), None);
    let after = harness
        .aws
        .with(|state| state.accounts[PROD].policies.clone());
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_policy_goes_with_the_last_role_that_has_it() {
    let harness = Harness::new().await;
    harness.make_policies(true).await;
    let other = harness.world.create_permission_set("Admin").await.unwrap();
    let (one, two) = (harness.place(), harness.place_of(&other));
    for id in [&one.permission_set, &two.permission_set] {
        harness
            .revise_set(id, |set| deploying(&mut set.content, "s3:Get*"))
            .await;
    }
    // The second only names it.
    harness
        .revise_set(&other.id, |set| set.content.policy_documents.clear())
        .await;
    assign(&harness, &one).await;
    assign(&harness, &two).await;

    let removed = harness.unassign(&harness.group(), &one).await;
    harness.run_through().await;
    assert_eq!(harness.status(&removed).await, RequestStatus::Succeeded);
    assert!(deployed(&harness).is_some());
    harness.unassign(&harness.group(), &two).await;
    harness.run_through().await;
    assert_eq!(deployed(&harness), None);
}

#[tokio::test]
async fn a_policy_that_is_named_no_more_goes_with_the_next_change() {
    let harness = Harness::new().await;
    harness.make_policies(true).await;
    let place = harness.place();
    harness
        .revise(|set| deploying(&mut set.content, "s3:Get*"))
        .await;
    assign(&harness, &place).await;
    harness
        .revise(|set| {
            set.content.customer_managed_policies.clear();
            set.content.policy_documents.clear();
        })
        .await;
    // Even where no more are made since.
    harness.make_policies(false).await;
    provision(&harness, &place).await;
    assert_eq!(deployed(&harness), None);
    let provisioned = harness.provisioned(&place).await.unwrap();
    assert!(provisioned.policies.is_empty());
}

#[tokio::test]
async fn a_name_that_is_taken_elsewhere_is_reported() {
    let harness = Harness::new().await;
    harness.make_policies(true).await;
    harness.aws.add_policy(PROD, "/elsewhere/Deploy");
    harness
        .revise(|set| deploying(&mut set.content, "s3:Get*"))
        .await;
    let request = harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    let reason = harness.reason(&request).await;
    assert!(reason.contains("another path"), "{reason}");
    assert_eq!(harness.find_role(), None);
}

#[tokio::test]
async fn a_policy_that_was_just_made_is_waited_for() {
    let harness = Harness::new().await;
    harness.make_policies(true).await;
    let seconds = SignedDuration::from_secs(20);
    harness.aws.with(|state| state.propagation = seconds);
    harness
        .revise(|set| deploying(&mut set.content, "s3:Get*"))
        .await;
    assign(&harness, &harness.place()).await;
    assert!(harness.role().attached.contains(&arn("Deploy")));
}

#[tokio::test]
async fn a_document_that_iam_refuses_is_reported_without_its_text() {
    let harness = Harness::new().await;
    harness.make_policies(true).await;
    harness
        .revise(|set| {
            deploying(&mut set.content, "s3:Get*");
            let nonsense = "{ no JSON".to_owned();
            set.content
                .policy_documents
                .insert("/team/Deploy".to_owned(), nonsense);
        })
        .await;
    let request = harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    let reason = harness.reason(&request).await;
    assert!(
        reason.contains("Correct the document") && !reason.contains("no JSON"),
        "{reason}"
    );
}

#[tokio::test]
async fn two_permission_sets_never_have_each_others_permissions() {
    let harness = Harness::new().await;
    harness.make_policies(true).await;
    let other = harness.world.create_permission_set("Admin").await.unwrap();
    let (one, two) = (harness.place(), harness.place_of(&other));
    harness
        .revise(|set| deploying(&mut set.content, "s3:Get*"))
        .await;
    harness
        .revise_set(&other.id, |set| deploying(&mut set.content, "*"))
        .await;
    assign(&harness, &one).await;
    let refused = harness.assign(&harness.group(), &two).await;
    harness.run_through().await;
    let reason = harness.reason(&refused).await;
    for named in [&one.permission_set, &two.permission_set] {
        assert!(reason.contains(named.as_str()), "{reason}");
    }
    assert_eq!(deployed(&harness), Some(document("s3:Get*")));
    assert_eq!(harness.state(&harness.group(), &two).await, None);

    // With the same document they share it, and neither changes it under the other.
    harness
        .revise_set(&other.id, |set| deploying(&mut set.content, "s3:Get*"))
        .await;
    assign(&harness, &two).await;
    harness
        .revise(|set| deploying(&mut set.content, "s3:Put*"))
        .await;
    let refused = harness.provision(Task::Provision(one.clone())).await;
    harness.run_through().await;
    harness.reason(&refused).await;
    assert_eq!(deployed(&harness), Some(document("s3:Get*")));
    harness
        .revise_set(&other.id, |set| deploying(&mut set.content, "s3:Put*"))
        .await;
    provision(&harness, &one).await;
    provision(&harness, &two).await;
    assert_eq!(deployed(&harness), Some(document("s3:Put*")));
}

#[tokio::test]
async fn whoever_is_left_may_change_what_another_permission_set_made() {
    let harness = Harness::new().await;
    harness.make_policies(true).await;
    let other = harness.world.create_permission_set("Admin").await.unwrap();
    let (one, two) = (harness.place(), harness.place_of(&other));
    for id in [&one.permission_set, &two.permission_set] {
        harness
            .revise_set(id, |set| deploying(&mut set.content, "s3:Get*"))
            .await;
    }
    assign(&harness, &one).await;
    assign(&harness, &two).await;
    harness.unassign(&harness.group(), &one).await;
    harness.run_through().await;
    harness
        .revise_set(&other.id, |set| deploying(&mut set.content, "s3:Put*"))
        .await;
    provision(&harness, &two).await;
    assert_eq!(deployed(&harness), Some(document("s3:Put*")));
}

#[tokio::test]
async fn no_policy_is_made_for_a_role_that_is_somebody_elses() {
    let harness = Harness::new().await;
    harness.make_policies(true).await;
    let place = harness.place();
    assign(&harness, &place).await;
    harness.aws.with(|state| {
        let roles = &mut state.accounts.get_mut(PROD).unwrap().roles;
        roles.get_mut(&harness.role_name()).unwrap().tags.clear();
    });
    harness
        .revise(|set| deploying(&mut set.content, "s3:Get*"))
        .await;
    let request = harness.provision(Task::Provision(place)).await;
    harness.run_through().await;
    assert!(harness.reason(&request).await.contains("did not make"));
    assert_eq!(deployed(&harness), None);
}
