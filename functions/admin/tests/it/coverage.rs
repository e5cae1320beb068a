//! Every operation of both models: whether it is built, whether it changes anything, and that every change leaves its
//! record. Whoever has an active access key may call all of them; everybody else none (`dispatcher.rs`).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vestibule_admin::{Operation, Service};
use vestibule_shared::arn::PermissionSetArn;
use vestibule_shared::ids::PermissionSetId;

use crate::coverage_table::Effect::Changes;
use crate::coverage_table::{IDENTITYSTORE, SSO_ADMIN};
use crate::organization::Organization;

/// What of the models is not built.
const UNKNOWN: usize = 101 - SSO_ADMIN.len() - IDENTITYSTORE.len();

pub(crate) struct Names(Vec<(&'static str, String)>);

impl Names {
    async fn new(organization: &Organization) -> Self {
        let sample = &organization.sample;
        let world = &organization.world;
        let spare = world.create_permission_set("Spare").await.unwrap();
        let (user, group) = (&sample.user.id, &sample.group.id);
        let membership = world.directory.find_membership(user, group).await.unwrap();
        let arn = |id: &PermissionSetId| {
            PermissionSetArn {
                instance: sample.instance.id.clone(),
                id: id.clone(),
            }
            .to_string()
        };
        let named = |arn: &str| {
            let instance = organization.instance_arn();
            format!(r#""InstanceArn":"{instance}","PermissionSetArn":"{arn}""#)
        };
        let store = &sample.instance.identity_store;
        Self(vec![
            ("$instance", organization.instance_arn()),
            ("$sparearn", arn(&spare.id)),
            ("$spare", named(&arn(&spare.id))),
            ("$set", named(&arn(&sample.permission_set.id))),
            ("$store", format!(r#""IdentityStoreId":"{store}""#)),
            ("$user", user.to_string()),
            ("$group", group.to_string()),
            ("$membership", membership.unwrap().id.to_string()),
        ])
    }

    fn fill(&self, template: &str, last_request: &str) -> Value {
        let named = self.0.iter();
        let text = named.fold(template.to_owned(), |text, (name, value)| {
            text.replace(name, value)
        });
        serde_json::from_str(&text.replace("$last", last_request)).unwrap()
    }
}

#[test]
fn every_operation_is_in_the_table_or_known_to_be_missing() {
    let rows = SSO_ADMIN.iter().chain(IDENTITYSTORE);
    let names: BTreeSet<&str> = rows.map(|(name, ..)| *name).collect();
    assert_eq!(names.len(), SSO_ADMIN.len() + IDENTITYSTORE.len());
    let missing = Operation::all().filter(|operation| !names.contains(operation.name()));
    assert_eq!(missing.count(), UNKNOWN);
    let all = Operation::all().filter(|operation| operation.service() == Service::IdentityStore);
    assert_eq!(all.count(), IDENTITYSTORE.len());
}

#[tokio::test]
async fn what_is_not_in_the_table_is_unknown() {
    let organization = Organization::new().await;
    let rows = SSO_ADMIN.iter().chain(IDENTITYSTORE);
    let names: BTreeSet<&str> = rows.map(|(name, ..)| *name).collect();
    let instance = json!({ "InstanceArn": organization.instance_arn() });
    for operation in Operation::all().filter(|operation| !names.contains(operation.name())) {
        let refused = organization
            .refused(operation.name(), instance.clone())
            .await;
        assert_eq!(refused, "UnknownOperationException", "{}", operation.name());
    }
}

#[tokio::test]
async fn every_change_leaves_its_record_and_nothing_else_does() {
    let organization = Organization::new().await;
    let names = Names::new(&organization).await;
    let mut last_request = String::new();
    let mut known = organization.all_recorded().await.len();
    for (name, effect, input) in SSO_ADMIN.iter().chain(IDENTITYSTORE) {
        let answer = organization
            .ok(name, names.fill(input, &last_request))
            .await;
        let mut status = answer.as_object().unwrap().values();
        if let Some(request) = status.find_map(|status| status["RequestId"].as_str()) {
            request.clone_into(&mut last_request);
        }
        let recorded = organization.all_recorded().await;
        assert_eq!(recorded.len() > known, *effect == Changes, "{name}");
        known = recorded.len();
        let mut recorded = recorded.iter();
        let record = recorded.rfind(|record| record.event_name == *name);
        assert_eq!(record.is_some(), *effect == Changes, "{name}");
        if let Some(record) = record {
            let key = organization.key.id.as_str();
            assert_eq!(record.user_identity["accessKeyId"], key, "{name}");
            assert!(record.request_parameters.is_object(), "{name}");
        }
    }
}

#[tokio::test]
async fn no_refusal_shows_internals() {
    let organization = Organization::new().await;
    let names = Names::new(&organization).await;
    for (name, _, input) in SSO_ADMIN.iter().chain(IDENTITYSTORE) {
        let strange = input
            .replace(
                "$instance",
                "arn:aws:sso:::instance/ssoins-ffffffffffffffff",
            )
            .replace("$store", r#""IdentityStoreId":"d-ffffffffff""#);
        let strange = names.fill(&strange, "01234567-89ab-4def-8123-456789abcdef");
        let Err((_, body)) = organization.call(name, strange).await else {
            continue;
        };
        let body = body.to_string().to_lowercase();
        for internal in ["dynamodb", ".rs", "panicked", "pk", "serde"] {
            assert!(!body.contains(internal), "{name}: {body}");
        }
    }
}
