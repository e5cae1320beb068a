//! A place from its first assignment to its last.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vestibule_shared::arn;
use vestibule_shared::store::access::{
    AssignmentState, CustomerManagedPolicy, RequestStatus, Task,
};

use crate::harness::{Harness, PROD};

#[tokio::test]
async fn the_first_assignment_makes_the_account_ready_and_the_role() {
    let harness = Harness::new().await;
    let place = harness.place();
    let request = harness.assign(&harness.group(), &place).await;
    harness.run_through().await;

    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
    assert_eq!(
        harness.state(&harness.group(), &place).await,
        Some(AssignmentState::Active)
    );
    insta::assert_snapshot!(harness.aws.take_calls().join("\n"), @"
    999999999999 AssumeRole
    999999999999 AssumeRole
    222222222222 CreateRole
    222222222222 PutRolePolicy
    222222222222 UpdateAssumeRolePolicy
    999999999999 AssumeRole
    222222222222 GetSAMLProvider
    222222222222 CreateSAMLProvider
    222222222222 CreateRole
    222222222222 AttachRolePolicy
    ");

    let role = harness.role();
    assert_eq!(role.path, "/vestibule/");
    assert_eq!(role.max_session_seconds, 43200);
    assert_eq!(
        role.attached,
        BTreeSet::from(["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()])
    );
    assert_eq!(
        role.tags["vestibule:instance"],
        harness.sample.instance.id.as_str()
    );
    assert_eq!(
        role.tags["vestibule:permission-set"],
        place.permission_set.as_str()
    );
    let trust: Value = serde_json::from_str(&role.trust).unwrap();
    insta::assert_json_snapshot!("role-trust", trust);
    let provisioned = harness.provisioned(&place).await.unwrap();
    assert_eq!(provisioned.revision, Some(1));
    assert_eq!(provisioned.session_seconds, Some(3600));
    assert_eq!(provisioned.provisioned_at, Some(harness.world.clock.now()));
}

#[tokio::test]
async fn nothing_is_called_when_nothing_changed() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    harness.aws.take_calls();

    let second = harness.assign(&harness.user(), &place).await;
    harness.run_through().await;
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());
    assert_eq!(harness.status(&second).await, RequestStatus::Succeeded);
    assert_eq!(
        harness.state(&harness.user(), &place).await,
        Some(AssignmentState::Active)
    );
}

#[tokio::test]
async fn many_assignments_of_one_place_are_one_reconciliation() {
    let harness = Harness::new().await;
    let place = harness.place();
    let mut requests = Vec::new();
    for _ in 0..5 {
        requests.push(harness.assign(&harness.somebody().await, &place).await);
    }
    harness.run_through().await;
    let calls = harness.aws.take_calls();
    let created = calls
        .iter()
        .filter(|call| call.ends_with(" CreateRole"))
        .count();
    assert_eq!(created, 2, "the service role and the role: {calls:?}");
    for request in &requests {
        assert_eq!(harness.status(request).await, RequestStatus::Succeeded);
    }
}

#[tokio::test]
async fn an_edit_reaches_an_account_only_when_it_is_provisioned() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness.assign(&harness.group(), &place).await;
    harness.assign(&harness.user(), &place).await;
    harness.run_through().await;
    harness
        .revise(|set| {
            set.content.description = Some("Looks & <listens>".to_owned());
            set.content.session_seconds = 7200;
            set.content.relay_state = Some("https://console.aws.amazon.com/s3/".to_owned());
            set.content.managed_policies.clear();
            set.content.inline_policy = Some(INLINE.to_owned());
            set.content.customer_managed_policies = vec![own_policy()];
        })
        .await;
    harness.aws.add_policy(PROD, "/team/Own");

    harness.aws.take_calls();
    harness.unassign(&harness.user(), &place).await;
    harness.run_through().await;
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());
    let provisioned = harness.provisioned(&place).await.unwrap();
    assert_eq!(
        (provisioned.revision, provisioned.session_seconds),
        (Some(1), Some(3600))
    );

    harness.provision(Task::Provision(place.clone())).await;
    harness.run_through().await;
    let role = harness.role();
    assert_eq!(role.description, "Looks & <listens>");
    assert_eq!(
        role.attached,
        BTreeSet::from([format!("arn:aws:iam::{PROD}:policy/team/Own")])
    );
    assert_eq!(role.inline["VestibuleInlinePolicy"], INLINE);
    let provisioned = harness.provisioned(&place).await.unwrap();
    assert_eq!(
        (provisioned.revision, provisioned.session_seconds),
        (Some(2), Some(7200))
    );
    assert_eq!(
        provisioned.relay_state.as_deref(),
        Some("https://console.aws.amazon.com/s3/")
    );
}

#[tokio::test]
async fn a_change_that_no_role_shows_needs_no_call() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    harness.aws.take_calls();
    harness
        .revise(|set| set.content.session_seconds = 43200)
        .await;
    harness.assign(&harness.user(), &place).await;
    harness.run_through().await;
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());
    let provisioned = harness.provisioned(&place).await.unwrap();
    assert_eq!(
        (provisioned.revision, provisioned.session_seconds),
        (Some(2), Some(43200))
    );
}

#[tokio::test]
async fn what_was_added_to_a_role_by_hand_goes_with_the_next_change() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    harness.aws.with(|state| {
        let account = state.accounts.get_mut(PROD).unwrap();
        let role = account.roles.get_mut(&harness.role_name()).unwrap();
        role.inline.insert("ByHand".to_owned(), INLINE.to_owned());
        role.tags.insert("team".to_owned(), "a".to_owned());
        role.max_session_seconds = 3600;
        for number in 0..9 {
            role.attached
                .insert(format!("arn:aws:iam::aws:policy/ByHand{number}"));
        }
    });
    let many = |prefix: &str| {
        let named = (0..10).map(|number| format!("{prefix}{number}"));
        named
            .map(|name| (format!("arn:aws:iam::aws:policy/{name}"), name))
            .collect()
    };
    harness
        .revise(|set| set.content.managed_policies = many("Wanted"))
        .await;
    harness.provision(Task::Provision(place)).await;
    harness.run_through().await;
    let role = harness.role();
    assert_eq!(role.attached.len(), 10);
    assert!(role.attached.iter().all(|arn| arn.contains("Wanted")));
    assert!(role.inline.is_empty());
    assert_eq!(role.max_session_seconds, 43200);
    assert_eq!(role.tags["team"], "a");
}

#[tokio::test]
async fn the_role_goes_with_its_last_assignment() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness
        .revise(|set| set.content.inline_policy = Some(INLINE.to_owned()))
        .await;
    harness.assign(&harness.group(), &place).await;
    harness.assign(&harness.user(), &place).await;
    harness.run_through().await;
    harness.aws.take_calls();

    let first = harness.unassign(&harness.user(), &place).await;
    harness.run_through().await;
    assert_eq!(harness.aws.take_calls(), Vec::<String>::new());
    assert_eq!(harness.status(&first).await, RequestStatus::Succeeded);
    assert_eq!(harness.state(&harness.user(), &place).await, None);

    let last = harness.unassign(&harness.group(), &place).await;
    harness.run_through().await;
    assert_eq!(harness.status(&last).await, RequestStatus::Succeeded);
    assert_eq!(harness.find_role(), None);
    assert_eq!(harness.state(&harness.group(), &place).await, None);
    assert_eq!(harness.provisioned(&place).await, None);

    // And it comes back with the next one.
    let request = harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
    assert!(harness.role().inline.contains_key("VestibuleInlinePolicy"));
}

#[tokio::test]
async fn an_assignment_that_is_taken_back_before_it_was_made_leaves_nothing() {
    let harness = Harness::new().await;
    let place = harness.place();
    let created = harness.assign(&harness.group(), &place).await;
    let removed = harness.unassign(&harness.group(), &place).await;
    harness.run_through().await;
    for request in [created, removed] {
        assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
    }
    assert_eq!(harness.find_role(), None);
    assert_eq!(harness.provisioned(&place).await, None);
}

#[tokio::test]
async fn every_change_is_recorded_without_a_policys_text() {
    let harness = Harness::new().await;
    let place = harness.place();
    harness
        .revise(|set| set.content.inline_policy = Some(INLINE.to_owned()))
        .await;
    harness.assign(&harness.group(), &place).await;
    harness.run_through().await;
    harness.world.advance(jiff::SignedDuration::from_secs(1));
    harness.revise(|set| set.content.inline_policy = None).await;
    harness.provision(Task::Provision(place.clone())).await;
    harness.run_through().await;
    harness.world.advance(jiff::SignedDuration::from_secs(1));
    harness.unassign(&harness.group(), &place).await;
    harness.run_through().await;

    let records = harness.records().await;
    let mut names: Vec<&str> = records
        .iter()
        .map(|record| record.event_name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "CreateRole",
            "CreateSAMLProvider",
            "CreateServiceRole",
            "DeleteRole",
            "UpdateRole"
        ]
    );
    let set = arn::PermissionSetArn {
        instance: harness.sample.instance.id.clone(),
        id: place.permission_set.clone(),
    };
    for record in &records {
        let source = match record.event_name.as_str() {
            "CreateServiceRole" => "vestibule",
            _ => "sso.amazonaws.com",
        };
        assert_eq!(record.event_source, source);
        assert_eq!(record.request_parameters["accountId"], PROD);
        assert!(!serde_json::to_string(record).unwrap().contains("Statement"));
    }
    let created = records
        .iter()
        .find(|record| record.event_name == "CreateRole")
        .unwrap();
    assert_eq!(
        created.request_parameters,
        json!({
            "accountId": PROD,
            "permissionSetArn": set.to_string(),
            "roleName": harness.role_name(),
            "changes": [
                "CreateRole",
                "AttachRolePolicy arn:aws:iam::aws:policy/ReadOnlyAccess",
                "PutRolePolicy VestibuleInlinePolicy",
            ],
        })
    );
}

const INLINE: &str = r#"{ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": "s3:*", "Resource": "*" }] }"#;

fn own_policy() -> CustomerManagedPolicy {
    CustomerManagedPolicy {
        name: "Own".to_owned(),
        path: "/team/".to_owned(),
    }
}
