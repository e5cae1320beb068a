//! The table `keys`: access keys for the admin APIs and the certificate of the signing key. Only `admin` writes.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::directory::Recorded;
use super::transaction::Unmet;
use super::{Error, Page, PageToken, Table, Transaction, table};

const ACCESS_KEY: &str = "ACCESSKEY";
const LISTING: &str = "ACCESSKEYS";
const CERTIFICATE: (&str, &str) = ("CERTIFICATE", "CURRENT");

/// The keys of an instance.
#[derive(Debug, Clone)]
pub struct Keys {
    table: Table,
}

/// An access key for the admin APIs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// The public id, 20 characters that begin with `AKIA`.
    pub id: String,
    /// The secret, sealed with the id as associated data.
    pub sealed_secret: String,
    /// Whether it may be used.
    pub active: bool,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The certificate of the key that member accounts trust.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// DER, base64 without line breaks: as it stands in metadata.
    pub der_base64: String,
    /// Until when it says it is valid.
    pub not_after: Timestamp,
}

/// The name of the secret with which client registrations are authenticated (HMAC-SHA-256).
pub const CLIENT_REGISTRATION_SECRET: &str = "CLIENTREGISTRATION";

const INSTANCE_SECRET: &str = "INSTANCESECRET";

#[derive(Serialize, Deserialize)]
struct InstanceSecret {
    sealed: String,
}

impl Keys {
    /// The keys in `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Finds an access key by its public id.
    pub async fn find_access_key(&self, id: &str) -> Result<Option<AccessKey>, Error> {
        self.table.find(&access_key(id), ACCESS_KEY).await
    }

    /// Writes a new access key.
    pub async fn create_access_key(
        &self,
        key: &AccessKey,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        self.add_access_key(&mut transaction, key)?;
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
        self.add_access_key(&mut transaction, key)?;
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
        self.add_access_key(&mut transaction, key)?;
        recorded.commit(transaction).await
    }

    /// Ends an access key for good. `Conflict` when it is not there, or was ended before.
    pub async fn deactivate_access_key(
        &self,
        id: &str,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let update = self
            .table
            .transact_update(&access_key(id), ACCESS_KEY)
            .update_expression("SET active = :inactive")
            .condition_expression("active = :active")
            .expression_attribute_values(":inactive", AttributeValue::Bool(false))
            .expression_attribute_values(":active", AttributeValue::Bool(true))
            .build();
        transaction.add(update, Unmet::Conflict("the access key"))?;
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

    /// The certificate of the signing key, once the instance is enabled.
    pub async fn find_certificate(&self) -> Result<Option<Certificate>, Error> {
        self.table.find(CERTIFICATE.0, CERTIFICATE.1).await
    }

    /// Writes the certificate, once.
    pub async fn create_certificate(
        &self,
        certificate: &Certificate,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let put = self
            .table
            .transact_put(self.table.item(CERTIFICATE.0, CERTIFICATE.1, certificate)?)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the certificate"))?;
        recorded.commit(transaction).await
    }

    /// A secret of the instance's own, sealed with `name` as associated data.
    pub async fn find_instance_secret(&self, name: &str) -> Result<Option<String>, Error> {
        let found: Option<InstanceSecret> = self.table.find(INSTANCE_SECRET, name).await?;
        Ok(found.map(|found| found.sealed))
    }

    /// Writes a secret of the instance's own, once.
    pub async fn create_instance_secret(
        &self,
        name: &str,
        sealed: String,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let secret = InstanceSecret { sealed };
        let mut transaction = Transaction::new();
        let put = self
            .table
            .transact_put(self.table.item(INSTANCE_SECRET, name, &secret)?)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the secret"))?;
        recorded.commit(transaction).await
    }

    /// What says that there was a first access key.
    fn first_mark(&self, key: &AccessKey) -> PutBuilder {
        self.table
            .transact_put(table::key("FIRSTACCESSKEY", "MARK"))
            .item("created", AttributeValue::S(key.created_at.to_string()))
    }

    fn add_access_key(&self, transaction: &mut Transaction, key: &AccessKey) -> Result<(), Error> {
        let mut item = self.table.item(&access_key(&key.id), ACCESS_KEY, key)?;
        table::list_under(&mut item, LISTING, &key.id);
        let put = self
            .table
            .transact_put(item)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the access key"))
    }
}

fn access_key(id: &str) -> String {
    format!("ACCESSKEY#{id}")
}
