//! From an operation of the models to what does it.

use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::call::Call;
use crate::model::Service;
use crate::{Error, identitystore, sso_admin};

/// What an operation answers. Boxed, because the compiler cannot see through the borrows of all handlers at once that
/// the whole is `Send`.
type Answer<'a> = Pin<Box<dyn Future<Output = Result<Value, Error>> + Send + 'a>>;

/// Runs the operation of `call`. The table of each protocol says what is built.
pub(crate) fn run<'a>(call: &'a Call<'_>, input: Value) -> Answer<'a> {
    match call.operation.service() {
        Service::SsoAdmin => Box::pin(sso_admin::run(call, input)),
        Service::IdentityStore => Box::pin(identitystore::run(call, input)),
    }
}

/// Calls a handler with its typed request and turns its typed response into JSON. An operation that has no handler is
/// unknown, whatever its input.
macro_rules! answer {
    ($call:expr, $input:expr, $handler:path) => {{
        let request = $crate::operations::read($call, $input)?;
        $crate::operations::write($handler($call, request).await?)
    }};
}
pub(crate) use answer;

/// An input, held against the model, as the handler's request.
pub(crate) fn read<T: DeserializeOwned>(call: &Call<'_>, input: Value) -> Result<T, Error> {
    call.operation.validate_input(&input)?;
    serde_json::from_value(input).map_err(|_| {
        Error::validation("The input does not have the form that the operation takes.")
    })
}

/// A handler's response as JSON.
pub(crate) fn write<T: Serialize>(response: T) -> Result<Value, Error> {
    Ok(serde_json::to_value(response)?)
}
