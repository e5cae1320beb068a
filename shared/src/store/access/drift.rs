//! What a check found to differ in accounts from what is wanted there: the items `DRIFT#<account> / <subject>`, replaced by
//! each check of the account and gone once nothing differs any more.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Access, Lease};
use crate::ids::{AccountId, InvalidId, PermissionSetId};
use crate::store::transaction::Unmet;
use crate::store::{Error, Page, PageToken, Transaction, table};

const LISTING: &str = "DRIFT";
const PROVIDER: &str = "PROVIDER";
const ACCOUNT: &str = "ACCOUNT";
/// How many items one transaction replaces: with the lease's condition fewer than any engine takes.
const STEP: usize = 9;

/// Everything that differs of one subject in an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// Where.
    pub account: AccountId,
    /// Of what.
    pub subject: DriftSubject,
    /// The ARN of the role or provider.
    pub resource: String,
    /// What differs; never none.
    pub differences: Vec<Difference>,
    /// When it was last seen.
    pub found_at: Timestamp,
    /// When it was first seen, with no check since that did not see it.
    pub first_found_at: Timestamp,
}

/// What of an account differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DriftSubject {
    /// The way into the account: what is there cannot be looked at.
    Account,
    /// The SAML provider that the roles trust.
    Provider,
    /// The role of a permission set.
    PermissionSet(PermissionSetId),
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// For programs.
    pub code: DifferenceCode,
    /// For people. It holds no policy's text.
    pub message: String,
}

/// In what something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DifferenceCode {
    /// The role is not there.
    RoleMissing,
    /// A role of that name is there that this instance did not make.
    RoleNotOurs,
    /// The role is there although nothing wants it.
    RoleLeftOver,
    /// Others may become the role than those that should.
    TrustPolicyChanged,
    /// The role's description.
    DescriptionChanged,
    /// How long sessions of the role may last.
    MaxSessionDurationChanged,
    /// A tag of Vestibule's own.
    TagsChanged,
    /// A managed policy that should be attached is not.
    ManagedPolicyMissing,
    /// A managed policy is attached that should not be.
    ManagedPolicyExtra,
    /// The permission set's inline policy says something else.
    InlinePolicyChanged,
    /// The permission set's inline policy is not there.
    InlinePolicyMissing,
    /// An inline policy is there that should not be.
    InlinePolicyExtra,
    /// The permissions boundary is missing, is another, or should not be there.
    PermissionsBoundaryChanged,
    /// A policy that Vestibule makes from a document is missing or says something else.
    CustomerManagedPolicyChanged,
    /// The SAML provider is not there.
    ProviderMissing,
    /// A SAML provider of that name is there that this instance did not make.
    ProviderNotOurs,
    /// The SAML provider has other metadata than it should, so that the roles trust somebody else or nobody.
    ProviderMetadataChanged,
    /// The account does not let Vestibule look.
    AccountNotReadable,
    /// Roles that nothing wants could not be looked for.
    RolesNotListed,
    /// There are more differences than are kept.
    More,
}

/// What a check of an account makes of what was known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DriftChanges {
    /// What differs now.
    pub put: Vec<Drift>,
    /// What does no more.
    pub delete: Vec<DriftSubject>,
}

impl fmt::Display for DriftSubject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account => formatter.write_str(ACCOUNT),
            Self::Provider => formatter.write_str(PROVIDER),
            Self::PermissionSet(id) => formatter.write_str(id.as_str()),
        }
    }
}

impl From<DriftSubject> for String {
    fn from(subject: DriftSubject) -> Self {
        subject.to_string()
    }
}

impl TryFrom<String> for DriftSubject {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        match text.as_str() {
            ACCOUNT => Ok(Self::Account),
            PROVIDER => Ok(Self::Provider),
            id => PermissionSetId::parse(id).map(Self::PermissionSet),
        }
    }
}

impl DriftSubject {
    /// The permission set, where it is about one.
    #[must_use]
    pub fn permission_set(&self) -> Option<&PermissionSetId> {
        match self {
            Self::PermissionSet(id) => Some(id),
            Self::Account | Self::Provider => None,
        }
    }
}

impl Access {
    /// What is known to differ of one subject in an account.
    pub async fn find_drift(
        &self,
        account: &AccountId,
        subject: &DriftSubject,
    ) -> Result<Option<Drift>, Error> {
        self.table.find(&key(account), &subject.to_string()).await
    }

    /// All that is known to differ in an account: as much as it has permission sets.
    pub async fn drift_of(&self, account: &AccountId) -> Result<Vec<Drift>, Error> {
        let items = self.table.partition(&key(account), "").await?;
        items
            .into_iter()
            .map(|item| self.table.read(item))
            .collect()
    }

    /// One page of what differs: in an account, strongly consistent, or in all, by the index and in the order of accounts.
    pub async fn list_drift(
        &self,
        account: Option<&AccountId>,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Drift>, Error> {
        let page = match account {
            Some(account) => self.table.page(&key(account), "", limit, from).await?,
            None => self.table.listing(LISTING, limit, from).await?,
        };
        self.read_page(page)
    }

    /// Writes what a check of the account of `lease` found, while that holds. Broken off in between, a part of it is
    /// written; the next check writes the rest.
    pub async fn replace_drift(&self, lease: &Lease, changes: &DriftChanges) -> Result<(), Error> {
        for put in changes.put.chunks(STEP) {
            let mut transaction = Transaction::new();
            self.check_lease(&mut transaction, lease)?;
            for drift in put {
                let (pk, sk) = (key(&drift.account), drift.subject.to_string());
                let mut item = self.table.item(&pk, &sk, drift)?;
                table::list_under(&mut item, LISTING, &format!("{}#{sk}", drift.account));
                let put = self.table.transact_put(item).build();
                transaction.add(put, Unmet::Conflict("the drift"))?;
            }
            transaction.commit(self.table.client()).await?;
        }
        for delete in changes.delete.chunks(STEP) {
            let mut transaction = Transaction::new();
            self.check_lease(&mut transaction, lease)?;
            for subject in delete {
                let (pk, sk) = (key(&lease.account), subject.to_string());
                let delete = self.table.transact_delete(&pk, &sk).build();
                transaction.add(delete, Unmet::Conflict("the drift"))?;
            }
            transaction.commit(self.table.client()).await?;
        }
        Ok(())
    }

    /// Forgets what differed of a subject that was just put right.
    pub async fn forget_drift(
        &self,
        account: &AccountId,
        subject: &DriftSubject,
    ) -> Result<(), Error> {
        self.table.delete(&key(account), &subject.to_string()).await
    }
}

fn key(account: &AccountId) -> String {
    format!("DRIFT#{account}")
}
