//! Work items: what the provisioner has to do in one account. Their INSERT on the stream wakes it; they go when they are done.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Access, Place};
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
    /// Make a place as its assignments want it, carrying the newest revision: after a new assignment or ProvisionPermissionSet.
    Provision(Place),
    /// Make a place as its assignments want it, leaving the revision that it is pinned to: after a removal.
    Tidy(Place),
    /// Turn "every account that has this permission set" into one `Provision` an account.
    Expand {
        /// The permission set.
        permission_set: PermissionSetId,
    },
}

impl Work {
    /// The keys of the work item: `WORK#<account>` (or `WORK#ALL`) and `<request>#<set>`.
    #[must_use]
    pub fn keys(&self) -> (String, String) {
        match &self.task {
            Task::Provision(place) | Task::Tidy(place) => (
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

    /// Writes a work item of an expansion; one that is there already stays.
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

    /// One page of all work that is not done, oldest first, by the index: for the sweep.
    pub async fn list_work(
        &self,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Work>, Error> {
        let page = self.table.listing(LISTING, limit, from).await?;
        self.read_page(page)
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
