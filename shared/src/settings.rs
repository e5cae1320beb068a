//! What a function is told by its environment, read once in `main`; names as in `template.yaml`.

use std::cell::OnceCell;

use crate::ids::AccountId;
use crate::sealing::Sealer;
use crate::signer::Signer;
use crate::store::audit::Audit;
use crate::store::{Table, access::Access, directory::Directory, keys::Keys, sessions::Sessions};

/// A setting that is missing or cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {0} is missing or not valid")]
pub struct Missing(&'static str);

/// Answers the value of an environment variable.
type Lookup = dyn Fn(&str) -> Option<String>;

/// Reads settings and makes clients; the tables of a function come from here.
pub struct Settings {
    lookup: Box<Lookup>,
    aws: aws_config::SdkConfig,
    // One client for all that is reached by it: each that is made lengthens every cold start.
    dynamodb: OnceCell<aws_sdk_dynamodb::Client>,
    kms: OnceCell<aws_sdk_kms::Client>,
}

impl Settings {
    /// The settings of a Lambda: its environment and its role's credentials.
    pub async fn from_environment() -> Self {
        let aws = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where functions read their environment; only `main` calls it"
        )]
        let lookup = |name: &str| std::env::var(name).ok();
        Self {
            lookup: Box::new(lookup),
            aws,
            dynamodb: OnceCell::new(),
            kms: OnceCell::new(),
        }
    }

    /// The configuration for further clients.
    #[must_use]
    pub fn aws(&self) -> &aws_config::SdkConfig {
        &self.aws
    }

    /// A setting.
    pub fn text(&self, name: &'static str) -> Result<String, Missing> {
        (self.lookup)(name)
            .filter(|value| !value.is_empty())
            .ok_or(Missing(name))
    }

    /// The region that the stack is in.
    pub fn region(&self) -> Result<String, Missing> {
        self.text("AWS_REGION")
    }

    /// The account that the stack is in.
    pub fn management_account(&self) -> Result<AccountId, Missing> {
        let text = self.text("MANAGEMENT_ACCOUNT")?;
        AccountId::parse(&text).map_err(|_| Missing("MANAGEMENT_ACCOUNT"))
    }

    /// The table whose name the setting carries.
    pub fn table(&self, name: &'static str) -> Result<Table, Missing> {
        let make = || aws_sdk_dynamodb::Client::new(&self.aws);
        let client = self.dynamodb.get_or_init(make).clone();
        Ok(Table::new(client, self.text(name)?))
    }

    /// The directory.
    pub fn directory(&self) -> Result<Directory, Missing> {
        self.table("DIRECTORY_TABLE").map(Directory::new)
    }

    /// Accounts, permission sets and assignments.
    pub fn access(&self) -> Result<Access, Missing> {
        self.table("ACCESS_TABLE").map(Access::new)
    }

    /// Sessions.
    pub fn sessions(&self) -> Result<Sessions, Missing> {
        self.table("SESSIONS_TABLE").map(Sessions::new)
    }

    /// Keys.
    pub fn keys(&self) -> Result<Keys, Missing> {
        self.table("KEYS_TABLE").map(Keys::new)
    }

    /// The key that accounts trust.
    pub fn signer(&self) -> Result<Signer, Missing> {
        Ok(Signer::kms(self.kms(), self.text("SIGNING_KEY_ID")?))
    }

    /// What seals the secrets that must be read back.
    pub fn sealer(&self) -> Result<Sealer, Missing> {
        Ok(Sealer::kms(self.kms(), self.text("SEALING_KEY_ID")?))
    }

    fn kms(&self) -> aws_sdk_kms::Client {
        let make = || aws_sdk_kms::Client::new(&self.aws);
        self.kms.get_or_init(make).clone()
    }

    /// The audit table.
    pub fn audit(&self) -> Result<Audit, Missing> {
        let days = self.text("AUDIT_RETENTION_DAYS")?;
        let days = days.parse().map_err(|_| Missing("AUDIT_RETENTION_DAYS"))?;
        let account = self.management_account()?;
        Ok(Audit::new(
            self.table("AUDIT_TABLE")?,
            self.region()?,
            account,
            days,
        ))
    }
}
