//! `DescribeSettings` and `UpdateSettings`: what an administrator may decide for the whole instance.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use vestibule_shared::arn;
use vestibule_shared::store;
use vestibule_shared::store::access::{Instance, PasswordPolicy};

use crate::Error;
use crate::call::Call;
use crate::operations::Empty;

/// How often a change is tried that somebody else changes at the same time.
const ATTEMPTS: usize = 5;

/// What both operations answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    settings: Settings,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    instance_arn: String,
    identity_store_id: String,
    portal_url: String,
    start_url: String,
    device_grant_enabled: bool,
    session_duration_minutes: u32,
    password_policy: Policy,
    create_customer_managed_policies: bool,
    bootstrap_role_name: String,
    trusted_access_enabled: bool,
    revision: String,
}

/// What is to change. It is recorded as it is.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    device_grant_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_duration_minutes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_policy: Option<Policy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_customer_managed_policies: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_access_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    require_lowercase: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    require_uppercase: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    require_numbers: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    require_symbols: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history_count: Option<u32>,
}

pub(super) async fn describe(call: &Call<'_>, _: Empty) -> Result<Response, Error> {
    Ok(described(call.instance))
}

pub(super) async fn update(call: &Call<'_>, request: UpdateRequest) -> Result<Response, Error> {
    let access = &call.context.access;
    let mut before = call.instance.clone();
    for _ in 0..ATTEMPTS {
        let expected = request.revision.as_ref();
        if expected.is_some_and(|expected| *expected != before.revision.to_string()) {
            break;
        }
        let after = changed(&before, &request);
        if after == before {
            return Ok(described(&before));
        }
        let after = Instance {
            revision: before.revision + 1,
            ..after
        };
        let record = call.record(spelled_for_records(serde_json::to_value(&request)?));
        let change = (&before, &after);
        match access
            .replace_instance(change, call.recorded(&record))
            .await
        {
            Ok(()) => return Ok(described(&after)),
            // Somebody else changed other settings, perhaps.
            Err(store::Error::Conflict(_)) => {
                before = access.find_instance().await?.ok_or(Error::NotEnabled)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::conflict(
        "The settings were changed since. Describe them again.",
    ))
}

/// The settings with what is asked for. The model has seen to it that every value is within its bounds.
fn changed(before: &Instance, request: &UpdateRequest) -> Instance {
    let policy = request.password_policy.as_ref();
    Instance {
        device_grant: request.device_grant_enabled.unwrap_or(before.device_grant),
        session_minutes: request
            .session_duration_minutes
            .unwrap_or(before.session_minutes),
        password_policy: policy.map_or(before.password_policy, |policy| {
            policy.over(&before.password_policy)
        }),
        create_customer_managed_policies: request
            .create_customer_managed_policies
            .unwrap_or(before.create_customer_managed_policies),
        trusted_access: request
            .trusted_access_enabled
            .unwrap_or(before.trusted_access),
        ..before.clone()
    }
}

/// Names of members begin with a small letter in CloudTrail's records.
fn spelled_for_records(value: Value) -> Value {
    let Value::Object(members) = value else {
        return value;
    };
    let members = members.into_iter().map(|(name, value)| {
        let mut letters = name.chars();
        let first = letters.next().map(|first| first.to_ascii_lowercase());
        let name: String = first.into_iter().chain(letters).collect();
        (name, spelled_for_records(value))
    });
    Value::Object(members.collect())
}

fn described(instance: &Instance) -> Response {
    Response {
        settings: Settings {
            instance_arn: arn::instance(&instance.id),
            identity_store_id: instance.identity_store.to_string(),
            portal_url: instance.portal_url(),
            start_url: instance.start_url(),
            device_grant_enabled: instance.device_grant,
            session_duration_minutes: instance.session_minutes,
            password_policy: Policy::of(&instance.password_policy),
            create_customer_managed_policies: instance.create_customer_managed_policies,
            bootstrap_role_name: instance.bootstrap_role.clone(),
            trusted_access_enabled: instance.trusted_access,
            revision: instance.revision.to_string(),
        },
    }
}

impl Policy {
    fn of(policy: &PasswordPolicy) -> Self {
        Self {
            minimum_length: Some(policy.minimum_length),
            require_lowercase: Some(policy.require_lowercase),
            require_uppercase: Some(policy.require_uppercase),
            require_numbers: Some(policy.require_numbers),
            require_symbols: Some(policy.require_symbols),
            history_count: Some(policy.history_count),
        }
    }

    /// What is given, and the rest as it was.
    fn over(&self, before: &PasswordPolicy) -> PasswordPolicy {
        PasswordPolicy {
            minimum_length: self.minimum_length.unwrap_or(before.minimum_length),
            require_lowercase: self.require_lowercase.unwrap_or(before.require_lowercase),
            require_uppercase: self.require_uppercase.unwrap_or(before.require_uppercase),
            require_numbers: self.require_numbers.unwrap_or(before.require_numbers),
            require_symbols: self.require_symbols.unwrap_or(before.require_symbols),
            history_count: self.history_count.unwrap_or(before.history_count),
        }
    }
}
