//! Access keys for the admin APIs, and the register of them: which there are, and which of them let an administrator in.
//! Every change of a key changes the register in the same transaction, so that two administrators cannot end each
//! other's keys at once and leave nobody.
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `ACCESSKEY#<id>` | `ACCESSKEY` | an access key |
//! | `ACCESSKEYS` | `REGISTER` | the ids of all keys, and of the active ones of administrators |
//! | `FIRSTACCESSKEY` | `MARK` | that there was a first key |

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::{PutBuilder, UpdateBuilder};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Keys;
use crate::store::directory::Recorded;
use crate::store::transaction::Unmet;
use crate::store::{Error, Page, PageToken, Transaction, table};

const ACCESS_KEY: &str = "ACCESSKEY";
const LISTING: &str = "ACCESSKEYS";
const REGISTER: (&str, &str) = ("ACCESSKEYS", "REGISTER");

/// The `Conflict` of a key that must stay, because it is the last that lets an administrator in.
pub const LAST_ADMINISTRATOR: &str = "the last administrator's access key";
/// The `Conflict` of a key for which there is no room.
pub const TOO_MANY_KEYS: &str = "the number of access keys";

/// An access key for the admin APIs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// The public id, 20 characters that begin with `AKIA`.
    pub id: String,
    /// What its holder may do.
    pub role: Role,
    /// What it is for, in its maker's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The secret, sealed with the id as associated data.
    pub sealed_secret: String,
    /// Whether it may be used.
    pub active: bool,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What the holder of an access key may do; which operations that are, `admin` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Everything.
    Administrator,
    /// Help users to sign in.
    Helpdesk,
    /// Read everything that is no secret.
    Auditor,
}

impl Role {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Administrator, Self::Helpdesk, Self::Auditor];
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Administrator => "Administrator",
            Self::Helpdesk => "Helpdesk",
            Self::Auditor => "Auditor",
        })
    }
}

/// Whether the last key that lets an administrator in may be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastAdministrator {
    /// It stays: nobody locks everybody out through the APIs.
    Stays,
    /// It may go: whoever controls the function can make another.
    MayGo,
}

impl Keys {
    /// Finds an access key by its public id.
    pub async fn find_access_key(&self, id: &str) -> Result<Option<AccessKey>, Error> {
        self.table.find(&access_key(id), ACCESS_KEY).await
    }

    /// Writes a new access key if there are fewer than `most`; otherwise `Conflict` with [`TOO_MANY_KEYS`].
    pub async fn create_access_key(
        &self,
        key: &AccessKey,
        most: Option<usize>,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        self.add_access_key(&mut transaction, key, most)?;
        recorded.commit(transaction).await
    }

    /// Writes the first access key of all, once: `AlreadyExists` ever after.
    pub async fn create_first_access_key(
        &self,
        key: &AccessKey,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let mark = self
            .first_mark(key)
            .condition_expression("attribute_not_exists(pk)");
        transaction.add(mark.build(), Unmet::AlreadyExists("the first access key"))?;
        self.add_access_key(&mut transaction, key, None)?;
        recorded.commit(transaction).await
    }

    /// Writes an access key as the first one, whether or not there was one: afterwards there is none to come.
    pub async fn create_reopened_access_key(
        &self,
        key: &AccessKey,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let mark = self.first_mark(key).build();
        transaction.add(mark, Unmet::Conflict("the first access key"))?;
        self.add_access_key(&mut transaction, key, None)?;
        recorded.commit(transaction).await
    }

    /// Ends an access key for good. `Conflict` when it is not there, or was ended before; with [`LAST_ADMINISTRATOR`] when
    /// it is the last of an administrator and that one stays.
    pub async fn deactivate_access_key(
        &self,
        key: &AccessKey,
        last: LastAdministrator,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let update = self
            .table
            .transact_update(&access_key(&key.id), ACCESS_KEY)
            .update_expression("SET active = :inactive")
            .condition_expression("active = :active")
            .expression_attribute_values(":inactive", AttributeValue::Bool(false))
            .expression_attribute_values(":active", AttributeValue::Bool(true))
            .build();
        transaction.add(update, Unmet::Conflict("the access key"))?;
        if key.role == Role::Administrator {
            let update = self
                .register(key)
                .update_expression("DELETE administrators :id");
            let update = unless_last(update, last, key);
            transaction.add(update.build(), Unmet::Conflict(LAST_ADMINISTRATOR))?;
        }
        recorded.commit(transaction).await
    }

    /// Removes an access key, as it was read, for good. `Conflict` when it has changed since; with [`LAST_ADMINISTRATOR`]
    /// when it is the last of an administrator.
    pub async fn delete_access_key(
        &self,
        key: &AccessKey,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let delete = self
            .table
            .transact_delete(&access_key(&key.id), ACCESS_KEY)
            .condition_expression("active = :active")
            .expression_attribute_values(":active", AttributeValue::Bool(key.active))
            .build();
        transaction.add(delete, Unmet::Conflict("the access key"))?;
        let update = self.register(key);
        let update = if key.active && key.role == Role::Administrator {
            let update = update.update_expression("DELETE ids :id, administrators :id");
            unless_last(update, LastAdministrator::Stays, key)
        } else {
            update.update_expression("DELETE ids :id")
        };
        transaction.add(update.build(), Unmet::Conflict(LAST_ADMINISTRATOR))?;
        recorded.commit(transaction).await
    }

    /// One page of all access keys, by id.
    pub async fn list_access_keys(
        &self,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<AccessKey>, Error> {
        let page = self.table.listing(LISTING, limit, from).await?;
        let items = page.items.into_iter().map(|item| self.table.read(item));
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next: page.next,
        })
    }

    /// What says that there was a first access key.
    fn first_mark(&self, key: &AccessKey) -> PutBuilder {
        self.table
            .transact_put(table::key("FIRSTACCESSKEY", "MARK"))
            .item("created", AttributeValue::S(key.created_at.to_string()))
    }

    fn add_access_key(
        &self,
        transaction: &mut Transaction,
        key: &AccessKey,
        most: Option<usize>,
    ) -> Result<(), Error> {
        let mut item = self.table.item(&access_key(&key.id), ACCESS_KEY, key)?;
        table::list_under(&mut item, LISTING, &key.id);
        let put = self
            .table
            .transact_put(item)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the access key"))?;
        let update = self.register(key).update_expression(match key.role {
            Role::Administrator => "ADD ids :id, administrators :id",
            Role::Helpdesk | Role::Auditor => "ADD ids :id",
        });
        let update = match most {
            None => update,
            Some(most) => update
                .condition_expression("attribute_not_exists(ids) OR size(ids) < :most")
                .expression_attribute_values(":most", AttributeValue::N(most.to_string())),
        };
        transaction.add(update.build(), Unmet::Conflict(TOO_MANY_KEYS))
    }

    /// A change of the register that is about `key`: `:id` is the set of its id alone.
    fn register(&self, key: &AccessKey) -> UpdateBuilder {
        self.table
            .transact_update(REGISTER.0, REGISTER.1)
            .expression_attribute_values(":id", AttributeValue::Ss(vec![key.id.clone()]))
    }
}

/// Lets the register lose `key` only while another administrator's key is there, if the last one stays.
fn unless_last(update: UpdateBuilder, last: LastAdministrator, key: &AccessKey) -> UpdateBuilder {
    match last {
        LastAdministrator::MayGo => update,
        LastAdministrator::Stays => update
            .condition_expression("contains(administrators, :one) AND size(administrators) > :last")
            .expression_attribute_values(":one", AttributeValue::S(key.id.clone()))
            .expression_attribute_values(":last", AttributeValue::N("1".to_owned())),
    }
}

fn access_key(id: &str) -> String {
    format!("ACCESSKEY#{id}")
}
