//! What is provisioned where: the item `PERMISSIONSET#<id> / ACCOUNT#<account>`. It is there from the first assignment
//! on, so that a permission set's uses are all in its own partition.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Access, CustomerManagedPolicy, Place, accounts, permission_sets};
use crate::ids::{AccountId, PermissionSetId};
use crate::store::{Error, Page, PageToken};

/// A permission set in an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provisioned {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// How often an assignment was asked for here; whoever forgets the record must have seen the last time.
    #[serde(default)]
    pub demand: u64,
    /// The revision that the role there carries; `None` until it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// The session's duration of that revision, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_seconds: Option<u32>,
    /// The relay state of that revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_state: Option<String>,
    /// SHA-256 of what was last applied: equal to what is wanted means that nothing is to be called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Customer managed policies that may have been made there for this place: they are to go when nothing uses them any more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub policies: BTreeSet<CustomerManagedPolicy>,
    /// When the role last became as it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisioned_at: Option<Timestamp>,
}

impl Provisioned {
    /// How [`Error::Conflict`] names a record that was written, or asked for again, in between.
    pub const KIND: &'static str = "the provisioned record";
}

impl Access {
    /// What is provisioned at `place`.
    pub async fn find_provisioned(&self, place: &Place) -> Result<Option<Provisioned>, Error> {
        let (pk, sk) = keys(place);
        self.table.find(&pk, &sk).await
    }

    /// One page of the accounts that use a permission set, strongly consistent.
    pub async fn list_provisioned_accounts(
        &self,
        set: &PermissionSetId,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Provisioned>, Error> {
        let page = self
            .table
            .page(&permission_sets::key(set), "ACCOUNT#", limit, from)
            .await?;
        self.read_page(page)
    }

    /// One page of the permission sets that an account has, by the index.
    pub async fn list_provisioned_sets(
        &self,
        account: &AccountId,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Provisioned>, Error> {
        let page = self.table.listing(&listing(account), limit, from).await?;
        self.read_page(page)
    }
}

pub(super) fn keys(place: &Place) -> (String, String) {
    (
        permission_sets::key(&place.permission_set),
        accounts::key(&place.account),
    )
}

pub(super) fn listing(account: &AccountId) -> String {
    format!("PROVISIONEDIN#{account}")
}
