//! Groups: the item `GROUP#<id> / PROFILE`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::users::{PROFILE, number};
use super::{Claim, Directory, ExternalId, Recorded, fold};
use crate::ids::GroupId;
use crate::store::transaction::Unmet;
use crate::store::{Error, Item, Page, PageToken, Transaction, table};

const LISTING: &str = "GROUPS";

/// A group of users.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Never used again, not even after deletion.
    pub id: GroupId,
    /// Counts every change; for optimistic locking.
    pub revision: u64,
    /// Unique after folding.
    pub display_name: String,
    /// What the group is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What identity sources call the group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external_ids: Vec<ExternalId>,
    /// When the group was created.
    pub created_at: Timestamp,
    /// Who created the group.
    pub created_by: String,
    /// When the group was last changed.
    pub updated_at: Timestamp,
    /// Who last changed the group.
    pub updated_by: String,
    /// Set on the tombstone of a deleted group, which is absent everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
}

impl Group {
    /// What must be unique about this group.
    #[must_use]
    pub fn claims(&self) -> Vec<Claim> {
        let external_ids = self.external_ids.iter();
        let external_ids = external_ids.map(|external| Claim::GroupExternalId {
            issuer: external.issuer.clone(),
            id: external.id.clone(),
        });
        let mut claims: Vec<Claim> = std::iter::once(Claim::GroupName(self.display_name.clone()))
            .chain(external_ids)
            .collect();
        claims.sort_by_key(Claim::key);
        claims.dedup_by_key(|claim| claim.key());
        claims
    }
}

impl Directory {
    /// Creates a group with its claims.
    pub async fn create_group(&self, group: &Group, recorded: Recorded<'_>) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let put = self
            .table
            .transact_put(self.group_item(group)?)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the group"))?;
        self.change_claims(&mut transaction, group.id.as_str(), (&[], &group.claims()))?;
        recorded.commit(transaction).await
    }

    /// Finds a group; a deleted one is not found.
    pub async fn find_group(&self, id: &GroupId) -> Result<Option<Group>, Error> {
        let group: Option<Group> = self.table.find(&key(id), PROFILE).await?;
        Ok(group.filter(|group| group.deleted_at.is_none()))
    }

    /// Those of `ids` that are still there, however many: batches in parallel.
    pub async fn find_groups(&self, ids: &[GroupId]) -> Result<Vec<Group>, Error> {
        let keys: Vec<_> = ids.iter().map(|id| (key(id), PROFILE.to_owned())).collect();
        let mut groups: Vec<Group> = self.table.find_many(&keys).await?;
        groups.retain(|group| group.deleted_at.is_none());
        Ok(groups)
    }

    /// Puts `after` in the place of `before`, with the claims that differ, unless somebody changed the group in between.
    pub async fn replace_group(
        &self,
        (before, after): (&Group, &Group),
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let put = self
            .table
            .transact_put(self.group_item(after)?)
            .condition_expression("revision = :revision AND attribute_not_exists(deleted_at)")
            .expression_attribute_values(":revision", number(before.revision))
            .build();
        transaction.add(put, Unmet::Conflict("the group"))?;
        let claims = (before.claims(), after.claims());
        self.change_claims(&mut transaction, after.id.as_str(), (&claims.0, &claims.1))?;
        recorded.commit(transaction).await
    }

    /// Leaves a tombstone and frees the claims, in one transaction: from now on the group is absent everywhere.
    pub async fn delete_group(
        &self,
        group: &Group,
        now: Timestamp,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let tombstone = Group {
            revision: group.revision + 1,
            description: None,
            external_ids: Vec::new(),
            deleted_at: Some(now),
            ..group.clone()
        };
        let mut transaction = Transaction::new();
        let put = self
            .table
            .transact_put(self.table.item(&key(&group.id), PROFILE, &tombstone)?)
            .condition_expression("revision = :revision AND attribute_not_exists(deleted_at)")
            .expression_attribute_values(":revision", number(group.revision))
            .build();
        transaction.add(put, Unmet::Conflict("the group"))?;
        self.change_claims(&mut transaction, group.id.as_str(), (&group.claims(), &[]))?;
        recorded.commit(transaction).await
    }

    /// One page of all groups, by folded display name.
    pub async fn list_groups(
        &self,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Group>, Error> {
        let page = self.table.listing(LISTING, limit, from).await?;
        self.read_page(page, |group: &Group| group.deleted_at.is_none())
    }

    fn group_item(&self, group: &Group) -> Result<Item, Error> {
        let mut item = self.table.item(&key(&group.id), PROFILE, group)?;
        let order = format!("{}#{}", fold(&group.display_name), group.id);
        table::list_under(&mut item, LISTING, &order);
        Ok(item)
    }
}

pub(super) fn key(id: &GroupId) -> String {
    format!("GROUP#{id}")
}
