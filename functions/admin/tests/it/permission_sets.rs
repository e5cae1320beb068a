//! Permission sets through the router: their life, policies, tags, and what is refused.

use serde_json::{Value, json};
use vestibule_shared::arn::PermissionSetArn;
use vestibule_shared::store::access::{PermissionSet, PermissionSetState};

use crate::organization::Organization;

const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

impl Organization {
    /// Creates a permission set: its ARN.
    async fn create_set(&self, name: &str) -> String {
        let input = json!({ "InstanceArn": self.instance_arn(), "Name": name });
        let created = self.ok("CreatePermissionSet", input).await;
        created["PermissionSet"]["PermissionSetArn"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The two members that name a permission set, and more.
    fn named(&self, arn: &str, more: Value) -> Value {
        let mut input = json!({ "InstanceArn": self.instance_arn(), "PermissionSetArn": arn });
        let Value::Object(more) = more else {
            panic!("members");
        };
        input.as_object_mut().unwrap().extend(more);
        input
    }

    async fn described(&self, arn: &str) -> Value {
        let input = self.named(arn, json!({}));
        self.ok("DescribePermissionSet", input).await["PermissionSet"].clone()
    }

    async fn stored(&self, arn: &str) -> PermissionSet {
        let id = PermissionSetArn::parse(arn).unwrap().id;
        let found = self.world.access.find_permission_set(&id).await.unwrap();
        found.unwrap()
    }
}

#[tokio::test]
async fn a_permission_set_is_created_described_updated_and_deleted() {
    let organization = Organization::new().await;
    let input = json!({
        "InstanceArn": organization.instance_arn(),
        "Name": "Admin",
        "Description": "Everything",
        "SessionDuration": "PT2H",
        "RelayState": "https://console.aws.amazon.com/s3",
        "Tags": [{ "Key": "team", "Value": "platform" }],
    });
    let created = organization.ok("CreatePermissionSet", input).await["PermissionSet"].clone();
    let arn = created["PermissionSetArn"].as_str().unwrap();
    assert_eq!(organization.described(arn).await, created);
    assert_eq!(created["SessionDuration"], "PT2H");
    assert_eq!(organization.stored(arn).await.content.session_seconds, 7200);

    let update = json!({ "Description": "Nearly everything", "SessionDuration": "PT90M" });
    let update = organization.named(arn, update);
    organization.ok("UpdatePermissionSet", update).await;
    let updated = organization.described(arn).await;
    assert_eq!(updated["Description"], "Nearly everything");
    assert_eq!(updated["SessionDuration"], "PT90M");
    assert_eq!(updated.get("RelayState"), None);
    assert_eq!(organization.stored(arn).await.revision, 2);

    let named = organization.named(arn, json!({}));
    organization.ok("DeletePermissionSet", named.clone()).await;
    for operation in ["DescribePermissionSet", "DeletePermissionSet"] {
        assert_eq!(
            organization.refused(operation, named.clone()).await,
            "ResourceNotFoundException"
        );
    }
    assert_eq!(organization.recorded("DeletePermissionSet").await.len(), 1);
    organization.create_set("Admin").await;
}

#[tokio::test]
async fn an_update_that_changes_nothing_makes_no_revision() {
    let organization = Organization::new().await;
    let arn = organization.create_set("Admin").await;
    let input = organization.named(&arn, json!({ "SessionDuration": "PT1H" }));
    organization.ok("UpdatePermissionSet", input).await;
    assert_eq!(organization.stored(&arn).await.revision, 1);
    assert_eq!(organization.recorded("UpdatePermissionSet").await.len(), 1);
}

#[tokio::test]
async fn a_name_is_unique_and_a_duration_in_range() {
    let organization = Organization::new().await;
    organization.create_set("Admin").await;
    let instance = organization.instance_arn();
    for (input, code) in [
        (json!({ "Name": "Admin" }), "ConflictException"),
        (json!({ "Name": "Two words" }), "ValidationException"),
        (json!({ "Name": "n".repeat(33) }), "ValidationException"),
        (
            json!({ "Name": "A", "SessionDuration": "PT13H" }),
            "ValidationException",
        ),
        (
            json!({ "Name": "A", "SessionDuration": "P1Y" }),
            "ValidationException",
        ),
        (
            json!({ "Name": "A", "Tags": [{ "Key": "aws:x", "Value": "" }] }),
            "ValidationException",
        ),
        (
            json!({ "Name": "A", "InstanceArn": "arn:aws:sso:::instance/ssoins-ffffffffffffffff" }),
            "ResourceNotFoundException",
        ),
    ] {
        let mut input = input;
        if input.get("InstanceArn").is_none() {
            input["InstanceArn"] = instance.clone().into();
        }
        let refused = organization
            .refused("CreatePermissionSet", input.clone())
            .await;
        assert_eq!(refused, code, "{input}");
    }
}

#[tokio::test]
async fn what_is_used_cannot_be_deleted_and_stays_as_it_was() {
    let organization = Organization::new().await;
    let arn = PermissionSetArn {
        instance: organization.sample.instance.id.clone(),
        id: organization.sample.permission_set.id.clone(),
    };
    let arn = arn.to_string();
    let named = organization.named(&arn, json!({}));
    assert_eq!(
        organization.refused("DeletePermissionSet", named).await,
        "ConflictException"
    );
    assert_eq!(
        organization.stored(&arn).await.state,
        PermissionSetState::Active
    );
}

/// As a deletion leaves it that did not come to its end.
async fn interrupt_deletion(organization: &Organization, arn: &str) {
    let before = organization.stored(arn).await;
    let deleting = PermissionSet {
        state: PermissionSetState::Deleting,
        ..before.clone()
    };
    let world = &organization.world;
    let record = world.record();
    world
        .access
        .replace_permission_set((&before, &deleting), world.recorded(&record))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_deletion_that_was_interrupted_is_taken_up_again() {
    let organization = Organization::new().await;
    let arn = organization.create_set("Admin").await;
    interrupt_deletion(&organization, &arn).await;
    let named = organization.named(&arn, json!({}));
    organization.ok("DeletePermissionSet", named).await;
}

#[tokio::test]
async fn a_deletion_that_was_interrupted_is_given_up_by_whoever_goes_on_with_the_permission_set() {
    let organization = Organization::new().await;
    let arn = organization.create_set("Admin").await;
    let assignment = json!({
        "TargetType": "AWS_ACCOUNT",
        "TargetId": "111111111111",
        "PrincipalType": "USER",
        "PrincipalId": organization.sample.user.id,
    });
    let tag = json!({ "ResourceArn": arn, "Tags": [{ "Key": "a", "Value": "" }] });
    let everywhere = json!({ "TargetType": "ALL_PROVISIONED_ACCOUNTS" });
    for (operation, input) in [
        (
            "UpdatePermissionSet",
            organization.named(&arn, json!({ "Description": "x" })),
        ),
        ("TagResource", tag),
        (
            "CreateAccountAssignment",
            organization.named(&arn, assignment),
        ),
        (
            "ProvisionPermissionSet",
            organization.named(&arn, everywhere),
        ),
    ] {
        interrupt_deletion(&organization, &arn).await;
        organization.ok(operation, input).await;
        let state = organization.stored(&arn).await.state;
        assert_eq!(state, PermissionSetState::Active, "{operation}");
    }
    let recorded = organization.recorded("AbandonDeletePermissionSet").await;
    assert_eq!(recorded.len(), 4);
    assert_eq!(recorded[0].event_source, "vestibule");
}

#[tokio::test]
async fn of_parallel_deletions_one_deletes_and_the_others_find_nothing() {
    let organization = Organization::new().await;
    let arn = organization.create_set("Admin").await;
    let named = organization.named(&arn, json!({}));
    let delete = async || {
        organization
            .call("DeletePermissionSet", named.clone())
            .await
    };
    let (first, second, third) = tokio::join!(delete(), delete(), delete());
    let outcomes = [first, second, third];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.into_iter().filter_map(Result::err) {
        assert_eq!(refused.0, "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn of_parallel_deletions_of_what_is_used_each_is_told_where() {
    let organization = Organization::new().await;
    let arn = PermissionSetArn {
        instance: organization.sample.instance.id.clone(),
        id: organization.sample.permission_set.id.clone(),
    };
    let arn = arn.to_string();
    let named = organization.named(&arn, json!({}));
    let delete = async || {
        organization
            .call("DeletePermissionSet", named.clone())
            .await
    };
    let (first, second) = tokio::join!(delete(), delete());
    for (code, body) in [first.unwrap_err(), second.unwrap_err()] {
        assert_eq!(code, "ConflictException");
        assert!(body.to_string().contains("111111111111"), "{body}");
    }
    let state = organization.stored(&arn).await.state;
    assert_eq!(state, PermissionSetState::Active);
}

#[tokio::test]
async fn managed_policies_are_attached_listed_and_detached() {
    let organization = Organization::new().await;
    let arn = organization.create_set("Admin").await;
    let policies = [
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:iam::aws:policy/job-function/Billing",
    ];
    let change = |policy: &str| organization.named(&arn, json!({ "ManagedPolicyArn": policy }));
    for policy in policies {
        let attach = "AttachManagedPolicyToPermissionSet";
        organization.ok(attach, change(policy)).await;
        assert_eq!(
            organization.refused(attach, change(policy)).await,
            "ConflictException"
        );
    }
    for size in [1, 2, 3, 100] {
        let input = organization.named(&arn, json!({}));
        let listed = organization
            .all(
                "ListManagedPoliciesInPermissionSet",
                "AttachedManagedPolicies",
                input,
                size,
            )
            .await;
        let arns: Vec<_> = listed.iter().map(|policy| &policy["Arn"]).collect();
        assert_eq!(arns, policies);
        assert_eq!(listed[2]["Name"], "Billing");
    }
    let detach = "DetachManagedPolicyFromPermissionSet";
    organization.ok(detach, change(policies[0])).await;
    assert_eq!(
        organization.refused(detach, change(policies[0])).await,
        "ResourceNotFoundException"
    );
    let customers = "arn:aws:iam::111111111111:policy/Mine";
    assert_eq!(
        organization
            .refused("AttachManagedPolicyToPermissionSet", change(customers))
            .await,
        "ValidationException"
    );
}

#[tokio::test]
async fn policies_that_are_attached_in_parallel_are_all_attached() {
    let organization = Organization::new().await;
    let arn = organization.create_set("Admin").await;
    let attached = (0..10).map(|number| {
        let policy = format!("arn:aws:iam::aws:policy/Policy{number}");
        let input = organization.named(&arn, json!({ "ManagedPolicyArn": policy }));
        organization.ok("AttachManagedPolicyToPermissionSet", input)
    });
    futures_util::future::join_all(attached).await;
    let policies = organization.stored(&arn).await.content.managed_policies;
    assert_eq!(policies.len(), 10);
}

#[tokio::test]
async fn parallel_changes_all_come_through() {
    let organization = Organization::new().await;
    let arn = organization.create_set("Admin").await;
    let attach = async |policy: &str| {
        let policy = format!("arn:aws:iam::aws:policy/{policy}");
        let input = organization.named(&arn, json!({ "ManagedPolicyArn": policy }));
        organization
            .ok("AttachManagedPolicyToPermissionSet", input)
            .await;
    };
    let tag = async |key: &str| {
        let input = json!({ "ResourceArn": arn, "Tags": [{ "Key": key, "Value": "" }] });
        organization.ok("TagResource", input).await;
    };
    tokio::join!(attach("A"), tag("a"), attach("B"), tag("b"));
    let set = organization.stored(&arn).await;
    assert_eq!(set.content.managed_policies.len(), 2);
    assert_eq!(set.tags.len(), 2);
}

#[tokio::test]
async fn an_inline_policy_is_put_read_and_deleted() {
    let organization = Organization::new().await;
    let arn = organization.create_set("Admin").await;
    let named = organization.named(&arn, json!({}));
    let get = "GetInlinePolicyForPermissionSet";
    let none = json!({ "InlinePolicy": "" });
    assert_eq!(organization.ok(get, named.clone()).await, none);
    let put = organization.named(&arn, json!({ "InlinePolicy": POLICY }));
    organization.ok("PutInlinePolicyToPermissionSet", put).await;
    let expected = json!({ "InlinePolicy": POLICY });
    assert_eq!(organization.ok(get, named.clone()).await, expected);
    for garbage in ["{", "[]", "{\"Statement\":[]}"] {
        let put = organization.named(&arn, json!({ "InlinePolicy": garbage }));
        assert_eq!(
            organization
                .refused("PutInlinePolicyToPermissionSet", put)
                .await,
            "ValidationException"
        );
    }
    let delete = "DeleteInlinePolicyFromPermissionSet";
    organization.ok(delete, named.clone()).await;
    assert_eq!(organization.ok(get, named).await, none);
}

#[tokio::test]
async fn permission_sets_are_listed_in_pages() {
    let organization = Organization::new().await;
    let mut expected = vec![format!(
        "arn:aws:sso:::permissionSet/{}/{}",
        organization.sample.instance.id, organization.sample.permission_set.id
    )];
    for number in 0..6 {
        expected.push(organization.create_set(&format!("Set{number}")).await);
    }
    for size in [1, 2, 7, 100] {
        let input = json!({ "InstanceArn": organization.instance_arn() });
        let listed = organization
            .all("ListPermissionSets", "PermissionSets", input, size)
            .await;
        assert_eq!(listed, expected);
    }
    for token in ["nonsense", "e30", "W10"] {
        let input = json!({ "InstanceArn": organization.instance_arn(), "NextToken": token });
        assert_eq!(
            organization.refused("ListPermissionSets", input).await,
            "ValidationException"
        );
    }
}
