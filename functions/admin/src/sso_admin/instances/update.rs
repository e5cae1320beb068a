//! `UpdateInstance`: its name. What else the operation can ask for is either so already or not to be had here.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use vestibule_shared::store::access::Instance;

use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;
use crate::sso_admin::{check_instance, retry};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::sso_admin) struct UpdateRequest {
    instance_arn: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    encryption_configuration: Option<IgnoredAny>,
    #[serde(default)]
    permission_sets_enabled: Option<bool>,
    #[serde(default)]
    network_configuration: Option<IgnoredAny>,
}

pub(in crate::sso_admin) async fn update(
    call: &Call<'_>,
    input: UpdateRequest,
) -> Result<Nothing, Error> {
    check_instance(call, &input.instance_arn)?;
    is_possible(&input)?;
    let input = &input;
    retry(|| async move {
        let access = &call.context.access;
        let before = access.find_instance().await?.ok_or(Error::NotEnabled)?;
        let after = Instance {
            name: input.name.clone().or_else(|| before.name.clone()),
            revision: before.revision + 1,
            ..before.clone()
        };
        let record = call.record(json!({
            "instanceArn": input.instance_arn,
            "name": input.name,
            "permissionSetsEnabled": input.permission_sets_enabled,
        }));
        if after.name == before.name {
            return Ok(call.context.audit.write(&record).await?);
        }
        let change = (&before, &after);
        Ok(access
            .replace_instance(change, call.recorded(&record))
            .await?)
    })
    .await?;
    Ok(Nothing {})
}

/// Refuses what cannot be done, rather than to say that it was.
fn is_possible(input: &UpdateRequest) -> Result<(), Error> {
    let changes = [
        input.encryption_configuration.is_some(),
        input.permission_sets_enabled.is_some(),
        input.network_configuration.is_some(),
    ];
    let refused = if changes.into_iter().filter(|change| *change).count() > 1 {
        "Only one of EncryptionConfiguration, PermissionSetsEnabled and NetworkConfiguration can be given."
    } else if input.encryption_configuration.is_some() {
        "The encryption cannot be changed: the tables are encrypted with the key of the stack."
    } else if input.network_configuration.is_some() {
        "Network access cannot be configured through this API."
    } else if input.permission_sets_enabled == Some(false) {
        "Permission sets cannot be disabled."
    } else {
        return Ok(());
    };
    Err(Error::validation(refused))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn input(members: Value) -> UpdateRequest {
        let mut input = json!({ "InstanceArn": "arn" });
        let Value::Object(members) = members else {
            panic!("members");
        };
        input.as_object_mut().unwrap().extend(members);
        serde_json::from_value(input).unwrap()
    }

    #[test]
    fn only_what_is_true_is_accepted() {
        for accepted in [
            json!({}),
            json!({ "Name": "n", "EncryptionConfiguration": null }),
            json!({ "Name": "n", "PermissionSetsEnabled": true }),
        ] {
            assert!(is_possible(&input(accepted.clone())).is_ok(), "{accepted}");
        }
        for refused in [
            json!({ "EncryptionConfiguration": { "KeyType": "AWS_OWNED_KMS_KEY" } }),
            json!({ "NetworkConfiguration": { "VpceAccessRequired": false } }),
            json!({ "PermissionSetsEnabled": false }),
            json!({ "PermissionSetsEnabled": true, "NetworkConfiguration": {} }),
        ] {
            assert!(is_possible(&input(refused.clone())).is_err(), "{refused}");
        }
    }
}
