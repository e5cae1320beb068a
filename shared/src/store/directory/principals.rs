//! Whether a principal still is: a condition for changes elsewhere that would otherwise race with its deletion.

use super::users::PROFILE;
use super::{Directory, groups, users};
use crate::ids::Principal;
use crate::store::Error;
use crate::store::transaction::Write;

impl Directory {
    /// The condition that `principal` is there and not deleted, for a transaction that begins to rely on it.
    pub fn check_principal(&self, principal: &Principal) -> Result<Write, Error> {
        let pk = match principal {
            Principal::User(id) => users::key(id),
            Principal::Group(id) => groups::key(id),
        };
        let check = self
            .table
            .transact_check(&pk, PROFILE)
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(deleted_at)")
            .build()
            .map_err(Error::unavailable)?;
        Ok(check.into())
    }
}
