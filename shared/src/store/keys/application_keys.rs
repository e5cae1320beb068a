//! Access keys of applications: with one, an application proves that it is the one, and nothing else. They lie apart from
//! those of administrators, so that whoever may read these cannot read those.
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `APPLICATIONKEY#<id>` | `APPLICATIONKEY` | an access key of an application, listed by application |

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Keys;
use crate::ids::ApplicationId;
use crate::store::directory::Recorded;
use crate::store::transaction::Unmet;
use crate::store::{Error, Page, PageToken, Transaction, table};

const SK: &str = "APPLICATIONKEY";

/// An access key of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationKey {
    /// The public id, 20 characters that begin with `AKIA`.
    pub id: String,
    /// Whose key it is.
    pub application: ApplicationId,
    /// The secret, sealed with the id as associated data.
    pub sealed_secret: String,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Keys {
    /// Finds an application's access key by its public id.
    pub async fn find_application_key(&self, id: &str) -> Result<Option<ApplicationKey>, Error> {
        self.table.find(&key(id), SK).await
    }

    /// Writes a new access key of an application.
    pub async fn create_application_key(
        &self,
        new: &ApplicationKey,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut item = self.table.item(&key(&new.id), SK, new)?;
        table::list_under(&mut item, &listing(&new.application), &new.id);
        let put = self
            .table
            .transact_put(item)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        let mut transaction = Transaction::new();
        transaction.add(put, Unmet::AlreadyExists("the access key"))?;
        recorded.commit(transaction).await
    }

    /// Ends an access key of an application for good. `NotFound` when it is not there.
    pub async fn delete_application_key(
        &self,
        id: &str,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let delete = self
            .table
            .transact_delete(&key(id), SK)
            .condition_expression("attribute_exists(pk)")
            .build();
        let mut transaction = Transaction::new();
        transaction.add(delete, Unmet::NotFound("the access key"))?;
        recorded.commit(transaction).await
    }

    /// Removes what is left of the access keys of an application that is deleted. None of them proves anything any more, so it
    /// leaves no record, and may be interrupted and done again.
    pub async fn forget_application_keys(&self, application: &ApplicationId) -> Result<(), Error> {
        let mut from = None;
        loop {
            let page = self.list_application_keys(application, 100, from.as_ref());
            let page = page.await?;
            for forgotten in page.items {
                self.table.delete(&key(&forgotten.id), SK).await?;
            }
            match page.next {
                Some(next) => from = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// One page of the access keys of an application, by id.
    pub async fn list_application_keys(
        &self,
        application: &ApplicationId,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<ApplicationKey>, Error> {
        let page = self
            .table
            .listing(&listing(application), limit, from)
            .await?;
        let items = page.items.into_iter().map(|item| self.table.read(item));
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next: page.next,
        })
    }
}

fn key(id: &str) -> String {
    format!("APPLICATIONKEY#{id}")
}

fn listing(application: &ApplicationId) -> String {
    format!("APPLICATIONKEYS#{application}")
}
