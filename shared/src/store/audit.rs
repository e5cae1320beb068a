//! Audit records in CloudTrail's record shape: one item in the audit table and, once it is written, one
//! JSON line in the function's log, which is the copy that nobody can take back.

mod lookup;
mod storable;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::transaction::Unmet;
use super::{Error, Item, Page, PageToken, Table, Transaction, table};
use crate::Random;
use crate::ids::{AccountId, UserId};

pub use lookup::{Found, Stretch};
use storable::{storable, storable_members};

/// How many partitions a day has, so that no partition is hot.
const SHARDS: &[u8; 16] = b"0123456789abcdef";

/// One record. `requestParameters` never carries a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The version of CloudTrail's record shape.
    pub event_version: String,
    /// Unique id.
    #[serde(rename = "eventID")]
    pub event_id: String,
    /// When it happened.
    pub event_time: Timestamp,
    /// The AWS service whose record this would be, e.g. `sso.amazonaws.com`.
    pub event_source: String,
    /// What was done, in the words of CloudTrail, e.g. `GetRoleCredentials`.
    pub event_name: String,
    /// The stack's region.
    pub aws_region: String,
    /// The caller's address.
    #[serde(rename = "sourceIPAddress")]
    pub source_ip_address: String,
    /// The caller's user agent, shortened.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user_agent: Option<String>,
    /// Who: see [`Actor`].
    pub user_identity: Value,
    /// What was asked for.
    pub request_parameters: Value,
    /// What came of it, where that says more than success.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub response_elements: Option<Value>,
    /// The error's name when it failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error_code: Option<String>,
    /// Further fields of this event's kind.
    #[serde(skip_serializing_if = "Map::is_empty", default)]
    pub service_event_details: Map<String, Value>,
}

/// Who did it.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A person of the directory; `session` is the short form of the session's hash.
    User {
        /// The user.
        id: UserId,
        /// The session, as [`crate::token::TokenHash::short`] names it.
        session: Option<String>,
    },
    /// The holder of an access key for the admin APIs.
    AccessKey {
        /// The key's public id.
        access_key_id: String,
    },
    /// Vestibule itself, or whoever may invoke its functions directly.
    System(&'static str),
    /// Somebody who has not shown who they are.
    Unknown,
}

impl Actor {
    fn identity(&self) -> Value {
        match self {
            Self::User { id, session } => json!({
                "type": "IdentityCenterUser",
                "onBehalfOf": { "userId": id },
                "credentialId": session,
            }),
            Self::AccessKey { access_key_id } => {
                json!({ "type": "IAMUser", "accessKeyId": access_key_id })
            }
            Self::System(name) => json!({ "type": "AWSService", "invokedBy": name }),
            Self::Unknown => json!({ "type": "Unknown" }),
        }
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The client's address.
    pub address: String,
    /// The client's `User-Agent`, at most 256 characters are kept.
    pub user_agent: Option<String>,
}

impl Record {
    /// A record of `event_name`, done now by `actor` from `origin`.
    #[must_use]
    pub fn new(
        (event_source, event_name): (&str, &str),
        actor: &Actor,
        origin: &Origin,
        (now, random): (Timestamp, &Random),
    ) -> Self {
        Self {
            event_version: "1.11".to_owned(),
            event_id: random.uuid().to_string(),
            event_time: now,
            event_source: event_source.to_owned(),
            event_name: event_name.to_owned(),
            aws_region: String::new(),
            source_ip_address: origin.address.clone(),
            user_agent: origin
                .user_agent
                .as_ref()
                .map(|agent| agent.chars().take(256).collect()),
            user_identity: actor.identity(),
            request_parameters: Value::Null,
            response_elements: None,
            error_code: None,
            service_event_details: Map::new(),
        }
    }

    /// With what was asked for.
    #[must_use]
    pub fn parameters(mut self, parameters: Value) -> Self {
        self.request_parameters = parameters;
        self
    }

    /// With what came of it.
    #[must_use]
    pub fn response(mut self, elements: Value) -> Self {
        self.response_elements = Some(elements);
        self
    }

    /// As a failure.
    #[must_use]
    pub fn error(mut self, code: &str) -> Self {
        self.error_code = Some(code.to_owned());
        self
    }

    /// With one more field of this event's kind.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.service_event_details
            .insert(name.to_owned(), value.into());
        self
    }

    fn partition(&self) -> String {
        let shard = self
            .event_id
            .bytes()
            .next()
            .filter(|digit| SHARDS.contains(digit))
            .map_or('0', char::from);
        format!("{}#{shard}", self.event_time.strftime("%Y-%m-%d"))
    }
}

/// The audit table. Everyone may put new records; nobody changes one.
#[derive(Debug, Clone)]
pub struct Audit {
    table: Table,
    region: String,
    account: AccountId,
    retention: jiff::SignedDuration,
}

impl Audit {
    /// The audit table of an instance; records are kept for `retention_days`.
    #[must_use]
    pub fn new(table: Table, region: String, account: AccountId, retention_days: u32) -> Self {
        Self {
            table,
            region,
            account,
            retention: jiff::SignedDuration::from_hours(i64::from(retention_days) * 24),
        }
    }

    /// Writes a record of something that changes no table.
    pub async fn write(&self, record: &Record) -> Result<(), Error> {
        let stored = self.complete(record);
        let item = self.item(&stored)?;
        self.table.create(item, "audit record").await?;
        stored.log();
        Ok(())
    }

    /// Commits `transaction` together with its record: what cannot be recorded does not happen.
    pub async fn commit(&self, mut transaction: Transaction, record: &Record) -> Result<(), Error> {
        let stored = self.complete(record);
        let put = self
            .table
            .transact_put(self.item(&stored)?)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("audit record"))?;
        transaction.commit(self.table.client()).await?;
        stored.log();
        Ok(())
    }

    /// One page of a day's records in one of its 16 shards, oldest first. For administrators only.
    pub async fn list(
        &self,
        day: jiff::civil::Date,
        shard: u8,
        from: Option<&PageToken>,
    ) -> Result<Page<Record>, Error> {
        let shard = SHARDS
            .get(usize::from(shard))
            .copied()
            .map_or('0', char::from);
        let page = self
            .table
            .page(&format!("{day}#{shard}"), "", 100, from)
            .await?;
        let next = page.next;
        let items = page
            .items
            .into_iter()
            .map(|item| self.table.read::<Stored>(item).map(|stored| stored.record))
            .collect::<Result<_, _>>()?;
        Ok(Page { items, next })
    }

    /// The record with what is the same for all records of a stack.
    fn complete(&self, record: &Record) -> Stored {
        let mut record = record.clone();
        record.aws_region.clone_from(&self.region);
        record.request_parameters = storable(record.request_parameters);
        record.response_elements = record.response_elements.map(storable);
        record.service_event_details = storable_members(record.service_event_details);
        Stored {
            record,
            recipient_account_id: self.account.clone(),
        }
    }

    fn item(&self, stored: &Stored) -> Result<Item, Error> {
        let record = &stored.record;
        let order = format!("{}#{}", lookup::moment(record.event_time), record.event_id);
        let mut item = self.table.item(&record.partition(), &order, stored)?;
        table::expire(&mut item, record.event_time + self.retention);
        Ok(item)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    #[serde(flatten)]
    record: Record,
    recipient_account_id: AccountId,
}

impl Stored {
    /// Writes the line in the log. Called once the item is written.
    fn log(&self) {
        let line = serde_json::to_string(self).unwrap_or_default();
        tracing::info!(target: "audit", record = %line);
    }
}
