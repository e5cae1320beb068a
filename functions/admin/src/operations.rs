//! From an operation of the models to what does it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::call::Call;
use crate::model::Service;
use crate::{Error, identitystore, sso_admin};

/// Runs the operation of `call` on an input that fits its shape. The table of each protocol says what is built.
pub(crate) async fn run(call: &Call<'_>, input: Value) -> Result<Value, Error> {
    match call.operation.service() {
        Service::SsoAdmin => sso_admin::run(call, input).await,
        Service::IdentityStore => identitystore::run(call, input).await,
    }
}

/// Calls a handler with its typed request and turns its typed response into JSON.
macro_rules! answer {
    ($call:expr, $input:expr, $handler:path) => {{
        let request = $crate::operations::read($input)?;
        $crate::operations::write($handler($call, request).await?)
    }};
}
pub(crate) use answer;

/// An input that fits the model as the handler's request.
pub(crate) fn read<T: DeserializeOwned>(input: Value) -> Result<T, Error> {
    serde_json::from_value(input).map_err(|_| {
        Error::validation("The input does not have the form that the operation takes.")
    })
}

/// A handler's response as JSON.
pub(crate) fn write<T: Serialize>(response: T) -> Result<Value, Error> {
    Ok(serde_json::to_value(response)?)
}
