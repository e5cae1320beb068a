//! `UpdateUser`: applies operations to the attributes of a user, all or none.

use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_shared::arn;
use vestibule_shared::ids::IdentityStoreId;
use vestibule_shared::store::directory::User;

use super::attribute_path::Resource;
use super::attributes::ENTERPRISE;
use super::identifiers::check_store;
use super::refusal::Refused;
use super::rules::check_user;
use super::shapes::{UserAttributes, described_user, read_user, user_document};
use super::updates::{self, ATTEMPTS, Expected};
use super::{changes, users};
use crate::call::Call;
use crate::{Error, Operation};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    identity_store_id: String,
    user_id: String,
    operations: Vec<Value>,
    revision: Option<String>,
}

pub(super) async fn update(call: &Call<'_>, request: Request) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let expected = Expected::new(request.revision);
    for _ in 0..ATTEMPTS {
        let before = users::find(call, &request.user_id).await?;
        expected.check(before.revision)?;
        let store = &call.instance.identity_store;
        let after = changed(
            call,
            &before,
            attributes(store, &before, &request.operations)?,
        );
        let record = call.record(json!({
            "identityStoreId": store,
            "userId": after.id,
            "operations": updates::recorded(&request.operations),
        }));
        let directory = &call.context.directory;
        let outcome = directory
            .replace_user((&before, &after), call.recorded(&record))
            .await;
        if expected.allows_another(&outcome) {
            continue;
        }
        outcome?;
        return Ok(json!({
            "IdentityStoreId": store,
            "UserId": after.id,
            "UserArn": arn::user(&after.id),
            "Revision": after.revision.to_string(),
        }));
    }
    Err(updates::changed())
}

/// The attributes after the operations. Whatever they leave must be a user that `DescribeUser` could answer.
fn attributes(
    store: &IdentityStoreId,
    before: &User,
    operations: &[Value],
) -> Result<UserAttributes, Refused> {
    let old = user_document(before);
    let mut new = old.clone();
    changes::apply(Resource::User, operations, &mut new)?;
    let described = described_user(store, before, new.clone(), &[ENTERPRISE.to_owned()]);
    if let Some(shape) = Operation::find("AWSIdentityStore.DescribeUser") {
        shape
            .validate_output(&described)
            .map_err(|mismatch| Refused::Shape(mismatch.to_string()))?;
    }
    check_user(&old, &new)?;
    read_user(new)
}

/// A user who is disabled loses their sessions for good, also if they are enabled again.
fn changed(call: &Call<'_>, before: &User, attributes: UserAttributes) -> User {
    let disabled = before.active && !attributes.active;
    User {
        revision: before.revision + 1,
        user_name: attributes.user_name,
        active: attributes.active,
        sessions_not_before: if disabled {
            Some(call.now)
        } else {
            before.sessions_not_before
        },
        profile: attributes.profile,
        updated_at: call.now,
        updated_by: call.caller.arn(&call.context.management_account),
        ..before.clone()
    }
}
