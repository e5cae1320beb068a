//! `ProvisionPermissionSet`, and what is provisioned where, through the router.

use jiff::SignedDuration;
use serde_json::json;
use vestibule_shared::ids::Principal;
use vestibule_shared::store::access::{Place, Task};

use crate::organization::Organization;

#[tokio::test]
async fn an_edit_reaches_accounts_only_when_it_is_provisioned() {
    let organization = Organization::new().await;
    let named = json!({
        "InstanceArn": organization.instance_arn(),
        "PermissionSetArn": organization.set_arn(),
    });
    let with = |member: &str, value: &str| {
        let mut input = named.clone();
        input[member] = value.into();
        input
    };
    let mut update = named.clone();
    update["Description"] = "changed".into();
    let accounts = async |status: &str| {
        let input = with("ProvisioningStatus", status);
        let name = "ListAccountsForProvisionedPermissionSet";
        organization.all(name, "AccountIds", input, 1).await
    };
    let sets = async |status: &str| {
        let input = json!({
            "InstanceArn": organization.instance_arn(),
            "AccountId": "111111111111",
            "ProvisioningStatus": status,
        });
        let name = "ListPermissionSetsProvisionedToAccount";
        organization.all(name, "PermissionSets", input, 1).await
    };
    let (latest, outdated) = (
        "LATEST_PERMISSION_SET_PROVISIONED",
        "LATEST_PERMISSION_SET_NOT_PROVISIONED",
    );
    assert_eq!(accounts(latest).await, ["111111111111"]);
    assert_eq!(sets(latest).await, [organization.set_arn()]);
    assert!(accounts(outdated).await.is_empty());
    organization.ok("UpdatePermissionSet", update).await;
    assert!(accounts(latest).await.is_empty());
    assert!(sets(latest).await.is_empty());
    assert_eq!(accounts(outdated).await, ["111111111111"]);
    assert_eq!(sets(outdated).await, [organization.set_arn()]);

    let all = with("TargetType", "ALL_PROVISIONED_ACCOUNTS");
    let started = organization.ok("ProvisionPermissionSet", all).await;
    let status = &started["PermissionSetProvisioningStatus"];
    assert_eq!(status["Status"], "IN_PROGRESS");
    assert!(matches!(
        organization.all_work().await[0].task,
        Task::Expand { .. }
    ));
    let describe = json!({
        "InstanceArn": organization.instance_arn(),
        "ProvisionPermissionSetRequestId": status["RequestId"],
    });
    let described = organization
        .ok("DescribePermissionSetProvisioningStatus", describe)
        .await;
    assert_eq!(&described["PermissionSetProvisioningStatus"], status);
    let input = json!({ "InstanceArn": organization.instance_arn() });
    let name = "ListPermissionSetProvisioningStatus";
    let listed = organization
        .all(name, "PermissionSetsProvisioningStatus", input, 100)
        .await;
    assert_eq!(listed.len(), 1);
}

#[tokio::test]
async fn one_account_is_provisioned_if_the_set_is_there() {
    let organization = Organization::new().await;
    let input = |kind: &str, target: Option<&str>| {
        json!({
            "InstanceArn": organization.instance_arn(),
            "PermissionSetArn": organization.set_arn(),
            "TargetType": kind,
            "TargetId": target,
        })
    };
    let one = input("AWS_ACCOUNT", Some("111111111111"));
    let started = organization.ok("ProvisionPermissionSet", one).await;
    let status = &started["PermissionSetProvisioningStatus"];
    assert_eq!(status["AccountId"], "111111111111");
    organization.finish(&status["RequestId"], None).await;
    for (input, code) in [
        (input("AWS_ACCOUNT", None), "ValidationException"),
        (
            input("ALL_PROVISIONED_ACCOUNTS", Some("111111111111")),
            "ValidationException",
        ),
        (
            input("AWS_ACCOUNT", Some("222222222222")),
            "ResourceNotFoundException",
        ),
    ] {
        assert_eq!(
            organization.refused("ProvisionPermissionSet", input).await,
            code
        );
    }
}

#[tokio::test]
async fn what_a_failed_creation_left_behind_is_listed_because_it_is_in_the_way_of_a_deletion() {
    let organization = Organization::new().await;
    let (world, sample) = (&organization.world, &organization.sample);
    let accounts = async |status: Option<&str>| {
        let mut input = json!({
            "InstanceArn": organization.instance_arn(),
            "PermissionSetArn": organization.set_arn(),
        });
        if let Some(status) = status {
            input["ProvisioningStatus"] = status.into();
        }
        let name = "ListAccountsForProvisionedPermissionSet";
        organization.all(name, "AccountIds", input, 1).await
    };
    let place = Place {
        account: sample.accounts[1].id.clone(),
        permission_set: sample.permission_set.id.clone(),
    };
    let principal = Principal::User(sample.user.id.clone());
    let (pending, _) = world.request_assignment(&principal, &place).await.unwrap();
    assert_eq!(accounts(None).await, ["111111111111"]);

    let (now, minute) = (world.clock.now(), SignedDuration::from_mins(1));
    let lease = world.access.take_lease(&place.account, now, minute).await;
    let lease = lease.unwrap().unwrap();
    let removed = world.access.remove_assignment(&lease, &pending).await;
    removed.unwrap();
    assert_eq!(accounts(None).await, ["111111111111", "222222222222"]);
    let status = Some("LATEST_PERMISSION_SET_PROVISIONED");
    assert_eq!(accounts(status).await, ["111111111111"]);
    let status = Some("LATEST_PERMISSION_SET_NOT_PROVISIONED");
    assert_eq!(accounts(status).await, ["222222222222"]);
}
