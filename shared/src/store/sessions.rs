//! The table `sessions`: portal sessions, one-time links and throttle counters.
//! Everything expires; DynamoDB deletes late, so expiry is decided on read.

mod listing;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::directory::Recorded;
use super::transaction::Unmet;
use super::{Error, Table, Transaction, table};
use crate::ids::UserId;
use crate::token::TokenHash;

pub use listing::{SessionKind, SessionSummary, list_session};

const SESSION: &str = "SESSION";
const LINK: &str = "SINGLEUSE";
const COUNTER: &str = "COUNTER";

/// The sessions of an instance.
#[derive(Debug, Clone)]
pub struct Sessions {
    table: Table,
}

/// A sign-in to the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// The address it began at.
    pub address: String,
    /// What the browser said that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

impl Session {
    fn summary(&self, hash: &TokenHash) -> SessionSummary {
        SessionSummary {
            id: hash.short().to_owned(),
            kind: SessionKind::Portal,
            client_name: None,
            address: Some(self.address.clone()),
            user_agent: self.user_agent.clone(),
            authenticated_at: self.created_at,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}

/// What a one-time link lets its holder do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordLink {
    /// Whose password it sets.
    pub user: UserId,
    /// Since when. It works only while the password that it was made for is the present one.
    pub created_at: Timestamp,
    /// Whether a helpdesk made it: then it works only while its user is not assigned to the management account.
    #[serde(default)]
    pub by_helpdesk: bool,
}

#[derive(Serialize, Deserialize)]
struct Expiring {
    payload: PasswordLink,
    expires_at: Timestamp,
}

#[derive(Deserialize)]
struct Count {
    count: u64,
}

impl Sessions {
    /// The sessions in `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The table, for a function that keeps more kinds of items there.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Writes a new session together with its audit record.
    pub async fn create_session(
        &self,
        created: (&TokenHash, &Session),
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        self.begin_session(&mut transaction, created)?;
        recorded.commit(transaction).await
    }

    /// Makes `transaction` write a new session.
    pub fn begin_session(
        &self,
        transaction: &mut Transaction,
        (hash, session): (&TokenHash, &Session),
    ) -> Result<(), Error> {
        let mut item = self.table.item(&session_key(hash), SESSION, session)?;
        table::expire(&mut item, session.expires_at);
        list_session(&mut item, &session.user, &session.summary(hash))?;
        let put = self
            .table
            .transact_put(item)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the session"))
    }

    /// Finds a session that has not expired.
    pub async fn find_session(
        &self,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Session>, Error> {
        let session: Option<Session> = self.table.find(&session_key(hash), SESSION).await?;
        Ok(session.filter(|session| now < session.expires_at))
    }

    /// Ends a session; one that has ended already is no error.
    pub async fn delete_session(
        &self,
        hash: &TokenHash,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        self.end_session(&mut transaction, hash)?;
        recorded.commit(transaction).await
    }

    /// Makes `transaction` end a session; one that has ended already is no error.
    pub fn end_session(
        &self,
        transaction: &mut Transaction,
        hash: &TokenHash,
    ) -> Result<(), Error> {
        let delete = self
            .table
            .transact_delete(&session_key(hash), SESSION)
            .build();
        transaction.add(delete, Unmet::Conflict("the session"))
    }

    /// Writes a one-time link with its audit record.
    pub async fn create_link(
        &self,
        hash: &TokenHash,
        (link, expires_at): (&PasswordLink, Timestamp),
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let expiring = Expiring {
            payload: link.clone(),
            expires_at,
        };
        let mut item = self.table.item(&link_key(hash), LINK, &expiring)?;
        table::expire(&mut item, expires_at);
        let put = self
            .table
            .transact_put(item)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        let mut transaction = Transaction::new();
        transaction.add(put, Unmet::AlreadyExists("the link"))?;
        recorded.commit(transaction).await
    }

    /// Finds a one-time link that has not expired, without using it up.
    pub async fn find_link(
        &self,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<PasswordLink>, Error> {
        let found: Option<Expiring> = self.table.find(&link_key(hash), LINK).await?;
        Ok(found
            .filter(|found| now < found.expires_at)
            .map(|found| found.payload))
    }

    /// Counts one more event under `name` in the window that begins at `window` and answers how many there are, this
    /// one included. The counter goes some time after `expires_at`.
    pub async fn count(
        &self,
        (name, window): (&str, i64),
        expires_at: Timestamp,
    ) -> Result<u64, Error> {
        let answer = self
            .table
            .client()
            .update_item()
            .table_name(self.table.name())
            .set_key(Some(table::key(
                &format!("THROTTLE#{name}#{window}"),
                COUNTER,
            )))
            .update_expression("SET #ttl = :ttl ADD #count :one")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(
                ":ttl",
                AttributeValue::N(expires_at.as_second().to_string()),
            )
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(Error::unavailable)?;
        let count: Count = self.table.read(answer.attributes.unwrap_or_default())?;
        Ok(count.count)
    }

    /// How many events were counted under `name` in the window that begins at `window`.
    pub async fn counted(&self, (name, window): (&str, i64)) -> Result<u64, Error> {
        let count: Option<Count> = self
            .table
            .find(&format!("THROTTLE#{name}#{window}"), COUNTER)
            .await?;
        Ok(count.map_or(0, |count| count.count))
    }

    /// Forgets what was counted under `name` in the window that begins at `window`.
    pub async fn forget_count(&self, (name, window): (&str, i64)) -> Result<(), Error> {
        let counted = format!("THROTTLE#{name}#{window}");
        let _: Option<Count> = self.table.take(&counted, COUNTER).await?;
        Ok(())
    }

    /// Makes `transaction` use up a one-time link: if it is gone by then, the commit is [`Error::NotFound`].
    /// The caller has seen that it has not expired.
    pub fn use_link(&self, transaction: &mut Transaction, hash: &TokenHash) -> Result<(), Error> {
        let delete = self
            .table
            .transact_delete(&link_key(hash), LINK)
            .condition_expression("attribute_exists(pk)")
            .build();
        transaction.add(delete, Unmet::NotFound("the link"))
    }
}

/// The only kind of item that `admin` may put here.
fn link_key(hash: &TokenHash) -> String {
    format!("LINK#{}", hash.as_str())
}

fn session_key(hash: &TokenHash) -> String {
    format!("SESSION#{}", hash.as_str())
}
