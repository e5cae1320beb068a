//! The instance's configuration of access control by attributes: which attributes of users become tags of their sessions. It
//! holds from the next session on; what is in use already keeps its tags.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vestibule_shared::access_control_attributes::configuration;
use vestibule_shared::store::access::Instance;

use super::{check_instance, retry};
use crate::Error;
use crate::call::Call;
use crate::operations::{Nothing, handlers};

handlers! {
    "CreateInstanceAccessControlAttributeConfiguration" => create,
    "DeleteInstanceAccessControlAttributeConfiguration" => delete,
    "DescribeInstanceAccessControlAttributeConfiguration" => describe,
    "UpdateInstanceAccessControlAttributeConfiguration" => update,
}

/// Tag key to the expression that names the attribute.
type Attributes = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConfigureRequest {
    instance_arn: String,
    instance_access_control_attribute_configuration: Configuration,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InstanceRequest {
    instance_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeResponse {
    /// Nothing is left to be done once the answer is out, so there is no other status.
    status: &'static str,
    instance_access_control_attribute_configuration: Configuration,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    access_control_attributes: Vec<Attribute>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    key: String,
    value: Sources,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Sources {
    /// The model asks for exactly one.
    source: Vec<String>,
}

pub(super) async fn create(call: &Call<'_>, input: ConfigureRequest) -> Result<Nothing, Error> {
    check_instance(call, &input.instance_arn)?;
    let after = read(input.instance_access_control_attribute_configuration)?;
    replace(call, Some(&after), |before| match before {
        None => Ok(()),
        Some(_) => Err(Error::conflict(
            "Access control by attributes is configured already. Update it instead.",
        )),
    })
    .await
}

pub(super) async fn update(call: &Call<'_>, input: ConfigureRequest) -> Result<Nothing, Error> {
    check_instance(call, &input.instance_arn)?;
    let after = read(input.instance_access_control_attribute_configuration)?;
    replace(call, Some(&after), |before| configured(before).map(|_| ())).await
}

pub(super) async fn delete(call: &Call<'_>, input: InstanceRequest) -> Result<Nothing, Error> {
    check_instance(call, &input.instance_arn)?;
    replace(call, None, |before| configured(before).map(|_| ())).await
}

pub(super) async fn describe(
    call: &Call<'_>,
    input: InstanceRequest,
) -> Result<DescribeResponse, Error> {
    check_instance(call, &input.instance_arn)?;
    let attributes = configured(call.instance.access_control_attributes.as_ref())?;
    let attributes = attributes.iter().map(|(key, source)| Attribute {
        key: key.clone(),
        value: Sources {
            source: vec![source.clone()],
        },
    });
    Ok(DescribeResponse {
        status: "ENABLED",
        instance_access_control_attribute_configuration: Configuration {
            access_control_attributes: attributes.collect(),
        },
    })
}

fn configured(attributes: Option<&Attributes>) -> Result<&Attributes, Error> {
    attributes.ok_or_else(|| Error::not_found("Access control by attributes is not configured."))
}

fn read(wanted: Configuration) -> Result<Attributes, Error> {
    let attributes = wanted.access_control_attributes.into_iter();
    let attributes = attributes.filter_map(|attribute| {
        let mut sources = attribute.value.source.into_iter();
        sources.next().map(|source| (attribute.key, source))
    });
    configuration(attributes).map_err(|refused| Error::validation(format!("Not valid: {refused}.")))
}

/// Puts `after` in the place of what is configured, if `check` has nothing against that.
async fn replace(
    call: &Call<'_>,
    after: Option<&Attributes>,
    check: impl Fn(Option<&Attributes>) -> Result<(), Error>,
) -> Result<Nothing, Error> {
    let check = &check;
    retry(|| async move {
        let access = &call.context.access;
        let before = access.find_instance().await?.ok_or(Error::NotEnabled)?;
        check(before.access_control_attributes.as_ref())?;
        let record = call.record(parameters(call, after));
        if before.access_control_attributes.as_ref() == after {
            return Ok(call.context.audit.write(&record).await?);
        }
        let after = Instance {
            access_control_attributes: after.cloned(),
            revision: before.revision + 1,
            ..before.clone()
        };
        let change = (&before, &after);
        Ok(access
            .replace_instance(change, call.recorded(&record))
            .await?)
    })
    .await?;
    Ok(Nothing {})
}

/// Keys and expressions are no secret, and nobody's personal data.
fn parameters(call: &Call<'_>, after: Option<&Attributes>) -> Value {
    let instance_arn = vestibule_shared::arn::instance(&call.instance.id);
    let Some(after) = after else {
        return json!({ "instanceArn": instance_arn });
    };
    let attributes = after
        .iter()
        .map(|(key, source)| json!({ "key": key, "value": { "source": [source] } }));
    let attributes: Vec<Value> = attributes.collect();
    json!({
        "instanceArn": instance_arn,
        "instanceAccessControlAttributeConfiguration": { "accessControlAttributes": attributes },
    })
}
