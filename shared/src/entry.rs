//! Who may enter which account as what, and open which application: the one decision behind the portal's page, the console
//! and credentials.

mod applications;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use applications::ApplicationEntry;

use crate::access_control_attributes::{self, Refused};
use crate::arn;
use crate::ids::{AccountId, GroupId, PermissionSetId, PermissionSetName, Principal};
use crate::store::Error;
use crate::store::access::{
    Access, Account, AccountStatus, Assignment, AssignmentState, Instance, PermissionSet, Place,
    Provisioned,
};
use crate::store::directory::{Directory, Group, UserWithGroups};

/// An account that a user may enter, with the permission sets they may enter it as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEntry {
    /// The account.
    pub account: Account,
    /// The permission sets' names, sorted.
    pub roles: Vec<PermissionSetName>,
    /// What administrators say of those permission sets that they describe.
    pub descriptions: BTreeMap<PermissionSetName, String>,
}

/// Everything that a user may open in the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries {
    /// Accounts, by name.
    pub accounts: Vec<AccountEntry>,
    /// Applications, by name.
    pub applications: Vec<ApplicationEntry>,
}

/// That a user may enter an account as a permission set, and how. Only [`authorize`] makes one.
#[derive(Debug, Clone)]
pub struct AuthorizedEntry {
    account: Account,
    role_arn: String,
    provider_arn: String,
    provisioned: Provisioned,
    principal_tags: BTreeMap<String, String>,
}

/// Why a user may not enter.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No active assignment, no such account or permission set: it is not said which.
    #[error("no access")]
    NoAccess,
    /// Trusted access is off: nobody may enter anything.
    #[error("access to the organization's accounts is switched off")]
    TrustedAccessOff,
    /// The user's attributes, which decide on access, cannot go with them.
    #[error(transparent)]
    Attributes(#[from] Refused),
    /// The tables could not be asked.
    #[error(transparent)]
    Store(#[from] Error),
}

impl AuthorizedEntry {
    /// The account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The role to assume.
    #[must_use]
    pub fn role_arn(&self) -> &str {
        &self.role_arn
    }

    /// The SAML provider that the role trusts.
    #[must_use]
    pub fn provider_arn(&self) -> &str {
        &self.provider_arn
    }

    /// The tags of the session, for access control by attributes.
    #[must_use]
    pub fn principal_tags(&self) -> &BTreeMap<String, String> {
        &self.principal_tags
    }

    /// How long the session may last, in seconds.
    #[must_use]
    pub fn session_seconds(&self) -> u32 {
        self.provisioned.session_seconds.unwrap_or(3600)
    }

    /// When the role last became as it should be: IAM may not know it everywhere yet.
    #[must_use]
    pub fn provisioned_at(&self) -> Option<Timestamp> {
        self.provisioned.provisioned_at
    }

    /// Where in the console the permission set lets a session begin.
    #[must_use]
    pub fn relay_state(&self) -> Option<&str> {
        self.provisioned.relay_state.as_deref()
    }
}

/// Everything that `user` may open. Reads: groups, what is assigned to each of the principals, and what is open to everybody,
/// in parallel; accounts, permission sets and applications in parallel.
pub async fn entries_of(
    (directory, access): (&Directory, &Access),
    instance: &Instance,
    user: &UserWithGroups,
) -> Result<Entries, Error> {
    let claimed = claimed(user);
    let assigned = claimed
        .iter()
        .map(|principal| access.assigned_to(principal));
    let (groups, assigned, open) = futures_util::future::try_join3(
        directory.find_groups(&user.groups),
        crate::store::table::futures_join(assigned),
        access.open_applications(),
    )
    .await?;
    let assigned = of_present(&claimed, &groups, assigned);
    let (accounts, applications): (Vec<_>, Vec<_>) = assigned.unzip();
    let accounts = accounts
        .into_iter()
        .flatten()
        .filter(|_| instance.trusted_access);
    let applications: BTreeSet<_> = applications
        .into_iter()
        .flatten()
        .map(|assignment| assignment.application)
        .collect();
    let (accounts, applications) = futures_util::future::try_join(
        account_entries(access, accounts),
        applications::find(access, (applications, open)),
    )
    .await?;
    Ok(Entries {
        accounts,
        applications,
    })
}

/// Every account that `user` may enter, with its roles, by account name. Reads: groups and assignments of all principals in
/// parallel; accounts and permission sets in parallel.
pub async fn accounts_of(
    stores: (&Directory, &Access),
    instance: &Instance,
    user: &UserWithGroups,
) -> Result<Vec<AccountEntry>, Error> {
    find_entries(stores, instance, user, None).await
}

/// `account` with the roles that `user` may enter it as; `None` when they may not enter it at all.
pub async fn account_of(
    stores: (&Directory, &Access),
    instance: &Instance,
    user: &UserWithGroups,
    account: &AccountId,
) -> Result<Option<AccountEntry>, Error> {
    let entries = find_entries(stores, instance, user, Some(account)).await?;
    Ok(entries.into_iter().next())
}

async fn find_entries(
    (directory, access): (&Directory, &Access),
    instance: &Instance,
    user: &UserWithGroups,
    account: Option<&AccountId>,
) -> Result<Vec<AccountEntry>, Error> {
    if !instance.trusted_access {
        return Ok(Vec::new());
    }
    let claimed = claimed(user);
    let assignments = claimed
        .iter()
        .map(|principal| access.assignments_of(principal, account));
    let (groups, assignments) = futures_util::future::try_join(
        directory.find_groups(&user.groups),
        crate::store::table::futures_join(assignments),
    )
    .await?;
    let assignments = of_present(&claimed, &groups, assignments);
    account_entries(access, assignments.flatten()).await
}

/// The accounts that active ones of `assignments` let somebody enter.
async fn account_entries(
    access: &Access,
    assignments: impl Iterator<Item = Assignment>,
) -> Result<Vec<AccountEntry>, Error> {
    let places: Vec<Place> = assignments
        .filter(|assignment| assignment.state == AssignmentState::Active)
        .map(|assignment| assignment.place)
        .collect();
    let accounts: Vec<AccountId> = places.iter().map(|place| place.account.clone()).collect();
    let sets: Vec<PermissionSetId> = places
        .iter()
        .map(|place| place.permission_set.clone())
        .collect();
    let (accounts, sets) = futures_util::future::try_join(
        access.find_accounts(&accounts),
        access.find_permission_sets(&sets),
    )
    .await?;
    Ok(entries(&places, accounts, &sets))
}

/// Whether `user` may enter `account` as the permission set called `role`, from what the tables say now.
pub async fn authorize(
    (directory, access): (&Directory, &Access),
    instance: &Instance,
    user: &UserWithGroups,
    (account, role): (&AccountId, &PermissionSetName),
) -> Result<AuthorizedEntry, Refusal> {
    if !instance.trusted_access {
        return Err(Refusal::TrustedAccessOff);
    }
    let (principals, account, set) = futures_util::future::try_join3(
        principals(directory, user),
        access.find_account(account),
        access.find_permission_set_id(role),
    )
    .await?;
    let account = account.filter(|account| account.status == AccountStatus::Active);
    let (Some(account), Some(set)) = (account, set) else {
        return Err(Refusal::NoAccess);
    };
    let place = Place {
        account: account.id.clone(),
        permission_set: set,
    };
    let (assignments, provisioned) = futures_util::future::try_join(
        access.find_assignments(&principals, &place),
        access.find_provisioned(&place),
    )
    .await?;
    let assigned = assignments
        .iter()
        .any(|assignment| assignment.state == AssignmentState::Active);
    match provisioned.filter(|provisioned| assigned && provisioned.revision.is_some()) {
        None => Err(Refusal::NoAccess),
        Some(provisioned) => Ok(AuthorizedEntry {
            role_arn: arn::role(&account.id, role, &place.permission_set),
            provider_arn: arn::provider(&account.id, &instance.id),
            account,
            provisioned,
            principal_tags: access_control_attributes::principal_tags(instance, &user.user)?,
        }),
    }
}

/// The user and all groups that they are a member of, deleted ones among them.
fn claimed(user: &UserWithGroups) -> Vec<Principal> {
    let groups = user.groups.iter().cloned().map(Principal::Group);
    std::iter::once(Principal::User(user.user.id.clone()))
        .chain(groups)
        .collect()
}

/// What was found of those principals whose group is still there. It was read while the groups were: of a deleted one in
/// vain, and of all others without anybody having waited.
fn of_present<T>(
    claimed: &[Principal],
    groups: &[Group],
    found: Vec<T>,
) -> impl Iterator<Item = T> {
    let present: BTreeSet<&GroupId> = groups.iter().map(|group| &group.id).collect();
    let is_present = move |principal: &Principal| match principal {
        Principal::User(_) => true,
        Principal::Group(group) => present.contains(group),
    };
    claimed
        .iter()
        .zip(found)
        .filter(move |(principal, _)| is_present(principal))
        .map(|(_, found)| found)
}

/// The user and those of their groups that are still there: whose assignments are theirs.
pub async fn principals(
    directory: &Directory,
    user: &UserWithGroups,
) -> Result<Vec<Principal>, Error> {
    let groups = directory.find_groups(&user.groups).await?;
    let groups = groups.into_iter().map(|group| Principal::Group(group.id));
    Ok(std::iter::once(Principal::User(user.user.id.clone()))
        .chain(groups)
        .collect())
}

fn entries(places: &[Place], accounts: Vec<Account>, sets: &[PermissionSet]) -> Vec<AccountEntry> {
    let names: BTreeMap<&PermissionSetId, &PermissionSetName> =
        sets.iter().map(|set| (&set.id, &set.name)).collect();
    let mut entries: Vec<AccountEntry> = accounts
        .into_iter()
        .filter(|account| account.status == AccountStatus::Active)
        .map(|account| {
            let mut roles: Vec<PermissionSetName> = places
                .iter()
                .filter(|place| place.account == account.id)
                .filter_map(|place| names.get(&place.permission_set).copied().cloned())
                .collect();
            roles.sort();
            roles.dedup();
            let descriptions = sets
                .iter()
                .filter(|set| roles.contains(&set.name))
                .filter_map(|set| Some((set.name.clone(), set.content.description.clone()?)))
                .collect();
            AccountEntry {
                account,
                roles,
                descriptions,
            }
        })
        .filter(|entry| !entry.roles.is_empty())
        .collect();
    entries.sort_by(|one, other| {
        let key =
            |entry: &AccountEntry| (entry.account.name.to_lowercase(), entry.account.id.clone());
        key(one).cmp(&key(other))
    });
    entries
}
