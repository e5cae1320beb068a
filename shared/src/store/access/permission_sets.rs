//! Permission sets: a head with the newest revision, and every revision as an item of its own (`revisions.rs`).

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Access;
use crate::ids::{PermissionSetId, PermissionSetName, RequestId};
use crate::store::directory::Recorded;
use crate::store::transaction::Unmet;
use crate::store::{Error, Page, PageToken, Transaction, table};

pub(super) const HEAD: &str = "PERMISSIONSET";
const CLAIM: &str = "CLAIM";
const LISTING: &str = "PERMISSIONSETS";

/// A permission set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PermissionSet {
    /// Never used again; the role's name derives from it.
    pub id: PermissionSetId,
    /// Fixed; unique in the instance, compared exactly.
    pub name: PermissionSetName,
    /// Whether it may be assigned.
    pub state: PermissionSetState,
    /// The deletion that is being decided, so that one which was given up in between is not brought to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion: Option<RequestId>,
    /// The number of the newest revision, from 1.
    pub revision: u64,
    /// What the newest revision says.
    pub content: Content,
    /// The tags of the permission set itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Whether a permission set may be assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PermissionSetState {
    /// It may.
    Active,
    /// Its deletion is being decided; nothing may begin to use it.
    Deleting,
}

/// What a permission set gives: one immutable revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The role's description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How long a session in an account lasts, in seconds: 3600 to 43200.
    pub session_seconds: u32,
    /// The session's duration as it was given, ISO 8601.
    pub session_duration: String,
    /// Where in the console a session begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_state: Option<String>,
    /// ARNs of AWS managed policies with their names, by ARN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub managed_policies: BTreeMap<String, String>,
    /// Policies of the customer's, which must be in each account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customer_managed_policies: Vec<CustomerManagedPolicy>,
    /// A policy document, as it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inline_policy: Option<String>,
    /// The most that the role may be allowed, whatever its policies say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<PermissionsBoundary>,
    /// Documents for customer managed policies, by path and name, from which they are made in accounts that do not have
    /// them, where the instance says so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policy_documents: BTreeMap<String, String>,
}

/// Which policy bounds a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionsBoundary {
    /// One of AWS's, by its ARN.
    AwsManaged(String),
    /// One of the customer's, which must be in each account.
    CustomerManaged(CustomerManagedPolicy),
}

/// The name and path of a policy of the customer's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CustomerManagedPolicy {
    /// The policy's name.
    pub name: String,
    /// The policy's path, with slashes at both ends.
    pub path: String,
}

#[derive(Serialize, Deserialize)]
struct Claimed {
    owner: PermissionSetId,
}

impl Access {
    /// Creates a permission set with its name's claim and its first revision.
    pub async fn create_permission_set(
        &self,
        set: &PermissionSet,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let claimed = Claimed {
            owner: set.id.clone(),
        };
        let claim = self.table.item(&claim(&set.name), CLAIM, &claimed)?;
        let mut transaction = Transaction::new();
        for (item, kind) in [
            (claim, "the permission set name"),
            (self.head(set)?, "the permission set"),
            (self.revision(set)?, "the revision"),
        ] {
            let put = self
                .table
                .transact_put(item)
                .condition_expression("attribute_not_exists(pk)")
                .build();
            transaction.add(put, Unmet::AlreadyExists(kind))?;
        }
        recorded.commit(transaction).await
    }

    /// Finds a permission set, whatever its state.
    pub async fn find_permission_set(
        &self,
        id: &PermissionSetId,
    ) -> Result<Option<PermissionSet>, Error> {
        self.table.find(&key(id), HEAD).await
    }

    /// Those of `ids` that are there, however many.
    pub async fn find_permission_sets(
        &self,
        ids: &[PermissionSetId],
    ) -> Result<Vec<PermissionSet>, Error> {
        let keys: Vec<_> = ids.iter().map(|id| (key(id), HEAD.to_owned())).collect();
        self.table.find_many(&keys).await
    }

    /// Finds the id of the permission set with this name.
    pub async fn find_permission_set_id(
        &self,
        name: &PermissionSetName,
    ) -> Result<Option<PermissionSetId>, Error> {
        let claimed: Option<Claimed> = self.table.find(&claim(name), CLAIM).await?;
        Ok(claimed.map(|claimed| claimed.owner))
    }

    /// Writes a new revision and makes it the newest. The caller has raised `after.revision`.
    pub async fn revise_permission_set(
        &self,
        (before, after): (&PermissionSet, &PermissionSet),
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        transaction.add(
            unchanged(self.table.transact_put(self.head(after)?), before),
            Unmet::Conflict("the permission set"),
        )?;
        let revision = self.table.transact_put(self.revision(after)?).build();
        transaction.add(revision, Unmet::Conflict("the permission set"))?;
        recorded.commit(transaction).await
    }

    /// Changes tags or state, which are no part of a revision.
    pub async fn replace_permission_set(
        &self,
        (before, after): (&PermissionSet, &PermissionSet),
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        transaction.add(
            unchanged(self.table.transact_put(self.head(after)?), before),
            Unmet::Conflict("the permission set"),
        )?;
        recorded.commit(transaction).await
    }

    /// Deletes a permission set that is unused, with its claim and all revisions. `Conflict` when it has not been `deleting`,
    /// by the same deletion, ever since it was read.
    pub async fn delete_permission_set(
        &self,
        set: &PermissionSet,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let head = self.table.transact_delete(&key(&set.id), HEAD);
        let head = match &set.deletion {
            None => {
                head.condition_expression("#state = :deleting AND attribute_not_exists(deletion)")
            }
            Some(deletion) => head
                .condition_expression("#state = :deleting AND deletion = :deletion")
                .expression_attribute_values(
                    ":deletion",
                    AttributeValue::S(deletion.as_str().to_owned()),
                ),
        };
        let head = head
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":deleting", AttributeValue::S("deleting".to_owned()))
            .build();
        transaction.add(head, Unmet::Conflict("the permission set"))?;
        let claim = self.table.transact_delete(&claim(&set.name), CLAIM).build();
        transaction.add(claim, Unmet::Conflict("the permission set"))?;
        recorded.commit(transaction).await?;
        // It is deleted, whatever becomes of these: nothing finds a revision without its head, what is left is only litter.
        if let Err(error) = self.delete_revisions(&set.id).await {
            tracing::warn!(permission_set = %set.id, %error, "revisions of a deleted permission set were not removed");
        }
        Ok(())
    }

    /// One page of all permission sets, by name.
    pub async fn list_permission_sets(
        &self,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<PermissionSet>, Error> {
        let page = self.table.listing(LISTING, limit, from).await?;
        self.read_page(page)
    }

    fn head(&self, set: &PermissionSet) -> Result<crate::store::Item, Error> {
        let mut item = self.table.item(&key(&set.id), HEAD, set)?;
        table::list_under(&mut item, LISTING, set.name.as_str());
        Ok(item)
    }
}

/// A put of the head that holds only while nobody has changed it.
fn unchanged(
    put: aws_sdk_dynamodb::types::builders::PutBuilder,
    before: &PermissionSet,
) -> Result<aws_sdk_dynamodb::types::Put, aws_sdk_dynamodb::error::BuildError> {
    let state = match before.state {
        PermissionSetState::Active => "active",
        PermissionSetState::Deleting => "deleting",
    };
    // Tags are no part of a revision, so its number does not tell that they changed.
    let put = if before.tags.is_empty() {
        put.condition_expression(
            "revision = :revision AND #state = :state AND attribute_not_exists(#tags)",
        )
    } else {
        let tags = before.tags.iter();
        let tags = tags.map(|(key, value)| (key.clone(), AttributeValue::S(value.clone())));
        put.condition_expression("revision = :revision AND #state = :state AND #tags = :tags")
            .expression_attribute_values(":tags", AttributeValue::M(tags.collect()))
    };
    put.expression_attribute_names("#state", "state")
        .expression_attribute_names("#tags", "tags")
        .expression_attribute_values(":revision", AttributeValue::N(before.revision.to_string()))
        .expression_attribute_values(":state", AttributeValue::S(state.to_owned()))
        .build()
}

pub(super) fn key(id: &PermissionSetId) -> String {
    format!("PERMISSIONSET#{id}")
}

fn claim(name: &PermissionSetName) -> String {
    format!("CLAIM#PERMISSIONSETNAME#{name}")
}
