//! Requests whose outcome is asked for later: creating and deleting an assignment, provisioning a permission set.
//!
//! A request may cover thousands of accounts, whose ends are counted by whoever works there. One item would be written by all
//! of them at once, so the counts of what may be asked for everywhere stand in sixteen items beside the request; once they
//! are complete they are written into the request itself, for lists.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Access, Task, Work};
use crate::Random;
use crate::ids::{AccountId, PermissionSetId, Principal, RequestId};
use crate::store::transaction::Unmet;
use crate::store::{Error, Page, PageToken, Transaction, table};

const REQUEST: &str = "REQUEST";
/// How many items share the counting of one request.
const SHARDS: u64 = 16;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// What was asked for.
    pub kind: RequestKind,
    /// What has become of it.
    pub status: RequestStatus,
    /// The permission set that it is about.
    pub permission_set: PermissionSetId,
    /// The account that it is about; `None` for all accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The principal, for an assignment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<Principal>,
    /// What the administrator should know and do when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// How many accounts it covers; `None` until that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// In how many accounts the work is done.
    #[serde(default)]
    pub succeeded: u64,
    /// In how many accounts the work failed.
    #[serde(default)]
    pub failed: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestKind {
    /// CreateAccountAssignment.
    Create,
    /// DeleteAccountAssignment.
    Delete,
    /// ProvisionPermissionSet.
    Provision,
}

/// What has become of a request, in the API's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequestStatus {
    /// Being worked on.
    InProgress,
    /// Could not be done.
    Failed,
    /// Done.
    Succeeded,
}

/// A part of what is counted of a request.
#[derive(Deserialize)]
struct Count {
    #[serde(default)]
    succeeded: u64,
    #[serde(default)]
    failed: u64,
    #[serde(default)]
    failure_reason: Option<String>,
}

impl Request {
    /// One of which nothing is done yet, that `task` is the work of: about its account, or about all of them, of which nobody
    /// knows yet how many they are.
    #[must_use]
    pub fn new(kind: RequestKind, task: &Task, (random, now): (&Random, Timestamp)) -> Self {
        let account = task.place().map(|place| place.account.clone());
        Self {
            id: RequestId::generate(random),
            kind,
            status: RequestStatus::InProgress,
            permission_set: task.permission_set().clone(),
            total: account.as_ref().map(|_| 1),
            account,
            principal: None,
            failure_reason: None,
            succeeded: 0,
            failed: 0,
            created_at: now,
        }
    }

    /// The same about an assignment to `principal`.
    #[must_use]
    pub fn of_principal(self, principal: &Principal) -> Self {
        Self {
            principal: Some(principal.clone()),
            ..self
        }
    }

    /// The same with what was counted, ended if its every account is: the counts decide, so that nothing has to be written
    /// after them.
    fn counted(mut self, counts: Vec<Count>) -> Self {
        if self.status != RequestStatus::InProgress {
            return self;
        }
        for count in counts {
            self.succeeded += count.succeeded;
            self.failed += count.failed;
            self.failure_reason = self.failure_reason.or(count.failure_reason);
        }
        if self.total == Some(self.succeeded + self.failed) {
            self.status = if self.failed == 0 {
                RequestStatus::Succeeded
            } else {
                RequestStatus::Failed
            };
        }
        self
    }
}

impl Access {
    /// Finds a request, with how far it is.
    pub async fn find_request(&self, id: &RequestId) -> Result<Option<Request>, Error> {
        let items = self.table.partition(&key(id), "").await?;
        let (heads, counts): (Vec<_>, Vec<_>) = items
            .into_iter()
            .partition(|item| table::text(item, "sk") == Some(REQUEST));
        let Some(head) = heads.into_iter().next() else {
            return Ok(None);
        };
        let counts = counts.into_iter().map(|item| self.table.read(item));
        let counts = counts.collect::<Result<_, _>>()?;
        Ok(Some(self.table.read::<Request>(head)?.counted(counts)))
    }

    /// One page of the requests of a kind, newest first.
    pub async fn list_requests(
        &self,
        kind: RequestKind,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Request>, Error> {
        let page = self.table.listing(listing(kind), limit, from).await?;
        let page: Page<Request> = self.read_page(page)?;
        let items = page.items.into_iter().map(|request| async move {
            if kind != RequestKind::Provision || request.status != RequestStatus::InProgress {
                return Ok(request.counted(Vec::new()));
            }
            let found = self.find_request(&request.id).await?;
            Ok(found.unwrap_or(request))
        });
        Ok(Page {
            items: table::futures_join(items).await?,
            next: page.next,
        })
    }

    /// Writes a new request together with its work: for what changes no assignment.
    pub async fn create_request(
        &self,
        request: &Request,
        work: &Work,
        recorded: crate::store::directory::Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        self.write_request(&mut transaction, request)?;
        self.write_work(&mut transaction, work)?;
        recorded.commit(transaction).await
    }

    pub(super) fn write_request(
        &self,
        transaction: &mut Transaction,
        request: &Request,
    ) -> Result<(), Error> {
        let mut item = self.table.item(&key(&request.id), REQUEST, request)?;
        // Newest first: the index sorts upwards.
        let order = format!("{:019}", i64::MAX - request.created_at.as_microsecond());
        table::list_under(&mut item, listing(request.kind), &order);
        let put = self
            .table
            .transact_put(item)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the request"))
    }

    /// Ends one account's work and counts it in its request, exactly once: the work item goes in the same transaction.
    /// With `failure` the reason is kept. Answers the request as it is then.
    pub async fn finish_work(
        &self,
        work: &Work,
        failure: Option<&str>,
    ) -> Result<Option<Request>, Error> {
        let mut transaction = Transaction::new();
        self.write_outcome(&mut transaction, work, failure)?;
        match transaction.commit(self.table.client()).await {
            Ok(()) | Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        self.end_if_counted(&work.request).await
    }

    /// Writes a request that is counted to its end as ended. Whoever dies before leaves it to be counted by whoever reads it.
    async fn end_if_counted(&self, id: &RequestId) -> Result<Option<Request>, Error> {
        let Some(request) = self.find_request(id).await? else {
            return Ok(None);
        };
        let status = match request.status {
            RequestStatus::InProgress => return Ok(Some(request)),
            RequestStatus::Failed => "FAILED",
            RequestStatus::Succeeded => "SUCCEEDED",
        };
        let number = |count: u64| AttributeValue::N(count.to_string());
        let update = self
            .table
            .client()
            .update_item()
            .table_name(self.table.name())
            .set_key(Some(table::key(&key(id), REQUEST)))
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", AttributeValue::S(status.to_owned()))
            .expression_attribute_values(":succeeded", number(request.succeeded))
            .expression_attribute_values(":failed", number(request.failed));
        let set = "SET #status = :status, succeeded = :succeeded, failed = :failed";
        let update = match &request.failure_reason {
            None => update.update_expression(set),
            Some(reason) => update
                .update_expression(format!("{set}, failure_reason = :reason"))
                .expression_attribute_values(":reason", AttributeValue::S(reason.clone())),
        };
        update.send().await.map_err(Error::unavailable)?;
        Ok(Some(request))
    }

    /// Adds the end of a work item and its count in its request.
    pub(super) fn write_outcome(
        &self,
        transaction: &mut Transaction,
        work: &Work,
        failure: Option<&str>,
    ) -> Result<(), Error> {
        let (pk, sk) = work.keys();
        let done = self
            .table
            .transact_delete(&pk, &sk)
            .condition_expression("attribute_exists(pk)")
            .build();
        transaction.add(done, Unmet::NotFound("the work"))?;
        let counter = counter(&work.task);
        let count = self
            .table
            .transact_update(&key(&work.request), &counter)
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        // A request that is not there is not made up of its count.
        let count = if counter == REQUEST {
            count.condition_expression("attribute_exists(pk)")
        } else {
            count
        };
        let count = match failure {
            None => count.update_expression("ADD succeeded :one"),
            Some(reason) => count
                .update_expression("SET failure_reason = :reason ADD failed :one")
                .expression_attribute_values(":reason", AttributeValue::S(reason.to_owned())),
        };
        transaction.add(count.build(), Unmet::NotFound("the request"))
    }

    /// Says how many accounts a request covers, once that is known.
    pub async fn set_request_total(&self, id: &RequestId, total: u64) -> Result<(), Error> {
        let update = self
            .table
            .client()
            .update_item()
            .table_name(self.table.name())
            .set_key(Some(table::key(&key(id), REQUEST)))
            .condition_expression("attribute_exists(pk)")
            .update_expression("SET #total = :total")
            .expression_attribute_names("#total", "total")
            .expression_attribute_values(":total", AttributeValue::N(total.to_string()));
        update.send().await.map_err(Error::unavailable)?;
        self.end_if_counted(id).await.map(drop)
    }
}

/// The item that counts the end of a work: the request's own, or one of those beside it for what is asked for everywhere.
fn counter(task: &Task) -> String {
    match task {
        Task::Provision(place) | Task::Repair(place) => {
            let number: u64 = place.account.as_str().parse().unwrap_or_default();
            format!("COUNT#{:02}", number % SHARDS)
        }
        Task::Assign(_) | Task::Tidy(_) | Task::Expand { .. } => REQUEST.to_owned(),
    }
}

fn key(id: &RequestId) -> String {
    format!("REQUEST#{id}")
}

fn listing(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Create => "REQUESTS#CREATE",
        RequestKind::Delete => "REQUESTS#DELETE",
        RequestKind::Provision => "REQUESTS#PROVISION",
    }
}
