//! From an operation of the models to what does it. Each area keeps a table of its own, which [`handlers!`] makes.

use std::pin::Pin;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::Call;
use crate::model::Service;
use crate::{Error, identitystore, sso_admin, vestibule};

/// What an operation answers. Boxed, because every handler's future is another type.
pub(crate) type Answer<'a> = Pin<Box<dyn Future<Output = Result<Value, Error>> + Send + 'a>>;

/// What does an operation.
pub(crate) type Handler = for<'a> fn(&'a Call<'a>, Value) -> Answer<'a>;

/// The request of operations that are asked nothing.
#[derive(Deserialize)]
pub(crate) struct Empty {}

/// The answer of operations that have nothing to say.
#[derive(Serialize)]
pub(crate) struct Nothing {}

/// Runs the operation of `call`. One that has no handler is unknown, whatever its input.
pub(crate) async fn run(call: &Call<'_>, input: Value) -> Result<Value, Error> {
    let name = call.operation.name();
    let handler = match call.operation.service() {
        Service::SsoAdmin => sso_admin::find(name),
        Service::IdentityStore => identitystore::find(name),
        Service::Vestibule => vestibule::find(name),
    };
    handler.ok_or(Error::UnknownOperation)?(call, input).await
}

/// Makes an area's table: `find`, from the name of an operation to the handler, of the form
/// `async fn(&Call<'_>, Request) -> Result<Response, Error>`, with its typed request and response.
macro_rules! handlers {
    ($($name:literal => $handler:path,)+) => {
        /// What does the operation of this name, if it belongs here.
        pub(crate) fn find(name: &str) -> Option<$crate::operations::Handler> {
            match name {
                $($name => {
                    fn run<'a>(
                        call: &'a $crate::call::Call<'a>,
                        input: serde_json::Value,
                    ) -> $crate::operations::Answer<'a> {
                        Box::pin(async move {
                            let request = $crate::operations::read(call, input)?;
                            $crate::operations::write($handler(call, request).await?)
                        })
                    }
                    Some(run)
                })+
                _ => None,
            }
        }
    };
}
pub(crate) use handlers;

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
