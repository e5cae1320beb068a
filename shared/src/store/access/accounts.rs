//! Accounts of the organization, as Organizations last described them.

use serde::{Deserialize, Serialize};

use super::Access;
use crate::ids::AccountId;
use crate::store::directory::Recorded;
use crate::store::transaction::Unmet;
use crate::store::{Error, Page, PageToken, Transaction, table};

const ACCOUNT: &str = "ACCOUNT";
const LISTING: &str = "ACCOUNTS";

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Twelve digits.
    pub id: AccountId,
    /// What the organization calls it.
    pub name: String,
    /// The address of its root user.
    pub email: String,
    /// Whether anybody may be let in.
    pub status: AccountStatus,
}

/// The state of an account in its organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccountStatus {
    /// In use.
    Active,
    /// Closed or being closed, or otherwise not to be entered.
    Suspended,
}

impl Access {
    /// Finds an account.
    pub async fn find_account(&self, id: &AccountId) -> Result<Option<Account>, Error> {
        self.table.find(&key(id), ACCOUNT).await
    }

    /// Those of `ids` that are known, however many.
    pub async fn find_accounts(&self, ids: &[AccountId]) -> Result<Vec<Account>, Error> {
        let keys: Vec<_> = ids.iter().map(|id| (key(id), ACCOUNT.to_owned())).collect();
        self.table.find_many(&keys).await
    }

    /// Writes what Organizations says of an account.
    pub async fn put_account(
        &self,
        account: &Account,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut item = self.table.item(&key(&account.id), ACCOUNT, account)?;
        table::list_under(&mut item, LISTING, account.id.as_str());
        let mut transaction = Transaction::new();
        let put = self.table.transact_put(item).build();
        transaction.add(put, Unmet::Conflict("the account"))?;
        recorded.commit(transaction).await
    }

    /// One page of all accounts, by id.
    pub async fn list_accounts(
        &self,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Account>, Error> {
        let page = self.table.listing(LISTING, limit, from).await?;
        self.read_page(page)
    }
}

pub(super) fn key(id: &AccountId) -> String {
    format!("ACCOUNT#{id}")
}
