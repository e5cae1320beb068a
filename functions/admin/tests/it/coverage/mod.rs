//! Every operation of the models: whether it is built, whether it changes anything, and that every change leaves its
//! record. Who may call them is told elsewhere (`roles.rs`, `dispatcher.rs`).

mod access_control_attributes;
mod applications;
mod assignments;
mod identity_store;
mod instances;
mod permission_sets;
mod token_issuers;
mod vestibule;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vestibule_admin::Operation;
use vestibule_shared::arn::PermissionSetArn;
use vestibule_shared::ids::PermissionSetId;

use crate::organization::Organization;

#[derive(Clone, Copy, PartialEq)]
enum Effect {
    Reads,
    Changes,
    /// Nothing: in a management account AWS refuses every call of the operation.
    Refuses,
}

/// An operation with a call of it that succeeds, if those before it did, or is refused for no fault of its own. `$name` stands for what [`Names`] calls so;
/// `$last` for the request that was made last.
type Row = (&'static str, Effect, &'static str);

/// Every operation that is built, by area, in the order in which they are called.
const AREAS: &[&[Row]] = &[
    instances::ROWS,
    access_control_attributes::ROWS,
    permission_sets::ROWS,
    assignments::ROWS,
    applications::ROWS,
    identity_store::ROWS,
    token_issuers::ROWS,
    vestibule::ROWS,
];

fn rows() -> impl Iterator<Item = &'static Row> {
    AREAS.iter().copied().flatten()
}

struct Names(Vec<(&'static str, String)>);

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
        let issuer = token_issuers::create(organization).await;
        let other_key = organization.with_role("Helpdesk").await.key.id;
        let carol = world.create_user(store, "carol").await.unwrap().id;
        let application = applications::create(organization).await;
        let session = world.sign_in(&carol).await.unwrap().hash();
        let application_key = applications::create_key(organization, &application).await;
        Self(vec![
            ("$application", application),
            ("$appkey", application_key),
            ("$issuer", issuer),
            ("$carol", carol.to_string()),
            ("$session", session.short().to_owned()),
            ("$otherkey", other_key),
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
fn no_operation_has_two_rows() {
    let names: BTreeSet<&str> = rows().map(|(name, ..)| *name).collect();
    assert_eq!(names.len(), rows().count());
}

#[tokio::test]
async fn what_is_not_in_the_table_is_unknown() {
    let organization = Organization::new().await;
    let names: BTreeSet<&str> = rows().map(|(name, ..)| *name).collect();
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
    for (name, effect, input) in rows() {
        let input = names.fill(input, &last_request);
        if *effect == Effect::Refuses {
            let refused = organization.refused(name, input).await;
            assert_ne!(refused, "UnknownOperationException", "{name}");
            continue;
        }
        let answer = organization.ok(name, input).await;
        let mut status = answer.as_object().unwrap().values();
        if let Some(request) = status.find_map(|status| status["RequestId"].as_str()) {
            request.clone_into(&mut last_request);
        }
        let recorded = organization.all_recorded().await;
        assert_eq!(recorded.len() > known, *effect == Effect::Changes, "{name}");
        known = recorded.len();
        let mut recorded = recorded.iter();
        let key = organization.key.id.as_str();
        let record = recorded.rfind(|record| {
            record.event_name == *name && record.user_identity["accessKeyId"] == key
        });
        assert_eq!(record.is_some(), *effect == Effect::Changes, "{name}");
        if let Some(record) = record {
            assert!(record.request_parameters.is_object(), "{name}");
        }
    }
}

#[tokio::test]
async fn no_refusal_shows_internals() {
    let organization = Organization::new().await;
    let names = Names::new(&organization).await;
    for (name, _, input) in rows() {
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
