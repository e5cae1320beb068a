//! The identity store itself: `DescribeIdentityStore`, `ListIdentityStores`, `UpdateIdentityStore`. There is one.

use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_shared::arn;

use super::identifiers::check_store;
use crate::Error;
use crate::call::Call;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    identity_store_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateRequest {
    identity_store_id: String,
    network_configuration: Option<NetworkConfiguration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkConfiguration {
    vpce_access_required: bool,
    api_restrict_source_vpcs: Option<Vec<String>>,
    api_allow_source_ips: Option<Vec<String>>,
    scim_allow_source_ips: Option<Vec<String>>,
}

pub(super) async fn describe(call: &Call<'_>, request: DescribeRequest) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    Ok(identity(call))
}

pub(super) async fn list(call: &Call<'_>, request: ListRequest) -> Result<Value, Error> {
    if request.next_token.is_some() {
        return Err(Error::validation("NextToken is not valid."));
    }
    Ok(json!({ "IdentityStores": [identity(call)] }))
}

/// A network configuration that restricts nothing is what there is already. Any other is refused: requests arrive over
/// the internet, and a restriction that is stored but not enforced would be a promise that nobody keeps.
pub(super) async fn update(call: &Call<'_>, request: UpdateRequest) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    if request
        .network_configuration
        .is_some_and(|configuration| configuration.restricts())
    {
        return Err(Error::validation(
            "Network restrictions are not supported. Restrict access in front of the API instead.",
        ));
    }
    let record = call.record(json!({ "identityStoreId": call.instance.identity_store }));
    call.context.audit.write(&record).await?;
    Ok(identity(call))
}

impl NetworkConfiguration {
    fn restricts(&self) -> bool {
        self.vpce_access_required
            || self.api_restrict_source_vpcs.is_some()
            || self.api_allow_source_ips.is_some()
            || self.scim_allow_source_ips.is_some()
    }
}

fn identity(call: &Call<'_>) -> Value {
    let store = &call.instance.identity_store;
    json!({
        "IdentityStoreId": store,
        "IdentityStoreArn": arn::identity_store(&call.instance.management_account, store),
    })
}
