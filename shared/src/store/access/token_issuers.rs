//! Trusted token issuers: parties outside whose tokens an application may exchange for ours. There are few, and a counter
//! that every creation and deletion moves keeps them so.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Access, ClientToken};
use crate::ids::TokenIssuerId;
use crate::store::directory::Recorded;
use crate::store::transaction::Unmet;
use crate::store::{Error, Item, Page, PageToken, Transaction, table};

const HEAD: &str = "TOKENISSUER";
const CLAIM: &str = "CLAIM";
const LISTING: &str = "TOKENISSUERS";
const COUNT: (&str, &str) = ("TOKENISSUERS", "COUNT");

/// The most that an instance has.
pub const MOST_TOKEN_ISSUERS: u32 = 10;

/// A party whose tokens (OpenID Connect, JSON Web Tokens) are trusted to say who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenIssuer {
    /// Never used again.
    pub id: TokenIssuerId,
    /// What the administrator calls it; unique in the instance.
    pub name: String,
    /// What its tokens say in `iss`, compared exactly; below it lies its discovery document.
    pub issuer_url: String,
    /// Which claim of its tokens names the user, with full stops between the members on the way.
    pub claim_attribute_path: String,
    /// Which attribute of a user that claim is: what [`UserAttribute::parse`] reads.
    pub identity_store_attribute_path: String,
    /// The tags of the issuer itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Counts every change, from 1; for optimistic locking.
    pub revision: u64,
    /// When it was created.
    pub created_at: Timestamp,
}

/// The attributes by which at most one user is found, each by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserAttribute {
    /// The user name.
    UserName,
    /// An e-mail address.
    Email,
    /// The id that the issuer itself has for the user: an external id whose issuer is the issuer's URL.
    ExternalId,
}

impl UserAttribute {
    /// The attribute at a path of the identity store.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        match path {
            "userName" => Some(Self::UserName),
            "emails.value" => Some(Self::Email),
            "externalIds.id" => Some(Self::ExternalId),
            _ => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Claimed {
    owner: TokenIssuerId,
}

#[derive(Deserialize)]
struct Count {
    count: u32,
}

impl Access {
    /// Creates a trusted token issuer. `AlreadyExists` when its name is taken; `Conflict` when there are as many as may be, or
    /// another call with the same client token came first.
    pub async fn create_token_issuer(
        &self,
        issuer: &TokenIssuer,
        token: Option<&ClientToken>,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        self.claim_name(&mut transaction, issuer)?;
        let put = self
            .table
            .transact_put(self.issuer_item(issuer)?)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the trusted token issuer"))?;
        let count = self
            .table
            .transact_update(COUNT.0, COUNT.1)
            .update_expression("ADD #count :one")
            .condition_expression("attribute_not_exists(#count) OR #count < :most")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":most", AttributeValue::N(MOST_TOKEN_ISSUERS.to_string()))
            .build();
        transaction.add(count, Unmet::Conflict("the list of trusted token issuers"))?;
        if let Some(token) = token {
            let made = (token, issuer.id.as_str());
            self.use_client_token(&mut transaction, made, issuer.created_at)?;
        }
        recorded.commit(transaction).await
    }

    /// How many there are.
    pub async fn count_token_issuers(&self) -> Result<u32, Error> {
        let count: Option<Count> = self.table.find(COUNT.0, COUNT.1).await?;
        Ok(count.map_or(0, |count| count.count))
    }

    /// Finds a trusted token issuer.
    pub async fn find_token_issuer(
        &self,
        id: &TokenIssuerId,
    ) -> Result<Option<TokenIssuer>, Error> {
        self.table.find(&key(id), HEAD).await
    }

    /// Those of `ids` that are there: one batch, for there are few.
    pub async fn find_token_issuers(
        &self,
        ids: &[TokenIssuerId],
    ) -> Result<Vec<TokenIssuer>, Error> {
        let keys: Vec<_> = ids.iter().map(|id| (key(id), HEAD.to_owned())).collect();
        self.table.find_many(&keys).await
    }

    /// Changes a trusted token issuer unless somebody else did in between. The caller has raised `after.revision`.
    /// `AlreadyExists` when its new name is taken.
    pub async fn replace_token_issuer(
        &self,
        (before, after): (&TokenIssuer, &TokenIssuer),
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let put = self
            .table
            .transact_put(self.issuer_item(after)?)
            .condition_expression("revision = :revision")
            .expression_attribute_values(":revision", revision(before))
            .build();
        transaction.add(put, Unmet::Conflict("the trusted token issuer"))?;
        if before.name != after.name {
            self.claim_name(&mut transaction, after)?;
            let release = self.table.transact_delete(&claim(&before.name), CLAIM);
            let unmet = Unmet::Conflict("the trusted token issuer");
            transaction.add(release.build(), unmet)?;
        }
        recorded.commit(transaction).await
    }

    /// Deletes a trusted token issuer that is still as it was read. Grants that name it let nobody in from now on.
    pub async fn delete_token_issuer(
        &self,
        issuer: &TokenIssuer,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let unmet = Unmet::Conflict("the trusted token issuer");
        let mut transaction = Transaction::new();
        let delete = self
            .table
            .transact_delete(&key(&issuer.id), HEAD)
            .condition_expression("revision = :revision")
            .expression_attribute_values(":revision", revision(issuer))
            .build();
        transaction.add(delete, unmet)?;
        let release = self.table.transact_delete(&claim(&issuer.name), CLAIM);
        transaction.add(release.build(), unmet)?;
        let count = self
            .table
            .transact_update(COUNT.0, COUNT.1)
            .update_expression("ADD #count :less")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":less", AttributeValue::N("-1".to_owned()))
            .build();
        transaction.add(count, unmet)?;
        recorded.commit(transaction).await
    }

    /// One page of all trusted token issuers, in an order that no change of them alters.
    pub async fn list_token_issuers(
        &self,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<TokenIssuer>, Error> {
        let page = self.table.listing(LISTING, limit, from).await?;
        self.read_page(page)
    }

    fn issuer_item(&self, issuer: &TokenIssuer) -> Result<Item, Error> {
        let mut item = self.table.item(&key(&issuer.id), HEAD, issuer)?;
        table::list_under(&mut item, LISTING, issuer.id.as_str());
        Ok(item)
    }

    fn claim_name(&self, transaction: &mut Transaction, issuer: &TokenIssuer) -> Result<(), Error> {
        let claimed = Claimed {
            owner: issuer.id.clone(),
        };
        let put = self
            .table
            .transact_put(self.table.item(&claim(&issuer.name), CLAIM, &claimed)?)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(
            put,
            Unmet::AlreadyExists("the name of the trusted token issuer"),
        )
    }
}

fn key(id: &TokenIssuerId) -> String {
    format!("TOKENISSUER#{id}")
}

fn claim(name: &str) -> String {
    format!("CLAIM#TOKENISSUERNAME#{name}")
}

fn revision(issuer: &TokenIssuer) -> AttributeValue {
    AttributeValue::N(issuer.revision.to_string())
}
