//! Users: the item `USER#<id> / PROFILE`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Claim, Directory, Recorded, fold};
use crate::ids::UserId;
use crate::store::transaction::Unmet;
use crate::store::{Error, Item, Page, PageToken, Transaction, table};

pub(super) const PROFILE: &str = "PROFILE";
const LISTING: &str = "USERS";

/// A user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Never used again, not even after deletion.
    pub id: UserId,
    /// Counts every change; for optimistic locking.
    pub revision: u64,
    /// The name to sign in with, unique after folding.
    pub user_name: String,
    /// Whether the user may sign in and use what they have.
    pub active: bool,
    /// Sessions and tokens from before this moment are void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions_not_before: Option<Timestamp>,
    /// Everything else that is known of the person.
    pub profile: Profile,
    /// When the user was created.
    pub created_at: Timestamp,
    /// Who created the user.
    pub created_by: String,
    /// When the user was last changed.
    pub updated_at: Timestamp,
    /// Who last changed the user.
    pub updated_by: String,
    /// Set on the tombstone of a deleted user, who is absent everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
}

/// The attributes of identitystore's user that decide nothing by themselves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// Shown in place of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The parts of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// A casual name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nick_name: Option<String>,
    /// The address of a page about the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_url: Option<String>,
    /// E.g. `contractor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_type: Option<String>,
    /// E.g. `engineer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The language the user prefers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_language: Option<String>,
    /// The user's locale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The user's time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// The user's own site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// E-mail addresses; each is unique in the instance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Contact>,
    /// Telephone numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phone_numbers: Vec<Contact>,
    /// Roles in the organization.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Contact>,
    /// Postal addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// Pictures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
    /// What identity sources call the user.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// Extensions by name, e.g. `aws:identitystore:enterprise`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// The parts of a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Name {
    /// The whole name, as it is to be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// The family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// The middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// E.g. `Dr.`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub honorific_prefix: Option<String>,
    /// E.g. `III`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub honorific_suffix: Option<String>,
}

/// An e-mail address, a telephone number or a role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// The address, number or name of the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// E.g. `work`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether it is the one to use.
    pub primary: bool,
}

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// Town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// State or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The whole address, as it is to be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// E.g. `work`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether it is the one to use.
    pub primary: bool,
}

/// A picture of the user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Photo {
    /// Its address.
    pub value: String,
    /// E.g. `photo`, `thumbnail`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// Whether it is the one to use.
    pub primary: bool,
}

/// An identity source's own id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalId {
    /// Whose id it is.
    pub issuer: String,
    /// The id.
    pub id: String,
}

impl User {
    /// The name to greet the user with.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.profile
            .display_name
            .as_deref()
            .unwrap_or(&self.user_name)
    }

    /// What must be unique about this user.
    #[must_use]
    pub fn claims(&self) -> Vec<Claim> {
        let emails = self.profile.emails.iter();
        let emails = emails.filter_map(|email| email.value.clone().map(Claim::Email));
        let external_ids = self.profile.external_ids.iter();
        let external_ids = external_ids.map(|external| Claim::UserExternalId {
            issuer: external.issuer.clone(),
            id: external.id.clone(),
        });
        let mut claims: Vec<Claim> = std::iter::once(Claim::UserName(self.user_name.clone()))
            .chain(emails)
            .chain(external_ids)
            .collect();
        // A user who gives the same address twice does not compete with themselves.
        claims.sort_by_key(Claim::key);
        claims.dedup_by_key(|claim| claim.key());
        claims
    }
}

impl Directory {
    /// Creates a user with their claims.
    pub async fn create_user(&self, user: &User, recorded: Recorded<'_>) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let put = self
            .table
            .transact_put(self.user_item(user)?)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the user"))?;
        self.change_claims(&mut transaction, user.id.as_str(), (&[], &user.claims()))?;
        recorded.commit(transaction).await
    }

    /// Finds a user; a deleted one is not found.
    pub async fn find_user(&self, id: &UserId) -> Result<Option<User>, Error> {
        let user: Option<User> = self.table.find(&key(id), PROFILE).await?;
        Ok(user.filter(|user| user.deleted_at.is_none()))
    }

    /// Those of `ids` that are still there, however many: batches in parallel.
    pub async fn find_users(&self, ids: &[UserId]) -> Result<Vec<User>, Error> {
        let keys: Vec<_> = ids.iter().map(|id| (key(id), PROFILE.to_owned())).collect();
        let mut users: Vec<User> = self.table.find_many(&keys).await?;
        users.retain(|user| user.deleted_at.is_none());
        Ok(users)
    }

    /// Puts `after` in the place of `before`, with the claims that differ, unless somebody changed the user in between.
    /// The caller has raised `after.revision`.
    pub async fn replace_user(
        &self,
        (before, after): (&User, &User),
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let put = self
            .table
            .transact_put(self.user_item(after)?)
            .condition_expression("revision = :revision AND attribute_not_exists(deleted_at)")
            .expression_attribute_values(":revision", number(before.revision))
            .build();
        transaction.add(put, Unmet::Conflict("the user"))?;
        let claims = (before.claims(), after.claims());
        self.change_claims(&mut transaction, after.id.as_str(), (&claims.0, &claims.1))?;
        recorded.commit(transaction).await
    }

    /// Makes `transaction` depend on `user` being as they were read: if they were changed, deactivated or deleted since, its
    /// commit is [`Error::Conflict`].
    pub fn require_unchanged_user(
        &self,
        transaction: &mut Transaction,
        user: &User,
    ) -> Result<(), Error> {
        let check = self
            .table
            .transact_check(&key(&user.id), PROFILE)
            .condition_expression("revision = :before")
            .expression_attribute_values(":before", number(user.revision))
            .build();
        transaction.add(check, Unmet::Conflict("the user"))
    }

    /// Makes `transaction` void what `user` began before `now`, on the same condition. It names two attributes and no other,
    /// so that whoever may do this needs no right to change anything else of a user.
    pub fn end_sessions(
        &self,
        transaction: &mut Transaction,
        (user, now): (&User, Timestamp),
    ) -> Result<(), Error> {
        let now = aws_sdk_dynamodb::types::AttributeValue::S(now.to_string());
        let update = self
            .table
            .transact_update(&key(&user.id), PROFILE)
            .update_expression("SET sessions_not_before = :now ADD revision :one")
            .condition_expression("revision = :before")
            .expression_attribute_values(":now", now)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":before", number(user.revision))
            .build();
        transaction.add(update, Unmet::Conflict("the user"))
    }

    /// Leaves a tombstone and frees the claims, in one transaction: from now on the user is absent everywhere.
    pub async fn delete_user(
        &self,
        user: &User,
        now: Timestamp,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let tombstone = User {
            active: false,
            revision: user.revision + 1,
            profile: Profile::default(),
            deleted_at: Some(now),
            ..user.clone()
        };
        let mut transaction = Transaction::new();
        let put = self
            .table
            .transact_put(self.table.item(&key(&user.id), PROFILE, &tombstone)?)
            .condition_expression("revision = :revision AND attribute_not_exists(deleted_at)")
            .expression_attribute_values(":revision", number(user.revision))
            .build();
        transaction.add(put, Unmet::Conflict("the user"))?;
        self.change_claims(&mut transaction, user.id.as_str(), (&user.claims(), &[]))?;
        recorded.commit(transaction).await
    }

    /// One page of all users, by folded user name.
    pub async fn list_users(
        &self,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<User>, Error> {
        let page = self.table.listing(LISTING, limit, from).await?;
        self.read_page(page, |user: &User| user.deleted_at.is_none())
    }

    fn user_item(&self, user: &User) -> Result<Item, Error> {
        let mut item = self.table.item(&key(&user.id), PROFILE, user)?;
        let order = format!("{}#{}", fold(&user.user_name), user.id);
        table::list_under(&mut item, LISTING, &order);
        Ok(item)
    }
}

pub(super) fn key(id: &UserId) -> String {
    format!("USER#{id}")
}

pub(super) fn number(value: u64) -> aws_sdk_dynamodb::types::AttributeValue {
    aws_sdk_dynamodb::types::AttributeValue::N(value.to_string())
}
