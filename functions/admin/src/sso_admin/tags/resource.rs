//! What can be tagged, by its ARN. Every kind keeps its tags in its own record: it has an arm in [`Resource::parse`], in
//! [`Resource::tags`] and in [`Resource::replace_tags`], with a function that changes its record.

use serde_json::Value;
use vestibule_shared::arn::{self, ApplicationArn, PermissionSetArn, TokenIssuerArn};
use vestibule_shared::store::access::{Instance, PermissionSet, TokenIssuer};

use super::{Named, Tags};
use crate::Error;
use crate::call::Call;
use crate::sso_admin::applications::{self, find_application};
use crate::sso_admin::permission_sets::{self, find_active, find_permission_set};
use crate::sso_admin::token_issuers::find_token_issuer;
use crate::sso_admin::{check_instance, retry};

/// Something of this instance that has tags.
pub(super) enum Resource {
    /// The instance itself.
    Instance,
    /// A permission set, there or not.
    PermissionSet(permission_sets::Named),
    /// The application with this ARN, there or not.
    Application(String),
    /// The trusted token issuer with this ARN, there or not.
    TokenIssuer(String),
}

impl Resource {
    /// What a request names. An ARN of anything else is of nothing that is here.
    pub(super) fn parse(call: &Call<'_>, named: &Named) -> Result<Self, Error> {
        let instance_arn = arn::instance(&call.instance.id);
        let given = named.instance_arn.as_ref().unwrap_or(&instance_arn);
        check_instance(call, given)?;
        let resource_arn = &named.resource_arn;
        if *resource_arn == instance_arn {
            return Ok(Self::Instance);
        }
        if PermissionSetArn::parse(resource_arn).is_ok() {
            return Ok(Self::PermissionSet(permission_sets::Named {
                instance_arn,
                permission_set_arn: resource_arn.clone(),
            }));
        }
        if ApplicationArn::parse(resource_arn).is_ok() {
            return Ok(Self::Application(resource_arn.clone()));
        }
        if TokenIssuerArn::parse(resource_arn).is_ok() {
            return Ok(Self::TokenIssuer(resource_arn.clone()));
        }
        Err(Error::not_found("The resource was not found."))
    }

    /// Its tags.
    pub(super) async fn tags(&self, call: &Call<'_>) -> Result<Tags, Error> {
        Ok(match self {
            Self::Instance => call.instance.tags.clone(),
            Self::PermissionSet(named) => find_permission_set(call, named).await?.tags,
            Self::Application(arn) => find_application(call, arn).await?.tags,
            Self::TokenIssuer(arn) => find_token_issuer(call, arn).await?.tags,
        })
    }

    /// Gives it the tags that `decide` makes of those that it has, and records that with `parameters`. `decide` is asked again
    /// when somebody else was first.
    pub(super) async fn replace_tags(
        &self,
        call: &Call<'_>,
        parameters: Value,
        decide: impl Fn(&Tags) -> Result<Tags, Error>,
    ) -> Result<(), Error> {
        let (parameters, decide) = (&parameters, &decide);
        match self {
            Self::Instance => retry(|| of_instance(call, parameters, decide)).await,
            Self::PermissionSet(named) => {
                retry(|| of_permission_set((call, named), parameters, decide)).await
            }
            Self::Application(arn) => {
                let parameters = parameters.clone();
                applications::change(call, arn, parameters, |application| {
                    application.tags = decide(&application.tags)?;
                    Ok(())
                })
                .await?;
                Ok(())
            }
            Self::TokenIssuer(arn) => {
                retry(|| of_token_issuer((call, arn), parameters, decide)).await
            }
        }
    }
}

async fn of_instance(
    call: &Call<'_>,
    parameters: &Value,
    decide: impl Fn(&Tags) -> Result<Tags, Error>,
) -> Result<(), Error> {
    let access = &call.context.access;
    let before = access.find_instance().await?.ok_or(Error::NotEnabled)?;
    let after = Instance {
        tags: decide(&before.tags)?,
        revision: before.revision + 1,
        ..before.clone()
    };
    let record = call.record(parameters.clone());
    let change = (&before, &after);
    Ok(access
        .replace_instance(change, call.recorded(&record))
        .await?)
}

async fn of_permission_set(
    (call, named): (&Call<'_>, &permission_sets::Named),
    parameters: &Value,
    decide: impl Fn(&Tags) -> Result<Tags, Error>,
) -> Result<(), Error> {
    let before = find_active(call, named).await?;
    let after = PermissionSet {
        tags: decide(&before.tags)?,
        ..before.clone()
    };
    let record = call.record(parameters.clone());
    let change = (&before, &after);
    let access = &call.context.access;
    Ok(access
        .replace_permission_set(change, call.recorded(&record))
        .await?)
}

async fn of_token_issuer(
    (call, arn): (&Call<'_>, &str),
    parameters: &Value,
    decide: impl Fn(&Tags) -> Result<Tags, Error>,
) -> Result<(), Error> {
    let before = find_token_issuer(call, arn).await?;
    let after = TokenIssuer {
        tags: decide(&before.tags)?,
        revision: before.revision + 1,
        ..before.clone()
    };
    let record = call.record(parameters.clone());
    let change = (&before, &after);
    let access = &call.context.access;
    Ok(access
        .replace_token_issuer(change, call.recorded(&record))
        .await?)
}
