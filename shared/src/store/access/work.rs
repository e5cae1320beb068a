//! Work items: what the provisioner has to do in one account. Their INSERT on the stream wakes it; they go when they are done.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Access, Place, Request};
use crate::ids::{PermissionSetId, RequestId};
use crate::store::transaction::Unmet;
use crate::store::{Error, Page, PageToken, Transaction, table};

const LISTING: &str = "WORK";

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The request that it is part of.
    pub request: RequestId,
    /// What is to be done.
    #[serde(flatten)]
    pub task: Task,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// What is to be done. What exactly is wanted is read from the tables when it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
pub enum Task {
    /// Make a place as its assignments want it, carrying the newest revision: after a new assignment. What was applied
    /// there last is believed to be there still.
    Assign(Place),
    /// The same after ProvisionPermissionSet, believing nothing: what is there is looked at, and what differs is put right.
    Provision(Place),
    /// Make a place as its assignments want it, leaving the revision that it is pinned to: after a removal.
    Tidy(Place),
    /// The same, believing nothing: what somebody changed in the account is put right, and no edit of the permission set
    /// reaches it that was not provisioned there.
    Repair(Place),
    /// Turn "every account that has this permission set" into one `Provision` an account.
    Expand {
        /// The permission set.
        permission_set: PermissionSetId,
    },
}

impl Task {
    /// The place that it is about; `None` where it is about all of a permission set's.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Assign(place)
            | Self::Provision(place)
            | Self::Tidy(place)
            | Self::Repair(place) => Some(place),
            Self::Expand { .. } => None,
        }
    }

    /// The permission set that it is about.
    #[must_use]
    pub fn permission_set(&self) -> &PermissionSetId {
        match self {
            Self::Assign(place)
            | Self::Provision(place)
            | Self::Tidy(place)
            | Self::Repair(place) => &place.permission_set,
            Self::Expand { permission_set } => permission_set,
        }
    }

    /// Whether the newest revision is to be carried, rather than the one that the place is pinned to.
    #[must_use]
    pub fn carries_newest(&self) -> bool {
        matches!(self, Self::Assign(_) | Self::Provision(_))
    }

    /// Whether what is in the account is to be looked at, whatever was applied there last.
    #[must_use]
    pub fn verifies(&self) -> bool {
        matches!(self, Self::Provision(_) | Self::Repair(_))
    }
}

impl Work {
    /// The work of a request.
    #[must_use]
    pub fn new(request: &Request, task: Task) -> Self {
        Self {
            request: request.id.clone(),
            task,
            created_at: request.created_at,
        }
    }

    /// The keys of the work item: `WORK#<account>` (or `WORK#ALL`) and `<request>#<set>`.
    #[must_use]
    pub fn keys(&self) -> (String, String) {
        match &self.task {
            Task::Assign(place)
            | Task::Provision(place)
            | Task::Tidy(place)
            | Task::Repair(place) => (
                format!("WORK#{}", place.account),
                format!("{}#{}", self.request, place.permission_set),
            ),
            Task::Expand { permission_set } => (
                "WORK#ALL".to_owned(),
                format!("{}#{permission_set}", self.request),
            ),
        }
    }
}

impl Access {
    /// Finds a work item by its keys; `None` once it is done.
    pub async fn find_work(&self, pk: &str, sk: &str) -> Result<Option<Work>, Error> {
        self.table.find(pk, sk).await
    }

    /// Writes a further work item of a request; one that is there already stays.
    pub async fn create_work(&self, work: &Work) -> Result<(), Error> {
        match self.table.create(self.work_item(work)?, "the work").await {
            Ok(()) | Err(Error::AlreadyExists(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes away the work item of an expansion, once all it stands for is written.
    pub async fn delete_work(&self, work: &Work) -> Result<(), Error> {
        let (pk, sk) = work.keys();
        self.table.take::<Work>(&pk, &sk).await.map(|_| ())
    }

    /// One page of all work that is not done, oldest first, by the index: for the sweep. What cannot be read is left out.
    pub async fn list_work(
        &self,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Work>, Error> {
        let page = self.table.listing(LISTING, limit, from).await?;
        Ok(self.read_readable(page))
    }

    pub(super) fn write_work(
        &self,
        transaction: &mut Transaction,
        work: &Work,
    ) -> Result<(), Error> {
        let put = self
            .table
            .transact_put(self.work_item(work)?)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the work"))
    }

    fn work_item(&self, work: &Work) -> Result<table::Item, Error> {
        let (pk, sk) = work.keys();
        let mut item = self.table.item(&pk, &sk, work)?;
        table::list_under(&mut item, LISTING, &format!("{:.6}#{sk}", work.created_at));
        Ok(item)
    }
}
