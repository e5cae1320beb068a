//! The instance: one a stack, the item `INSTANCE / SETTINGS`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Access, PasswordPolicy};
use crate::ids::{AccountId, IdentityStoreId, InstanceId};
use crate::store::directory::Recorded;
use crate::store::transaction::Unmet;
use crate::store::{Error, Transaction};

const PK: &str = "INSTANCE";
const SK: &str = "SETTINGS";

/// The instance and its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Names the instance everywhere.
    pub id: InstanceId,
    /// Names its directory.
    pub identity_store: IdentityStoreId,
    /// The account that the stack is in.
    pub management_account: AccountId,
    /// The region that the stack is in.
    pub region: String,
    /// What the administrator calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Scheme and authority under which people reach it, without a slash at the end. The Host of a request never decides it.
    pub public_origin: String,
    /// The SAML entity id that member accounts know; fixed for ever.
    pub entity_id: String,
    /// Whether Vestibule may let anybody into accounts.
    pub trusted_access: bool,
    /// Whether the device authorization grant is offered.
    pub device_grant: bool,
    /// How long a sign-in to the portal lasts, in minutes: 15 to 129600.
    pub session_minutes: u32,
    /// The role that exists in member accounts and may make the service role.
    pub bootstrap_role: String,
    /// Which attributes of users become tags of their sessions: tag key to the expression it is read by, such as
    /// `${path:enterprise.costCenter}`. `None` while access control by attributes is not configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_control_attributes: Option<BTreeMap<String, String>>,
    /// Whether a customer managed policy that an account lacks is made there from the document kept with the permission set.
    #[serde(default)]
    pub create_customer_managed_policies: bool,
    /// Which passwords are taken.
    #[serde(default)]
    pub password_policy: PasswordPolicy,
    /// The tags of the instance itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Counts every change; for optimistic locking.
    pub revision: u64,
    /// When it was enabled.
    pub created_at: Timestamp,
}

impl Instance {
    /// The start URL to type into `aws configure sso`: an identifier that newer AWS CLIs accept without asking anybody.
    #[must_use]
    pub fn start_url(&self) -> String {
        format!("https://identitycenter.amazonaws.com/{}", self.id)
    }

    /// Whether `url` names this instance: as [`Instance::start_url`], in AWS's older forms with the identity
    /// store's id, or as the portal's own address.
    #[must_use]
    pub fn is_start_url(&self, url: &str) -> bool {
        let url = url.trim_end_matches(['/', '#']).trim_end_matches('/');
        let store = &self.identity_store;
        url == self.start_url()
            || url == format!("https://{store}.awsapps.com/start")
            || url == format!("{}/start", self.public_origin)
            || (url.starts_with(&format!("https://{}.portal.", self.id))
                && url.ends_with(".app.aws"))
    }

    /// The portal's address.
    #[must_use]
    pub fn portal_url(&self) -> String {
        format!("{}/start/", self.public_origin)
    }
}

impl Access {
    /// The instance, if it has been enabled.
    pub async fn find_instance(&self) -> Result<Option<Instance>, Error> {
        self.table.find(PK, SK).await
    }

    /// Enables the instance; there is only one.
    pub async fn create_instance(
        &self,
        instance: &Instance,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let put = self
            .table
            .transact_put(self.table.item(PK, SK, instance)?)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the instance"))?;
        recorded.commit(transaction).await
    }

    /// Changes the instance's settings unless somebody else did in between. The caller has raised `after.revision`.
    pub async fn replace_instance(
        &self,
        (before, after): (&Instance, &Instance),
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let put = self
            .table
            .transact_put(self.table.item(PK, SK, after)?)
            .condition_expression("revision = :revision")
            .expression_attribute_values(
                ":revision",
                aws_sdk_dynamodb::types::AttributeValue::N(before.revision.to_string()),
            )
            .build();
        transaction.add(put, Unmet::Conflict("the instance"))?;
        recorded.commit(transaction).await
    }
}
