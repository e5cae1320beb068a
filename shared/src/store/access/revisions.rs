//! Revisions of permission sets, the items `PERMISSIONSET#<id> / REVISION#<n>`: none is ever changed, and each is kept
//! while an account is pinned to it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Access, Content, PermissionSet, permission_sets};
use crate::ids::PermissionSetId;
use crate::store::{Error, Item};

const PREFIX: &str = "REVISION#";
/// How many of the newest revisions stay whether or not an account is pinned to them: whoever read the newest one moments ago
/// may be about to pin it.
const NEWEST: u64 = 16;
/// How many revisions are removed at once. What is left is removed the next time.
const AT_ONCE: usize = 100;

#[derive(Serialize, Deserialize)]
struct Revision {
    revision: u64,
    content: Content,
}

impl Access {
    /// What a revision says, if it is kept.
    pub async fn find_revision(
        &self,
        id: &PermissionSetId,
        revision: u64,
    ) -> Result<Option<Content>, Error> {
        let (pk, sk) = (permission_sets::key(id), key(revision));
        let found: Option<Revision> = self.table.find(&pk, &sk).await?;
        Ok(found.map(|found| found.content))
    }

    /// Removes revisions of a permission set that are neither among its newest nor pinned in an account.
    pub async fn delete_idle_revisions(&self, set: &PermissionSet) -> Result<(), Error> {
        let newest = set.revision.saturating_sub(NEWEST);
        let pk = permission_sets::key(&set.id);
        let mut idle: BTreeSet<String> =
            BTreeSet::from_iter(self.table.sort_keys(&pk, PREFIX).await?);
        idle.retain(|sk| *sk <= key(newest));
        let mut from = None;
        while !idle.is_empty() {
            let page = self
                .list_provisioned_accounts(&set.id, 1000, from.as_ref())
                .await?;
            for pinned in page.items.iter().filter_map(|place| place.revision) {
                idle.remove(&key(pinned));
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        for sk in idle.iter().take(AT_ONCE) {
            self.table.delete(&pk, sk).await?;
        }
        Ok(())
    }

    /// Removes all revisions of a permission set that is there no more.
    pub(super) async fn delete_revisions(&self, id: &PermissionSetId) -> Result<(), Error> {
        let pk = permission_sets::key(id);
        for sk in self.table.sort_keys(&pk, PREFIX).await? {
            self.table.delete(&pk, &sk).await?;
        }
        Ok(())
    }

    /// The newest revision of `set` as an item of its own.
    pub(super) fn revision(&self, set: &PermissionSet) -> Result<Item, Error> {
        let revision = Revision {
            revision: set.revision,
            content: set.content.clone(),
        };
        let (pk, sk) = (permission_sets::key(&set.id), key(set.revision));
        self.table.item(&pk, &sk, &revision)
    }
}

fn key(revision: u64) -> String {
    format!("{PREFIX}{revision:010}")
}
