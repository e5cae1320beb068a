//! The member `ClientToken` of creations: the same request with the same token is answered as it was the first time.

use serde_json::Value;
use vestibule_shared::store::access::{ClientToken, Earlier};

use crate::Error;
use crate::call::Call;

/// The token of this call, if it has one; `parameters` is everything else that the request says.
pub(super) fn client_token(
    call: &Call<'_>,
    given: Option<&str>,
    parameters: &Value,
) -> Option<ClientToken> {
    let caller = (call.caller.access_key_id(), call.operation.name());
    given.map(|given| ClientToken::new(caller, given, parameters))
}

/// What an earlier call with this token made: to be answered again instead of making another. A token that came with
/// another request is refused.
pub(super) async fn made_earlier(
    call: &Call<'_>,
    token: Option<&ClientToken>,
) -> Result<Option<String>, Error> {
    let Some(token) = token else {
        return Ok(None);
    };
    let access = &call.context.access;
    match access.find_client_token(token, call.now).await? {
        None => Ok(None),
        Some(Earlier::Same(created)) => Ok(Some(created)),
        Some(Earlier::Different) => Err(Error::conflict(
            "IdempotentParameterMismatch: the client token was used with other parameters.",
        )),
    }
}
