//! Page tokens: places in a list that stay places, whatever comes and goes between two pages.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vestibule_shared::arn::PermissionSetArn;
use vestibule_shared::ids::Principal;

use crate::organization::Organization;

/// A list, the member of its answer, and its input.
struct List {
    operation: &'static str,
    member: &'static str,
    input: Value,
}

impl List {
    /// One page: its items, and the token of the next.
    async fn page(
        &self,
        organization: &Organization,
        size: i32,
        token: Option<&Value>,
    ) -> (Vec<Value>, Option<Value>) {
        let mut input = self.input.clone();
        input["MaxResults"] = size.into();
        if let Some(token) = token {
            input["NextToken"] = token.clone();
        }
        let page = organization.ok(self.operation, input).await;
        let items = page[self.member].as_array().unwrap().clone();
        (items, page.get("NextToken").cloned())
    }
}

/// Reads the list to its end in pages of `size`, and deletes after each page the item that its token points to. Everything
/// that was there at the beginning must be answered, once.
async fn read_while_deleting(
    organization: &Organization,
    list: &List,
    size: i32,
    delete: impl AsyncFn(&Value),
) {
    let (all, _) = list.page(organization, 100, None).await;
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let (items, next) = list.page(organization, size, token.as_ref()).await;
        found.extend(items);
        token = next;
        if token.is_none() {
            break;
        }
        if let Some(last) = found.last() {
            delete(last).await;
        }
    }
    assert_eq!(found, all, "{} in pages of {size}", list.operation);
}

#[tokio::test]
async fn a_list_of_the_index_goes_on_where_its_item_was_deleted() {
    for size in [1, 2, 3] {
        let organization = Organization::new().await;
        let instance = organization.instance_arn();
        for number in 0..6 {
            let input = json!({ "InstanceArn": instance, "Name": format!("Set{number}") });
            organization.ok("CreatePermissionSet", input).await;
        }
        let list = List {
            operation: "ListPermissionSets",
            member: "PermissionSets",
            input: json!({ "InstanceArn": instance }),
        };
        let used = &organization.sample.permission_set.id;
        read_while_deleting(&organization, &list, size, async |arn| {
            // The one of the sample is assigned and stays.
            if !arn.as_str().unwrap().ends_with(used.as_str()) {
                let input = json!({ "InstanceArn": instance, "PermissionSetArn": arn });
                organization.ok("DeletePermissionSet", input).await;
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_list_of_the_directory_goes_on_where_its_item_was_deleted() {
    for size in [1, 3] {
        let organization = Organization::new().await;
        let store = &organization.sample.instance.identity_store;
        for number in 0..5 {
            let name = format!("user{number}");
            organization.world.create_user(store, &name).await.unwrap();
        }
        let list = List {
            operation: "ListUsers",
            member: "Users",
            input: json!({ "IdentityStoreId": store }),
        };
        read_while_deleting(&organization, &list, size, async |user| {
            let input = json!({ "IdentityStoreId": store, "UserId": user["UserId"] });
            organization.ok("DeleteUser", input).await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_list_of_base_items_goes_on_where_its_item_was_deleted() {
    for size in [1, 2] {
        let organization = Organization::new().await;
        let world = &organization.world;
        let place = &organization.sample.place;
        let store = &organization.sample.instance.identity_store;
        for number in 0..5 {
            let user = world
                .create_user(store, &format!("user{number}"))
                .await
                .unwrap();
            let principal = Principal::User(user.id);
            world.assign(&principal, place).await.unwrap();
        }
        let arn = PermissionSetArn {
            instance: organization.sample.instance.id.clone(),
            id: place.permission_set.clone(),
        };
        let named = json!({
            "InstanceArn": organization.instance_arn(),
            "PermissionSetArn": arn.to_string(),
            "AccountId": place.account,
        });
        let list = List {
            operation: "ListAccountAssignments",
            member: "AccountAssignments",
            input: named,
        };
        read_while_deleting(&organization, &list, size, async |assignment| {
            let mut input = assignment.clone();
            input["InstanceArn"] = organization.instance_arn().into();
            input["TargetId"] = input["AccountId"].take();
            input["TargetType"] = "AWS_ACCOUNT".into();
            organization.ok("DeleteAccountAssignment", input).await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_token_of_another_list_is_refused() {
    let organization = Organization::new().await;
    let world = &organization.world;
    let instance = organization.instance_arn();
    let store = &organization.sample.instance.identity_store;
    world.create_permission_set("Second").await.unwrap();
    let other = world.create_user(store, "other").await.unwrap();
    let another = world.create_user(store, "another").await.unwrap();
    for account in &organization.sample.accounts {
        let mut place = organization.sample.place.clone();
        place.account = account.id.clone();
        for user in [&other, &another] {
            let principal = Principal::User(user.id.clone());
            world.assign(&principal, &place).await.unwrap();
        }
    }
    let of_user = |user: &str| List {
        operation: "ListAccountAssignmentsForPrincipal",
        member: "AccountAssignments",
        input: json!({ "InstanceArn": instance, "PrincipalType": "USER", "PrincipalId": user }),
    };
    let lists = [
        List {
            operation: "ListPermissionSets",
            member: "PermissionSets",
            input: json!({ "InstanceArn": instance }),
        },
        of_user(other.id.as_str()),
        of_user(another.id.as_str()),
    ];
    let mut tokens = BTreeSet::new();
    for list in &lists {
        let (_, token) = list.page(&organization, 1, None).await;
        tokens.insert(token.unwrap().as_str().unwrap().to_owned());
    }
    assert_eq!(tokens.len(), lists.len());
    for list in &lists {
        let mut taken = 0;
        for token in &tokens {
            let mut input = list.input.clone();
            input["NextToken"] = token.clone().into();
            match organization.call(list.operation, input).await {
                Ok(_) => taken += 1,
                Err((code, _)) => assert_eq!(code, "ValidationException"),
            }
        }
        assert_eq!(taken, 1, "{}", list.operation);
    }
}
