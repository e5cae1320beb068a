//! Tags of everything that has them.

use serde_json::{Value, json};
use vestibule_shared::arn::PermissionSetArn;

use crate::organization::Organization;

fn tag(key: &str, value: &str) -> Value {
    json!({ "Key": key, "Value": value })
}

async fn tags_of(organization: &Organization, arn: &str) -> Value {
    let input = json!({ "ResourceArn": arn });
    organization.ok("ListTagsForResource", input).await["Tags"].clone()
}

fn permission_set(organization: &Organization) -> String {
    PermissionSetArn {
        instance: organization.sample.instance.id.clone(),
        id: organization.sample.permission_set.id.clone(),
    }
    .to_string()
}

/// One resource of each kind.
async fn resources(organization: &Organization) -> [String; 4] {
    let instance = organization.instance_arn();
    let application = json!({
        "InstanceArn": instance,
        "Name": "Dashboard",
        "ApplicationProviderArn": "arn:aws:sso::aws:applicationProvider/custom",
    });
    let application = organization.ok("CreateApplication", application).await;
    let issuer = json!({
        "InstanceArn": instance,
        "Name": "issuer",
        "TrustedTokenIssuerType": "OIDC_JWT",
        "TrustedTokenIssuerConfiguration": { "OidcJwtConfiguration": {
            "IssuerUrl": "https://issuer.example.com",
            "ClaimAttributePath": "email",
            "IdentityStoreAttributePath": "emails.value",
            "JwksRetrievalOption": "OPEN_ID_DISCOVERY",
        } },
    });
    let issuer = organization.ok("CreateTrustedTokenIssuer", issuer).await;
    let arn = |answer: &Value, member: &str| answer[member].as_str().unwrap().to_owned();
    [
        instance,
        permission_set(organization),
        arn(&application, "ApplicationArn"),
        arn(&issuer, "TrustedTokenIssuerArn"),
    ]
}

#[tokio::test]
async fn tags_are_added_listed_and_taken_away() {
    let organization = Organization::new().await;
    let instance = organization.instance_arn();
    for arn in resources(&organization).await {
        assert_eq!(tags_of(&organization, &arn).await, json!([]));
        for tags in [
            json!([tag("a", "1"), tag("b", "2")]),
            json!([tag("a", "3")]),
        ] {
            let input = json!({ "InstanceArn": instance, "ResourceArn": arn, "Tags": tags });
            organization.ok("TagResource", input).await;
        }
        let both = json!([tag("a", "3"), tag("b", "2")]);
        assert_eq!(tags_of(&organization, &arn).await, both);
        let input = json!({ "ResourceArn": arn, "TagKeys": ["a", "unknown"] });
        organization.ok("UntagResource", input).await;
        assert_eq!(tags_of(&organization, &arn).await, json!([tag("b", "2")]));
    }
    assert_eq!(organization.recorded("TagResource").await.len(), 8);
    let set = &organization.sample.permission_set.id;
    let set = organization.world.access.find_permission_set(set).await;
    assert_eq!(set.unwrap().unwrap().revision, 1);
}

#[tokio::test]
async fn a_resource_has_fifty_tags_at_most() {
    let organization = Organization::new().await;
    for arn in resources(&organization).await {
        let fifty: Vec<Value> = (0..50).map(|number| tag(&number.to_string(), "")).collect();
        let input = json!({ "ResourceArn": arn, "Tags": fifty });
        organization.ok("TagResource", input).await;
        let more = json!({ "ResourceArn": arn, "Tags": [tag("more", "")] });
        let refused = organization.refused("TagResource", more).await;
        assert_eq!(refused, "ServiceQuotaExceededException");
        let reserved = json!({ "ResourceArn": arn, "Tags": [tag("aws:a", "")] });
        let refused = organization.refused("TagResource", reserved).await;
        assert_eq!(refused, "ValidationException");
    }
}

#[tokio::test]
async fn what_is_not_there_has_no_tags() {
    let organization = Organization::new().await;
    let instance = organization.instance_arn();
    let elsewhere = "arn:aws:sso:::instance/ssoins-ffffffffffffffff";
    let own = &organization.sample.instance.id;
    let issuer = "tti-01234567-89ab-4def-8123-456789abcdef";
    for (instance, resource) in [
        (&*instance, elsewhere.to_owned()),
        (elsewhere, instance.clone()),
        (
            &*instance,
            format!("arn:aws:sso:::permissionSet/{own}/ps-ffffffffffffffff"),
        ),
        (
            &*instance,
            "arn:aws:sso:::permissionSet/ssoins-ffffffffffffffff/ps-ffffffffffffffff".to_owned(),
        ),
        (
            &*instance,
            format!("arn:aws:sso::999999999999:application/{own}/apl-ffffffffffffffff"),
        ),
        (
            &*instance,
            format!("arn:aws:sso::999999999999:trustedTokenIssuer/{own}/{issuer}"),
        ),
    ] {
        let input = json!({ "InstanceArn": instance, "ResourceArn": resource });
        let mut tagging = input.clone();
        tagging["Tags"] = json!([tag("a", "")]);
        let mut untagging = input.clone();
        untagging["TagKeys"] = json!(["a"]);
        for (operation, input) in [
            ("ListTagsForResource", input),
            ("TagResource", tagging),
            ("UntagResource", untagging),
        ] {
            let refused = organization.refused(operation, input).await;
            assert_eq!(refused, "ResourceNotFoundException", "{resource}");
        }
    }
}

#[tokio::test]
async fn parallel_changes_of_one_resource_all_come_through() {
    let organization = Organization::new().await;
    let instance = organization.instance_arn();
    let add = async |key: &str| {
        let input = json!({ "ResourceArn": instance, "Tags": [tag(key, "")] });
        organization.ok("TagResource", input).await;
    };
    let rename = async || {
        let input = json!({ "InstanceArn": instance, "Name": "n" });
        organization.ok("UpdateInstance", input).await;
    };
    tokio::join!(add("a"), rename(), add("b"));
    let tags = tags_of(&organization, &instance).await;
    assert_eq!(tags.as_array().unwrap().len(), 2);
}
