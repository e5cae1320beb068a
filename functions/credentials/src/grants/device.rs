//! Device authorizations (RFC 8628): found by the device with its device code, by the person with the user code.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_shared::store::audit::Record;
use vestibule_shared::store::transaction::Unmet;
use vestibule_shared::store::{Error, Transaction};
use vestibule_shared::token::TokenHash;

use super::family::string;
use super::{Approval, Family, FamilyId, Grants, NewTokens, REMEMBERED};
use crate::oauth::poll::Polls;
use crate::oauth::{ClientFingerprint, Scope, UserCode};

const DEVICE: &str = "DEVICE";
const USER_CODE: &str = "USERCODE";

/// A program that waits to be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Device {
    pub(crate) client: ClientFingerprint,
    pub(crate) unverified_client_name: String,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) user_code: UserCode,
    /// The address that the program asked from.
    pub(crate) address: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) state: DeviceState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) approval: Option<Approval>,
    /// The family it was redeemed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) family: Option<FamilyId>,
    #[serde(default)]
    polls: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    polled_at: Option<Timestamp>,
}

/// How far a device authorization has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DeviceState {
    /// Nobody has decided.
    Pending,
    /// A person let it in; its tokens are not fetched yet.
    Approved,
    /// A person turned it away.
    Denied,
    /// Its tokens were fetched.
    Redeemed,
}

impl DeviceState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Redeemed => "redeemed",
        }
    }
}

/// A device authorization that begins.
pub(crate) struct NewDevice {
    pub(crate) client: ClientFingerprint,
    pub(crate) unverified_client_name: String,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) user_code: UserCode,
    pub(crate) address: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl From<NewDevice> for Device {
    fn from(new: NewDevice) -> Self {
        Self {
            client: new.client,
            unverified_client_name: new.unverified_client_name,
            scopes: new.scopes,
            user_code: new.user_code,
            address: new.address,
            created_at: new.created_at,
            expires_at: new.expires_at,
            state: DeviceState::Pending,
            approval: None,
            family: None,
            polls: 0,
            polled_at: None,
        }
    }
}

impl Device {
    pub(crate) fn polls(&self) -> Polls {
        Polls {
            count: self.polls,
            last: self.polled_at,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Shown {
    device: TokenHash,
    expires_at: Timestamp,
}

impl Grants<'_> {
    /// Writes a device authorization. `AlreadyExists` when another device shows the same user code now.
    pub(crate) async fn create_device(
        self,
        (hash, new): (&TokenHash, NewDevice),
        record: &Record,
    ) -> Result<(), Error> {
        let device = Device::from(new);
        let shown = Shown {
            device: hash.clone(),
            expires_at: device.expires_at,
        };
        let mut transaction = Transaction::new();
        let user_code = user_code_key(&device.user_code);
        let item = self.item((&user_code, USER_CODE), (&shown, shown.expires_at))?;
        let put = self
            .table
            .transact_put(item)
            // `ttl` is in whole seconds, and DynamoDB is late to delete.
            .condition_expression("attribute_not_exists(pk) OR #ttl < :now")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(
                ":now",
                AttributeValue::N(device.created_at.as_second().to_string()),
            )
            .build();
        transaction.add(put, Unmet::AlreadyExists("the user code"))?;
        let kept = device.expires_at + REMEMBERED;
        self.add_new(&mut transaction, (&key(hash), DEVICE), (&device, kept))?;
        self.commit(transaction, record).await
    }

    /// Finds a device authorization, whether it has expired or not.
    pub(crate) async fn find_device(self, hash: &TokenHash) -> Result<Option<Device>, Error> {
        self.table.find(&key(hash), DEVICE).await
    }

    /// The device that shows `user_code` and waits still.
    pub(crate) async fn find_device_by_user_code(
        self,
        user_code: &UserCode,
        now: Timestamp,
    ) -> Result<Option<(TokenHash, Device)>, Error> {
        let shown: Option<Shown> = self
            .table
            .find(&user_code_key(user_code), USER_CODE)
            .await?;
        let Some(shown) = shown.filter(|shown| now < shown.expires_at) else {
            return Ok(None);
        };
        let device = self.find_device(&shown.device).await?;
        let waits =
            |device: &Device| device.state == DeviceState::Pending && now < device.expires_at;
        Ok(device.filter(waits).map(|device| (shown.device, device)))
    }

    /// Remembers that a device asked at `now`.
    pub(crate) async fn count_poll(self, hash: &TokenHash, now: Timestamp) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let update = self
            .table
            .transact_update(&key(hash), DEVICE)
            .update_expression("SET polled_at = :now ADD polls :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":now", string(&now.to_string()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .build();
        transaction.add(update, Unmet::NotFound("the device"))?;
        transaction.commit(self.table.client()).await
    }

    /// Redeems an approved device code for a family. `Conflict` for all but one of those who do it at the same time.
    pub(crate) async fn redeem_device(
        self,
        hash: &TokenHash,
        (family, tokens): (&Family, &NewTokens),
        record: &Record,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let update = self
            .table
            .transact_update(&key(hash), DEVICE)
            .update_expression("SET #state = :redeemed, #family = :family")
            .condition_expression("#state = :approved")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#family", "family")
            .expression_attribute_values(":approved", string(DeviceState::Approved.as_str()))
            .expression_attribute_values(":redeemed", string(DeviceState::Redeemed.as_str()))
            .expression_attribute_values(":family", string(family.id.as_str()))
            .build();
        transaction.add(update, Unmet::Conflict("the device"))?;
        self.add_family(&mut transaction, (family, tokens))?;
        self.commit(transaction, record).await
    }

    /// Decides on a device that waits: with an approval it is let in. Its user code is free again.
    pub(super) fn add_decision(
        self,
        transaction: &mut Transaction,
        (hash, device): (&TokenHash, &Device),
        approval: Option<&Approval>,
    ) -> Result<(), Error> {
        let mut decided = device.clone();
        decided.approval = approval.cloned();
        decided.state = match approval {
            Some(_) => DeviceState::Approved,
            None => DeviceState::Denied,
        };
        let update = self
            .table
            .transact_update(&key(hash), DEVICE)
            .condition_expression("#state = :pending")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":pending", string(DeviceState::Pending.as_str()))
            .expression_attribute_values(":state", string(decided.state.as_str()));
        let update = match self.table.item("", "", &decided)?.remove("approval") {
            Some(approval) => update
                .update_expression("SET #state = :state, approval = :approval")
                .expression_attribute_values(":approval", approval),
            None => update.update_expression("SET #state = :state"),
        };
        transaction.add(update.build(), Unmet::Conflict("the device"))?;
        let delete = self
            .table
            .transact_delete(&user_code_key(&device.user_code), USER_CODE)
            .build();
        transaction.add(delete, Unmet::Conflict("the user code"))
    }
}

fn key(hash: &TokenHash) -> String {
    format!("DEVICE#{}", hash.as_str())
}

fn user_code_key(user_code: &UserCode) -> String {
    format!("USERCODE#{user_code}")
}
