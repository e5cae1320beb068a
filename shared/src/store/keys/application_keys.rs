//! Access keys of applications: with one, an application proves that it is the one, and nothing else. They lie apart from
//! those of administrators, so that whoever may read these cannot read those. Every change of a key changes the register of
//! its application in the same transaction, so that there are never more than there may be.
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `APPLICATIONKEY#<id>` | `APPLICATIONKEY` | an access key of an application, listed by application |
//! | `APPLICATIONKEYS#<application>` | `REGISTER` | the ids of an application's keys |

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Keys, TOO_MANY_KEYS};
use crate::ids::ApplicationId;
use crate::store::directory::Recorded;
use crate::store::transaction::Unmet;
use crate::store::{Error, Page, PageToken, Transaction, table};

const SK: &str = "APPLICATIONKEY";
const REGISTER: &str = "REGISTER";

/// How many keys an application has: enough to change them one after the other.
pub const MOST_APPLICATION_KEYS: usize = 5;

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

/// Which keys an application has. DynamoDB keeps no empty set.
#[derive(Default, Deserialize)]
struct Register {
    #[serde(default)]
    ids: BTreeSet<String>,
}

impl Keys {
    /// Finds an application's access key by its public id.
    pub async fn find_application_key(&self, id: &str) -> Result<Option<ApplicationKey>, Error> {
        self.table.find(&key(id), SK).await
    }

    /// Writes a new access key of an application. `Conflict` with [`TOO_MANY_KEYS`] when it has as many as it may have.
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
        let update = self
            .register_of(new)
            .update_expression("ADD ids :id")
            .condition_expression("attribute_not_exists(ids) OR size(ids) < :most")
            .expression_attribute_values(
                ":most",
                AttributeValue::N(MOST_APPLICATION_KEYS.to_string()),
            );
        transaction.add(update.build(), Unmet::Conflict(TOO_MANY_KEYS))?;
        recorded.commit(transaction).await
    }

    /// Ends an access key of an application for good. `NotFound` when it is not there.
    pub async fn delete_application_key(
        &self,
        ended: &ApplicationKey,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let delete = self
            .table
            .transact_delete(&key(&ended.id), SK)
            .condition_expression("attribute_exists(pk)")
            .build();
        let mut transaction = Transaction::new();
        transaction.add(delete, Unmet::NotFound("the access key"))?;
        let update = self.register_of(ended);
        let update = update.update_expression("DELETE ids :id").build();
        transaction.add(update, Unmet::Conflict("the access keys"))?;
        recorded.commit(transaction).await
    }

    /// Removes what is left of the access keys of an application that is deleted. None of them proves anything any more, so it
    /// leaves no record, and may be interrupted and done again.
    pub async fn forget_application_keys(&self, application: &ApplicationId) -> Result<(), Error> {
        let register = listing(application);
        let known: Option<Register> = self.table.find(&register, REGISTER).await?;
        for id in known.unwrap_or_default().ids {
            self.table.delete(&key(&id), SK).await?;
        }
        self.table.delete(&register, REGISTER).await
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

    /// A change of the register that is about `key`: `:id` is the set of its id alone.
    fn register_of(&self, key: &ApplicationKey) -> UpdateBuilder {
        self.table
            .transact_update(&listing(&key.application), REGISTER)
            .expression_attribute_values(":id", AttributeValue::Ss(vec![key.id.clone()]))
    }
}

fn key(id: &str) -> String {
    format!("APPLICATIONKEY#{id}")
}

fn listing(application: &ApplicationId) -> String {
    format!("APPLICATIONKEYS#{application}")
}
