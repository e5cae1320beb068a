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

/// Makes the provider, or gives it the newest metadata.
pub(crate) async fn ensure_provider(turn: &Turn<'_>, client: &Client) -> Result<(), Error> {
    turn.until_consistent(|| once(turn, client)).await
}

async fn once(turn: &Turn<'_>, client: &Client) -> Result<(), CallError> {
    let (instance, metadata) = (&turn.identity.instance, &turn.identity.metadata);
    let arn = arn::provider(&turn.account, &instance.id);
    let Some(found) = find(turn, client, &arn).await? else {
        return create(turn, client, &arn).await;
    };
    if found.saml_metadata_document.as_deref().map(str::trim) == Some(metadata.trim()) {
        return Ok(());
    }
    if !is_ours(turn, &found) {
        let what = format!("a SAML provider {}", arn::provider_name(&instance.id));
        let failure = Failure::not_ours(&turn.account, &what, &instance.id);
        return Err(Error::from(failure).into());
    }
    update(turn, client, &arn).await
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
