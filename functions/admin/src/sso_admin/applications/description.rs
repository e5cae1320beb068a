//! `DescribeApplication` and `ListApplications`.

use serde::{Deserialize, Serialize};
use vestibule_shared::arn;
use vestibule_shared::ids::AccountId;
use vestibule_shared::store::access::{Application, ApplicationStatus};

use super::portal_options::PortalShape;
use super::{Named, application_arn, find_application};
use crate::Error;
use crate::call::Call;
use crate::epoch::Epoch;
use crate::paging::{Listed, Paging};
use crate::sso_admin::check_instance;

/// The most that one answer may hold.
const MOST: i32 = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    instance_arn: String,
    #[serde(default)]
    filter: Filter,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    application_account: Option<String>,
    application_provider: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    applications: Vec<Described>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Described {
    application_arn: String,
    application_provider_arn: String,
    name: String,
    application_account: AccountId,
    instance_arn: String,
    identity_store_arn: String,
    status: ApplicationStatus,
    portal_options: PortalShape,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    created_date: Epoch,
    created_from: String,
}

pub(super) async fn describe(call: &Call<'_>, named: Named) -> Result<Described, Error> {
    let application = find_application(call, &named.application_arn).await?;
    Ok(described(call, application))
}

pub(super) async fn list(call: &Call<'_>, input: ListRequest) -> Result<ListResponse, Error> {
    // The operation has no error for what is not there.
    check_instance(call, &input.instance_arn)
        .map_err(|_| Error::access_denied("There is no access to the instance."))?;
    let (access, filter) = (&call.context.access, &input.filter);
    let account = call.instance.management_account.as_str();
    let paging = input.paging.at_most(MOST);
    let listed = paging.gather(|limit, from| async move {
        let mut page = access.list_applications(limit, from.as_ref()).await?;
        page.items
            .retain(|application| filter.admits(account, application));
        Ok(page.map(|application| described(call, application)))
    });
    let Listed { items, next_token } = listed.await?;
    Ok(ListResponse {
        applications: items,
        next_token,
    })
}

impl Filter {
    /// Every application belongs to `account`.
    fn admits(&self, account: &str, application: &Application) -> bool {
        let wanted = |wanted: &Option<String>, value: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == value)
        };
        wanted(&self.application_account, account)
            && wanted(&self.application_provider, &application.provider_arn)
    }
}

fn described(call: &Call<'_>, application: Application) -> Described {
    let instance = &call.instance;
    let account = &instance.management_account;
    Described {
        application_arn: application_arn(call, &application.id),
        application_provider_arn: application.provider_arn,
        name: application.name,
        application_account: account.clone(),
        instance_arn: arn::instance(&instance.id),
        identity_store_arn: arn::identity_store(account, &instance.identity_store),
        status: application.status,
        portal_options: PortalShape::of(application.portal),
        description: application.description,
        created_date: Epoch(application.created_at),
        created_from: application.created_from,
    }
}
