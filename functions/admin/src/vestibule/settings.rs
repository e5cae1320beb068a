//! `DescribeSettings`: what an administrator may decide for the whole instance.

use serde::{Deserialize, Serialize};
use vestibule_shared::arn;
use vestibule_shared::store::access::{Instance, PasswordPolicy};

use crate::Error;
use crate::call::Call;
use crate::operations::Empty;

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

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    minimum_length: Option<u32>,
    require_lowercase: Option<bool>,
    require_uppercase: Option<bool>,
    require_numbers: Option<bool>,
    require_symbols: Option<bool>,
    history_count: Option<u32>,
}

pub(super) async fn describe(call: &Call<'_>, _: Empty) -> Result<Response, Error> {
    Ok(described(call.instance))
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
}
