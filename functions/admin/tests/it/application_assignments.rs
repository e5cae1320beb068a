//! Assignments of applications: made, found, listed, and gone with what they join.

use serde_json::{Value, json};
use vestibule_shared::ids::Principal;

use crate::applications::with;
use crate::organization::Organization;

fn user(organization: &Organization) -> Value {
    json!({ "PrincipalType": "USER", "PrincipalId": organization.sample.user.id })
}

fn group(organization: &Organization) -> Value {
    json!({ "PrincipalType": "GROUP", "PrincipalId": organization.sample.group.id })
}

async fn by_principal(organization: &Organization, principal: &Value) -> Vec<Value> {
    let input = with(
        principal,
        json!({ "InstanceArn": organization.instance_arn() }),
    );
    organization
        .all(
            "ListApplicationAssignmentsForPrincipal",
            "ApplicationAssignments",
            input,
            1,
        )
        .await
}

async fn by_application(organization: &Organization, named: &Value) -> Vec<Value> {
    organization
        .all(
            "ListApplicationAssignments",
            "ApplicationAssignments",
            named.clone(),
            1,
        )
        .await
}

#[tokio::test]
async fn an_assignment_is_made_described_listed_and_deleted() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let (user, group) = (user(&organization), group(&organization));
    let (of_user, of_group) = (with(&named, user.clone()), with(&named, group.clone()));
    // Once more is as good as once.
    for input in [&of_group, &of_user, &of_user] {
        organization
            .ok("CreateApplicationAssignment", input.clone())
            .await;
    }
    let records = organization.recorded("CreateApplicationAssignment").await;
    assert_eq!(records.len(), 3);
    let described = organization
        .ok("DescribeApplicationAssignment", of_user.clone())
        .await;
    assert_eq!(described, of_user);
    assert_eq!(
        by_application(&organization, &named).await,
        [of_group.clone(), of_user.clone()]
    );
    // Alice is in the group: what she has through it counts as hers.
    assert_eq!(
        by_principal(&organization, &user).await,
        [of_user.clone(), of_group.clone()]
    );
    assert_eq!(
        by_principal(&organization, &group).await,
        std::slice::from_ref(&of_group)
    );

    organization
        .ok("DeleteApplicationAssignment", of_user.clone())
        .await;
    for operation in [
        "DescribeApplicationAssignment",
        "DeleteApplicationAssignment",
    ] {
        let refused = organization.refused(operation, of_user.clone()).await;
        assert_eq!(refused, "ResourceNotFoundException");
    }
    assert_eq!(by_principal(&organization, &user).await, [of_group]);
}

#[tokio::test]
async fn assignments_of_a_principal_are_found_for_one_application() {
    let organization = Organization::new().await;
    let wanted = organization.create_application("Wanted").await;
    let other = organization.create_application("Other").await;
    for named in [&wanted, &other] {
        let input = with(named, group(&organization));
        organization.ok("CreateApplicationAssignment", input).await;
    }
    let filtered = with(
        &user(&organization),
        json!({ "InstanceArn": organization.instance_arn(), "Filter": wanted }),
    );
    let listed = organization
        .ok("ListApplicationAssignmentsForPrincipal", filtered)
        .await;
    let expected = with(&wanted, group(&organization));
    assert_eq!(listed, json!({ "ApplicationAssignments": [expected] }));
}

#[tokio::test]
async fn nobody_who_is_not_there_is_assigned_anything() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let nobody = json!({
        "PrincipalType": "USER",
        "PrincipalId": "00000000-0000-4000-8000-000000000000",
    });
    // A group's id is no user's.
    let mistaken = json!({
        "PrincipalType": "USER",
        "PrincipalId": organization.sample.group.id,
    });
    for principal in [nobody, mistaken] {
        for operation in [
            "CreateApplicationAssignment",
            "DeleteApplicationAssignment",
            "DescribeApplicationAssignment",
        ] {
            let input = with(&named, principal.clone());
            let refused = organization.refused(operation, input).await;
            assert_eq!(refused, "ResourceNotFoundException", "{operation}");
        }
        let input = with(
            &principal,
            json!({ "InstanceArn": organization.instance_arn() }),
        );
        let refused = organization
            .refused("ListApplicationAssignmentsForPrincipal", input)
            .await;
        assert_eq!(refused, "ResourceNotFoundException");
    }
    organization.ok("DeleteApplication", named.clone()).await;
    let input = with(&named, user(&organization));
    let refused = organization
        .refused("CreateApplicationAssignment", input)
        .await;
    assert_eq!(refused, "ResourceNotFoundException");
}

#[tokio::test]
async fn with_an_application_its_assignments_go() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let input = with(&named, group(&organization));
    organization.ok("CreateApplicationAssignment", input).await;
    let application = organization.stored_application(&named).await;
    let access = &organization.world.access;
    // A deletion that is interrupted before it tidies up: what is left means nothing.
    let record = organization.world.record();
    access
        .delete_application(&application, organization.world.recorded(&record))
        .await
        .unwrap();
    let principal = Principal::Group(organization.sample.group.id.clone());
    let left = access.application_assignments_of(&principal).await.unwrap();
    assert_eq!(left.len(), 1);
    assert!(
        by_principal(&organization, &group(&organization))
            .await
            .is_empty()
    );
    // Asked for again, it goes on.
    let refused = organization.refused("DeleteApplication", named).await;
    assert_eq!(refused, "ResourceNotFoundException");
    let left = access.application_assignments_of(&principal).await.unwrap();
    assert!(left.is_empty());
}

#[tokio::test]
async fn with_a_user_or_group_their_assignments_go_and_are_absent_before_that() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    for principal in [user(&organization), group(&organization)] {
        let input = with(&named, principal);
        organization.ok("CreateApplicationAssignment", input).await;
    }
    let (world, sample) = (&organization.world, &organization.sample);
    let record = world.record();
    // As a deletion leaves it that is interrupted before it tidies up.
    world
        .directory
        .delete_user(&sample.user, world.clock.now(), world.recorded(&record))
        .await
        .unwrap();
    let left = by_application(&organization, &named).await;
    assert_eq!(left, [with(&named, group(&organization))]);
    let described = with(&named, user(&organization));
    let refused = organization
        .refused("DescribeApplicationAssignment", described)
        .await;
    assert_eq!(refused, "ResourceNotFoundException");

    let store = json!({ "IdentityStoreId": sample.instance.identity_store });
    let input = with(&store, json!({ "UserId": sample.user.id }));
    let refused = organization.refused("DeleteUser", input).await;
    assert_eq!(refused, "ResourceNotFoundException");
    let input = with(&store, json!({ "GroupId": sample.group.id }));
    organization.ok("DeleteGroup", input).await;
    for principal in [
        Principal::User(sample.user.id.clone()),
        Principal::Group(sample.group.id.clone()),
    ] {
        let left = world.access.application_assignments_of(&principal).await;
        assert!(left.unwrap().is_empty());
    }
    assert!(by_application(&organization, &named).await.is_empty());
}
