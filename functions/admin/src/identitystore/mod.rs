//! The `identitystore` protocol: users, groups and memberships.

use serde_json::Value;

use crate::Error;
use crate::call::Call;

/// The table of operations.
pub(crate) async fn run(call: &Call<'_>, input: Value) -> Result<Value, Error> {
    // Each arm: `"CreateUser" => answer!(call, input, users::create)`.
    let _ = input;
    match call.operation.name() {
        _ => Err(Error::UnknownOperation),
    }
}
