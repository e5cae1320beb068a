//! Users through the router, as programs of administrators see them.

use serde_json::{Value, json};

use crate::organization::Organization;

pub(crate) const STORE: &str = "d-0123456789";

fn alice_liddell(user_name: &str) -> Value {
    json!({
        "IdentityStoreId": STORE,
        "UserName": user_name,
        "DisplayName": "Alice Liddell",
        "Name": {"GivenName": "Alice", "FamilyName": "Liddell"},
    })
}

pub(crate) async fn create(organization: &Organization, user_name: &str) -> String {
    let created = organization
        .ok("CreateUser", alice_liddell(user_name))
        .await;
    created["UserId"].as_str().unwrap().to_owned()
}

pub(crate) async fn describe(organization: &Organization, id: &str) -> Value {
    let input = json!({"IdentityStoreId": STORE, "UserId": id});
    organization.ok("DescribeUser", input).await
}

pub(crate) fn update(id: &str, path: &str, value: Value) -> Value {
    let mut operation = json!({"AttributePath": path});
    operation["AttributeValue"] = value;
    json!({"IdentityStoreId": STORE, "UserId": id, "Operations": [operation]})
}

#[tokio::test]
async fn a_user_is_described_as_created() {
    let organization = Organization::new().await;
    let attributes = json!({
        "UserName": "dodgson",
        "DisplayName": "Charles Dodgson",
        "Name": {"GivenName": "Charles", "FamilyName": "Dodgson", "MiddleName": "Lutwidge",
                 "HonorificPrefix": "Rev.", "HonorificSuffix": "MA", "Formatted": "C. L. Dodgson"},
        "NickName": "Lewis",
        "ProfileUrl": "https://example.com/dodgson",
        "Emails": [{"Value": "dodgson@example.com", "Type": "work", "Primary": true}],
        "Addresses": [{"StreetAddress": "Tom Quad", "Locality": "Oxford", "Region": "Oxfordshire",
                       "PostalCode": "OX1", "Country": "UK", "Formatted": "Tom Quad, Oxford",
                       "Type": "work", "Primary": true}],
        "PhoneNumbers": [{"Value": "+44 1865", "Type": "work", "Primary": false}],
        "UserType": "employee",
        "Title": "Lecturer",
        "PreferredLanguage": "en-GB",
        "Locale": "en_GB",
        "Timezone": "Europe/London",
        "Photos": [{"Value": "https://example.com/d.png", "Type": "photo", "Display": "D", "Primary": true}],
        "Website": "https://example.com",
        "Birthdate": "1832-01-27",
        "Roles": [{"Value": "Author", "Type": "work", "Primary": true}],
    });
    let extension = json!({"employeeNumber": "7", "manager": {"value": "x"}});
    let mut input = attributes.clone();
    input["IdentityStoreId"] =
        json!("arn:aws:identitystore::999999999999:identitystore/d-0123456789");
    input["Extensions"] = json!({"aws:identitystore:enterprise": extension});
    let created = organization.ok("CreateUser", input).await;
    let id = created["UserId"].as_str().unwrap();
    assert_eq!(created["Revision"], "1");
    assert_eq!(created["IdentityStoreId"], STORE);

    let caller = format!(
        "arn:aws:iam::999999999999:user/vestibule/{}",
        organization.key.id
    );
    let mut expected = attributes;
    for (member, value) in [
        ("IdentityStoreId", json!(STORE)),
        ("UserId", json!(id)),
        ("UserArn", created["UserArn"].clone()),
        ("Revision", json!("1")),
        ("UserStatus", json!("ENABLED")),
        ("CreatedAt", json!(1_767_323_045.0)),
        ("CreatedBy", json!(caller)),
        ("UpdatedAt", json!(1_767_323_045.0)),
        ("UpdatedBy", json!(caller)),
    ] {
        expected[member] = value;
    }
    assert_eq!(describe(&organization, id).await, expected);
    let with_extension = json!({
        "IdentityStoreId": STORE,
        "UserId": created["UserArn"],
        "Extensions": ["aws:identitystore:enterprise"],
    });
    expected["Extensions"] = json!({"aws:identitystore:enterprise": extension});
    assert_eq!(
        organization.ok("DescribeUser", with_extension).await,
        expected
    );
}

#[tokio::test]
async fn a_user_needs_names_that_are_free() {
    let organization = Organization::new().await;
    for member in ["UserName", "DisplayName", "Name"] {
        let mut input = alice_liddell("liddell");
        input[member] = Value::Null;
        assert_eq!(
            organization.refused("CreateUser", input).await,
            "ValidationException",
            "{member}"
        );
    }
    assert_eq!(
        organization
            .refused("CreateUser", alice_liddell("administrator"))
            .await,
        "ValidationException"
    );
    let (code, body) = organization
        .call("CreateUser", alice_liddell("ALICE"))
        .await
        .unwrap_err();
    assert_eq!(code, "ConflictException");
    assert_eq!(body["Reason"], "UNIQUENESS_CONSTRAINT_VIOLATION");
    let mut input = alice_liddell("liddell");
    input["Emails"] = json!([{"Value": "Alice@Example.com"}]);
    let (_, body) = organization.call("CreateUser", input).await.unwrap_err();
    assert_eq!(body["Reason"], "UNIQUENESS_CONSTRAINT_VIOLATION");
    let users = organization.all("ListUsers", "Users", json!({"IdentityStoreId": STORE}), 100);
    assert_eq!(users.await.len(), 1);
}

#[tokio::test]
async fn attributes_that_are_not_valid_make_no_user() {
    let organization = Organization::new().await;
    for (member, value) in [
        ("UserName", json!("white space")),
        ("Emails", json!([])),
        ("Emails", json!([{"Value": "a@b"}, {"Value": "c@d"}])),
        ("Title", json!("")),
        ("Birthdate", json!("1832-13-01")),
        ("Extensions", json!({"aws:identitystore:other": {}})),
        (
            "Extensions",
            json!({"aws:identitystore:enterprise": {"salary": "1"}}),
        ),
        (
            "Extensions",
            json!({"aws:identitystore:enterprise": {"division": 1}}),
        ),
        ("Extensions", json!({"aws:identitystore:enterprise": "x"})),
    ] {
        let mut input = alice_liddell("liddell");
        input[member] = value;
        assert_eq!(
            organization.refused("CreateUser", input).await,
            "ValidationException",
            "{member}"
        );
    }
    let mut input = alice_liddell("liddell");
    input["Emails"] = json!("a@b");
    assert_eq!(
        organization.refused("CreateUser", input).await,
        "SerializationException"
    );
}

#[tokio::test]
async fn users_are_found_by_what_only_they_have() {
    let organization = Organization::new().await;
    let id = create(&organization, "liddell").await;
    for (path, value) in [
        ("emails", json!([{"Value": "Liddell@example.com"}])),
        (
            "externalIds",
            json!([{"Issuer": "https://idp.example.com", "Id": "42"}]),
        ),
    ] {
        organization
            .ok("UpdateUser", update(&id, path, value))
            .await;
    }
    let unique =
        |path, value| json!({"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}});
    for identifier in [
        unique("userName", json!("LIDDELL")),
        unique("UserName", json!("liddell")),
        unique("emails.value", json!("liddell@EXAMPLE.com")),
        json!({"ExternalId": {"Issuer": "https://idp.example.com", "Id": "42"}}),
    ] {
        let input = json!({"IdentityStoreId": STORE, "AlternateIdentifier": identifier});
        assert_eq!(
            organization.ok("GetUserId", input).await["UserId"],
            json!(id),
            "{identifier}"
        );
    }
    for (identifier, code) in [
        (
            unique("userName", json!("nobody")),
            "ResourceNotFoundException",
        ),
        (unique("userName", json!(1)), "ValidationException"),
        (unique("title", json!("x")), "ValidationException"),
        (
            json!({"ExternalId": {"Issuer": "https://other.example.com", "Id": "42"}}),
            "ResourceNotFoundException",
        ),
        (json!({}), "ValidationException"),
    ] {
        let input = json!({"IdentityStoreId": STORE, "AlternateIdentifier": identifier});
        assert_eq!(
            organization.refused("GetUserId", input).await,
            code,
            "{identifier}"
        );
    }
}

#[tokio::test]
async fn users_are_listed_in_pages_and_by_filter() {
    let organization = Organization::new().await;
    for name in ["bob", "carol", "dave", "erin"] {
        create(&organization, name).await;
    }
    let input = json!({"IdentityStoreId": STORE});
    for size in [1, 2, 3, 100] {
        let users = organization
            .all("ListUsers", "Users", input.clone(), size)
            .await;
        let names: Vec<_> = users.iter().map(|user| user["UserName"].clone()).collect();
        assert_eq!(names, ["alice", "bob", "carol", "dave", "erin"]);
    }
    let filter = |path, value| json!({"IdentityStoreId": STORE, "Filters": [{"AttributePath": path, "AttributeValue": value}]});
    let found = organization
        .ok("ListUsers", filter("UserName", "carol"))
        .await;
    assert_eq!(found["Users"].as_array().unwrap().len(), 1);
    assert_eq!(found["Users"][0]["UserName"], "carol");
    let nobody = organization
        .ok("ListUsers", filter("UserName", "zoe"))
        .await;
    assert_eq!(nobody, json!({"Users": []}));
    assert_eq!(
        organization
            .refused("ListUsers", filter("Title", "x"))
            .await,
        "ValidationException"
    );
}

#[tokio::test]
async fn a_deleted_user_is_absent_everywhere_and_leaves_nothing_behind() {
    let organization = Organization::new().await;
    let sample = &organization.sample;
    let user = sample.user.id.as_str();
    let input = json!({"IdentityStoreId": STORE, "UserId": user});
    let mut stale = input.clone();
    stale["Revision"] = json!("2");
    assert_eq!(
        organization.refused("DeleteUser", stale).await,
        "ConflictException"
    );
    assert_eq!(
        organization.ok("DeleteUser", input.clone()).await,
        json!({})
    );
    for (name, extra) in [
        ("DescribeUser", json!({"UserId": user})),
        ("DeleteUser", json!({"UserId": user})),
        (
            "ListGroupMembershipsForMember",
            json!({"MemberId": {"UserId": user}}),
        ),
        (
            "CreateGroupMembership",
            json!({"MemberId": {"UserId": user}, "GroupId": sample.group.id}),
        ),
        (
            "IsMemberInGroups",
            json!({"MemberId": {"UserId": user}, "GroupIds": [sample.group.id]}),
        ),
    ] {
        let mut input = extra;
        input["IdentityStoreId"] = json!(STORE);
        let (code, body) = organization.call(name, input).await.unwrap_err();
        assert_eq!(code, "ResourceNotFoundException", "{name}");
        assert_eq!(body["ResourceType"], "USER", "{name}");
        assert_eq!(body["ResourceId"], user, "{name}");
    }
    let directory = &organization.world.directory;
    let members = directory.list_members(&sample.group.id, 10, None).await;
    assert!(members.unwrap().items.is_empty());
    create(&organization, "alice").await;
}
