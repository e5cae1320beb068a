//! "Every account that has this permission set" becomes one work item an account. Can be broken off anywhere and goes on from
//! there; two at the same time hinder, but never double, each other.

use jiff::Timestamp;
use vestibule_shared::edge;
use vestibule_shared::ids::{AccountId, PermissionSetId};
use vestibule_shared::store::access::{Expansion, Place, Task, Work};

use crate::Context;
use crate::error::Error;

const PAGE: i32 = 200;

/// Does the expansions with these keys, and answers the sort keys of those that are not done.
pub(super) async fn attend(
    context: &Context,
    pk: &str,
    sort_keys: &[String],
    until: Timestamp,
) -> Vec<String> {
    let mut undone = Vec::new();
    for sk in sort_keys {
        if let Err(error) = expand(context, pk, sk, until).await {
            edge::log_failure(&format!("expansion {sk}"), &error);
            undone.push(sk.clone());
        }
    }
    undone
}

async fn expand(context: &Context, pk: &str, sk: &str, until: Timestamp) -> Result<(), Error> {
    let access = &context.access;
    let Some(work) = access.find_work(pk, sk).await? else {
        return Ok(());
    };
    let Task::Expand { permission_set } = &work.task else {
        return Ok(());
    };
    let Some(mut expansion) = access.find_expansion(&work).await? else {
        return Ok(());
    };
    let mut from = None;
    loop {
        let page = access
            .list_provisioned_accounts(permission_set, PAGE, from.as_ref())
            .await?;
        let accounts = page
            .items
            .into_iter()
            .map(|provisioned| provisioned.place.account);
        // By id, as the table's sort keys are.
        let ahead: Vec<AccountId> = accounts
            .filter(|account| Some(account) > expansion.to.as_ref())
            .collect();
        for accounts in ahead.chunks(Expansion::STEP) {
            if context.clock.now() >= until {
                return Err(Error::OutOfTime);
            }
            let next = works(context, &work, permission_set, accounts);
            expansion = access.advance_expansion(&work, &expansion, &next).await?;
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    access
        .set_request_total(&work.request, expansion.count)
        .await?;
    access.delete_work(&work).await?;
    Ok(())
}

fn works(
    context: &Context,
    expand: &Work,
    permission_set: &PermissionSetId,
    accounts: &[AccountId],
) -> Vec<(AccountId, Work)> {
    let work = |account: &AccountId| Work {
        request: expand.request.clone(),
        task: Task::Provision(Place {
            account: account.clone(),
            permission_set: permission_set.clone(),
        }),
        created_at: context.clock.now(),
    };
    accounts
        .iter()
        .map(|account| (account.clone(), work(account)))
        .collect()
}
