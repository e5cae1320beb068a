//! The SAML provider that permission sets' roles trust: one an account, with the instance's metadata. IAM API reference,
//! `CreateSAMLProvider`.

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_saml_provider::GetSamlProviderOutput;
use jiff::Timestamp;
use serde_json::json;
use vestibule_shared::arn;

use crate::calls::{Call, CallError, NO_SUCH_ENTITY};
use crate::error::Error;
use crate::failure::Failure;
use crate::iam;
use crate::reconcile::INSTANCE_TAG;
use crate::turn::Turn;

/// How the provider that an account has stands to the one that it should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProviderStanding {
    /// The same.
    Current,
    /// Not there.
    Missing,
    /// With other metadata.
    Outdated,
    /// Somebody else's.
    NotOurs,
}

/// Makes the provider, or gives it the newest metadata.
pub(crate) async fn ensure_provider(turn: &Turn<'_>, client: &Client) -> Result<(), Error> {
    turn.until_consistent(|| once(turn, client)).await
}

async fn once(turn: &Turn<'_>, client: &Client) -> Result<(), CallError> {
    let instance = &turn.identity.instance.id;
    let arn = arn::provider(&turn.account, instance);
    match provider_standing(turn, client).await? {
        ProviderStanding::Current => Ok(()),
        ProviderStanding::Missing => create(turn, client, &arn).await,
        ProviderStanding::Outdated => update(turn, client, &arn).await,
        ProviderStanding::NotOurs => {
            let what = format!("a SAML provider {}", arn::provider_name(instance));
            let failure = Failure::not_ours(&turn.account, &what, instance);
            Err(Error::from(failure).into())
        }
    }
}

/// Looks at the provider, whosever it is.
pub(crate) async fn provider_standing(
    turn: &Turn<'_>,
    client: &Client,
) -> Result<ProviderStanding, CallError> {
    let (instance, metadata) = (&turn.identity.instance, &turn.identity.metadata);
    let arn = arn::provider(&turn.account, &instance.id);
    let Some(found) = find(turn, client, &arn).await? else {
        return Ok(ProviderStanding::Missing);
    };
    let document = found.saml_metadata_document.as_deref();
    Ok(if document.map(str::trim) == Some(metadata.trim()) {
        ProviderStanding::Current
    } else if is_ours(turn, &found) {
        ProviderStanding::Outdated
    } else {
        ProviderStanding::NotOurs
    })
}

async fn find(
    turn: &Turn<'_>,
    client: &Client,
    arn: &str,
) -> Result<Option<GetSamlProviderOutput>, CallError> {
    let look = || client.get_saml_provider().saml_provider_arn(arn).send();
    let found = match turn.ask("iam:GetSAMLProvider", Call::PLAIN, look).await {
        Ok(found) => found,
        Err(error) if error.is(NO_SUCH_ENTITY) => return Ok(None),
        Err(other) => return Err(other),
    };
    let created = found.create_date;
    if let Some(Ok(moment)) = created.map(|date| Timestamp::from_second(date.secs())) {
        turn.made(moment);
    }
    Ok(Some(found))
}

async fn create(turn: &Turn<'_>, client: &Client, arn: &str) -> Result<(), CallError> {
    let instance = &turn.identity.instance.id;
    record(turn, "CreateSAMLProvider", arn).await?;
    let tags = iam::tags([(INSTANCE_TAG, instance.as_str())]);
    let send = || {
        let call = client
            .create_saml_provider()
            .name(arn::provider_name(instance));
        call.saml_metadata_document(&turn.identity.metadata)
            .set_tags(Some(tags.clone()))
            .send()
    };
    turn.ask("iam:CreateSAMLProvider", Call::PLAIN, send)
        .await?;
    turn.made(turn.context.clock.now());
    Ok(())
}

async fn update(turn: &Turn<'_>, client: &Client, arn: &str) -> Result<(), CallError> {
    record(turn, "UpdateSAMLProvider", arn).await?;
    let send = || {
        let call = client.update_saml_provider().saml_provider_arn(arn);
        call.saml_metadata_document(&turn.identity.metadata).send()
    };
    let update = turn.ask("iam:UpdateSAMLProvider", Call::PLAIN, send);
    update.await.map(drop)
}

async fn record(turn: &Turn<'_>, event: &str, arn: &str) -> Result<(), Error> {
    let subject = json!({ "accountId": turn.account, "samlProviderArn": arn });
    turn.record(event, subject).await
}

/// By its tag, or by what it has vouched for until now: not every provider came to its tag.
fn is_ours(turn: &Turn<'_>, found: &GetSamlProviderOutput) -> bool {
    let instance = &turn.identity.instance;
    let entity_id = format!("entityID=\"{}\"", instance.entity_id);
    let document = found.saml_metadata_document.as_deref().unwrap_or_default();
    iam::tag_value(found.tags(), INSTANCE_TAG) == Some(instance.id.as_str())
        || document.contains(&entity_id)
}
