//! The SAML provider that permission sets' roles trust: one an account, with the instance's metadata. IAM API reference,
//! `CreateSAMLProvider`.

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_saml_provider::GetSamlProviderOutput;
use jiff::Timestamp;
use serde_json::json;
use vestibule_shared::arn;

use crate::calls::{Call, CallError, ENTITY_ALREADY_EXISTS, NO_SUCH_ENTITY};
use crate::error::Error;
use crate::failure::Failure;
use crate::iam;
use crate::reconcile::INSTANCE_TAG;
use crate::turn::Turn;

/// How often is looked again, where a change is answered by a surprise.
const ROUNDS: u32 = 5;

/// Makes the provider, or gives it the newest metadata.
pub(crate) async fn ensure_provider(turn: &Turn<'_>, client: &Client) -> Result<(), Error> {
    for round in 0..ROUNDS {
        match once(turn, client).await {
            Err(error) if error.is(ENTITY_ALREADY_EXISTS) && round + 1 < ROUNDS => {
                turn.pause(round).await;
            }
            outcome => return outcome.map_err(|error| turn.error(error)),
        }
    }
    Ok(())
}

async fn once(turn: &Turn<'_>, client: &Client) -> Result<(), CallError> {
    let (instance, metadata) = (&turn.identity.instance, &turn.identity.metadata);
    let arn = arn::provider(&turn.account, &instance.id);
    let record = |event| {
        turn.record(
            event,
            json!({ "accountId": turn.account, "samlProviderArn": arn }),
        )
    };

    let look = || client.get_saml_provider().saml_provider_arn(&arn).send();
    let found = match turn.ask("iam:GetSAMLProvider", Call::PLAIN, look).await {
        Ok(found) => found,
        Err(error) if error.is(NO_SUCH_ENTITY) => {
            record("CreateSAMLProvider").await?;
            let tags = iam::tags([(INSTANCE_TAG, instance.id.as_str())]);
            let create = || {
                let call = client
                    .create_saml_provider()
                    .name(arn::provider_name(&instance.id));
                call.saml_metadata_document(metadata)
                    .set_tags(Some(tags.clone()))
                    .send()
            };
            turn.ask("iam:CreateSAMLProvider", Call::PLAIN, create)
                .await?;
            turn.made(turn.context.clock.now());
            return Ok(());
        }
        Err(other) => return Err(other),
    };
    let created = found
        .create_date
        .and_then(|date| Timestamp::from_second(date.secs()).ok());
    if let Some(moment) = created {
        turn.made(moment);
    }
    if found.saml_metadata_document.as_deref().map(str::trim) == Some(metadata.trim()) {
        return Ok(());
    }
    if !is_ours(turn, &found) {
        let what = format!("a SAML provider {}", arn::provider_name(&instance.id));
        let failure = Failure::not_ours(&turn.account, &what, &instance.id);
        return Err(Error::from(failure).into());
    }
    record("UpdateSAMLProvider").await?;
    let update = || {
        let call = client.update_saml_provider().saml_provider_arn(&arn);
        call.saml_metadata_document(metadata).send()
    };
    turn.ask("iam:UpdateSAMLProvider", Call::PLAIN, update)
        .await?;
    Ok(())
}

/// By its tag, or by what it has vouched for until now: not every provider came to its tag.
fn is_ours(turn: &Turn<'_>, found: &GetSamlProviderOutput) -> bool {
    let instance = &turn.identity.instance;
    let entity_id = format!("entityID=\"{}\"", instance.entity_id);
    let document = found.saml_metadata_document.as_deref().unwrap_or_default();
    iam::tag_value(found.tags(), INSTANCE_TAG) == Some(instance.id.as_str())
        || document.contains(&entity_id)
}
