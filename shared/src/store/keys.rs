//! The table `keys`: access keys for the admin APIs and the certificate of the signing key. Only `admin` writes.

mod access_keys;
mod application_keys;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::directory::Recorded;
use super::transaction::Unmet;
use super::{Error, Table, Transaction};

pub use access_keys::{AccessKey, LAST_ADMINISTRATOR, LastAdministrator, Role, TOO_MANY_KEYS};
pub use application_keys::{ApplicationKey, MOST_APPLICATION_KEYS};

const CERTIFICATE: (&str, &str) = ("CERTIFICATE", "CURRENT");

/// The keys of an instance.
#[derive(Debug, Clone)]
pub struct Keys {
    table: Table,
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
}
