//! `CreatePermissionSet`, `DescribePermissionSet`, `UpdatePermissionSet` and `ListPermissionSets`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use vestibule_shared::ids::{PermissionSetId, PermissionSetName};
use vestibule_shared::store;
use vestibule_shared::store::access::{Content, PermissionSet, PermissionSetState};

use super::revision::revise;
use super::session_duration::{self, SessionDuration};
use super::{Named, find_permission_set, permission_set_arn};
use crate::Error;
use crate::call::Call;
use crate::epoch::Epoch;
use crate::operations::Nothing;
use crate::paging::{Listed, Paging};
use crate::sso_admin::check_instance;
use crate::sso_admin::tags::{self, Tag};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct CreateRequest {
    instance_arn: String,
    name: String,
    description: Option<String>,
    session_duration: Option<String>,
    relay_state: Option<String>,
    #[serde(default)]
    tags: Option<Vec<Tag>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct UpdateRequest {
    #[serde(flatten)]
    named: Named,
    description: Option<String>,
    session_duration: Option<String>,
    relay_state: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ListRequest {
    instance_arn: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct Response {
    permission_set: Described,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    name: PermissionSetName,
    permission_set_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    created_date: Epoch,
    session_duration: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    relay_state: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct ListResponse {
    permission_sets: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(in crate::sso_admin) async fn create(
    call: &Call<'_>,
    input: CreateRequest,
) -> Result<Response, Error> {
    check_instance(call, &input.instance_arn)?;
    let name = PermissionSetName::parse(&input.name)
        .map_err(|_| Error::validation("Name is not a permission set name."))?;
    let duration = session_duration::parse(input.session_duration.as_deref())?;
    let set = PermissionSet {
        id: PermissionSetId::generate(&call.context.random),
        name,
        state: PermissionSetState::Active,
        deletion: None,
        revision: 1,
        content: Content {
            description: input.description,
            session_seconds: duration.seconds,
            session_duration: duration.text,
            relay_state: input.relay_state,
            managed_policies: BTreeMap::new(),
            customer_managed_policies: Vec::new(),
            inline_policy: None,
            permissions_boundary: None,
            policy_documents: BTreeMap::new(),
        },
        tags: tags::merge(&BTreeMap::new(), input.tags.unwrap_or_default())?,
        created_at: call.now,
    };
    let record = call
        .record(json!({
            "instanceArn": input.instance_arn,
            "name": set.name,
            "description": set.content.description,
            "sessionDuration": set.content.session_duration,
            "relayState": set.content.relay_state,
            "tags": set.tags,
        }))
        .response(json!({ "permissionSetArn": permission_set_arn(call, &set.id) }));
    let access = &call.context.access;
    match access
        .create_permission_set(&set, call.recorded(&record))
        .await
    {
        Ok(()) => Ok(described(call, set)),
        Err(store::Error::AlreadyExists(_)) => Err(Error::conflict(
            "A permission set with this name exists already.",
        )),
        Err(error) => Err(error.into()),
    }
}

pub(in crate::sso_admin) async fn describe(
    call: &Call<'_>,
    named: Named,
) -> Result<Response, Error> {
    let set = find_permission_set(call, &named).await?;
    Ok(described(call, set))
}

pub(in crate::sso_admin) async fn update(
    call: &Call<'_>,
    input: UpdateRequest,
) -> Result<Nothing, Error> {
    let duration = input.session_duration.as_deref();
    let duration = duration
        .map(|text| session_duration::parse(Some(text)))
        .transpose()?;
    let parameters = json!({
        "instanceArn": input.named.instance_arn,
        "permissionSetArn": input.named.permission_set_arn,
        "description": input.description,
        "sessionDuration": input.session_duration,
        "relayState": input.relay_state,
    });
    revise(call, &input.named, parameters, |before| {
        Ok(updated(&before.content, &input, duration.as_ref()))
    })
    .await?;
    Ok(Nothing {})
}

/// Members that are not given stay as they are, but for the relay state: it is cleared, as AWS does, because the
/// operation has no other way to clear it.
fn updated(before: &Content, input: &UpdateRequest, duration: Option<&SessionDuration>) -> Content {
    let mut content = Content {
        relay_state: input.relay_state.clone(),
        ..before.clone()
    };
    if input.description.is_some() {
        content.description.clone_from(&input.description);
    }
    if let Some(duration) = duration {
        content.session_seconds = duration.seconds;
        content.session_duration.clone_from(&duration.text);
    }
    content
}

pub(in crate::sso_admin) async fn list(
    call: &Call<'_>,
    input: ListRequest,
) -> Result<ListResponse, Error> {
    check_instance(call, &input.instance_arn)?;
    let access = &call.context.access;
    let listed = input.paging.gather(|limit, from| async move {
        let page = access.list_permission_sets(limit, from.as_ref()).await?;
        Ok(page.map(|set| permission_set_arn(call, &set.id)))
    });
    let Listed { items, next_token } = listed.await?;
    Ok(ListResponse {
        permission_sets: items,
        next_token,
    })
}

fn described(call: &Call<'_>, set: PermissionSet) -> Response {
    Response {
        permission_set: Described {
            permission_set_arn: permission_set_arn(call, &set.id),
            name: set.name,
            description: set.content.description,
            created_date: Epoch(set.created_at),
            session_duration: set.content.session_duration,
            relay_state: set.content.relay_state,
        },
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::sso_admin::permission_sets) fn content() -> Content {
        Content {
            description: Some("before".to_owned()),
            session_seconds: 7200,
            session_duration: "PT2H".to_owned(),
            relay_state: Some("https://console.aws.amazon.com/s3".to_owned()),
            managed_policies: BTreeMap::new(),
            customer_managed_policies: Vec::new(),
            inline_policy: Some("{}".to_owned()),
            permissions_boundary: None,
            policy_documents: BTreeMap::new(),
        }
    }

    #[test]
    fn an_update_keeps_what_it_does_not_name_but_clears_the_relay_state() {
        let input = json!({ "InstanceArn": "i", "PermissionSetArn": "p", "Description": "after" });
        let input: UpdateRequest = serde_json::from_value(input).unwrap();
        let expected = Content {
            description: Some("after".to_owned()),
            relay_state: None,
            ..content()
        };
        assert_eq!(updated(&content(), &input, None), expected);
    }
}
