//! `CreateUser`: a user of the built-in directory. The user has no password until a one-time link has been followed.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use vestibule_shared::arn;
use vestibule_shared::ids::UserId;
use vestibule_shared::store::directory::User;

use super::attribute_path::EXTENSION;
use super::attributes::{ENTERPRISE, USER};
use super::identifiers::check_store;
use super::refusal::Refused;
use super::rules::check_user;
use super::shapes::{Document, UserAttributes, read_user};
use super::{HIDDEN, changes};
use crate::Error;
use crate::call::Call;

#[derive(Deserialize)]
pub(super) struct Request {
    #[serde(rename = "IdentityStoreId")]
    identity_store_id: String,
    #[serde(flatten)]
    members: Map<String, Value>,
}

pub(super) async fn create(call: &Call<'_>, request: Request) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let user = user(call, attributes(&request.members)?);
    let record = call
        .record(json!({
            "identityStoreId": call.instance.identity_store,
            "userName": HIDDEN,
        }))
        .response(json!({
            "identityStoreId": call.instance.identity_store,
            "userId": user.id,
        }));
    let directory = &call.context.directory;
    directory.create_user(&user, call.recorded(&record)).await?;
    Ok(json!({
        "IdentityStoreId": call.instance.identity_store,
        "UserId": user.id,
        "UserArn": arn::user(&user.id),
        "Revision": user.revision.to_string(),
    }))
}

fn user(call: &Call<'_>, attributes: UserAttributes) -> User {
    let creator = call.caller.arn(&call.context.management_account);
    User {
        id: UserId::generate(&call.instance.identity_store, &call.context.random),
        revision: 1,
        user_name: attributes.user_name,
        active: attributes.active,
        sessions_not_before: None,
        profile: attributes.profile,
        created_at: call.now,
        created_by: creator.clone(),
        updated_at: call.now,
        updated_by: creator,
        deleted_at: None,
    }
}

/// The attributes of a new user. Members that the model does not know are left out, at every depth.
fn attributes(members: &Map<String, Value>) -> Result<UserAttributes, Refused> {
    let mut document: Document = USER
        .iter()
        .filter_map(|attribute| Some((attribute.member, members.get(attribute.member)?)))
        .filter(|(_, value)| !value.is_null())
        .map(|(member, value)| (member.to_owned(), without_nulls(value)))
        .collect();
    let extensions = members.get("Extensions").and_then(Value::as_object);
    for (name, value) in extensions.into_iter().flatten() {
        if name != ENTERPRISE {
            return Err(Refused::UnknownExtension);
        }
        let value = changes::read(&EXTENSION, value, ENTERPRISE)?;
        changes::put(&mut document, &["Extensions", ENTERPRISE], value);
    }
    check_user(&Document::new(), &document)?;
    read_user(document)
}

/// `null` is the same as absent.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_nulls(value)))
            .collect(),
        Value::Array(elements) => elements.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &Value) -> Result<UserAttributes, Refused> {
        attributes(value.as_object().unwrap())
    }

    #[test]
    fn what_the_model_does_not_know_is_left_out() {
        let user = read(&json!({
            "UserName": "alice",
            "DisplayName": "Alice",
            "Name": {"GivenName": "Alice", "FamilyName": "Liddell", "Suffix": "x", "Formatted": null},
            "Emails": [{"Value": "alice@example.com", "Primary": null, "Verified": true}],
            "UserStatus": "DISABLED",
            "ExternalIds": [{"Issuer": "i", "Id": "x"}],
            "Password": "secret",
        }))
        .unwrap();
        assert!(user.active);
        assert_eq!(user.profile.external_ids, []);
        assert!(!format!("{user:?}").contains("secret"));
        assert_eq!(
            user.profile.emails[0].value.as_deref(),
            Some("alice@example.com")
        );
    }

    #[test]
    fn there_is_one_extension() {
        let with = |name: &str| {
            read(&json!({
                "UserName": "alice", "DisplayName": "Alice",
                "Name": {"GivenName": "Alice", "FamilyName": "Liddell"},
                "Extensions": {name: {"CostCenter": "42", "division": null}},
            }))
        };
        let user = with(ENTERPRISE).unwrap();
        assert_eq!(
            user.profile.extensions[ENTERPRISE],
            json!({"costCenter": "42"})
        );
        assert_eq!(
            with("aws:identitystore:other"),
            Err(Refused::UnknownExtension)
        );
    }
}
