//! Memberships through the router, and what every operation of identitystore has in common.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::organization::Organization;

const STORE: &str = "d-0123456789";
const NOBODY: &str = "0123456789-00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn a_membership_is_created_found_and_deleted() {
    let organization = Organization::new().await;
    let user = organization.sample.user.id.as_str();
    let group = json!({"IdentityStoreId": STORE, "DisplayName": "Readers"});
    let group = organization.ok("CreateGroup", group).await["GroupId"].clone();
    let both = json!({"IdentityStoreId": STORE, "GroupId": group, "MemberId": {"UserId": user}});
    assert_eq!(
        organization
            .refused("GetGroupMembershipId", both.clone())
            .await,
        "ResourceNotFoundException"
    );
    let created = organization.ok("CreateGroupMembership", both.clone()).await;
    let (code, body) = organization
        .call("CreateGroupMembership", both.clone())
        .await
        .unwrap_err();
    assert_eq!(
        (code.as_str(), &body["Reason"]),
        (
            "ConflictException",
            &json!("UNIQUENESS_CONSTRAINT_VIOLATION")
        )
    );
    assert_eq!(
        organization.ok("GetGroupMembershipId", both.clone()).await,
        created
    );
    for id in ["MembershipId", "MembershipArn"] {
        let by_id = json!({"IdentityStoreId": STORE, "MembershipId": created[id]});
        let described = organization.ok("DescribeGroupMembership", by_id).await;
        assert_eq!(described["GroupId"], group);
        assert_eq!(described["MemberId"]["UserId"], user);
    }
    let by_id = json!({"IdentityStoreId": STORE, "MembershipId": created["MembershipId"]});
    organization
        .ok("DeleteGroupMembership", by_id.clone())
        .await;
    for name in ["DeleteGroupMembership", "DescribeGroupMembership"] {
        let (code, body) = organization.call(name, by_id.clone()).await.unwrap_err();
        assert_eq!(code, "ResourceNotFoundException");
        assert_eq!(body["ResourceType"], "GROUP_MEMBERSHIP");
    }
}

#[tokio::test]
async fn both_sides_of_a_membership_must_be_there() {
    let organization = Organization::new().await;
    let (user, group) = (
        organization.sample.user.id.as_str(),
        organization.sample.group.id.as_str(),
    );
    for (user, group, kind) in [(NOBODY, group, "USER"), (user, NOBODY, "GROUP")] {
        let input =
            json!({"IdentityStoreId": STORE, "GroupId": group, "MemberId": {"UserId": user}});
        let refused = organization.call("CreateGroupMembership", input).await;
        let (code, body) = refused.unwrap_err();
        assert_eq!(code, "ResourceNotFoundException");
        assert_eq!(
            (&body["ResourceType"], &body["ResourceId"]),
            (&json!(kind), &json!(NOBODY))
        );
    }
    let swapped = json!({
        "IdentityStoreId": STORE,
        "GroupId": format!("arn:aws:identitystore:::user/{user}"),
        "MemberId": {"UserId": user},
    });
    assert_eq!(
        organization.refused("CreateGroupMembership", swapped).await,
        "ValidationException"
    );
}

#[tokio::test]
async fn memberships_are_listed_in_pages_from_both_sides() {
    let organization = Organization::new().await;
    let (world, sample) = (&organization.world, &organization.sample);
    let store = &sample.instance.identity_store;
    for number in 0..5 {
        let user = world.create_user(store, &format!("user{number}")).await;
        let (user, group) = (
            user.unwrap(),
            world
                .create_group(store, &format!("group{number}"))
                .await
                .unwrap(),
        );
        world.join(store, &user.id, &sample.group.id).await.unwrap();
        world.join(store, &sample.user.id, &group.id).await.unwrap();
    }
    let of_group = json!({"IdentityStoreId": STORE, "GroupId": sample.group.id});
    let of_member = json!({"IdentityStoreId": STORE, "MemberId": {"UserId": sample.user.id}});
    for size in [1, 2, 100] {
        for (name, input) in [
            ("ListGroupMemberships", &of_group),
            ("ListGroupMembershipsForMember", &of_member),
        ] {
            let found = organization
                .all(name, "GroupMemberships", input.clone(), size)
                .await;
            assert_eq!(found.len(), 6, "{name} {size}");
        }
    }
}

#[tokio::test]
async fn membership_is_told_in_the_order_of_the_question() {
    let organization = Organization::new().await;
    let sample = &organization.sample;
    let store = &sample.instance.identity_store;
    let other = organization.world.create_group(store, "Other").await;
    let other = other.unwrap().id;
    let input = json!({
        "IdentityStoreId": STORE,
        "MemberId": {"UserId": sample.user.id},
        "GroupIds": [NOBODY, sample.group.id, other],
    });
    let answer = organization.ok("IsMemberInGroups", input).await;
    let told: Vec<_> = answer["Results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            (
                result["GroupId"].clone(),
                result["MembershipExists"].clone(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (json!(NOBODY), json!(false)),
            (json!(sample.group.id), json!(true)),
            (json!(other), json!(false)),
        ]
    );
}

#[tokio::test]
async fn every_change_leaves_one_record_without_personal_values() {
    let organization = Organization::new().await;
    let member = |id: &Value| json!({"UserId": id});
    let user = json!({
        "IdentityStoreId": STORE, "UserName": "private-name", "DisplayName": "Private Person",
        "Name": {"GivenName": "Private", "FamilyName": "Person"},
        "Emails": [{"Value": "private@example.com"}],
    });
    let user = organization.ok("CreateUser", user).await["UserId"].clone();
    let group = json!({"IdentityStoreId": STORE, "DisplayName": "Private Group"});
    let group = organization.ok("CreateGroup", group).await["GroupId"].clone();
    let change = json!([{"AttributePath": "displayName", "AttributeValue": "Private Other"}]);
    let joined = json!({"IdentityStoreId": STORE, "GroupId": group, "MemberId": member(&user)});
    let joined = organization.ok("CreateGroupMembership", joined).await["MembershipId"].clone();
    for (name, input) in [
        ("UpdateUser", json!({"UserId": user, "Operations": change})),
        (
            "UpdateGroup",
            json!({"GroupId": group, "Operations": change}),
        ),
        ("DeleteGroupMembership", json!({"MembershipId": joined})),
        ("DeleteUser", json!({"UserId": user})),
        ("DeleteGroup", json!({"GroupId": group})),
        ("UpdateIdentityStore", json!({})),
    ] {
        let mut input = input;
        input["IdentityStoreId"] = json!(STORE);
        organization.ok(name, input).await;
    }
    for name in [
        "CreateUser",
        "CreateGroup",
        "CreateGroupMembership",
        "UpdateUser",
        "UpdateGroup",
        "DeleteGroupMembership",
        "DeleteUser",
        "DeleteGroup",
        "UpdateIdentityStore",
    ] {
        let records = organization.recorded(name).await;
        assert_eq!(records.len(), 1, "{name}");
        let record = &records[0];
        assert_eq!(record.event_source, "identitystore.amazonaws.com");
        assert_eq!(record.user_identity["accessKeyId"], organization.key.id);
        assert_eq!(record.request_parameters["identityStoreId"], STORE);
        let text = serde_json::to_string(record).unwrap().to_lowercase();
        assert!(!text.contains("private"), "{text}");
    }
}

#[tokio::test]
async fn a_page_token_that_was_not_handed_out_is_refused() {
    let organization = Organization::new().await;
    let token = |fields: Value| URL_SAFE_NO_PAD.encode(fields.to_string());
    let user = organization.sample.user.id.as_str();
    let key = format!("USER#{user}");
    for (name, input) in [
        ("ListUsers", json!({})),
        ("ListGroups", json!({})),
        (
            "ListGroupMembershipsForMember",
            json!({"MemberId": {"UserId": user}}),
        ),
        (
            "ListGroupMemberships",
            json!({"GroupId": organization.sample.group.id}),
        ),
    ] {
        for token in [
            "abc".to_owned(),
            token(json!([])),
            token(json!([["listing_pk", "USERS"]])),
            token(json!([
                ["listing_pk", "USERS"],
                ["listing_sk", ""],
                ["pk", ""],
                ["sk", ""]
            ])),
            token(json!([
                ["listing_pk", "OTHER"],
                ["listing_sk", "a"],
                ["pk", "a"],
                ["sk", "a"]
            ])),
            token(json!([["pk", key], ["sk", "A"]])),
            token(json!([["pk", key], ["sk", "GROUP#".repeat(400)]])),
            token(json!([["pk", key]])),
        ] {
            let mut input = input.clone();
            input["IdentityStoreId"] = json!(STORE);
            input["NextToken"] = json!(token);
            assert_eq!(
                organization.refused(name, input).await,
                "ValidationException",
                "{name} {token}"
            );
        }
    }
}
