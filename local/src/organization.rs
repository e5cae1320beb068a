//! The organization whose accounts people enter: AWS's own, or a small one that is made in an emulator.

use aws_sdk_organizations::Client;
use aws_sdk_organizations::error::DisplayErrorContext;
use aws_sdk_organizations::operation::describe_organization::DescribeOrganizationError;
use aws_sdk_organizations::types::{CreateAccountState, OrganizationFeatureSet};
use vestibule_shared::ids::AccountId;

use crate::problem::Problem;
use crate::progress::Progress;

/// The member accounts of the sample organization.
pub const SAMPLE_ACCOUNTS: [&str; 4] = ["dev", "staging", "prod", "security"];

/// The management account of the organization.
pub async fn management_account(client: &Client) -> Result<AccountId, Problem> {
    match find(client).await? {
        Some(account) => Ok(account),
        None => Err(Problem::new("this AWS account is in no organization")
            .remedy("Use credentials of the organization's management account, or create an organization there.")),
    }
}

/// The management account of the organization, which is made with sample accounts where there is none.
pub async fn make_sample(client: &Client) -> Result<AccountId, Problem> {
    if let Some(account) = find(client).await? {
        return Ok(account);
    }
    let progress = Progress::show("Making a sample organization");
    client
        .create_organization()
        .feature_set(OrganizationFeatureSet::All)
        .send()
        .await
        .map_err(|error| refused("the sample organization cannot be made", &error))?;
    // One after the other: their numbers follow from the order.
    for name in SAMPLE_ACCOUNTS {
        progress.detail(name);
        create_account(client, name).await?;
    }
    management_account(client).await
}

async fn find(client: &Client) -> Result<Option<AccountId>, Problem> {
    let answer = match client.describe_organization().send().await {
        Ok(answer) => answer,
        Err(error) => {
            let missing = error
                .as_service_error()
                .is_some_and(DescribeOrganizationError::is_aws_organizations_not_in_use_exception);
            return if missing {
                Ok(None)
            } else {
                Err(refused("AWS Organizations cannot be asked", &error))
            };
        }
    };
    let organization = answer.organization();
    let id = organization.and_then(|organization| organization.master_account_id());
    let id = id.and_then(|id| AccountId::parse(id).ok());
    id.map(Some)
        .ok_or_else(|| Problem::new("AWS Organizations named no management account"))
}

async fn create_account(client: &Client, name: &str) -> Result<(), Problem> {
    let what = || format!("the sample account {name} cannot be made");
    let answer = client
        .create_account()
        .account_name(name)
        .email(format!("{name}@example.com"))
        .send()
        .await
        .map_err(|error| refused(&what(), &error))?;
    let status = answer.create_account_status();
    match status.and_then(|status| status.state()) {
        Some(CreateAccountState::Failed) => Err(Problem::new(what())),
        _ => Ok(()),
    }
}

fn refused<E: std::error::Error + 'static>(what: &str, error: &E) -> Problem {
    let cause = DisplayErrorContext(error).to_string();
    tracing::warn!(cause, what);
    Problem::because(what)(cause)
        .remedy("Look at the AWS settings of this shell: credentials, region, and permission to use AWS Organizations.")
}
