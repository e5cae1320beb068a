//! `DeleteApplication`: with the application everything ends that uses it, at once; its assignments are tidied up
//! afterwards.

use serde_json::json;
use vestibule_shared::ids::ApplicationId;

use super::{Named, find_application, parse};
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;
use crate::sso_admin::retry;

const PAGE: i32 = 100;

pub(super) async fn delete(call: &Call<'_>, named: Named) -> Result<Nothing, Error> {
    let arn = &named.application_arn;
    let id = parse(call, arn)?;
    let outcome = retry(|| async move {
        let application = find_application(call, arn).await?;
        let record = call.record(json!({ "applicationArn": arn }));
        let access = &call.context.access;
        access
            .delete_application(&application, call.recorded(&record))
            .await?;
        Ok(Nothing {})
    })
    .await;
    // One that is not there may be one whose deletion was interrupted while it tidied up: that goes on.
    if matches!(&outcome, Ok(_) | Err(Error::Modelled(_))) {
        tidy(call, &id).await?;
    }
    outcome
}

async fn tidy(call: &Call<'_>, id: &ApplicationId) -> Result<(), Error> {
    let access = &call.context.access;
    call.context.keys.forget_application_keys(id).await?;
    let mut from = None;
    loop {
        let page = access
            .list_application_assignments(id, PAGE, from.as_ref())
            .await?;
        access.forget_application_assignments(&page.items).await?;
        match page.next {
            Some(next) => from = Some(next),
            None => return Ok(()),
        }
    }
}
