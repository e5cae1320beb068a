//! How far the check for drift is: the item `DRIFTCHECK / CHECK`, which one run at a time holds and moves on; and which
//! accounts are to be looked at out of their turn, the items `DRIFTCHECK / ACCOUNT#<account>`.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Access;
use crate::ids::{AccountId, PermissionSetId};
use crate::store::directory::Recorded;
use crate::store::transaction::Unmet;
use crate::store::{Error, Page, PageToken, Transaction};

const PK: &str = "DRIFTCHECK";
const CHECK: &str = "CHECK";
/// That a round is asked for.
const ALL: &str = "ALL";
const ACCOUNT: &str = "ACCOUNT#";
const PAGE: i32 = 100;

/// The state of the check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftCheck {
    /// Counts every change; for optimistic locking.
    pub revision: u64,
    /// Until when a run holds the check; a run that died does so until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Timestamp>,
    /// The round that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<DriftRound>,
    /// The last round that came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_completed: Option<CompletedDriftRound>,
}

/// A round through all accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftRound {
    /// When it began.
    pub started_at: Timestamp,
    /// Where in the list of accounts it goes on; `None` at the list's beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Whether the list is at its end, so that only accounts are left that are to be tried again.
    #[serde(default)]
    pub listed: bool,
    /// How many accounts were looked at.
    #[serde(default)]
    pub checked: u64,
    /// In how many that was given up.
    #[serde(default)]
    pub failed: u64,
    /// How much was found to differ: permission sets' roles, providers and accounts that do not let us look.
    #[serde(default)]
    pub drifted: u64,
}

/// A round that has come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletedDriftRound {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub completed_at: Timestamp,
    /// How many accounts were looked at.
    pub checked: u64,
    /// In how many that was given up.
    pub failed: u64,
    /// How much was found to differ.
    pub drifted: u64,
}

/// An account that is to be looked at out of its turn: because somebody has asked, or again because it could not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftRequest {
    /// The account.
    pub account: AccountId,
    /// When, at the earliest.
    pub due_at: Timestamp,
    /// How often it could not be looked at.
    #[serde(default)]
    pub attempts: u32,
    /// Whether a round waits for it.
    #[serde(default)]
    pub of_round: bool,
}

impl DriftCheck {
    /// How [`Error::Conflict`] names a check that another run has taken.
    pub const KIND: &'static str = "the drift check";
}

impl Access {
    /// The state of the check; `None` before the first.
    pub async fn find_drift_check(&self) -> Result<Option<DriftCheck>, Error> {
        self.table.find(PK, CHECK).await
    }

    /// Moves the check on from `before`, unless another run did. The caller has raised `after.revision`. Where `after`
    /// begins a round, the wish for one is fulfilled with it.
    pub async fn replace_drift_check(
        &self,
        before: Option<&DriftCheck>,
        after: &DriftCheck,
    ) -> Result<(), Error> {
        let put = self.table.transact_put(self.table.item(PK, CHECK, after)?);
        let put = match before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => put
                .condition_expression("revision = :revision")
                .expression_attribute_values(
                    ":revision",
                    AttributeValue::N(before.revision.to_string()),
                ),
        };
        let mut transaction = Transaction::new();
        transaction.add(put.build(), Unmet::Conflict(DriftCheck::KIND))?;
        let begins = before.is_none_or(|before| before.round.is_none()) && after.round.is_some();
        if begins {
            let fulfilled = self.table.transact_delete(PK, ALL).build();
            transaction.add(fulfilled, Unmet::Conflict(DriftCheck::KIND))?;
        }
        transaction.commit(self.table.client()).await
    }

    /// Asks for an account to be looked at, or for a round through all.
    pub async fn request_drift_check(
        &self,
        account: Option<&AccountId>,
        now: Timestamp,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let item = if let Some(account) = account {
            self.drift_request_item(&DriftRequest {
                account: account.clone(),
                due_at: now,
                attempts: 0,
                of_round: false,
            })?
        } else {
            let requested_at = AttributeValue::S(now.to_string());
            let mut item = crate::store::table::key(PK, ALL);
            item.insert("requested_at".to_owned(), requested_at);
            item
        };
        let mut transaction = Transaction::new();
        let put = self.table.transact_put(item).build();
        transaction.add(put, Unmet::Conflict("the request"))?;
        recorded.commit(transaction).await
    }

    /// Whether a round is asked for.
    pub async fn is_drift_round_requested(&self) -> Result<bool, Error> {
        #[derive(Deserialize)]
        struct Requested {}
        let found: Option<Requested> = self.table.find(PK, ALL).await?;
        Ok(found.is_some())
    }

    /// One page of the accounts that are to be looked at out of their turn, by id and strongly consistent. What
    /// cannot be read is left out.
    pub async fn list_drift_requests(
        &self,
        from: Option<&PageToken>,
    ) -> Result<Page<DriftRequest>, Error> {
        let page = self.table.page(PK, ACCOUNT, PAGE, from).await?;
        Ok(self.read_readable(page))
    }

    /// Has an account looked at again.
    pub async fn put_drift_request(&self, request: &DriftRequest) -> Result<(), Error> {
        self.table.put(self.drift_request_item(request)?).await
    }

    /// Ends a request, unless the account was asked for again since.
    pub async fn finish_drift_request(&self, request: &DriftRequest) -> Result<(), Error> {
        let delete = self
            .table
            .transact_delete(PK, &request_key(&request.account))
            .condition_expression("due_at = :due_at AND attempts = :attempts")
            .expression_attribute_values(":due_at", AttributeValue::S(request.due_at.to_string()))
            .expression_attribute_values(
                ":attempts",
                AttributeValue::N(request.attempts.to_string()),
            )
            .build();
        let mut transaction = Transaction::new();
        transaction.add(delete, Unmet::Conflict("the request"))?;
        match transaction.commit(self.table.client()).await {
            Err(Error::Conflict(_)) => Ok(()),
            outcome => outcome,
        }
    }

    /// The permission sets for which there is work in an account that is not done, as far as it can be read.
    pub async fn sets_with_work(
        &self,
        account: &AccountId,
    ) -> Result<BTreeSet<PermissionSetId>, Error> {
        let mut sets = BTreeSet::new();
        let mut from = None;
        loop {
            let partition = format!("WORK#{account}");
            let page = self.table.page(&partition, "", PAGE, from.as_ref()).await?;
            let works: Page<super::Work> = self.read_readable(page);
            let places = works.items.iter().filter_map(|work| work.task.place());
            sets.extend(places.map(|place| place.permission_set.clone()));
            from = works.next;
            if from.is_none() {
                return Ok(sets);
            }
        }
    }

    fn drift_request_item(&self, request: &DriftRequest) -> Result<crate::store::Item, Error> {
        self.table.item(PK, &request_key(&request.account), request)
    }
}

fn request_key(account: &AccountId) -> String {
    format!("{ACCOUNT}{account}")
}
