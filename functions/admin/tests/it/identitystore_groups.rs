//! Groups and the identity store itself through the router.

use serde_json::{Value, json};
use vestibule_shared::ids::Principal;
use vestibule_shared::store::access::{AssignmentState, RequestKind};

use crate::organization::Organization;

const STORE: &str = "d-0123456789";

async fn create(organization: &Organization, display_name: &str) -> String {
    let input =
        json!({"IdentityStoreId": STORE, "DisplayName": display_name, "Description": "x y"});
    let created = organization.ok("CreateGroup", input).await;
    created["GroupId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_group_is_created_described_and_updated() {
    let organization = Organization::new().await;
    let id = create(&organization, "Card Players").await;
    let by_id = json!({"IdentityStoreId": STORE, "GroupId": id});
    let group = organization.ok("DescribeGroup", by_id.clone()).await;
    assert_eq!(group["DisplayName"], "Card Players");
    assert_eq!(group["Description"], "x y");
    assert_eq!(group["Revision"], "1");
    let arn = json!({"IdentityStoreId": STORE, "GroupId": group["GroupArn"]});
    assert_eq!(organization.ok("DescribeGroup", arn).await, group);

    let updated = organization
        .ok(
            "UpdateGroup",
            json!({
                "IdentityStoreId": STORE, "GroupId": id, "Revision": "1",
                "Operations": [
                    {"AttributePath": "displayName", "AttributeValue": "Croquet Players"},
                    {"AttributePath": "description", "AttributeValue": null},
                    {"AttributePath": "externalIds", "AttributeValue": [{"issuer": "i", "id": "9"}]},
                ],
            }),
        )
        .await;
    assert_eq!(updated["Revision"], "2");
    let group = organization.ok("DescribeGroup", by_id).await;
    assert_eq!(group["DisplayName"], "Croquet Players");
    assert_eq!(group.get("Description"), None);
    for identifier in [
        json!({"ExternalId": {"Issuer": "i", "Id": "9"}}),
        json!({"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "croquet players"}}),
    ] {
        let input = json!({"IdentityStoreId": STORE, "AlternateIdentifier": identifier});
        assert_eq!(
            organization.ok("GetGroupId", input).await["GroupId"],
            json!(id)
        );
    }
}

#[tokio::test]
async fn what_is_not_a_group_is_refused() {
    let organization = Organization::new().await;
    for (name, code) in [
        (Value::Null, "ValidationException"),
        (json!(""), "ValidationException"),
        (json!("AWSAdministrators"), "ValidationException"),
        (json!("DEVELOPERS"), "ConflictException"),
    ] {
        let input = json!({"IdentityStoreId": STORE, "DisplayName": name});
        assert_eq!(
            organization.refused("CreateGroup", input).await,
            code,
            "{name}"
        );
    }
    let group = organization.sample.group.id.as_str();
    for (path, value) in [
        ("displayName", Value::Null),
        ("displayName", json!("Administrator")),
        ("members", json!([])),
        ("description", json!(1)),
        ("aws:identitystore:enterprise", json!({})),
    ] {
        let input = json!({
            "IdentityStoreId": STORE, "GroupId": group,
            "Operations": [{"AttributePath": path, "AttributeValue": value}],
        });
        assert_eq!(
            organization.refused("UpdateGroup", input).await,
            "ValidationException",
            "{path}"
        );
    }
    let identifier = |path: &str| {
        json!({"IdentityStoreId": STORE, "AlternateIdentifier":
            {"UniqueAttribute": {"AttributePath": path, "AttributeValue": "x"}}})
    };
    assert_eq!(
        organization
            .refused("GetGroupId", identifier("description"))
            .await,
        "ValidationException"
    );
    let (code, body) = organization
        .call("GetGroupId", identifier("displayName"))
        .await
        .unwrap_err();
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(body["ResourceType"], "GROUP");
}

#[tokio::test]
async fn groups_are_listed_in_pages_and_by_filter() {
    let organization = Organization::new().await;
    for name in ["A", "B", "C"] {
        create(&organization, name).await;
    }
    for size in [1, 3, 100] {
        let groups = organization
            .all(
                "ListGroups",
                "Groups",
                json!({"IdentityStoreId": STORE}),
                size,
            )
            .await;
        assert_eq!(groups.len(), 4);
    }
    let filter = json!({"IdentityStoreId": STORE, "Filters": [{"AttributePath": "DisplayName", "AttributeValue": "b"}]});
    let found = organization.ok("ListGroups", filter).await;
    assert_eq!(found["Groups"][0]["DisplayName"], "B");
}

#[tokio::test]
async fn a_deleted_group_takes_its_memberships_and_assignments_with_it() {
    let organization = Organization::new().await;
    let sample = &organization.sample;
    let group = sample.group.id.as_str();
    let input = json!({"IdentityStoreId": STORE, "GroupId": group});
    organization.ok("DeleteGroup", input.clone()).await;
    assert_eq!(
        organization.refused("DescribeGroup", input.clone()).await,
        "ResourceNotFoundException"
    );
    let of_member =
        json!({"IdentityStoreId": STORE, "MemberId": {"UserId": sample.user.id.as_str()}});
    assert_eq!(
        organization
            .ok("ListGroupMembershipsForMember", of_member)
            .await,
        json!({"GroupMemberships": []})
    );
    let directory = &organization.world.directory;
    let left = directory.list_memberships(&sample.user.id, 10, None).await;
    assert!(left.unwrap().items.is_empty());

    let access = &organization.world.access;
    let principal = Principal::Group(sample.group.id.clone());
    let assignment = access.find_assignment(&principal, &sample.place).await;
    let assignment = assignment.unwrap().unwrap();
    assert_eq!(assignment.state, AssignmentState::Deleting);
    let requests = access.list_requests(RequestKind::Delete, 10, None).await;
    assert_eq!(requests.unwrap().items[0].id, assignment.request);
    let records = organization.recorded("DeleteAccountAssignment").await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].event_source, "sso.amazonaws.com");

    assert_eq!(
        organization.refused("DeleteGroup", input).await,
        "ResourceNotFoundException"
    );
    assert_eq!(organization.recorded("DeleteGroup").await.len(), 1);
    assert_eq!(
        organization.recorded("DeleteAccountAssignment").await.len(),
        1
    );
}

#[tokio::test]
async fn a_deletion_that_was_interrupted_is_finished_by_the_next() {
    let organization = Organization::new().await;
    let (world, sample) = (&organization.world, &organization.sample);
    let record = world.record();
    world
        .directory
        .delete_group(&sample.group, world.clock.now(), world.recorded(&record))
        .await
        .unwrap();
    let of_member =
        json!({"IdentityStoreId": STORE, "MemberId": {"UserId": sample.user.id.as_str()}});
    let listed = organization
        .ok("ListGroupMembershipsForMember", of_member)
        .await;
    assert_eq!(listed, json!({"GroupMemberships": []}));
    let input = json!({"IdentityStoreId": STORE, "GroupId": sample.group.id.as_str()});
    assert_eq!(
        organization.refused("DeleteGroup", input).await,
        "ResourceNotFoundException"
    );
    let left = world
        .directory
        .list_memberships(&sample.user.id, 10, None)
        .await;
    assert!(left.unwrap().items.is_empty());
    assert_eq!(
        organization.recorded("DeleteAccountAssignment").await.len(),
        1
    );
}

#[tokio::test]
async fn there_is_one_identity_store() {
    let organization = Organization::new().await;
    let arn = "arn:aws:identitystore::999999999999:identitystore/d-0123456789";
    let identity = json!({"IdentityStoreId": STORE, "IdentityStoreArn": arn});
    assert_eq!(
        organization
            .ok("ListIdentityStores", json!({"MaxResults": 1}))
            .await,
        json!({"IdentityStores": [identity]})
    );
    assert_eq!(
        organization
            .refused("ListIdentityStores", json!({"NextToken": "abc"}))
            .await,
        "ValidationException"
    );
    for id in [STORE, arn] {
        let input = json!({"IdentityStoreId": id});
        assert_eq!(
            organization.ok("DescribeIdentityStore", input).await,
            identity
        );
    }
    for id in [
        "d-ffffffffff",
        "arn:aws:identitystore::111111111111:identitystore/d-0123456789",
        "11111111-2222-3333-4444-555555555555",
    ] {
        let (code, body) = organization
            .call("ListUsers", json!({"IdentityStoreId": id}))
            .await
            .unwrap_err();
        assert_eq!(code, "ResourceNotFoundException");
        assert_eq!(body["ResourceType"], "IDENTITY_STORE");
    }
}

#[tokio::test]
async fn a_network_restriction_that_nobody_would_enforce_is_refused() {
    let organization = Organization::new().await;
    for configuration in [
        json!({"VpceAccessRequired": true}),
        json!({"VpceAccessRequired": false, "ApiAllowSourceIps": ["192.0.2.0/24"]}),
        json!({"VpceAccessRequired": false, "ScimAllowSourceIps": ["192.0.2.0/24"]}),
    ] {
        let input = json!({"IdentityStoreId": STORE, "NetworkConfiguration": configuration});
        assert_eq!(
            organization.refused("UpdateIdentityStore", input).await,
            "ValidationException"
        );
    }
    let open =
        json!({"IdentityStoreId": STORE, "NetworkConfiguration": {"VpceAccessRequired": false}});
    organization.ok("UpdateIdentityStore", open).await;
    assert_eq!(organization.recorded("UpdateIdentityStore").await.len(), 1);
}
