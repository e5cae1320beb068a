//! `DeleteGroup`: the group is absent everywhere at once; what belonged to it is tidied up afterwards.

use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_shared::ids::Principal;

use super::identifiers::{check_store, group_id};
use super::updates::{self, ATTEMPTS, Expected};
use super::{groups, tidying};
use crate::Error;
use crate::call::Call;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    identity_store_id: String,
    group_id: String,
    revision: Option<String>,
}

pub(super) async fn delete(call: &Call<'_>, request: Request) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let expected = Expected::new(request.revision);
    let principal = Principal::Group(group_id(&request.group_id)?);
    let directory = &call.context.directory;
    for _ in 0..ATTEMPTS {
        let group = match groups::find(call, &request.group_id).await {
            Ok(group) => group,
            // An earlier deletion may have been interrupted while it tidied up: go on with that.
            Err(error @ Error::Modelled(_)) => {
                tidying::tidy(call, &principal).await?;
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        expected.check(group.revision)?;
        let record = call.record(json!({
            "identityStoreId": call.instance.identity_store,
            "groupId": group.id,
        }));
        let outcome = directory
            .delete_group(&group, call.now, call.recorded(&record))
            .await;
        if expected.allows_another(&outcome) {
            continue;
        }
        outcome?;
        tidying::tidy(call, &principal).await?;
        return Ok(json!({}));
    }
    Err(updates::changed())
}
