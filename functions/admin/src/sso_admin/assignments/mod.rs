//! Assignments of users and groups to accounts.

mod change;
mod decision;
mod lists;

pub(super) use change::check_principal;
pub(crate) use change::remove;
pub(super) use lists::with_groups;

use crate::operations::handlers;

handlers! {
    "CreateAccountAssignment" => change::create,
    "DeleteAccountAssignment" => change::delete,
    "ListAccountAssignments" => lists::by_place,
    "ListAccountAssignmentsForPrincipal" => lists::by_principal,
}
