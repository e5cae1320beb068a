//! The commands beside the start itself. They work on the tables, whether or not the program runs.

use std::path::Path;

use aws_config::SdkConfig;
use serde_json::{Value, json};
use vestibule_shared::store::PageToken;
use vestibule_shared::store::access::{Access, AccountStatus, Instance};
use vestibule_shared::store::audit::Actor;
use vestibule_shared::{Clock, Random, arn};

use crate::aws::{self, Aws};
use crate::data::{DataFolder, LastStart};
use crate::functions::{Functions, Ground};
use crate::keys::LocalKeys;
use crate::problem::Problem;
use crate::tables;
use crate::work::LOCAL;

/// Issues an access key for the admin APIs.
pub async fn admin_key(folder: &DataFolder) -> Result<(), Problem> {
    let (ground, _) = ground(folder).await?;
    let functions = Functions::new(&ground)?;
    let key = vestibule_admin::create_access_key(&functions.admin, LOCAL).await;
    let key = key.map_err(Problem::because("no access key was made"))?;
    print(&json!({ "AccessKeyId": key.id, "SecretAccessKey": key.secret }))
}

/// Prints a one-time link for a user.
pub async fn invite(folder: &DataFolder, name: &str) -> Result<(), Problem> {
    let (ground, _) = ground(folder).await?;
    let functions = Functions::new(&ground)?;
    let link = vestibule_admin::invite(&functions.admin, name, &Actor::System(LOCAL)).await;
    let link = link.map_err(Problem::because(format!("`{name}` cannot be invited")))?;
    println!("{link}");
    Ok(())
}

/// Hands an event to a function.
pub async fn event(folder: &DataFolder, function: &str, file: &Path) -> Result<(), Problem> {
    let unreadable = format!("{} cannot be read", file.display());
    let text = std::fs::read_to_string(file).map_err(Problem::because(unreadable.clone()))?;
    let event: Value = serde_json::from_str(&text).map_err(Problem::because(unreadable))?;
    let (ground, _) = ground(folder).await?;
    let answer = Functions::new(&ground)?.invoke(function, event).await?;
    print(&answer)
}

/// Prints what a script needs.
pub async fn info(folder: &DataFolder) -> Result<(), Problem> {
    let (ground, instance) = ground(folder).await?;
    let last = folder.last_start()?;
    let access = Access::new(ground.table("AccessTable")?);
    let mut accounts = Vec::new();
    let mut from: Option<PageToken> = None;
    loop {
        let page = access.list_accounts(100, from.as_ref()).await;
        let page = page.map_err(Problem::because("the accounts cannot be read"))?;
        let active = page.items.into_iter();
        let active = active.filter(|account| account.status == AccountStatus::Active);
        accounts.extend(active.map(|account| json!({ "id": account.id, "name": account.name })));
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    print(&json!({
        "url": instance.public_origin,
        "awsEndpoint": last.aws_endpoint,
        "region": instance.region,
        "instanceArn": arn::instance(&instance.id),
        "identityStoreId": instance.identity_store,
        "startUrl": instance.start_url(),
        "accounts": accounts,
    }))
}

/// What the functions stand on, as the last start left it.
async fn ground(folder: &DataFolder) -> Result<(Ground, Instance), Problem> {
    let (clock, random) = (Clock::system(), Random::system());
    let (engine, names) = tables::open(folder).await?;
    let instance = tables::instance(&engine, &names).await?;
    let instance = instance.ok_or_else(|| {
        Problem::new("the first start is not done yet")
            .remedy("Start Vestibule, or wait until it says that it is running: cargo run")
    })?;
    let ground = Ground {
        engine,
        names,
        template: tables::template()?,
        keys: LocalKeys::open(folder, (&clock, &random)).await?,
        aws: aws_of(&folder.last_start()?).await?,
        management_account: instance.management_account.clone(),
        region: instance.region.clone(),
        clock,
        random,
    };
    Ok((ground, instance))
}

async fn aws_of(last: &LastStart) -> Result<SdkConfig, Problem> {
    match (&last.aws_endpoint, last.aws.parse()) {
        (None, Ok(Aws::Real)) => Ok(aws::real().await?.0),
        (endpoint, _) => Ok(aws::emulator(endpoint.as_deref().unwrap_or_default())),
    }
}

fn print(value: &Value) -> Result<(), Problem> {
    let text = serde_json::to_string_pretty(value);
    println!(
        "{}",
        text.map_err(Problem::because("the answer is no JSON"))?
    );
    Ok(())
}
