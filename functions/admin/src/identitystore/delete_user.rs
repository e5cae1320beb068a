//! `DeleteUser`: the user is absent everywhere at once; what belonged to them is tidied up afterwards.

use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_shared::ids::Principal;

use super::identifiers::{check_store, user_id};
use super::updates::{self, ATTEMPTS, Expected};
use super::{tidying, users};
use crate::Error;
use crate::call::Call;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    identity_store_id: String,
    user_id: String,
    revision: Option<String>,
}

pub(super) async fn delete(call: &Call<'_>, request: Request) -> Result<Value, Error> {
    check_store(call, &request.identity_store_id)?;
    let expected = Expected::new(request.revision);
    let principal = Principal::User(user_id(&request.user_id)?);
    let directory = &call.context.directory;
    for _ in 0..ATTEMPTS {
        let user = match users::find(call, &request.user_id).await {
            Ok(user) => user,
            // An earlier deletion may have been interrupted while it tidied up: go on with that.
            Err(error @ Error::Modelled(_)) => {
                tidying::tidy(call, &principal).await?;
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        expected.check(user.revision)?;
        let record = call.record(json!({
            "identityStoreId": call.instance.identity_store,
            "userId": user.id,
        }));
        let outcome = directory
            .delete_user(&user, call.now, call.recorded(&record))
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
