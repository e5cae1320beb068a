//! Applications through the router: their life, their lists, and what is refused.

use futures_util::future::join_all;
use serde_json::{Value, json};
use vestibule_shared::arn::ApplicationArn;
use vestibule_shared::store::access::Application;

use crate::organization::Organization;

const OAUTH: &str = "arn:aws:sso::aws:applicationProvider/custom";
const SAML: &str = "arn:aws:sso::aws:applicationProvider/custom-saml";

impl Organization {
    /// What creates an application of this name, and says more about it.
    fn new_application(&self, name: &str, more: Value) -> Value {
        let mut input = json!({
            "InstanceArn": self.instance_arn(),
            "ApplicationProviderArn": OAUTH,
            "Name": name,
        });
        let Value::Object(more) = more else {
            panic!("members");
        };
        input.as_object_mut().unwrap().extend(more);
        input
    }

    /// Creates an application: the member that names it.
    pub(crate) async fn create_application(&self, name: &str) -> Value {
        let input = self.new_application(name, json!({}));
        let created = self.ok("CreateApplication", input).await;
        json!({ "ApplicationArn": created["ApplicationArn"] })
    }

    /// As it is in the table.
    pub(crate) async fn stored_application(&self, named: &Value) -> Application {
        let arn = named["ApplicationArn"].as_str().unwrap();
        let id = ApplicationArn::parse(arn).unwrap().id;
        let found = self.world.access.find_application(&id).await.unwrap();
        found.unwrap()
    }
}

/// `named` with more members.
pub(crate) fn with(named: &Value, more: Value) -> Value {
    let (mut input, Value::Object(more)) = (named.clone(), more) else {
        panic!("members");
    };
    input.as_object_mut().unwrap().extend(more);
    input
}

#[tokio::test]
async fn an_application_has_five_access_keys_whoever_makes_them_at_once() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let create = || organization.call("CreateApplicationAccessKey", named.clone());
    let outcomes = futures_util::future::join_all((0..12).map(|_| create())).await;
    let (mut made, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    for refused in refused {
        let (code, _) = refused.unwrap_err();
        let expected = ["ServiceQuotaExceededException", "ConflictException"];
        assert!(expected.contains(&code.as_str()), "{code}");
    }
    while made.len() < 5 {
        made.push(create().await);
    }
    assert_eq!(
        create().await.unwrap_err().0,
        "ServiceQuotaExceededException"
    );
    let listed = organization.ok("ListApplicationAccessKeys", named.clone());
    assert_eq!(listed.await["AccessKeys"].as_array().unwrap().len(), 5);

    let id = made[0].as_ref().unwrap()["AccessKeyId"].clone();
    let one = with(&named, json!({ "AccessKeyId": id }));
    organization.ok("DeleteApplicationAccessKey", one).await;
    create().await.unwrap();
    assert!(create().await.is_err());

    organization.ok("DeleteApplication", named).await;
    let keys = &organization.world.keys;
    for made in made {
        let id = made.unwrap()["AccessKeyId"].as_str().unwrap().to_owned();
        assert_eq!(keys.find_application_key(&id).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_application_is_created_described_updated_and_deleted() {
    let organization = Organization::new().await;
    let input = organization.new_application(
        "Reports",
        json!({
            "Description": "What was sold",
            "PortalOptions": {
                "Visibility": "DISABLED",
                "SignInOptions": { "Origin": "APPLICATION", "ApplicationUrl": "https://reports.example.com/" },
            },
            "Status": "DISABLED",
            "Tags": [{ "Key": "team", "Value": "sales" }],
        }),
    );
    let portal = input["PortalOptions"].clone();
    let created = organization.ok("CreateApplication", input).await;
    assert_eq!(created["InstanceArn"], organization.instance_arn());
    let named = json!({ "ApplicationArn": created["ApplicationArn"] });
    let described = organization.ok("DescribeApplication", named.clone()).await;
    assert_eq!(described["ApplicationArn"], named["ApplicationArn"]);
    assert_eq!(described["IdentityStoreArn"], created["IdentityStoreArn"]);
    assert_eq!(described["ApplicationAccount"], "999999999999");
    assert_eq!(described["ApplicationProviderArn"], OAUTH);
    assert_eq!(described["Description"], "What was sold");
    assert_eq!(described["Status"], "DISABLED");
    assert_eq!(described["CreatedFrom"], "us-east-1");
    assert_eq!(described["PortalOptions"], portal);

    let update = with(
        &named,
        json!({
            "Name": "Sales",
            "Status": "ENABLED",
            "PortalOptions": { "SignInOptions": { "Origin": "IDENTITY_CENTER" } },
        }),
    );
    organization.ok("UpdateApplication", update.clone()).await;
    let mut expected = described;
    expected["Name"] = "Sales".into();
    expected["Status"] = "ENABLED".into();
    expected["PortalOptions"]["SignInOptions"] = json!({ "Origin": "IDENTITY_CENTER" });
    let described = organization.ok("DescribeApplication", named.clone()).await;
    assert_eq!(described, expected);
    assert_eq!(organization.stored_application(&named).await.revision, 2);
    organization.ok("UpdateApplication", update).await;
    assert_eq!(organization.stored_application(&named).await.revision, 2);
    assert_eq!(organization.recorded("UpdateApplication").await.len(), 2);

    organization.ok("DeleteApplication", named.clone()).await;
    for operation in [
        "DescribeApplication",
        "DeleteApplication",
        "UpdateApplication",
    ] {
        let refused = organization.refused(operation, named.clone()).await;
        assert_eq!(refused, "ResourceNotFoundException", "{operation}");
    }
    assert_eq!(organization.recorded("DeleteApplication").await.len(), 1);
}

#[tokio::test]
async fn an_application_of_which_nobody_says_more_is_enabled_visible_and_needs_an_assignment() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let described = organization.ok("DescribeApplication", named.clone()).await;
    assert_eq!(described["Status"], "ENABLED");
    assert_eq!(
        described["PortalOptions"],
        json!({ "Visibility": "ENABLED" })
    );
    assert_eq!(described.get("Description"), None);
    let required = organization
        .ok("GetApplicationAssignmentConfiguration", named.clone())
        .await;
    assert_eq!(required, json!({ "AssignmentRequired": true }));
    let session = organization
        .ok("GetApplicationSessionConfiguration", named)
        .await;
    assert_eq!(session, json!({}));
}

#[tokio::test]
async fn what_is_no_application_of_the_instance_is_refused() {
    let organization = Organization::new().await;
    let tags: Vec<_> = (0..51)
        .map(|number| json!({ "Key": number.to_string(), "Value": "" }))
        .collect();
    for (more, code) in [
        (
            json!({ "ApplicationProviderArn": SAML }),
            "ValidationException",
        ),
        (
            json!({ "ApplicationProviderArn": "arn:aws:sso::aws:applicationProvider/redshift" }),
            "ResourceNotFoundException",
        ),
        (
            json!({ "InstanceArn": "arn:aws:sso:::instance/ssoins-ffffffffffffffff" }),
            "ResourceNotFoundException",
        ),
        (
            json!({ "PortalOptions": { "SignInOptions": { "Origin": "APPLICATION" } } }),
            "ValidationException",
        ),
        (
            json!({ "PortalOptions": { "SignInOptions": { "Origin": "APPLICATION", "ApplicationUrl": "javascript:x" } } }),
            "ValidationException",
        ),
        (json!({ "Name": "n".repeat(101) }), "ValidationException"),
        (
            json!({ "Tags": [{ "Key": "aws:x", "Value": "" }] }),
            "ValidationException",
        ),
        (json!({ "Tags": tags }), "ServiceQuotaExceededException"),
    ] {
        let input = organization.new_application("Reports", more);
        let refused = organization
            .refused("CreateApplication", input.clone())
            .await;
        assert_eq!(refused, code, "{input}");
    }
    assert_eq!(organization.recorded("CreateApplication").await.len(), 0);
    let id = "application/ssoins-0000000000000000/apl-0000000000000000";
    for arn in [
        format!("arn:aws:sso::999999999999:{id}"),
        format!("arn:aws:sso::111111111111:{id}"),
    ] {
        let named = json!({ "ApplicationArn": arn });
        let refused = organization.refused("DescribeApplication", named).await;
        assert_eq!(refused, "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn an_application_of_another_account_in_the_arn_is_not_found() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let arn = named["ApplicationArn"].as_str().unwrap();
    let other = arn.replace("999999999999", "111111111111");
    let refused = organization
        .refused("DescribeApplication", json!({ "ApplicationArn": other }))
        .await;
    assert_eq!(refused, "ResourceNotFoundException");
}

#[tokio::test]
async fn the_same_client_token_makes_one_application() {
    let organization = Organization::new().await;
    let input = organization.new_application("Reports", json!({ "ClientToken": "once" }));
    let calls = (0..4).map(|_| organization.ok("CreateApplication", input.clone()));
    let answers = join_all(calls).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let list = json!({ "InstanceArn": organization.instance_arn() });
    let listed = organization.ok("ListApplications", list).await;
    assert_eq!(listed["Applications"].as_array().unwrap().len(), 1);

    let other = organization.new_application("Other", json!({ "ClientToken": "once" }));
    let refused = organization.call("CreateApplication", other).await;
    let (code, body) = refused.unwrap_err();
    assert_eq!(code, "ConflictException");
    assert!(
        body["Message"]
            .as_str()
            .unwrap()
            .contains("IdempotentParameterMismatch")
    );
    organization.create_application("Reports").await;
}

#[tokio::test]
async fn changes_at_the_same_time_are_all_made() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let scopes = (0..4).map(|number| {
        let scope = json!({ "Scope": format!("reports:{number}") });
        organization.ok("PutApplicationAccessScope", with(&named, scope))
    });
    join_all(scopes).await;
    let stored = organization.stored_application(&named).await;
    assert_eq!((stored.access_scopes.len(), stored.revision), (4, 5));
}

#[tokio::test]
async fn applications_are_listed_in_pages_that_survive_changes_and_by_filter() {
    let organization = Organization::new().await;
    let mut created = Vec::new();
    for number in 0..5 {
        created.push(organization.create_application(&number.to_string()).await);
    }
    let list = json!({ "InstanceArn": organization.instance_arn() });
    let arns = |items: &[Value]| {
        let mut arns: Vec<_> = items
            .iter()
            .map(|item| item["ApplicationArn"].to_string())
            .collect();
        arns.sort();
        arns
    };
    let all = organization
        .all("ListApplications", "Applications", list.clone(), 2)
        .await;
    assert_eq!(arns(&all), arns(&created));

    let first = organization
        .ok("ListApplications", with(&list, json!({ "MaxResults": 2 })))
        .await;
    let shown = first["Applications"].as_array().unwrap();
    let last = json!({ "ApplicationArn": shown[1]["ApplicationArn"] });
    organization.ok("DeleteApplication", last).await;
    let rest = with(&list, json!({ "NextToken": first["NextToken"] }));
    let rest = organization.ok("ListApplications", rest).await;
    let together = [shown.as_slice(), rest["Applications"].as_array().unwrap()].concat();
    assert_eq!(arns(&together), arns(&created));

    for (filter, count) in [
        (json!({ "ApplicationAccount": "999999999999" }), 4),
        (json!({ "ApplicationAccount": "111111111111" }), 0),
        (json!({ "ApplicationProvider": OAUTH }), 4),
        (json!({ "ApplicationProvider": SAML }), 0),
    ] {
        let filtered = with(&list, json!({ "Filter": filter }));
        let filtered = organization.ok("ListApplications", filtered).await;
        assert_eq!(filtered["Applications"].as_array().unwrap().len(), count);
    }
    let elsewhere = json!({ "InstanceArn": "arn:aws:sso:::instance/ssoins-ffffffffffffffff" });
    assert_eq!(
        organization.refused("ListApplications", elsewhere).await,
        "AccessDeniedException"
    );
    let strange = with(&list, json!({ "NextToken": "c3RyYW5nZQ" }));
    assert_eq!(
        organization.refused("ListApplications", strange).await,
        "ValidationException"
    );
}

#[tokio::test]
async fn one_answer_holds_fifty_applications_at_most() {
    let organization = Organization::new().await;
    for number in 0..51 {
        organization.create_application(&number.to_string()).await;
    }
    let list = json!({ "InstanceArn": organization.instance_arn(), "MaxResults": 100 });
    let listed = organization.ok("ListApplications", list).await;
    assert_eq!(listed["Applications"].as_array().unwrap().len(), 50);
    assert!(listed["NextToken"].is_string());
}

#[tokio::test]
async fn an_application_keeps_tags() {
    let organization = Organization::new().await;
    let named = organization.create_application("Reports").await;
    let resource = json!({ "ResourceArn": named["ApplicationArn"] });
    let tag = with(
        &resource,
        json!({ "Tags": [{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }] }),
    );
    organization.ok("TagResource", tag).await;
    organization
        .ok(
            "UntagResource",
            with(&resource, json!({ "TagKeys": ["a"] })),
        )
        .await;
    let listed = organization.ok("ListTagsForResource", resource).await;
    assert_eq!(listed, json!({ "Tags": [{ "Key": "b", "Value": "2" }] }));
    assert_eq!(organization.stored_application(&named).await.revision, 3);
}

#[tokio::test]
async fn providers_are_those_of_an_organizations_own_applications() {
    let organization = Organization::new().await;
    let listed = organization
        .all(
            "ListApplicationProviders",
            "ApplicationProviders",
            json!({}),
            1,
        )
        .await;
    let protocols: Vec<_> = listed
        .iter()
        .map(|provider| {
            (
                provider["ApplicationProviderArn"].as_str().unwrap(),
                provider["FederationProtocol"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(protocols, [(OAUTH, "OAUTH"), (SAML, "SAML")]);
    for provider in &listed {
        let named = json!({ "ApplicationProviderArn": provider["ApplicationProviderArn"] });
        let described = organization.ok("DescribeApplicationProvider", named).await;
        assert_eq!(described, *provider);
    }
    let other = json!({ "ApplicationProviderArn": "arn:aws:sso::aws:applicationProvider/none" });
    assert_eq!(
        organization
            .refused("DescribeApplicationProvider", other)
            .await,
        "ResourceNotFoundException"
    );
}
