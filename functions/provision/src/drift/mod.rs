//! The look at accounts for what differs there from what is wanted: slow, read-only, and in parts that lead on. It goes round
//! through all accounts once a day, or when somebody asks, and writes down what it finds; putting it right is asked for.
//!
//! Nothing in an account is ever changed here.

mod account;
mod differences;
mod expectation;
mod findings;
mod left_over;
mod place;
mod requests;
mod round;
mod run;

use vestibule_shared::store::access::{DriftSubject, Place};

pub(crate) use left_over::remove as remove_left_over;
pub(crate) use run::handle;

use crate::error::Error;
use crate::turn::Turn;

/// Forgets what differed at a place where somebody has just looked and put right what did; with it, if the role is wanted,
/// what differed of the provider that it trusts.
pub(crate) async fn forget(turn: &Turn<'_>, place: &Place, is_wanted: bool) -> Result<(), Error> {
    let (access, account) = (&turn.context.access, &turn.account);
    let role = DriftSubject::PermissionSet(place.permission_set.clone());
    access.forget_drift(account, &role).await?;
    access.forget_drift(account, &DriftSubject::Account).await?;
    if is_wanted {
        access
            .forget_drift(account, &DriftSubject::Provider)
            .await?;
    }
    Ok(())
}
