//! The accounts of the organization, read from AWS Organizations into the table.

use std::collections::BTreeMap;

use aws_sdk_organizations::types::{self, AccountState};
use serde_json::json;
use vestibule_shared::ids::AccountId;
use vestibule_shared::store::access::{Account, AccountStatus};
use vestibule_shared::store::directory::Recorded;
use vestibule_shared::store::{self, PageToken, table};

use crate::{Context, Error, direct};

/// How many accounts are written at the same time.
const AT_ONCE: usize = 25;
const PAGE: i32 = 1000;

/// Reads all accounts from Organizations and writes those that changed. An account that Organizations no longer names has
/// left: it is suspended, so that nobody is let in. Answers how many accounts there are in the organization.
pub async fn refresh_accounts(context: &Context) -> Result<usize, Error> {
    let named = named_by_organizations(context).await?;
    let known = known(context).await?;
    let changes = changes(&named, &known);
    for some in changes.chunks(AT_ONCE) {
        table::futures_join(some.iter().map(|account| write(context, account))).await?;
    }
    Ok(named.len())
}

async fn write(context: &Context, account: &Account) -> Result<(), store::Error> {
    let record = direct::record(context, "UpdateAccount").parameters(json!({
        "accountId": account.id,
        "name": account.name,
        "status": account.status,
    }));
    let recorded = Recorded {
        audit: &context.audit,
        record: &record,
    };
    context.access.put_account(account, recorded).await
}

type Accounts = BTreeMap<AccountId, Account>;

async fn named_by_organizations(context: &Context) -> Result<Accounts, Error> {
    let request = context.organizations.list_accounts();
    let mut pages = request.into_paginator().send();
    let mut accounts = Accounts::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Error::Organizations(error.into()))?;
        let described = page.accounts().iter().filter_map(described);
        accounts.extend(described.map(|account| (account.id.clone(), account)));
    }
    Ok(accounts)
}

async fn known(context: &Context) -> Result<Accounts, Error> {
    let mut accounts = Accounts::new();
    let mut from: Option<PageToken> = None;
    loop {
        let page = context.access.list_accounts(PAGE, from.as_ref()).await?;
        let found = page.items.into_iter();
        accounts.extend(found.map(|account| (account.id.clone(), account)));
        from = page.next;
        if from.is_none() {
            return Ok(accounts);
        }
    }
}

fn described(account: &types::Account) -> Option<Account> {
    Some(Account {
        id: AccountId::parse(account.id()?).ok()?,
        name: account.name().unwrap_or_default().to_owned(),
        email: account.email().unwrap_or_default().to_owned(),
        status: status(account),
    })
}

/// `State` is the newer member; where an endpoint does not know it yet, `Status` says the same.
fn status(account: &types::Account) -> AccountStatus {
    let active = match account.state() {
        Some(state) => *state == AccountState::Active,
        None => account.status().map(types::AccountStatus::as_str) == Some("ACTIVE"),
    };
    if active {
        AccountStatus::Active
    } else {
        AccountStatus::Suspended
    }
}

/// What must be written so that the table says what Organizations says.
fn changes(named: &Accounts, known: &Accounts) -> Vec<Account> {
    let changed = named
        .values()
        .filter(|account| known.get(&account.id) != Some(account))
        .cloned();
    let left = known
        .values()
        .filter(|account| !named.contains_key(&account.id))
        .filter(|account| account.status != AccountStatus::Suspended)
        .map(|account| Account {
            status: AccountStatus::Suspended,
            ..account.clone()
        });
    changed.chain(left).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(described: &[(&str, &str, AccountStatus)]) -> Accounts {
        let accounts = described.iter().map(|(id, name, status)| Account {
            id: AccountId::parse(id).unwrap(),
            name: (*name).to_owned(),
            email: String::new(),
            status: *status,
        });
        accounts
            .map(|account| (account.id.clone(), account))
            .collect()
    }

    #[test]
    fn only_what_changed_is_written_and_who_left_is_suspended() {
        use AccountStatus::{Active, Suspended};
        let known = accounts(&[
            ("111111111111", "same", Active),
            ("222222222222", "old name", Active),
            ("333333333333", "left", Active),
            ("444444444444", "left long ago", Suspended),
        ]);
        let named = accounts(&[
            ("111111111111", "same", Active),
            ("222222222222", "new name", Active),
            ("555555555555", "joined", Active),
        ]);
        let written: Vec<_> = changes(&named, &known)
            .into_iter()
            .map(|account| (account.name, account.status))
            .collect();
        let expected = [
            ("new name", Active),
            ("joined", Active),
            ("left", Suspended),
        ];
        assert_eq!(
            written,
            expected.map(|(name, status)| (name.to_owned(), status))
        );
    }
}
