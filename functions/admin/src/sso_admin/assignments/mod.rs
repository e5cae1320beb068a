//! Assignments of users and groups to accounts.

mod change;
mod decision;
mod lists;

pub(crate) use change::remove;

use crate::operations::handlers;

handlers! {
    "CreateAccountAssignment" => change::create,
    "DeleteAccountAssignment" => change::delete,
    "ListAccountAssignments" => lists::by_place,
    "ListAccountAssignmentsForPrincipal" => lists::by_principal,
}
